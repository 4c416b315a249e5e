//===- Link.cpp - object files into memory -----------------------------------===//
//
// JITLink alone, without ORC's sessions: object after object, linked at once, on this
// thread. Its pages are writable first and executable later, never both.
//
//===--------------------------------------------------------------------===//
#include "jit/Link.h"
#include "jit/Symbols.h"
#include "support/Timings.h"

#include <llvm/ExecutionEngine/JITLink/JITLink.h>
#include <llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h>
#include <llvm/Support/MemoryBuffer.h>

#include <cstdint>
#include <cstring>

namespace gradus::jit {

namespace jitlink = llvm::jitlink;

namespace {

/// Before the objects where there are several; no object file begins like it.
constexpr std::string_view severalMark = "gradus objects\n";

} // namespace

struct LinkedCode::Memory {
  std::unique_ptr<jitlink::InProcessMemoryManager> manager;
  jitlink::JITLinkMemoryManager::FinalizedAlloc allocated;

  ~Memory() {
    // Nothing is left to report an error to.
    if (allocated)
      manager->deallocate(std::move(allocated),
                          [](llvm::Error e) { llvm::consumeError(std::move(e)); });
  }
};

/// What JITLink asks its host for. It belongs to JITLink and ends with the link.
class Linking : public jitlink::JITLinkContext {
public:
  Linking(LinkedCode &code, std::string &error)
      : JITLinkContext(nullptr), code_(code), error_(error) {}

  jitlink::JITLinkMemoryManager &getMemoryManager() override { return *code_.memory_.back()->manager; }

  void notifyFailed(llvm::Error e) override { error_ = llvm::toString(std::move(e)); }

  void lookup(const LookupMap &wanted,
              std::unique_ptr<jitlink::JITLinkAsyncLookupContinuation> done) override {
    jitlink::AsyncLookupResult found;
    for (const auto &[name, flags] : wanted) {
      void *address = code_.find({name.data(), name.size()});
      if (!address)
        address = findSymbol({name.data(), name.size()});
      if (!address)
        return done->run(llvm::createStringError(llvm::inconvertibleErrorCode(),
                                                 "code must not use '" + name + "'"));
      found[name] = {llvm::orc::ExecutorAddr::fromPtr(address),
                     llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
    }
    done->run(std::move(found));
  }

  llvm::Error notifyResolved(jitlink::LinkGraph &graph) override {
    for (const jitlink::Symbol *symbol : graph.defined_symbols())
      if (symbol->hasName() && symbol->getScope() == jitlink::Scope::Default)
        code_.exported_.emplace(symbol->getName().str(), symbol->getAddress().toPtr<void *>());
    return llvm::Error::success();
  }

  void notifyFinalized(jitlink::JITLinkMemoryManager::FinalizedAlloc allocated) override {
    code_.memory_.back()->allocated = std::move(allocated);
  }

private:
  LinkedCode &code_;
  std::string &error_;
};

LinkedCode::~LinkedCode() = default;

bool LinkedCode::add(std::string_view object, std::string &error) {
  auto manager = jitlink::InProcessMemoryManager::Create();
  if (!manager) {
    error = llvm::toString(manager.takeError());
    return false;
  }
  auto graph = jitlink::createLinkGraphFromObject(
      llvm::MemoryBufferRef({object.data(), object.size()}, "model"));
  if (!graph) {
    error = llvm::toString(graph.takeError());
    return false;
  }
  memory_.push_back(std::make_unique<Memory>());
  memory_.back()->manager = std::move(*manager);
  jitlink::link(std::move(*graph), std::make_unique<Linking>(*this, error));
  return static_cast<bool>(memory_.back()->allocated);
}

std::string packObjects(const std::vector<std::string> &objects) {
  if (objects.size() == 1)
    return objects[0];
  std::string packed(severalMark);
  for (const std::string &object : objects) {
    const uint64_t size = object.size();
    packed.append(reinterpret_cast<const char *>(&size), sizeof size);
    packed += object;
  }
  return packed;
}

std::unique_ptr<LinkedCode> LinkedCode::link(std::string_view objects, std::string &error) {
  const Stage stage("link");
  std::unique_ptr<LinkedCode> code(new LinkedCode);
  if (!objects.starts_with(severalMark))
    return code->add(objects, error) ? std::move(code) : nullptr;
  objects.remove_prefix(severalMark.size());
  while (!objects.empty()) {
    uint64_t size = 0;
    if (objects.size() < sizeof size)
      break;
    std::memcpy(&size, objects.data(), sizeof size);
    objects.remove_prefix(sizeof size);
    if (size > objects.size())
      break;
    const std::string object(objects.substr(0, size)); // aligned, as headers must be
    if (!code->add(object, error))
      return nullptr;
    objects.remove_prefix(size);
  }
  if (!objects.empty()) {
    error = "an object is cut off";
    return nullptr;
  }
  return code;
}

void *LinkedCode::find(std::string_view name) const {
  auto it = exported_.find(name);
  return it == exported_.end() ? nullptr : it->second;
}

} // namespace gradus::jit
