//===- Target.cpp - the machine that code is made for ---------------------===//
#include "codegen/llvm/Target.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/Function.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

namespace gradus::codegen {
namespace {

std::string findHostFeatures() {
  std::vector<std::string> list;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    list.push_back((feature.second ? "+" : "-") + feature.first().str());
  std::sort(list.begin(), list.end()); // a hash table has no order of its own
  std::string text;
  for (const std::string &feature : list)
    text += (text.empty() ? "" : ",") + feature;
  return text;
}

/// Found once: asking the processor is slow in virtual machines.
const std::string &hostFeatures() {
  static const std::string features = findHostFeatures();
  return features;
}

llvm::CodeGenOptLevel codegenLevel(Level level) {
  switch (level) {
  case Level::O0:
    return llvm::CodeGenOptLevel::None;
  case Level::Fast:
    return llvm::CodeGenOptLevel::Less;
  case Level::Full:
    return llvm::CodeGenOptLevel::Default;
  }
  return llvm::CodeGenOptLevel::Default;
}

/// Targets are registered when first needed: a process that only runs code pays
/// for its own machine.
void initializeTargets(bool native) {
  static std::once_flag nativeOnce, allOnce;
  if (native) {
    std::call_once(nativeOnce, [] {
      llvm::InitializeNativeTarget();
      llvm::InitializeNativeTargetAsmPrinter();
    });
    return;
  }
  std::call_once(allOnce, [] {
    // The architectures that code is emitted for; cmake/GradusDependencies.cmake
    // links the same ones.
#define GRADUS_TARGET(NAME)                                                                        \
  LLVMInitialize##NAME##TargetInfo();                                                              \
  LLVMInitialize##NAME##Target();                                                                  \
  LLVMInitialize##NAME##TargetMC();                                                                \
  LLVMInitialize##NAME##AsmPrinter();
    GRADUS_TARGET(X86)
    GRADUS_TARGET(AArch64)
    GRADUS_TARGET(ARM)
    GRADUS_TARGET(RISCV)
    GRADUS_TARGET(WebAssembly)
#undef GRADUS_TARGET
  });
}

/// LLVM takes an unknown processor for a generic one, and ends the process over
/// one that cannot run the triple's code, so both are found out before.
bool knowsProcessor(const llvm::Target &target, const std::string &triple, const std::string &cpu) {
  std::unique_ptr<llvm::MCSubtargetInfo> generic(target.createMCSubtargetInfo(triple, "", ""));
  if (!generic || !generic->isCPUStringValid(cpu))
    return false;
  if (llvm::Triple(triple).getArch() != llvm::Triple::x86_64)
    return true;
  std::unique_ptr<llvm::MCSubtargetInfo> own(target.createMCSubtargetInfo(triple, cpu, ""));
  return own && own->checkFeatures("+64bit");
}

} // namespace

std::shared_ptr<llvm::TargetMachine> targetMachine(const Settings &settings,
                                                   std::string &error) {
  std::string host = llvm::Triple::normalize(llvm::sys::getDefaultTargetTriple());
  std::string triple = settings.triple.empty() ? host : llvm::Triple::normalize(settings.triple);
  bool native = triple == host;
  initializeTargets(native);
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  std::string cpu = settings.cpu, features;
  if (cpu.empty() || cpu == "native") {
    cpu = native ? llvm::sys::getHostCPUName().str() : "generic";
    features = native ? hostFeatures() : "";
  } else if (!knowsProcessor(*target, triple, cpu)) {
    error = "LLVM has no processor '" + cpu + "' for " + triple;
    return nullptr;
  }
  if (!settings.features.empty())
    features += (features.empty() ? "" : ",") + settings.features;
  llvm::TargetOptions options;
  // Products and sums are fused only where the emitter asks for it.
  options.AllowFPOpFusion = llvm::FPOpFusion::Standard;
  // Which jumps are short is not found out for quick code.
  options.MCOptions.MCRelaxAll = settings.level == Level::O0;
  // Kept for the next module of this thread: what a machine knows of its processor takes
  // longer to find out than a small module takes to compile.
  thread_local std::map<std::tuple<std::string, std::string, std::string, Level>,
                        std::shared_ptr<llvm::TargetMachine>>
      known;
  std::shared_ptr<llvm::TargetMachine> &machine =
      known[{triple, cpu, features, settings.level}];
  if (!machine)
    machine.reset(target->createTargetMachine(triple, cpu, features, options, llvm::Reloc::PIC_,
                                              std::nullopt, codegenLevel(settings.level)));
  return machine;
}

const std::string &hostIdentity() {
  static const std::string identity = "LLVM " LLVM_VERSION_STRING " " +
                                      llvm::sys::getDefaultTargetTriple() + " " +
                                      llvm::sys::getHostCPUName().str() + " " + hostFeatures();
  return identity;
}

void describeTarget(const llvm::TargetMachine &machine, llvm::Function &function) {
  function.addFnAttr("target-cpu", machine.getTargetCPU());
  function.addFnAttr("target-features", machine.getTargetFeatureString());
  // LLVM keeps to 256 bits on most machines with AVX-512, for the sake of code
  // around the vector loops. Here the vector loops are the program.
  llvm::StringRef features = machine.getTargetFeatureString();
  if (features.contains("+avx512f"))
    function.addFnAttr("prefer-vector-width", "512");
}

} // namespace gradus::codegen
