//===- FunctionWriter.h - one function of the loop IR as C (private) ----------===//
#pragma once

#include "codegen/c/CTree.h"
#include "codegen/c/Helpers.h"
#include "codegen/c/Names.h"
#include "loops/Loops.h"

#include <map>
#include <optional>
#include <set>

namespace gradus::codegen::c {

/// What is known of a function before any is written.
struct FunctionFacts {
  std::string name;    ///< of the C function that others call
  bool fails = false;  ///< returns a status
  bool frame = false;  ///< needs the frame: for checks and hooks
  bool work = false;   ///< needs workspace
};

struct FileContext {
  const loops::Module &module;
  std::string prefix;
  std::string restrictMacro;
  bool single = false;
  unsigned wordsPerElement = 1; ///< reals in an element of the workspace
  Helpers helpers;
  std::vector<FunctionFacts> facts;
  /// Rows of Module::tables: their names, whether elements are narrower than int64_t,
  /// and whether a function that was written reads them.
  struct TableFacts {
    std::string name;
    bool narrow = false, used = false;
  };
  std::vector<TableFacts> tables = {};

  const char *real() const { return single ? "float" : "double"; }
};

/// How parameters of a public function appear in C where that is not one each.
struct PublicShape {
  std::string name;
  bool isPublic = false;
  std::string options, result;             ///< "" or the names of struct types
  std::set<size_t> optionParameters;       ///< indices of parameters in *options
  std::map<size_t, std::string> resultFields; ///< of parameters in *result
  std::map<size_t, std::string> optionFields;
  std::optional<std::string> workspaceCheck; ///< C expression of the bytes that are needed
};

class FunctionWriter {
public:
  FunctionWriter(FileContext &file, const loops::Function &source, const FunctionFacts &facts);

  /// With `shape.isPublic`, the extern function with the body in it.
  Function write(const PublicShape &shape);
  /// Declared names, for documentation: one a parameter of the loop IR.
  const std::vector<std::string> &parameterNames() const { return parameterNames_; }
  /// Only the parameters.
  Function writeHead(const PublicShape &shape);

  /// For a function that computes one whole number: statements that end in its return.
  Block wholeResult();

private:
  struct Value {
    Expression e;
    bool inlined = false;
    bool readsMemory = false;
    std::optional<int64_t> constant; ///< of a whole number
    std::optional<bool> truth;
    // of a whole number: e == base + offset
    std::optional<Expression> base;
    int64_t offset = 0;
  };

  //--- FunctionWriter.cpp: names, parameters, declarations
  void countUses();
  void countUses(const loops::Body &body);
  void useBuffer(loops::BufferId b, bool allExtents);
  void use(loops::ScalarId s);
  void findEscapes(const loops::Body &body, std::vector<uint32_t> &heads, uint32_t head);
  void placeVariables();
  void nameEverything();
  void parameters(Function &f, const PublicShape &shape);
  void prologue(Block &out, const PublicShape &shape);
  void pointers(Block &out, loops::ScalarId offset);
  void pointer(Block &out, uint32_t b);
  void results(Block &out);
  std::string typeName(loops::Kind kind) const;

  //--- FunctionWriter.cpp: statements
  void body(const loops::Body &list, Block &out, loops::ScalarId condition = {});
  void define(const loops::Body &where, size_t at, const loops::Let &let, Block &out,
              loops::ScalarId condition);
  bool mayInline(const loops::Body &where, size_t at, const Value &v, loops::ScalarId condition);
  void statement(const loops::Assign &s, Block &out);
  void statement(const loops::Store &s, Block &out);
  void statement(const loops::Accumulate &s, Block &out);
  void statement(const loops::For &s, Block &out);
  void statement(const loops::While &s, Block &out);
  void statement(const loops::If &s, Block &out);
  void statement(const loops::Fill &s, Block &out);
  void statement(const loops::Copy &s, Block &out);
  void statement(const loops::Call &s, Block &out);
  void statement(const loops::Check &s, Block &out);
  void statement(const loops::Hook &s, Block &out);
  void statement(const loops::Break &s, Block &out);
  void statement(const loops::Return &s, Block &out);
  void plainLoop(const loops::For &s, Block &out);
  CountedLoop countedLoop(const loops::For &s, Expression first, Expression last);
  void combine(Block &out, Expression target, loops::Combine how, loops::ScalarId value,
               loops::Kind kind);

  //--- Lanes.cpp: sums in parts
  /// A variable that keeps a value of one round for the next.
  struct Carried {
    loops::VariableId variable;
    loops::ScalarId value;
    loops::Body lets; ///< what the value is made of, in order
  };
  struct LanePlan {
    std::vector<Carried> carried;
    int64_t reach = 0; ///< rounds before one that it needs values of
    const Carried *find(loops::VariableId v) const;
  };
  std::optional<LanePlan> lanePlan(const loops::For &s) const;
  bool planCarried(const loops::For &s, LanePlan &plan) const;
  void lanes(const loops::For &s, const LanePlan &plan, Block &out);
  void laneLoops(const loops::For &s, const LanePlan &plan, Block &out);
  Expression carriedBefore(const loops::For &s, const LanePlan &plan, const Carried &carried,
                           const Expression &round, int64_t rounds, Block &out);

  //--- Expressions.cpp
  Value operation(const loops::Operation &op);
  Value primitive(const loops::PrimOp &op);
  std::optional<Value> choiceOf(const loops::PrimOp &op);
  Value wholePrimitive(const loops::PrimOp &op);
  Expression realPrimitive(const loops::PrimOp &op);
  Expression call(Helper h, const loops::PrimOp &op);
  Expression libm(const loops::PrimOp &op);
  Value whole(int64_t value);
  Value affine(Expression base, int64_t offset);
  Expression negated(loops::ScalarId condition);
  Expression element(loops::BufferId b, const std::vector<loops::ScalarId> &indices);
  Expression count(loops::BufferId b);
  Expression realNumber(double value) const;
  Expression plain(loops::ScalarId s) const { return values_[s.index].e; }
  loops::Kind kind(loops::ScalarId s) const { return f_.scalars[s.index].kind; }

  FileContext &file_;
  loops::Function f_; ///< with its variables forwarded
  const FunctionFacts &facts_;
  Names names_;
  std::vector<uint32_t> uses_;
  std::vector<const loops::Operation *> definitions_;
  std::vector<Value> values_;
  std::vector<std::string> buffers_, parameterNames_;
  std::vector<bool> bufferUsed_, bufferMade_;
  std::vector<bool> escapes_; ///< scalars of a while loop's head that are read after it
  std::vector<bool> known_; ///< scalars that are defined where we are
  struct Place {
    bool touched = false, parameter = false, written = false, read = false;
    bool home = false;   ///< its first assignment declares it
    bool direct = false; ///< a parameter that one assignment at the end sets
    std::string name, pointer;
  };
  std::vector<Place> places_;
  bool inLanes_ = false; ///< in a loop that compilers may put into vectors
};

std::string wholeText(int64_t value);

} // namespace gradus::codegen::c
