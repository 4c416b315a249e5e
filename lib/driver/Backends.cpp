//===- Backends.cpp - `gradus check --backends` --------------------------------------===//

#include "driver/Backends.h"

#include "driver/BackendCalls.h"
#include "driver/CCompilers.h"
#include "driver/EmitModel.h"
#include "driver/Report.h"
#include "support/Files.h"
#include "support/Numbers.h"
#include "support/Process.h"
#include "support/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

namespace gradus::driver {

using namespace ir;

namespace {

/// What one way to run the model has given.
struct Row {
  std::string name;
  size_t numbers = 0;
  double largest = 0, solver = 0; ///< of functions, of whole descents
  std::string where = {};   ///< of the largest difference
  std::string failure = {}; ///< it did not run
  std::string solverWhere = {};
};

/// As large as rounding makes them in sums of a usual length.
constexpr double tolerance = 1e-9, solverTolerance = 1e-5;

class Backends {
public:
  Backends(Session &session, const CheckOptions &options) : session(session), options(options) {}

  bool run() {
    module.name = session.stem();
    module.strict = options.strict;
    emit.strict = options.strict;
    emit.prefix = "model";
    if (!lowerFixed(session, emit, module, interface))
      return false;
    calls.emplace(session, module, interface);
    if (!calls->make())
      return false;
    rows.push_back({"interpreter", calls->interpretedNumbers, calls->interpreted, 0});
    for (auto [level, name] : {std::pair{jit::Level::Bytecode, "bytecode"},
                               {jit::Level::O0, "machine code, not optimized"},
                               {jit::Level::Fast, "machine code, quickly optimized"},
                               {jit::Level::Full, "machine code, optimized"}})
      native(level, name);
    settings = cSettings(session, emit, module, interface);
    parts = codegen::c::emit(module, interface, settings);
    const std::string source = program();
    const std::vector<std::string> compilers = cCompilers();
    for (const std::string &compiler : compilers)
      compiled("C by " + compiler, compiler, codegen::c::singleHeader(parts, settings), source, "");
    if (compilers.empty())
      rows.push_back({"C", 0, 0, 0, {}, "no C compiler is there: install gcc or clang"});
    else
      object(compilers.front(), source);
    return true;
  }

  void native(jit::Level level, const char *name) {
    rows.push_back({name, 0, 0, 0});
    std::string error;
    auto code = jit::Jit::compile(module, level, error);
    if (!code) {
      rows.back().failure = error;
      return;
    }
    for (const BackendCall &reference : calls->calls) {
      BackendCall call = reference;
      prepare(call);
      if (!calls->run(*code, call))
        return;
      compare(reference, call);
    }
  }
  /// The point of a solver is its start again; arrays have their whole lengths.
  void prepare(BackendCall &call) const {
    const lower::InterfaceFunction &f = interface.functions[call.row];
    for (size_t k = 0; k < f.arguments.size(); ++k) {
      if (call.values[k].changed && f.arguments[k].role == lower::ArgumentRole::Unknowns)
        call.values[k].reals = startOf(call);
      else if (call.values[k].changed) // multipliers
        std::fill(call.values[k].reals.begin(), call.values[k].reals.end(), 0.0);
      if (f.purpose == lower::Purpose::Pattern && f.arguments[k].name == "row")
        for (size_t j = 0; j < f.arguments.size(); ++j)
          if (f.arguments[j].name == "position")
            call.values[k].wholes.resize(
                std::max(call.values[k].count(), call.values[j].count()));
    }
  }
  const std::vector<double> &startOf(const BackendCall &call) const {
    const std::string &subject = interface.functions[call.row].subject;
    for (const BackendCall &other : calls->calls)
      if (interface.functions[other.row].purpose == lower::Purpose::Start &&
          interface.functions[other.row].subject == subject)
        return other.values[resultOf(other)].reals;
    return call.values.front().reals;
  }
  size_t resultOf(const BackendCall &call) const {
    for (size_t k = 0; k < call.values.size(); ++k)
      if (call.values[k].result)
        return k;
    return 0;
  }

  void compare(const BackendCall &reference, const BackendCall &got) {
    Row &row = rows.back();
    const lower::InterfaceFunction &f = interface.functions[reference.row];
    const std::string where = f.name + " at point " + std::to_string(reference.point);
    if (reference.status != got.status) {
      row.failure = where + " returned " + std::to_string(got.status) + ", not " +
                    std::to_string(reference.status);
      return;
    }
    for (size_t k = 0; k < got.values.size(); ++k) {
      const CallValue &want = reference.values[k], &have = got.values[k];
      if (!want.result && !want.changed)
        continue;
      std::vector<double> a, b;
      const size_t count = want.count();
      for (size_t i = 0; i < count; ++i) {
        a.push_back(have.whole ? double(have.wholes[i]) : have.reals[i]);
        b.push_back(want.whole ? double(want.wholes[i]) : want.reals[i]);
      }
      row.numbers += count;
      const bool solver = f.purpose == lower::Purpose::Solve;
      // Counts, norms and an objective near 0 follow every rounding on the way there.
      if (solver && !options.strict && !want.changed)
        continue;
      const double d = difference(a, b);
      double &largest = solver ? row.solver : row.largest;
      if (d > largest) {
        largest = d;
        (solver ? row.solverWhere : row.where) = where;
      }
    }
  }

  //--- C
  static std::string number(double x) {
    if (std::isnan(x))
      return "NAN";
    if (std::isinf(x))
      return x < 0 ? "-INFINITY" : "INFINITY";
    return fmt::format("{:a}", x);
  }
  template <class T> static std::string list(const std::vector<T> &numbers) {
    std::string text;
    for (const T &x : numbers) {
      text += text.empty() ? "" : ", ";
      if constexpr (std::is_same_v<T, double>)
        text += number(x);
      else
        text += fmt::format("INT64_C({})", x);
      if (text.size() - std::min(text.rfind('\n'), text.size()) > 90)
        text += "\n";
    }
    return text.empty() ? "0" : text;
  }

  /// A program that prints status and results of every call.
  std::string program() {
    int64_t most = 8;
    std::string functions, calling;
    for (size_t c = 0; c < calls->calls.size(); ++c) {
      BackendCall call = calls->calls[c];
      prepare(call);
      most = std::max(most, call.workspace);
      functions += function(call, c);
      calling += fmt::format("  call_{}(&frame);\n", c);
    }
    return fmt::format(R"(#define MODEL_IMPLEMENTATION
#include "model.h"

#include <stdio.h>

/* A workspace needs no more than the alignment of a double. */
static double memory[{}];

static void reals(const double *x, int count) {{
  int i;
  for (i = 0; i < count; ++i)
    printf("%a\n", x[i]);
}}
static void wholes(const int64_t *x, int count) {{
  int i;
  for (i = 0; i < count; ++i)
    printf("%lld\n", (long long)x[i]);
}}

{}int main(void) {{
  model_frame frame = {{0}};
  double *workspace = memory;
  while ((uintptr_t)workspace % 16 != 8)
    ++workspace;
  frame.workspace = workspace;
  frame.workspace_bytes = sizeof memory - 16;
{}  if (sizeof memory == 0) {{
    reals(memory, 0);
    wholes(NULL, 0);
  }}
  return 0;
}}
)",
                       most + 8, functions, calling);
  }

  std::string function(const BackendCall &call, size_t number) {
    const lower::InterfaceFunction &f = interface.functions[call.row];
    std::string declarations, arguments, prints;
    bool solver = f.purpose == lower::Purpose::Solve;
    for (size_t k = 0; k < call.values.size(); ++k) {
      const CallValue &v = call.values[k];
      const lower::ArgumentRole role = f.arguments[k].role;
      const std::string name = fmt::format("a{}", k);
      const char *print = v.whole ? "wholes" : "reals", *type = v.whole ? "int64_t" : "double";
      const std::string all = v.whole ? list(v.wholes) : list(v.reals);
      if (role == lower::ArgumentRole::Option)
        continue; // the defaults
      if (solver && role >= lower::ArgumentRole::Ending) {
        prints += fmt::format("  {}(&result.{}, 1);\n", print, f.arguments[k].name);
        continue;
      }
      if (!v.result && !v.array) {
        arguments += ", " + all;
        continue;
      }
      declarations += v.result ? fmt::format("  static {} {}[{}];\n", type, name,
                                             std::max<size_t>(v.count(), 1))
                               : fmt::format("  static {}{} {}[] = {{{}}};\n",
                                             v.changed ? "" : "const ", type, name, all);
      arguments += ", " + name;
      if (v.result || v.changed)
        prints += fmt::format("  {}({}, {});\n", print, name,
                              calls->calls[number].values[k].count());
    }
    if (solver) {
      declarations += fmt::format("  {}_result result;\n", parts.names[call.row]);
      arguments += ", NULL, &result";
    }
    return fmt::format("static void call_{}(model_frame *frame) {{\n{}"
                       "  printf(\"%d\\n\", (int){}(frame{}));\n{}}}\n\n",
                       number, declarations, parts.names[call.row], arguments, prints);
  }

  void compiled(const std::string &name, const std::string &compiler, const std::string &header,
                const std::string &source, const std::string &objectBytes) {
    rows.push_back({name, 0, 0, 0});
    Row &row = rows.back();
    TemporaryDirectory directory;
    const std::string base = directory.path() + "/";
    std::vector<std::string> command{compiler, "-O2", "-o", base + "run", base + "run.c"};
    if (options.strict)
      command.insert(command.begin() + 2, "-ffp-contract=off");
    bool written = !writeFile(base + "model.h", header) && !writeFile(base + "run.c", source);
    if (!objectBytes.empty()) {
      command.push_back(base + "model.o");
      written = written && !writeFile(base + "model.o", objectBytes);
    }
    command.push_back("-lm");
    std::string said, printed;
    if (!written)
      row.failure = "no place for files in " + directory.path();
    else if (runProgram(command, said) != 0)
      row.failure = "it does not compile: " + said.substr(0, said.find('\n'));
    else if (runProgram({base + "run"}, printed) != 0)
      row.failure = "the program failed";
    else
      readResults(printed);
  }

  void readResults(const std::string &printed) {
    std::istringstream lines(printed);
    std::string line;
    for (const BackendCall &reference : calls->calls) {
      BackendCall got = reference;
      if (!std::getline(lines, line)) {
        rows.back().failure = "the program ended early";
        return;
      }
      got.status = std::atoi(line.c_str());
      for (const bool late : {false, true}) // results of a solver come after its arrays
        for (size_t k = 0; k < got.values.size(); ++k) {
          CallValue &v = got.values[k];
          const bool field = interface.functions[got.row].purpose == lower::Purpose::Solve &&
                             interface.functions[got.row].arguments[k].role >=
                                 lower::ArgumentRole::Ending;
          if ((!v.result && !v.changed) || field != late)
            continue;
          for (size_t i = 0; i < v.count() && std::getline(lines, line); ++i)
            (v.whole ? static_cast<void>(v.wholes[i] = std::atoll(line.c_str()))
                     : static_cast<void>(v.reals[i] = std::strtod(line.c_str(), nullptr)));
        }
      compare(reference, got);
    }
  }

  void object(const std::string &compiler, const std::string &source) {
    codegen::Settings s;
    s.symbolPrefix = "model_packed_";
    s.runtimePrefix = "model_rt_";
    std::string error;
    auto made = codegen::LLVMProgram::create(module, s, error);
    if (!made) {
      rows.push_back({"object", 0, 0, 0, {}, error});
      return;
    }
    made->optimize();
    const std::string header = codegen::c::objectHeader(parts, settings, made->runtimeFunctions());
    compiled("object, linked by " + compiler, compiler, header, source, made->object());
  }

  Session &session;
  const CheckOptions &options;
  EmitOptions emit;
  loops::Module module;
  lower::Interface interface;
  std::optional<BackendCalls> calls;
  codegen::c::Settings settings;
  codegen::c::Emitted parts;

public:
  std::vector<Row> rows;
  size_t functions() const { return interface.functions.size(); }
  size_t callCount() const { return calls->calls.size(); }
  size_t tooLarge() const { return calls->tooLarge; }
  bool solves() const {
    for (const lower::InterfaceFunction &f : interface.functions)
      if (f.purpose == lower::Purpose::Solve)
        return true;
    return false;
  }
};

std::string shortNumber(double x) { return x == 0 ? "0" : formatNumber(x, 2); }

} // namespace

int checkBackends(const CheckOptions &options, std::ostream &out, std::ostream &err) {
  Session session({options.set, options.data, options.allowPath});
  auto fail = [&] { return finish(session, options.file, options.json, out, err); };
  if (!session.load(options.file) || !session.bind())
    return fail();
  Backends backends(session, options);
  if (!backends.run())
    return fail();
  size_t width = 0;
  for (const Row &row : backends.rows) {
    width = std::max(width, countCodePoints(row.name));
    const double allowed = options.strict ? 0 : tolerance;
    if (!row.failure.empty() && row.name != "C")
      session.diagnostics.report(Diag::CheckFailed, {}, row.name + ": " + row.failure);
    else if (row.largest > allowed)
      session.diagnostics.report(Diag::CheckFailed, {},
                                 row.name + ": differs by " + shortNumber(row.largest) +
                                     (row.where.empty() ? "" : " in " + row.where));
    else if (row.solver > (options.strict ? 0 : solverTolerance))
      session.diagnostics.report(Diag::CheckFailed, {},
                                 row.name + ": the solutions of " + row.solverWhere +
                                     " differ by " + shortNumber(row.solver));
  }
  if (options.json) {
    Json list = Json::array();
    for (const Row &row : backends.rows)
      list.push_back(Json{{"name", row.name},
                          {"numbers", row.numbers},
                          {"difference", numberJson(row.largest)},
                          {"where", row.where},
                          {"solver_difference", numberJson(row.solver)},
                          {"failure", row.failure}});
    out << Json{{"file", options.file},
                {"ok", !session.diagnostics.hasErrors()},
                {"functions", backends.functions()},
                {"calls", backends.callCount()},
                {"too_large", backends.tooLarge()},
                {"backends", std::move(list)}}
               .dump(2)
        << "\n";
    return finish(session, options.file, false, out, err);
  }
  out << fmt::format("{} functions, {} calls", backends.functions(), backends.callCount());
  if (backends.tooLarge())
    out << fmt::format("; {} with more numbers than are compared", backends.tooLarge());
  out << "\n\n  " << std::string(width, ' ') << "  numbers  difference"
      << (backends.solves() ? "  solutions" : "") << "\n";
  for (const Row &row : backends.rows) {
    out << "  " << row.name << std::string(width - countCodePoints(row.name), ' ');
    if (!row.failure.empty())
      out << "  " << row.failure << "\n";
    else if (row.name == "interpreter")
      out << fmt::format("  {:>7}  {:>10}\n", row.numbers, shortNumber(row.largest));
    else
      out << fmt::format("  {:>7}  {:>10}", row.numbers, shortNumber(row.largest))
          << (backends.solves() ? fmt::format("  {:>9}", shortNumber(row.solver)) : "") << "\n";
  }
  return finish(session, options.file, false, out, err);
}

} // namespace gradus::driver
