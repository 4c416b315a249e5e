//===- JIT.cpp - loop IR to functions that can be called now ---------------===//
//
// The only file with headers of ORC. It uses ORC's object layer alone: the code
// is compiled before, so neither LLJIT's compile layer nor its platform for
// initializers is needed, which saves start-up time.
//
//===--------------------------------------------------------------------===//
#include "jit/JIT.h"
#include "jit/Symbols.h"

#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/Support/MemoryBuffer.h>

namespace gradus::jit {
namespace {

namespace orc = llvm::orc;

/// Exported functions carry this prefix inside the JIT, so that a model may
/// have a function called `exp`.
const char *const prefix = "gradus.";

/// Resolves names against the list of allowed symbols when code asks for them.
class AllowedSymbols : public orc::DefinitionGenerator {
public:
  llvm::Error tryToGenerate(orc::LookupState &, orc::LookupKind, orc::JITDylib &dylib,
                            orc::JITDylibLookupFlags, const orc::SymbolLookupSet &wanted) override {
    orc::SymbolMap found;
    for (const auto &[name, flags] : wanted)
      if (void *address = findSymbol({(*name).data(), (*name).size()}))
        found[name] = {orc::ExecutorAddr::fromPtr(address),
                       llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
    if (found.empty())
      return llvm::Error::success();
    return dylib.define(orc::absoluteSymbols(std::move(found)));
  }
};

} // namespace

struct CompiledModule::Impl {
  std::unique_ptr<orc::ExecutionSession> session;
  std::unique_ptr<orc::ObjectLinkingLayer> linker;
  orc::JITDylib *dylib = nullptr;
  size_t objectBytes = 0;
  std::string reported;

  ~Impl() {
    if (!session)
      return;
    // Frees the memory of the code; nothing is left to report errors to.
    llvm::consumeError(session->endSession());
    linker.reset();
  }

  llvm::Error link(std::string object, const std::vector<std::string> &exported) {
    auto control = orc::SelfExecutorProcessControl::Create();
    if (!control)
      return control.takeError();
    session = std::make_unique<orc::ExecutionSession>(std::move(*control));
    // Names of missing symbols come this way, not with the failed lookup.
    session->setErrorReporter(
        [this](llvm::Error e) { reported += llvm::toString(std::move(e)) + "; "; });
    linker = std::make_unique<orc::ObjectLinkingLayer>(
        *session, session->getExecutorProcessControl().getMemMgr());
    dylib = &session->createBareJITDylib("model");
    dylib->addGenerator(std::make_unique<AllowedSymbols>());
    objectBytes = object.size();
    if (llvm::Error e = linker->add(*dylib, llvm::MemoryBuffer::getMemBufferCopy(object, "model")))
      return e;
    // Link everything now: what is missing is an error here, not at a call.
    orc::SymbolLookupSet all;
    for (const std::string &name : exported)
      all.add(session->intern(prefix + name));
    return session->lookup({{dylib, orc::JITDylibLookupFlags::MatchAllSymbols}}, std::move(all))
        .takeError();
  }
};

CompiledModule::CompiledModule(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CompiledModule::~CompiledModule() = default;

size_t CompiledModule::objectBytes() const { return impl_->objectBytes; }

EntryPoint CompiledModule::find(std::string_view name) const {
  auto symbol =
      impl_->session->lookup({impl_->dylib}, impl_->session->intern(prefix + std::string(name)));
  if (!symbol) {
    llvm::consumeError(symbol.takeError());
    return nullptr;
  }
  return symbol->getAddress().toPtr<EntryPoint>();
}

std::unique_ptr<CompiledModule> Jit::compile(const loops::Module &module, const JitOptions &options,
                                             std::string &error) {
  codegen::Settings settings;
  settings.level = options.level;
  settings.vectorMath = options.vectorMath;
  settings.symbolPrefix = prefix;
  auto program = codegen::LLVMProgram::create(module, settings, error);
  if (!program)
    return nullptr;
  program->optimize();
  std::vector<std::string> exported;
  for (const loops::Function &f : module.functions)
    if (f.exported)
      exported.push_back(f.name);
  auto impl = std::make_unique<CompiledModule::Impl>();
  if (llvm::Error e = impl->link(program->object(), exported)) {
    error = "the compiled code cannot be linked: " + impl->reported + llvm::toString(std::move(e));
    return nullptr;
  }
  return std::make_unique<CompiledModule>(std::move(impl));
}

} // namespace gradus::jit
