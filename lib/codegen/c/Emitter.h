//===- Emitter.h - what the parts of an emitted header share -----------------===//
//
// One emission: rows of the table are named and described first (Signatures,
// Workspaces, Objects), then bodies are written (EmitC), which takes the names.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "codegen/c/Costs.h"
#include "codegen/c/EmitC.h"
#include "codegen/c/FunctionWriter.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace gradus::codegen::c {

/// A function that only others of the file call.
struct WrittenFunction {
  std::string name, text;
};

class Emitter {
public:
  Emitter(const loops::Module &module, const lower::Interface &interface, const Settings &settings)
      : module_(module), interface_(interface), settings_(settings),
        upper_(upperCase(settings.prefix)),
        file_{module,
              settings.prefix,
              upper_ + "_RESTRICT",
              settings.single,
              1,
              Helpers(settings.prefix, settings.single),
              {}} {}

  Emitted emit();

private:
  //--- EmitC.cpp: facts of functions, and bodies
  /// Which functions are wanted, what each needs, and static names.
  void findFacts();
  std::string tables() const;
  void visitFacts(const loops::Body &body, FunctionFacts &facts);
  std::vector<WrittenFunction> internalFunctions();
  /// Stack and arithmetic of each function.
  std::string costMacros();
  std::string publicBodies();
  /// The extern function of a static one that others call too.
  Function forward(FunctionWriter &writer, const PublicShape &shape, uint32_t k);

  //--- Signatures.cpp: public names, heads, documentation
  void namePublic();
  std::string typeDefault(const lower::InterfaceArgument &a);
  /// Writes the declarations of a row.
  void describe(size_t row);

  /// The check of the workspace with options that are fields.
  static std::string replaced(const PublicShape &shape, const std::vector<std::string> &names,
                              const std::string &options);
  /// The structures of a solver: its options and its result.
  void solveTypes(size_t row, PublicShape &shape, const std::string &upperStem);
  std::string documentation(size_t row, const std::vector<std::string> &names);
  std::string head();

  //--- Workspaces.cpp: sizes, as macros and functions
  void workspace(size_t row, const std::vector<std::string> &names, PublicShape &shape,
                 const std::string &upperStem);
  /// The length of an array: a number, or a function of sizes.
  void room(const lower::InterfaceRoom &room, const PublicShape &shape,
            const std::string &upperStem);
  void sizeFunction(const loops::Function &size, const FunctionFacts &facts,
                    const std::string &name, const std::string &note, int64_t times);

  //--- Objects.cpp: LLVM's object behind the same signatures
  /// The function of an object, whose arguments are an array of pointers, behind
  /// the signature of the emitted C.
  std::string packed(size_t row, Function head, const std::vector<std::string> &names);
  /// Functions with the mark @ before them become what is to stand there.
  static std::string marked(const std::string &text, const std::string &what);
  /// Functions of a header that has no source.
  static std::string inlined(const std::string &functions);
  std::string workspaceInline() const;
  /// What the sizes of workspace call.
  std::string sizeHelpers() const;

  const loops::Module &module_;
  const lower::Interface &interface_;
  const Settings &settings_;
  std::string upper_;
  FileContext file_;
  Names internal_;
  std::set<std::string> publicNames_;
  std::vector<bool> wanted_, called_;
  std::vector<uint32_t> order_;
  std::vector<PublicShape> shapes_;
  std::vector<std::string> stems_;
  std::map<size_t, std::string> optionDefaults_;
  int64_t elementBytes_ = 8;
  StackBounds stack_{1};
  std::string optionTypes_, workspaceText_, publicText_, objectText_, wrapperText_,
      workspaceBodies_;
};

} // namespace gradus::codegen::c
