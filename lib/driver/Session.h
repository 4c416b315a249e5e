//===- Session.h - one model from file to bound values -----------------------===//
//
// The first stages in order: read, parse, check, bind. A command makes a
// session, loads a file, and goes on from there.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/HoistData.h"
#include "interpret/Interpreter.h"
#include "jit/JIT.h"
#include "semantics/Analyze.h"
#include "support/Diagnostics.h"
#include "syntax/Tree.h"
#include "transform/Epigraph.h"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gradus::data {
struct Fault;
}

namespace gradus::driver {

struct SessionOptions {
  std::vector<std::string> set;       ///< NAME=V
  std::vector<std::string> data;      ///< NAME=FILE
  std::vector<std::string> allowPath; ///< more directories that a model may read
  bool cacheCode = false;             ///< keep compiled code for later processes
  jit::CodeStore *codeStore = nullptr; ///< share it with other sessions; may be null
  int64_t threads = 1;                 ///< that share the chunks of long loops
};

/// The value of one input of the graph.
struct InputValue {
  bool known = false;
  double real = 0;
  int64_t whole = 0;
  std::vector<double> reals;    ///< Real array, row major
  const double *borrowed = nullptr; ///< the same where it lies in the caller's memory
  std::vector<int64_t> wholes;  ///< Int array
  std::vector<int64_t> extents; ///< of an array

  const double *realData() const { return borrowed ? borrowed : reals.data(); }
  size_t elements() const {
    size_t product = 1;
    for (int64_t e : extents)
      product *= static_cast<size_t>(e);
    return product;
  }
};

/// Numbers in the memory of a host program.
struct MemoryValue {
  const double *numbers = nullptr;
  size_t count = 0;
  std::vector<int64_t> extents; ///< empty: a vector, or the declared shape
  bool single = false;          ///< one number: `value`
  double value = 0;
};

class Session {
public:
  explicit Session(SessionOptions options = {});

  /// Reads, parses and checks a file; false after reporting errors.
  bool load(const std::string &path);
  /// The same for a text that came from elsewhere.
  bool loadText(const std::string &path, std::string text);
  /// Reads data files and sets parameters; false after reporting errors.
  bool bind();
  /// The same, with values of parameters and data from memory: they are read where
  /// they are. May be called again with others.
  bool bindMemory(const std::map<std::string, MemoryValue> &given);

  ir::Module &module() { return *analysis.module; }
  ir::Graph &graph() { return analysis.module->graph; }
  const syntax::Tree &tree() const { return trees.front(); }
  /// The declaration of a method: the file's own, or a shipped one.
  const syntax::MethodDecl *findMethod(const std::string &name);
  /// Makes the methods of another file known, before those of the model's own; false
  /// after reporting.
  bool addMethods(const std::string &path);
  /// A method that others may call: the model's own, or a shipped line search.
  const syntax::MethodDecl *findPiece(const std::string &name);
  const syntax::MethodDecl *loopMethod(const std::string &name);
  std::vector<std::string> methodNames();

  InputValue &value(uint32_t input);
  const std::deque<InputValue> &inputValues() const { return values; }
  /// An interpreter over all inputs that have values.
  interpret::Environment<double> environment() const;
  /// An Int expression of bound inputs; nothing after reporting.
  std::optional<int64_t> whole(ir::ValueId v);
  /// Extents of an array input's or value's shape.
  bool extents(ir::ShapeId shape, std::vector<int64_t> &out);

  /// The problem with unknowns in place of its kinks, made once; null where it has none
  /// or they cannot be taken out.
  transform::Epigraph *withoutKinks(const ir::Problem &problem,
                                    const std::vector<ir::ValueId> &nonNegative);

  /// The roots with what no unknown decides as inputs, found once; null where nothing is
  /// worth it, or there is not the memory for it. (HoistData.cpp)
  HoistedValues *hoisted(const std::vector<ir::ValueId> &roots,
                         const std::vector<ir::ValueId> &unknowns);
  /// A root of degree 2 by its Hessian, made once; null where it is of another kind.
  HoistedValues *normalForm(ir::ValueId root, const std::vector<ir::ValueId> &unknowns);
  /// What is hoisted is computed anew after this: numbers in memory may have changed.
  void touchData() { ++contents_; }
  uint64_t contents() const { return contents_; }

  const std::string &path() const { return path_; }
  /// The model, what it imports, and the tables whose headers it reads.
  std::vector<std::string> filesRead();
  /// The file's name without directory and extension.
  std::string stem() const;
  size_t skippedRows() const { return skippedRows_; }
  /// How code of this session is compiled: it is kept where the options say.
  jit::JitOptions jitOptions(jit::Level level) const {
    return {level, true, cache_ ? &*cache_ : nullptr, options.codeStore, {}};
  }
  /// For GradusFrame::threads; started when first asked for.
  void *threads();

  SourceManager sources;
  Diagnostics diagnostics;
  semantics::Analysis analysis;

private:
  const syntax::MethodDecl *embedded(const std::string &file, std::string_view text,
                                     const std::string &name);
  const syntax::Tree *import(const std::string &path, uint32_t from, SourceRange range);
  bool header(const ir::Table &table, uint32_t from, std::vector<std::string> &columns);
  const syntax::Tree *parseText(std::string path, std::string text);
  std::optional<std::string> resolve(const std::string &path, uint32_t from, SourceRange range);
  std::string tablePath(const ir::Table &table, bool &fromCommandLine);
  bool parseSettings();
  // ReadData.cpp
  struct DataFile {
    const ir::Table *table = nullptr;
    std::string path;
    bool replaced = false; ///< by --data
    std::vector<const ir::DataInput *> inputs; ///< in the order of the declaration
  };
  bool readTables();
  bool refuse(const DataFile &file, const data::Fault &fault);
  bool assign(const DataFile &file, uint32_t input, std::vector<double> numbers,
              std::vector<int64_t> shape);
  bool fitsShape(const DataFile &file, uint32_t input, const std::vector<int64_t> &shape);
  bool readColumns(const DataFile &file);
  bool readInOrder(const DataFile &file);
  bool bindRest(const DataFile &file, const ir::DataInput &data, int64_t left);
  bool readNamed(const DataFile &file);
  bool readBinary(const DataFile &file);
  bool bindSizes(uint32_t array, const std::vector<int64_t> &extents);
  bool setParameters();
  bool setFromMemory(uint32_t input, const std::string &name, const MemoryValue &memory);
  bool setParameter(const ir::Parameter &p);

  SessionOptions options;
  std::string path_;
  std::deque<syntax::Tree> trees;
  std::map<std::string, const syntax::Tree *> imported;
  std::map<std::string, const syntax::Tree *> methodTrees;
  std::deque<InputValue> values; ///< grows without moving what is there
  std::map<std::string, std::string> settings, replacements;
  size_t skippedRows_ = 0;
  uint64_t bindings_ = 0, contents_ = 0; ///< how often data were bound, or may have changed
  std::map<std::vector<ir::ValueId>, HoistedValues> hoisted_;
  std::map<ir::ValueId, std::optional<HoistedValues>> normal_;
  std::optional<jit::Cache> cache_;
  std::shared_ptr<void> threads_;
  std::map<std::pair<const ir::Problem *, std::vector<ir::ValueId>>,
           std::optional<transform::Epigraph>>
      smooth_;
};

} // namespace gradus::driver
