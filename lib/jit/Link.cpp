//===- Link.cpp - an object file into memory ---------------------------------===//
//
// JITLink alone, without ORC's sessions: one object, linked at once, on this
// thread. Its pages are writable first and executable later, never both.
//
//===--------------------------------------------------------------------===//
#include "jit/Link.h"
#include "jit/Symbols.h"
#include "support/Timings.h"

#include <llvm/ExecutionEngine/JITLink/JITLink.h>
#include <llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h>
#include <llvm/Support/MemoryBuffer.h>

namespace gradus::jit {

namespace jitlink = llvm::jitlink;

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

  jitlink::JITLinkMemoryManager &getMemoryManager() override { return *code_.memory_->manager; }

  void notifyFailed(llvm::Error e) override { error_ = llvm::toString(std::move(e)); }

  void lookup(const LookupMap &wanted,
              std::unique_ptr<jitlink::JITLinkAsyncLookupContinuation> done) override {
    jitlink::AsyncLookupResult found;
    for (const auto &[name, flags] : wanted) {
      void *address = findSymbol({name.data(), name.size()});
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
    code_.memory_->allocated = std::move(allocated);
  }

private:
  LinkedCode &code_;
  std::string &error_;
};

LinkedCode::~LinkedCode() = default;

std::unique_ptr<LinkedCode> LinkedCode::link(std::string_view object, std::string &error) {
  const Stage stage("link");
  auto manager = jitlink::InProcessMemoryManager::Create();
  if (!manager) {
    error = llvm::toString(manager.takeError());
    return nullptr;
  }
  auto graph = jitlink::createLinkGraphFromObject(
      llvm::MemoryBufferRef({object.data(), object.size()}, "model"));
  if (!graph) {
    error = llvm::toString(graph.takeError());
    return nullptr;
  }
  std::unique_ptr<LinkedCode> code(new LinkedCode);
  code->memory_ = std::make_unique<Memory>();
  code->memory_->manager = std::move(*manager);
  jitlink::link(std::move(*graph), std::make_unique<Linking>(*code, error));
  return code->memory_->allocated ? std::move(code) : nullptr;
}

void *LinkedCode::find(std::string_view name) const {
  auto it = exported_.find(name);
  return it == exported_.end() ? nullptr : it->second;
}

} // namespace gradus::jit
