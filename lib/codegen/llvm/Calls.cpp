//===- Calls.cpp - how values get into functions and out of them ------------===//
#include "codegen/llvm/Calls.h"
#include "codegen/llvm/FunctionEmitter.h"

namespace gradus::codegen {

using namespace loops;

namespace {

constexpr size_t mostInRegisters = 12, mostReturned = 8;

std::vector<Kind> scalarKinds(const loops::Function &f) {
  std::vector<Kind> kinds;
  for (const Parameter &p : f.parameters)
    if (auto *s = std::get_if<ScalarId>(&p.value))
      kinds.push_back(f.scalars[s->index].kind);
  return kinds;
}

std::vector<Kind> resultKinds(const loops::Function &f) {
  std::vector<Kind> kinds;
  for (const Parameter &p : f.parameters)
    if (auto *v = std::get_if<VariableId>(&p.value))
      kinds.push_back(f.variables[v->index].kind);
  return kinds;
}

llvm::StructType *inMemory(const ModuleContext &context, const std::vector<Kind> &kinds) {
  std::vector<llvm::Type *> types;
  for (Kind kind : kinds)
    types.push_back(memoryTypeOf(context, kind));
  return llvm::StructType::get(context.target.getContext(), types);
}

llvm::Value *load(llvm::IRBuilder<> &b, llvm::StructType *type, llvm::Value *memory, unsigned k,
                  Kind kind) {
  llvm::Value *raw = b.CreateLoad(type->getElementType(k), b.CreateStructGEP(type, memory, k));
  return kind == Kind::Bool ? b.CreateTrunc(raw, b.getInt1Ty()) : raw;
}

void store(llvm::IRBuilder<> &b, llvm::StructType *type, llvm::Value *memory, unsigned k,
           llvm::Value *value) {
  if (value->getType()->isIntegerTy(1))
    value = b.CreateZExt(value, b.getInt8Ty());
  b.CreateStore(value, b.CreateStructGEP(type, memory, k));
}

llvm::Constant *noValue(llvm::Type *type) {
  return type->isFloatingPointTy() ? llvm::ConstantFP::getNaN(type)
                                   : llvm::Constant::getNullValue(type);
}

llvm::AllocaInst *room(llvm::IRBuilder<> &b, llvm::Type *type) {
  llvm::BasicBlock &entry = b.GetInsertBlock()->getParent()->getEntryBlock();
  return llvm::IRBuilder<>(&entry, entry.begin()).CreateAlloca(type);
}

} // namespace

llvm::Attribute noCapture(llvm::LLVMContext &context) {
#if LLVM_VERSION_MAJOR >= 21
  return llvm::Attribute::getWithCaptureInfo(context, llvm::CaptureInfo::none());
#else
  return llvm::Attribute::get(context, llvm::Attribute::NoCapture);
#endif
}

BodyFunction declareBody(const ModuleContext &context, const loops::Function &function) {
  llvm::LLVMContext &llvmContext = context.target.getContext();
  llvm::Type *pointer = llvm::PointerType::getUnqual(llvmContext);
  const std::vector<Kind> scalars = scalarKinds(function), results = resultKinds(function);
  BodyFunction made;
  if (scalars.size() > mostInRegisters)
    made.scalars = inMemory(context, scalars);
  if (results.size() > mostReturned || (context.quick && !results.empty()))
    made.results = inMemory(context, results);

  std::vector<llvm::Type *> parameters = {pointer, pointer};
  std::vector<llvm::Type *> returned = {llvm::Type::getInt32Ty(llvmContext)};
  if (made.scalars)
    parameters.push_back(pointer);
  for (const Parameter &p : function.parameters) {
    if (auto *s = std::get_if<ScalarId>(&p.value)) {
      if (!made.scalars)
        parameters.push_back(typeOf(context, function.scalars[s->index].kind));
    } else if (auto *v = std::get_if<VariableId>(&p.value)) {
      if (!made.results)
        returned.push_back(typeOf(context, function.variables[v->index].kind));
    } else {
      parameters.push_back(pointer);
    }
  }
  if (made.results)
    parameters.push_back(pointer);
  llvm::Type *result =
      returned.size() == 1 ? returned[0] : llvm::StructType::get(llvmContext, returned);
  auto *body = llvm::Function::Create(llvm::FunctionType::get(result, parameters, false),
                                      llvm::GlobalValue::InternalLinkage, function.name + ".body",
                                      context.target);
  made.function = body;
  body->setDoesNotThrow();
  body->getArg(0)->setName("frame");
  body->getArg(1)->setName("workspace");
  for (unsigned i : {0u, 1u}) {
    body->addParamAttr(i, llvm::Attribute::NoAlias);
    body->addParamAttr(
        i, llvm::Attribute::get(llvmContext, llvm::Attribute::Alignment,
                                i == 0 ? 8 : context.workspaceAlignment));
  }
  auto private_ = [&](unsigned at, bool readOnly) {
    body->addParamAttr(at, llvm::Attribute::NoAlias);
    body->addParamAttr(at, noCapture(llvmContext));
    if (readOnly)
      body->addParamAttr(at, llvm::Attribute::ReadOnly);
  };
  unsigned at = 2;
  if (made.scalars) {
    body->getArg(at)->setName("scalars");
    private_(at++, true);
  }
  for (const Parameter &p : function.parameters) {
    if (auto *s = std::get_if<ScalarId>(&p.value)) {
      if (!made.scalars)
        body->getArg(at++)->setName(function.scalars[s->index].name);
    } else if (auto *b = std::get_if<BufferId>(&p.value)) {
      const Buffer &buffer = function.buffers[b->index];
      body->getArg(at)->setName(buffer.name);
      private_(at++, buffer.role == BufferRole::In);
    }
  }
  if (made.results) {
    body->getArg(at)->setName("results");
    private_(at, false);
  }
  return made;
}

std::vector<llvm::Value *> receiveScalars(llvm::IRBuilder<> &b, const loops::Function &function,
                                          const BodyFunction &body) {
  std::vector<llvm::Value *> values;
  unsigned at = 2;
  for (const Parameter &p : function.parameters) {
    if (auto *s = std::get_if<ScalarId>(&p.value)) {
      if (!body.scalars) {
        values.push_back(body.function->getArg(at++));
        continue;
      }
      values.push_back(load(b, body.scalars, body.function->getArg(2),
                            static_cast<unsigned>(values.size()), function.scalars[s->index].kind));
      values.back()->setName(function.scalars[s->index].name);
    } else if (std::holds_alternative<BufferId>(p.value)) {
      ++at;
    }
  }
  return values;
}

void emitReturn(llvm::IRBuilder<> &b, const BodyFunction &body, llvm::Value *status,
                llvm::ArrayRef<llvm::Value *> results) {
  if (body.results) {
    llvm::Value *memory = body.function->getArg(
        static_cast<unsigned>(body.function->arg_size() - 1));
    for (unsigned k = 0; k < results.size(); ++k)
      store(b, body.results, memory, k, results[k]);
  } else if (auto *type = llvm::dyn_cast<llvm::StructType>(body.function->getReturnType())) {
    llvm::Value *all = llvm::PoisonValue::get(type);
    all = b.CreateInsertValue(all, status, 0);
    for (unsigned k = 1; k < type->getNumElements(); ++k)
      all = b.CreateInsertValue(
          all, results.empty() ? noValue(type->getElementType(k)) : results[k - 1], k);
    status = all;
  }
  b.CreateRet(status);
}

BodyCall callBody(llvm::IRBuilder<> &b, const loops::Function &callee, const BodyFunction &body,
                  llvm::Value *frame, llvm::Value *workspace,
                  llvm::ArrayRef<llvm::Value *> arguments, bool cleared) {
  BodyCall made;
  std::vector<llvm::Value *> passed = {frame, workspace};
  llvm::Value *scalars = nullptr;
  if (body.scalars) {
    scalars = room(b, body.scalars);
    passed.push_back(scalars);
  }
  unsigned at = 0, scalar = 0;
  for (const Parameter &p : callee.parameters) {
    if (std::holds_alternative<VariableId>(p.value))
      continue;
    llvm::Value *argument = arguments[at++];
    if (scalars && std::holds_alternative<ScalarId>(p.value))
      store(b, body.scalars, scalars, scalar++, argument);
    else
      passed.push_back(argument);
  }
  if (body.results) {
    made.memory = room(b, body.results);
    if (cleared)
      for (unsigned k = 0; k < body.results->getNumElements(); ++k)
        store(b, body.results, made.memory, k, noValue(body.results->getElementType(k)));
    passed.push_back(made.memory);
  }
  made.call = b.CreateCall(body.function, passed);
  const bool several = body.function->getReturnType()->isStructTy();
  made.status = several ? b.CreateExtractValue(made.call, 0) : made.call;
  return made;
}

llvm::Value *resultOf(llvm::IRBuilder<> &b, const BodyFunction &body, const BodyCall &call,
                      unsigned k, Kind kind) {
  return call.memory ? load(b, body.results, call.memory, k, kind)
                     : b.CreateExtractValue(call.call, k + 1);
}

} // namespace gradus::codegen
