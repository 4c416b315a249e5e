//===- JIT.cpp - loop IR to functions that can be called now ---------------===//
#include "jit/JIT.h"
#include "jit/BuildIdentity.h"
#include "jit/Link.h"
#include "loops/Bytes.h"
#include "support/Timings.h"

#include <cassert>
#include <optional>

namespace gradus::jit {
namespace {

/// Exported functions carry this prefix inside the JIT, so that a model may
/// have a function called `exp`.
const char *const prefix = "gradus.";

} // namespace

struct CompiledModule::Impl {
  std::shared_ptr<const bytecode::Program> program; ///< in place of code
  std::shared_ptr<const LinkedCode> code;
  size_t objectBytes = 0;
  bool cached = false;
};

CompiledModule::CompiledModule(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CompiledModule::~CompiledModule() = default;

size_t CompiledModule::objectBytes() const { return impl_->objectBytes; }
bool CompiledModule::cached() const { return impl_->cached; }

EntryPoint CompiledModule::find(std::string_view name) const {
  if (const bytecode::Program *program = impl_->program.get()) {
    const auto function = program->find(name);
    return function ? EntryPoint(*program, *function) : EntryPoint();
  }
  return reinterpret_cast<EntryPoint::Native>(impl_->code->find(prefix + std::string(name)));
}

namespace {

codegen::Level levelOf(Level level) {
  switch (level) {
  case Level::Bytecode:
    break;
  case Level::O0:
    return codegen::Level::O0;
  case Level::Fast:
    return codegen::Level::Fast;
  case Level::Full:
    return codegen::Level::Full;
  }
  assert(false && "bytecode is no machine code");
  return codegen::Level::O0;
}

std::optional<std::string> makeObject(const loops::Module &module, const JitOptions &options,
                                      std::string &error) {
  codegen::Settings settings;
  settings.level = levelOf(options.level);
  settings.vectorMath = options.vectorMath;
  settings.symbolPrefix = prefix;
  settings.cpu = options.cpu;
  settings.chunkWork = options.chunkWork;
  settings.workspaceAlignment = 64; // runtime/Runtime.h
  // Quick code is to be there soon; the same emitter is checked where code is optimized.
  settings.careful = options.level != Level::O0;
  auto program = codegen::LLVMProgram::create(module, settings, error);
  if (!program)
    return {};
  program->optimize();
  return packObjects(program->objects());
}

std::optional<std::string> load(const Cache &cache, const CacheKey &key) {
  const Stage stage("cache");
  return cache.load(key);
}

/// All of the options that the code depends on.
std::string choicesOf(const JitOptions &options) {
  std::string choices = options.cpu;
  choices += static_cast<char>(options.level);
  choices += static_cast<char>(options.vectorMath);
  choices += std::to_string(options.chunkWork);
  return choices;
}

} // namespace

std::unique_ptr<CompiledModule> Jit::compile(const loops::Module &module, const JitOptions &options,
                                             std::string &error) {
  if (options.level == Level::Bytecode) {
    auto impl = std::make_unique<CompiledModule::Impl>();
    impl->program = bytecode::Program::translate(module);
    impl->objectBytes = impl->program->bytes();
    return std::make_unique<CompiledModule>(std::move(impl));
  }
  // Code of another build may follow other rules: without an identity, no cache.
  const Cache *cache = buildIdentity().empty() ? nullptr : options.cache;
  CacheKey key{};
  auto impl = std::make_unique<CompiledModule::Impl>();
  if (cache || options.store) {
    const Stage stage("cache");
    key = cacheKey(loops::bytesOf(module), choicesOf(options));
    if (options.store && (impl->code = options.store->find(key))) {
      impl->cached = true;
      return std::make_unique<CompiledModule>(std::move(impl));
    }
  }
  if (cache)
    if (auto stored = load(*cache, key)) {
      impl->objectBytes = stored->size();
      impl->cached = true;
      impl->code = LinkedCode::link(*stored, error);
      if (impl->code) {
        if (options.store)
          impl->code = options.store->add(key, impl->code);
        return std::make_unique<CompiledModule>(std::move(impl));
      }
    }
  auto object = makeObject(module, options, error);
  if (!object)
    return nullptr;
  impl->objectBytes = object->size();
  impl->cached = false;
  impl->code = LinkedCode::link(*object, error);
  if (!impl->code) {
    error = "the compiled code cannot be linked: " + error;
    return nullptr;
  }
  if (cache) {
    const Stage stage("cache");
    cache->store(key, *object);
  }
  if (options.store)
    impl->code = options.store->add(key, impl->code);
  return std::make_unique<CompiledModule>(std::move(impl));
}

} // namespace gradus::jit
