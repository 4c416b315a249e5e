//===- Optimize.cpp - the pass pipelines ------------------------------------===//
//
// The only file with PassBuilder.h. The short pipeline is what a loop of a model
// needs: variables into registers, common parts once, invariants out of loops,
// vectors, and a clean-up. It takes half the time of O2 and gives loops of the
// same speed.
//
//===--------------------------------------------------------------------===//
#include "codegen/llvm/Optimize.h"
#include "codegen/llvm/CarriedValues.h"
#include "codegen/llvm/IntrinsicCalls.h"
#include "codegen/llvm/LargeFunctions.h"
#include "codegen/llvm/UniformRemainders.h"
#include "codegen/llvm/VectorMath.h"

#include <llvm/Passes/PassBuilder.h>
#include <llvm/Passes/StandardInstrumentations.h>
#include <llvm/Transforms/IPO/AlwaysInliner.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Utils/InjectTLIMappings.h>
#include <llvm/Transforms/Vectorize/LoopVectorize.h>

#include <optional>

namespace gradus::codegen {
namespace {

llvm::InstCombinePass combineOnce() {
  return llvm::InstCombinePass(llvm::InstCombineOptions().setVerifyFixpoint(false));
}

llvm::ModulePassManager shortPipeline() {
  llvm::FunctionPassManager function;
  function.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
  function.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
  function.addPass(combineOnce());
  function.addPass(llvm::SimplifyCFGPass());
  function.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(llvm::LICMOptions()),
                                                         /*UseMemorySSA=*/true));
  function.addPass(HoistCarriedValuesPass());
  function.addPass(llvm::InjectTLIMappings());
  function.addPass(llvm::LoopVectorizePass());
  function.addPass(combineOnce());
  function.addPass(llvm::SimplifyCFGPass());
  function.addPass(llvm::EarlyCSEPass());
  llvm::ModulePassManager module;
  module.addPass(llvm::AlwaysInlinerPass());
  module.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(function)));
  return module;
}

/// A method with hundreds of loops in one function: to choose which of their indices
/// to keep in registers (LoopStrengthReduce) takes minutes there and helps nothing,
/// since the work is done in the functions that it calls. Where code is to be there
/// soon, no pass looks at it.
bool spareLongFunctions(llvm::Module &module) {
  constexpr size_t longest = 10000;
  bool any = false;
  for (llvm::Function &f : module)
    if (f.getInstructionCount() > longest) {
      f.removeFnAttr(llvm::Attribute::AlwaysInline);
      f.addFnAttr(llvm::Attribute::OptimizeNone);
      f.addFnAttr(llvm::Attribute::NoInline);
      any = true;
    }
  return any;
}

} // namespace

void optimizeModule(llvm::Module &module, llvm::TargetMachine &machine, Level level,
                    bool vectorMath) {
  bool spares = spareLargeFunctions(module);
  if (level == Level::O0) {
    callIntrinsics(module);
    return;
  }
  if (level == Level::Fast && spareLongFunctions(module))
    spares = true;
  llvm::TargetLibraryInfoImpl library(machine.getTargetTriple());
  if (vectorMath)
    addVectorMath(library, machine.getTargetFeatureString());

  // Passes look at `optnone` only through this instrumentation.
  llvm::PassInstrumentationCallbacks callbacks;
  std::optional<llvm::StandardInstrumentations> instrumentations;
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine, llvm::PipelineTuningOptions(), std::nullopt, &callbacks);
  if (spares) {
    instrumentations.emplace(module.getContext(), /*DebugLogging=*/false);
    instrumentations->registerCallbacks(callbacks, &modules);
  }
  builder.registerVectorizerStartEPCallback(
      [](llvm::FunctionPassManager &passes, llvm::OptimizationLevel) {
        passes.addPass(HoistCarriedValuesPass());
      });
  functions.registerPass([&] { return llvm::TargetLibraryAnalysis(library); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  llvm::ModulePassManager pipeline =
      level == Level::Fast ? shortPipeline()
                           : builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2);
  pipeline.run(module, modules);
  if (vectorMath)
    makeRemaindersUniform(module, library);
  spareLongFunctions(module);
}

} // namespace gradus::codegen
