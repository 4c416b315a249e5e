//===- EmitModule.cpp - functions and their wrappers -----------------------===//
#include "codegen/llvm/EmitModule.h"
#include "codegen/llvm/ExpandExtrema.h"
#include "codegen/llvm/FunctionEmitter.h"
#include "codegen/llvm/Target.h"
#include "codegen/llvm/VectorMath.h"

#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <cassert>

namespace gradus::codegen {
namespace {

using namespace loops;

/// struct GradusFrame of runtime/Runtime.h
llvm::StructType *frameType(llvm::LLVMContext &context, const llvm::DataLayout &layout) {
  llvm::Type *pointer = llvm::PointerType::getUnqual(context);
  llvm::Type *status = llvm::Type::getInt32Ty(context);
  llvm::Type *values = llvm::ArrayType::get(llvm::Type::getInt64Ty(context), 4);
  return llvm::StructType::create(
      {pointer, layout.getIntPtrType(context), pointer, pointer, status, values}, "GradusFrame");
}

/// int32_t name(GradusFrame *frame, void *const *arguments)
void emitWrapper(const ModuleContext &context, const loops::Function &f, const BodyFunction &body,
                 const std::string &symbol) {
  llvm::LLVMContext &llvmContext = context.target.getContext();
  llvm::IRBuilder<> b(llvmContext);
  auto *type = llvm::FunctionType::get(b.getInt32Ty(), {b.getPtrTy(), b.getPtrTy()}, false);
  auto *wrapper =
      llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, symbol, context.target);
  wrapper->setDoesNotThrow();
  llvm::Value *frame = wrapper->getArg(0), *array = wrapper->getArg(1);
  frame->setName("frame");
  array->setName("arguments");
  b.SetInsertPoint(llvm::BasicBlock::Create(llvmContext, "entry", wrapper));
  llvm::Value *workspace =
      b.CreateLoad(b.getPtrTy(), b.CreateStructGEP(context.frameType, frame, 0), "workspace");
  std::vector<llvm::Value *> arguments;
  std::vector<std::pair<llvm::Value *, Kind>> results;
  for (unsigned k = 0; k < f.parameters.size(); ++k) {
    const auto &parameter = f.parameters[k].value;
    llvm::Value *pointer =
        b.CreateLoad(b.getPtrTy(), b.CreateConstInBoundsGEP1_64(b.getPtrTy(), array, k));
    if (auto *s = std::get_if<ScalarId>(&parameter)) {
      Kind kind = f.scalars[s->index].kind;
      llvm::Value *v = b.CreateLoad(memoryTypeOf(context, kind), pointer);
      arguments.push_back(kind == Kind::Bool ? b.CreateIsNotNull(v) : v);
    } else if (auto *v = std::get_if<VariableId>(&parameter)) {
      results.emplace_back(pointer, f.variables[v->index].kind);
    } else {
      arguments.push_back(pointer);
    }
  }
  const BodyCall call = callBody(b, f, body, frame, workspace, arguments, true);
  for (unsigned k = 0; k < results.size(); ++k) {
    llvm::Value *v = resultOf(b, body, call, k, results[k].second);
    if (results[k].second == Kind::Bool)
      v = b.CreateZExt(v, b.getInt8Ty());
    b.CreateStore(v, results[k].first);
  }
  b.CreateRet(call.status);
}

llvm::Constant *emitTable(llvm::Module &module, const loops::Table &table) {
  const std::vector<uint64_t> words(table.values.begin(), table.values.end());
  llvm::Constant *values = llvm::ConstantDataArray::get(module.getContext(), words);
  auto *made = new llvm::GlobalVariable(module, values->getType(), true,
                                        llvm::GlobalValue::PrivateLinkage, values, table.name);
  made->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  return made;
}

/// Loops are spread over lanes where somebody will make good code of it.
VectorUnit vectorsOf(const llvm::TargetMachine &machine, const loops::Module &source,
                     const Settings &settings) {
  VectorUnit unit;
  if (source.strict || settings.level == Level::O0)
    return unit;
  llvm::StringRef features = machine.getTargetFeatureString();
  if (machine.getTargetTriple().getArch() == llvm::Triple::x86_64) {
    unit.lanes = features.contains("+avx512f") ? 8 : features.contains("+avx2") ? 4 : 2;
    unit.masks = unit.lanes == 8;
  } else if (machine.getTargetTriple().getArch() == llvm::Triple::aarch64) {
    unit.lanes = 2;
  }
  return unit;
}

/// Functions this short cost more to call than to repeat. One that has loops or
/// several callers of its own is left to the inliner of the full pipeline.
bool isSmall(const llvm::Function &function) {
  return function.size() == 1 && function.getInstructionCount() <= 40;
}

/// Functions that nobody calls, and those that only they have called. Callees stand
/// before their callers, but rounds and chunks of loops behind them.
void dropUncalled(llvm::Module &module) {
  for (bool again = true; again;) {
    again = false;
    for (llvm::Function &f : llvm::make_early_inc_range(llvm::reverse(module)))
      if (f.hasLocalLinkage() && f.use_empty()) {
        f.eraseFromParent();
        again = true;
      }
  }
}

} // namespace

std::unique_ptr<llvm::Module> emitModule(const loops::Module &source, const Settings &settings,
                                         const llvm::TargetMachine &machine,
                                         llvm::LLVMContext &llvmContext, std::string &error) {
  auto module = std::make_unique<llvm::Module>(source.name, llvmContext);
  module->setDataLayout(machine.createDataLayout());
  module->setTargetTriple(machine.getTargetTriple().str());
  module->setPICLevel(llvm::PICLevel::BigPIC);

  Externals externals(*module, source.strict);
  ModuleContext context{source,
                        *module,
                        externals,
                        frameType(llvmContext, module->getDataLayout()),
                        llvm::Type::getDoubleTy(llvmContext),
                        vectorsOf(machine, source, settings),
                        settings.level == Level::O0,
                        settings.chunkWork,
                        settings.workspaceAlignment,
                        {},
                        {}};
  for (const loops::Table &table : source.tables)
    context.tables.push_back(emitTable(*module, table));
  externals.setVectorFeatures(machine.getTargetFeatureString(),
                              settings.vectorMath &&
                                  libraryHasVectors(machine.getTargetTriple()));
  for (const loops::Function &f : source.functions)
    context.bodies.push_back(declareBody(context, f));
  for (size_t i = 0; i < source.functions.size(); ++i)
    FunctionEmitter(context, source.functions[i], context.bodies[i]).emit();
  for (const BodyFunction &body : context.bodies)
    if (isSmall(*body.function))
      body.function->addFnAttr(llvm::Attribute::AlwaysInline);
  for (size_t i = 0; i < source.functions.size(); ++i) {
    const loops::Function &f = source.functions[i];
    std::string symbol = settings.symbolPrefix + f.name;
    if (!f.exported)
      continue;
    if (module->getNamedValue(symbol)) {
      error = "the name '" + symbol + "' of an exported function is taken by the C library";
      return nullptr;
    }
    emitWrapper(context, f, context.bodies[i], symbol);
  }
  dropUncalled(*module);
  for (llvm::Function &f : *module)
    if (!f.isDeclaration())
      describeTarget(machine, f);

  expandExtrema(*module);
  if (!settings.careful)
    return module;
  // Debian's LLVM has no assertions: without this, broken IR is a crash later.
  std::string broken;
  llvm::raw_string_ostream stream(broken);
  if (llvm::verifyModule(*module, &stream)) {
    llvm::errs() << "gradus: internal error: broken LLVM IR\n" << broken;
    assert(false && "broken LLVM IR");
    error = "internal error: broken LLVM IR: " + broken;
    return nullptr;
  }
  return module;
}

} // namespace gradus::codegen
