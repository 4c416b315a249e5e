//===- LLVMBackend.cpp - loop IR to native code through LLVM ---------------===//
#include "codegen/llvm/LLVMBackend.h"
#include "codegen/llvm/EmitModule.h"
#include "codegen/llvm/LargeFunctions.h"
#include "codegen/llvm/LateGlobals.h"
#include "codegen/llvm/Optimize.h"
#include "codegen/llvm/Target.h"
#include "codegen/llvm/VectorMath.h"
#include "support/Timings.h"

#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include <cassert>

namespace gradus::codegen {

struct LLVMProgram::Impl {
  Settings settings;
  bool vectorMath = false;
  std::shared_ptr<llvm::TargetMachine> machine;
  llvm::LLVMContext context; // outlives the module
  std::unique_ptr<llvm::Module> module;
  bool optimized = false;
  std::vector<std::string> runtime;
};

namespace {

constexpr llvm::StringLiteral runtimeName = "gradus_";

std::string generate(llvm::TargetMachine &machine, llvm::Module &module,
                     llvm::CodeGenFileType type) {
  const Stage stage("machine code");
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  bool refused = machine.addPassesToEmitFile(passes, stream, nullptr, type);
  assert(!refused && "the target writes objects and assembly");
  (void)refused;
  passes.run(module);
  return std::string(bytes);
}

} // namespace

LLVMProgram::LLVMProgram(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LLVMProgram::~LLVMProgram() = default;

std::unique_ptr<LLVMProgram> LLVMProgram::create(const loops::Module &module,
                                                 const Settings &settings, std::string &error) {
  const Stage stage("LLVM IR");
  constructLateGlobals();
  auto impl = std::make_unique<Impl>();
  impl->settings = settings;
  impl->context.setDiscardValueNames(!settings.careful);
  impl->machine = targetMachine(settings, error);
  if (!impl->machine)
    return nullptr;
  const llvm::Triple &triple = impl->machine->getTargetTriple();
  impl->vectorMath = settings.vectorMath && !module.strict &&
                     libraryHasVectors(triple);
  impl->module = emitModule(module, settings, *impl->machine, impl->context, error);
  if (!impl->module)
    return nullptr;
  return std::unique_ptr<LLVMProgram>(new LLVMProgram(std::move(impl)));
}

void LLVMProgram::optimize() {
  assert(!impl_->optimized && "optimized once");
  impl_->optimized = true;
  const Stage stage("optimize");
  optimizeModule(*impl_->module, *impl_->machine, impl_->settings.level, impl_->vectorMath);
  const std::string &prefix = impl_->settings.runtimePrefix;
  for (llvm::Function &f : *impl_->module) {
    if (impl_->settings.hidden && !f.isDeclaration() && !f.hasLocalLinkage())
      f.setVisibility(llvm::GlobalValue::HiddenVisibility);
    if (f.isDeclaration() && !f.use_empty() && f.getName().starts_with(runtimeName)) {
      impl_->runtime.push_back(f.getName().str());
      if (!prefix.empty())
        f.setName(prefix + f.getName().substr(runtimeName.size()));
      if (impl_->settings.hidden)
        f.setVisibility(llvm::GlobalValue::HiddenVisibility);
    }
  }
}

std::vector<std::string> LLVMProgram::runtimeFunctions() const { return impl_->runtime; }

std::string LLVMProgram::ir() const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  impl_->module->print(stream, nullptr);
  return text;
}

std::string LLVMProgram::bitcode() const {
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  llvm::WriteBitcodeToFile(*impl_->module, stream);
  return bytes;
}

std::string LLVMProgram::assembly() const {
  // Code generation changes the module, which may still be asked for.
  std::unique_ptr<llvm::Module> copy = llvm::CloneModule(*impl_->module);
  return generate(*impl_->machine, *copy, llvm::CodeGenFileType::AssemblyFile);
}

std::string LLVMProgram::object() {
  assert(impl_->module && "an object is made once");
  std::string bytes = generate(*impl_->machine, *impl_->module, llvm::CodeGenFileType::ObjectFile);
  impl_->module.reset();
  return bytes;
}

std::vector<std::string> LLVMProgram::objects() {
  assert(impl_->module && "objects are made once");
  std::unique_ptr<llvm::Module> rest =
      impl_->settings.level == Level::O0 ? nullptr : takeLargeFunctions(*impl_->module);
  std::vector<std::string> made{object()};
  if (rest) {
    const llvm::CodeGenOptLevel level = impl_->machine->getOptLevel();
    impl_->machine->setOptLevel(llvm::CodeGenOptLevel::None);
    made.push_back(generate(*impl_->machine, *rest, llvm::CodeGenFileType::ObjectFile));
    impl_->machine->setOptLevel(level);
  }
  return made;
}

std::string LLVMProgram::triple() const { return impl_->machine->getTargetTriple().str(); }

} // namespace gradus::codegen
