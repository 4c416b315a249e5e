//===- CommandLine.cpp - the commands and their options -----------------------===//

#include "gradus/CommandLine.h"

#include "driver/CacheReport.h"
#include "driver/Check.h"
#include "driver/Compare.h"
#include "driver/Compile.h"
#include "driver/Critical.h"
#include "driver/Diff.h"
#include "driver/DiffPattern.h"
#include "driver/Eval.h"
#include "driver/Explain.h"
#include "driver/ExplainModel.h"
#include "driver/Plot.h"
#include "driver/Report.h"
#include "driver/Run.h"

#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <ostream>

namespace gradus::tool {

namespace {

const char *const overview =
    R"(A compiler for optimization: functions and problems written as mathematics, in
.opt files, become symbolic derivatives and native code.)";

const char *const overviewExamples = R"(Examples:
  gradus run model.opt            solve the problem of a file
  gradus diff model.opt           print the derivatives of its functions
  gradus explain-model model.opt  what kind of functions they are, what they cost
  gradus eval model.opt f --at 'x=[1,2],y=3'
  gradus COMMAND --help           options, units and defaults of a command

Exit codes: 0 converged or done, 1 usage, 2 error in the model, 3 in the data,
  4 limit of steps or time, 5 acceptable, 6 infeasible, 7 unbounded, 8 not
  evaluable at the start, 9 evaluation failed, 10 stalled, 11 check failed,
  12 resource limit, 13 out of memory, 14 files, 70 a bug, 130 interrupted)";

const char *const runExamples = R"(Examples:
  gradus run examples/penguins.opt
  gradus run model.opt --set rho=0.7 --set 'w=[1,2,3]' --data t=other.csv
  gradus run model.opt --method 'gradient_descent(rate = 0.1, steps = 50)' --trace
  gradus run model.opt --method mine.opt:name    a method in another file

Options of every method: tol = 1e-8, the norm of the projected gradient at which
the descent has converged; steps = 10000; max_time in seconds, without limit
unless given. `gradus methods` lists the methods and their own options.
The exit code is that of the first problem that did not converge.)";

const char *const explainModelExamples = R"(Examples:
  gradus explain-model model.opt
  gradus explain-model model.opt f --set n=1000 --json

Operations are those of one evaluation on real numbers, in units of an addition.
Sizes of arguments that nothing binds are 10 unless --set says otherwise.)";

const char *const diffExamples = R"(Examples:
  gradus diff model.opt                     first derivatives of everything
  gradus diff model.opt f --wrt x,y[2]      of f, with respect to x and y[2]
  gradus diff model.opt f --order 2         all second derivatives
  gradus diff model.opt f --order 2 --wrt x,y   the mixed one
  gradus diff model.opt --format latex
  gradus diff model.opt --pattern           where the Hessian has entries, as a picture
  gradus diff model.opt f --pattern --set n=1000 -o pattern.svg

Text and JSON are .opt: they can be pasted into a model. Arrays of at most 8
elements are differentiated element by element, larger ones and those whose size
is a symbol as a whole: [j in 1..n] ... is the derivative by x[j].
Terms stand by falling powers of the first variable, then of the second.)";

const char *const evalExamples = R"(Examples:
  gradus eval model.opt f --at 'x=[1,2],y=3'
  gradus eval model.opt f --at @point.json --hessian --json
  gradus eval model.opt f --at 'x=[1,2],y=3' --direction 'x=[0,1],y=0'
  gradus eval model.opt J --at 'θ=[0,1]'      an objective, by its name

A matrix is a list of rows: A=[[1,2],[3,4]]. A file after @ holds a JSON object
of numbers and lists by name. Unknowns of an objective that are not given take
their start. What a direction does not name is 0 in it; "directional" is the
derivative along the vector as given, "directional_unit" along its unit vector.)";

const char *const compileExamples = R"(Examples:
  gradus compile model.opt --emit=llvm
  gradus compile model.opt --emit=header -o model.h --fix n=10
  gradus compile model.opt --emit=obj -o model.o --with-header
  gradus compile model.opt --emit=shared -o model.so --with-header
Stages:
  tree      the syntax tree
  ir        the expression IR of the whole model
  gradient  the expression IR of each gradient
  loops     the loop IR of values, gradients and the descent
  llvm bc   LLVM IR, as text or binary, optimized
  asm obj   for this machine, or the one that --target and --cpu name
  shared    a shared library for this machine, linked by a C compiler
  header    one self-contained C99 header, also C++
  c         the same as a source and a header beside it)";

const char *const checkExamples = R"(Examples:
  gradus check model.opt
  gradus check --backends model.opt
Compares value and gradient of every function and problem: native code (without
and with optimization, default and --strict) with the interpreter, derivatives
with central differences in 50 digits. Exit code 11 where something differs.
--backends compares everything a compiled model has, with the C compilers that
PATH has: interpreter, machine code at three levels, C and object.)";

const char *const cacheExamples = R"(Examples:
  gradus cache
  gradus cache clear
`gradus run` and `gradus eval` keep the machine code of models, not their data:
the next run starts at once, whatever the parameters and data are. The code is in
$GRADUS_CACHE, $XDG_CACHE_HOME/gradus or ~/.cache/gradus, readable by its owner
only; above the limit, what was not used for longest is removed. GRADUS_CACHE=off
keeps nothing.)";

const char *const compareExamples = R"(Examples:
  gradus compare model.opt --methods lbfgs,newton
  gradus compare model.opt --methods 'adam(rate = 0.1),mine.opt:name' -o curves.svg
Each method solves each problem from its start. The curves show how far the
objective is above the lowest value that any of them has seen, step by step.)";

const char *const plotExamples = R"(Examples:
  gradus plot model.opt                     its objective, in characters
  gradus plot model.opt -o picture.svg      the same as a picture, or .png
  gradus plot model.opt f --box 'x=[-2,2]' --at 'x=1' -o curve.svg
One variable: the curve, a tangent, the points of the descent. Two: contours, the
direction of steepest descent, the way of the descent, where constraints hold.
More: with constraints, arrays of unknowns over their index; else how objective and
gradient fall. gnuplot draws.)";

const char *const criticalExamples = R"(Examples:
  gradus critical model.opt --box 'x=[-2,2],y=[-3,3]'
  gradus critical model.opt f --box 'x=[-2,2]' --json
Newton's method from many starts brings the gradient to zero; the eigenvalues of
the Hessian tell minima, maxima and saddles. A side that is not given has the
bounds of the model, or reaches from -5 to 5. What was not found may still exist.)";

/// What several commands share.
struct Common {
  std::string file;
  std::vector<std::string> set, data, allowPath;
  bool json = false, noCache = false, timings = false;
};

CLI::Option *list(CLI::App &app, const char *name, std::vector<std::string> &into, const char *type,
                  const char *help) {
  return app.add_option(name, into, help)->type_name(type)->allow_extra_args(false);
}

void addModel(CLI::App &app, Common &c) {
  app.add_option("FILE", c.file, "the model, a .opt file")->required()->type_name("");
}

void addData(CLI::App &app, Common &c) {
  list(app, "--data", c.data, "NAME=FILE", "read a table or matrix from another file; repeatable");
  list(app, "--allow-path", c.allowPath, "DIR",
       "let the model read files below this directory too; repeatable");
}

void addSet(CLI::App &app, Common &c) {
  list(app, "--set", c.set, "NAME=V", "value of a parameter, a number or a list; repeatable");
}

void addJson(CLI::App &app, Common &c) {
  app.add_flag("--json", c.json, "print JSON, also for errors");
}

void addNoCache(CLI::App &app, Common &c) {
  app.add_flag("--no-cache", c.noCache, "compile anew and keep nothing: see gradus cache");
}

void addTimings(CLI::App &app, Common &c) {
  app.add_flag("--timings", c.timings, "say on stderr how long each stage took");
}

bool wantsJson(const std::vector<std::string> &arguments) {
  for (size_t k = 0; k < arguments.size(); ++k)
    if (arguments[k] == "--json" || arguments[k] == "--format=json" ||
        (arguments[k] == "--format" && k + 1 < arguments.size() && arguments[k + 1] == "json"))
      return true;
  return false;
}

Request refuse(const std::string &message, const std::string &remedy, const std::string &file,
               bool json, std::ostream &out, std::ostream &err) {
  SourceManager sources;
  Diagnostics diagnostics(sources);
  diagnostics.report(Diag::Usage, {}, message, remedy);
  err << diagnostics.renderAll();
  if (json)
    out << driver::errorsJson(file, diagnostics).dump(2) << "\n";
  Request request;
  request.exitCode = diagnostics.exitCode();
  return request;
}

/// Help for a first word that is no command.
std::string remedyFor(const std::string &word, const std::vector<std::string> &commands) {
  if (word.size() > 4 && word.compare(word.size() - 4, 4, ".opt") == 0)
    return "to solve it: gradus run " + word;
  if (auto near = closest(word, commands))
    return "did you mean 'gradus " + *near + "'?";
  std::string all;
  for (const std::string &c : commands)
    all += (all.empty() ? "" : ", ") + c;
  return "commands: " + all;
}

} // namespace

Request parseCommandLine(int count, char **argv, std::ostream &out, std::ostream &err) {
  const std::vector<std::string> arguments(argv + 1, argv + count);
  CLI::App app(overview, "gradus");
  app.set_version_flag("--version", "gradus " GRADUS_VERSION, "print the version");
  app.set_help_flag("-h,--help", "print this help");
  app.footer(overviewExamples);

  Common common;
  driver::RunOptions run;
  driver::DiffOptions diff;
  driver::EvalOptions eval;
  driver::CompileOptions compile;
  driver::CheckOptions check;
  driver::CompareOptions compare;
  driver::CriticalOptions critical;
  driver::PlotOptions plot;
  driver::ExplainModelOptions explainModel;
  bool pattern = false;
  std::string code, method, patternOutput;

  CLI::App *runCommand = app.add_subcommand("run", "solve the problems of a model");
  addModel(*runCommand, common);
  addSet(*runCommand, common);
  addData(*runCommand, common);
  runCommand
      ->add_option("--method", run.method, "another method than the model's, with its options")
      ->type_name("'NAME(OPTION = V)'");
  runCommand->add_option("--start", run.start, "start values of unknowns, multipliers of constraints")
      ->type_name("POINT|@FILE");
  runCommand->add_option("--fix", run.fix, "unknowns that keep these values")
      ->type_name("POINT|@FILE");
  runCommand->add_flag("--sensitivity", run.sensitivity,
                       "with constraints: how the answer changes with the parameters");
  runCommand
      ->add_option("--seed", run.seed, "of random numbers, for methods that draw any (1)")
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000'000}))
      ->type_name("N");
  runCommand->add_flag("--trace", run.trace, "print a row for every iteration, k = 0 the start");
  addJson(*runCommand, common);
  runCommand->add_flag("--strict", run.strict,
                       "neither fuse multiply-adds nor reassociate sums: the same bits everywhere");
  runCommand
      ->add_option("--threads", run.threads,
                   "threads that share long loops, 1 if missing; the result is the same for any number")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  addNoCache(*runCommand, common);
  addTimings(*runCommand, common);
  runCommand->footer(runExamples);

  CLI::App *diffCommand = app.add_subcommand("diff", "print symbolic derivatives");
  addModel(*diffCommand, common);
  diffCommand->add_option("NAME", diff.name, "one function or objective; all when missing")
      ->type_name("");
  diffCommand
      ->add_option("--wrt", diff.wrt, "variables or elements, in this order; all when missing")
      ->type_name("x,y[2]");
  diffCommand->add_option("--order", diff.order, "first or second derivatives (only those)")
      ->type_name("1|2")
      ->check(CLI::IsMember({1, 2}).description(""))
      ->capture_default_str();
  diffCommand->add_option("--format", diff.format, "how to print: text, latex or json")
      ->type_name("text|latex|json")
      ->check(CLI::IsMember({"text", "latex", "json"}).description(""))
      ->capture_default_str();
  diffCommand->add_flag("--pattern", pattern,
                        "instead of formulas, where the Hessian has entries (of an array: the Jacobian)");
  diffCommand->add_option("-o,--output", patternOutput, "with --pattern: an image, .svg or .png")
      ->type_name("OUT");
  list(*diffCommand, "--set", common.set, "NAME=V",
       "with --pattern: value of a parameter, or a size of a function's argument; repeatable");
  addData(*diffCommand, common);
  diffCommand->footer(diffExamples);

  CLI::App *explainModelCommand = app.add_subcommand(
      "explain-model", "what kind of functions a model has, and what they cost");
  addModel(*explainModelCommand, common);
  explainModelCommand
      ->add_option("NAME", explainModel.name, "one function or objective; all when missing")
      ->type_name("");
  addSet(*explainModelCommand, common);
  addData(*explainModelCommand, common);
  addJson(*explainModelCommand, common);
  explainModelCommand->footer(explainModelExamples);

  CLI::App *evalCommand =
      app.add_subcommand("eval", "value and derivatives of a function at a point");
  addModel(*evalCommand, common);
  evalCommand->add_option("NAME", eval.name, "a function or an objective")
      ->required()
      ->type_name("");
  evalCommand->add_option("--at", eval.at, "the point: NAME=V,... or a JSON file")
      ->type_name("POINT|@FILE");
  evalCommand->add_flag("--hessian", eval.hessian, "the matrix of second derivatives too");
  evalCommand->add_flag("--sparse", eval.sparse,
                        "the entries of its lower triangle: row, column, value");
  evalCommand->add_option("--direction", eval.direction, "the derivative along this vector too")
      ->type_name("VECTOR|@FILE");
  addSet(*evalCommand, common);
  addData(*evalCommand, common);
  addJson(*evalCommand, common);
  addNoCache(*evalCommand, common);
  addTimings(*evalCommand, common);
  evalCommand->footer(evalExamples);

  CLI::App *compileCommand =
      app.add_subcommand("compile", "write what a stage of the compiler makes");
  addModel(*compileCommand, common);
  compileCommand->add_option("--emit", compile.emit, "the stage, see below")
      ->required()
      ->type_name("STAGE");
  compileCommand
      ->add_option("-o,--output", compile.output,
                   "the file, written whole or not at all; none or -: text goes to stdout")
      ->type_name("OUT");
  compileCommand
      ->add_option("--depfile", compile.depfile,
                   "also write a rule for make: the files that OUT depends on")
      ->type_name("FILE");
  compileCommand->add_flag("--strict", compile.model.strict,
                           "neither fuse multiply-adds nor reassociate sums");
  compileCommand->add_option("--real", compile.model.real, "type of reals in emitted C")
      ->type_name("f32|f64")
      ->check(CLI::IsMember({"f32", "f64"}).description(""))
      ->capture_default_str();
  compileCommand
      ->add_option("--prefix", compile.model.prefix,
                   "begins all names in emitted C; the file's name when missing")
      ->type_name("NAME");
  compileCommand
      ->add_option("--target", compile.target,
                   "the machine as a triple, such as thumbv7em-none-eabihf; this one when missing")
      ->type_name("TRIPLE");
  compileCommand->add_flag("--with-header", compile.withHeader,
                           "a C header beside the object, with typed functions that call it");
  compileCommand->add_flag("--with-test", compile.withTest,
                           "a C program beside the header that tests it; reads the model's data");
  list(*compileCommand, "--fix", compile.model.fix, "NAME=N",
       "a size or whole parameter as a constant; repeatable");
  compileCommand
      ->add_option("--cpu", compile.cpu,
                   "the processor, in LLVM's spelling; this machine's when missing")
      ->type_name("NAME");
  addData(*compileCommand, common);
  addTimings(*compileCommand, common);
  compileCommand->footer(compileExamples);

  CLI::App *checkCommand =
      app.add_subcommand("check", "compare derivatives and code with an oracle");
  addModel(*checkCommand, common);
  addSet(*checkCommand, common);
  addData(*checkCommand, common);
  addJson(*checkCommand, common);
  checkCommand->add_flag("--backends", check.backends,
                         "compare interpreter, machine code, emitted C and object with each other");
  checkCommand->add_flag("--strict", check.strict, "with --backends: they agree to the bit");
  checkCommand->footer(checkExamples);

  bool clearCache = false;
  CLI::App *cacheCommand = app.add_subcommand("cache", "the compiled code that is kept");
  addJson(*cacheCommand, common);
  cacheCommand->add_subcommand("clear", "remove all of it")->callback([&] { clearCache = true; });
  cacheCommand->footer(cacheExamples);

  CLI::App *compareCommand = app.add_subcommand("compare", "solve a problem by several methods");
  addModel(*compareCommand, common);
  compareCommand
      ->add_option("--methods", compare.methods, "methods with their options, separated by commas")
      ->required()
      ->type_name("A,B(OPTION = V)");
  compareCommand->add_option("-o,--output", compare.picture, "a picture of the curves, .svg or .png")
      ->type_name("PICTURE");
  addSet(*compareCommand, common);
  addData(*compareCommand, common);
  addJson(*compareCommand, common);
  compareCommand->footer(compareExamples);

  CLI::App *plotCommand = app.add_subcommand("plot", "draw a function and a descent on it");
  addModel(*plotCommand, common);
  plotCommand->add_option("NAME", plot.name, "a function or objective; the only one when missing")
      ->type_name("");
  plotCommand->add_option("--box", plot.box, "the part that is drawn")->type_name("x=[A,B],...");
  plotCommand->add_option("--at", plot.at, "where a curve gets its tangent")->type_name("x=V");
  plotCommand->add_option("--method", plot.method, "the method of the descent that is drawn")
      ->type_name("'NAME(OPTION = V)'");
  plotCommand->add_flag("--progress", plot.progress,
                        "in more than two unknowns: how objective and gradient fall");
  plotCommand->add_option("-o,--output", plot.picture, "a picture, .svg or .png; characters without it")
      ->type_name("PICTURE");
  addSet(*plotCommand, common);
  addData(*plotCommand, common);
  plotCommand->footer(plotExamples);

  CLI::App *criticalCommand =
      app.add_subcommand("critical", "find and classify stationary points in a box");
  addModel(*criticalCommand, common);
  criticalCommand
      ->add_option("NAME", critical.name, "a function or objective; the only one when missing")
      ->type_name("");
  criticalCommand->add_option("--box", critical.box, "where to look")->type_name("x=[A,B],...");
  addSet(*criticalCommand, common);
  addData(*criticalCommand, common);
  addJson(*criticalCommand, common);
  criticalCommand->footer(criticalExamples);

  CLI::App *explainCommand = app.add_subcommand("explain", "what a code of a message means");
  explainCommand->add_option("CODE", code, "as in error[E0204]; all codes when missing")
      ->type_name("");
  explainCommand->footer("Example: gradus explain E0204");

  CLI::App *methodsCommand = app.add_subcommand("methods", "the descent methods and their options");
  methodsCommand->add_option("NAME", method, "print the whole text of one")->type_name("");
  methodsCommand->footer("Examples:\n  gradus methods\n  gradus methods lbfgs");

  const bool json = wantsJson(arguments);
  std::vector<std::string> commands;
  for (const CLI::App *c : app.get_subcommands({}))
    commands.push_back(c->get_name());
  if (arguments.empty()) {
    err << app.help();
    Request request;
    request.exitCode = exitCode(Category::Usage);
    return request;
  }
  const std::string &word = arguments[0];
  if (word[0] != '-' && std::find(commands.begin(), commands.end(), word) == commands.end())
    return refuse("'" + word + "' is not a command", remedyFor(word, commands), "", json, out, err);

  Request request;
  try {
    app.parse(count, argv);
  } catch (const CLI::CallForHelp &) {
    const std::vector<CLI::App *> chosen = app.get_subcommands();
    out << (chosen.empty() ? app.help() : chosen[0]->help("gradus"));
    return request;
  } catch (const CLI::CallForVersion &) {
    out << "gradus " GRADUS_VERSION "\n";
    return request;
  } catch (const CLI::ParseError &e) {
    return refuse(e.what(),
                  "gradus " + (word[0] == '-' ? "" : word + " ") + "--help shows what can be given",
                  common.file, json, out, err);
  }

  request.file = common.file;
  request.json = json;
  request.stopsItself = runCommand->parsed();
  request.timings = common.timings;
  auto take = [&common](auto options) {
    options.file = common.file;
    options.data = common.data;
    options.allowPath = common.allowPath;
    if constexpr (requires { options.set; })
      options.set = common.set;
    if constexpr (requires { options.json; })
      options.json = common.json;
    if constexpr (requires { options.cache; })
      options.cache = !common.noCache;
    return options;
  };
  if (cacheCommand->parsed())
    request.run = [clearCache, json](std::ostream &a, std::ostream &b) {
      return driver::cacheReport(clearCache, json, a, b);
    };
  else if (runCommand->parsed())
    request.run = [o = take(run)](std::ostream &a, std::ostream &b) mutable {
      o.progress = isatty(STDERR_FILENO) != 0;
      return driver::run(o, a, b);
    };
  else if (diffCommand->parsed() && pattern)
    request.run = [o = driver::PatternOptions{common.file, common.set, common.data,
                                              common.allowPath, diff.name, patternOutput,
                                              diff.format == "json"}](
                      std::ostream &a, std::ostream &b) { return driver::diffPattern(o, a, b); };
  else if (explainModelCommand->parsed())
    request.run = [o = take(explainModel)](std::ostream &a, std::ostream &b) {
      return driver::explainModel(o, a, b);
    };
  else if (diffCommand->parsed())
    request.run = [o = take(diff)](std::ostream &a, std::ostream &b) {
      return driver::diff(o, a, b);
    };
  else if (evalCommand->parsed())
    request.run = [o = take(eval)](std::ostream &a, std::ostream &b) {
      return driver::eval(o, a, b);
    };
  else if (compileCommand->parsed()) {
    if (compile.output == "-")
      compile.output.clear();
    request.run = [o = take(compile)](std::ostream &a, std::ostream &b) {
      return driver::compile(o, a, b);
    };
  } else if (checkCommand->parsed())
    request.run = [o = take(check)](std::ostream &a, std::ostream &b) {
      return driver::check(o, a, b);
    };
  else if (compareCommand->parsed())
    request.run = [o = take(compare)](std::ostream &a, std::ostream &b) {
      return driver::compare(o, a, b);
    };
  else if (plotCommand->parsed())
    request.run = [o = take(plot)](std::ostream &a, std::ostream &b) {
      return driver::plot(o, a, b);
    };
  else if (criticalCommand->parsed())
    request.run = [o = take(critical)](std::ostream &a, std::ostream &b) {
      return driver::critical(o, a, b);
    };
  else if (explainCommand->parsed())
    request.run = [code](std::ostream &a, std::ostream &b) { return driver::explain(code, a, b); };
  else if (methodsCommand->parsed())
    request.run = [method](std::ostream &a, std::ostream &b) {
      return driver::listMethods(method, a, b);
    };
  return request;
}

} // namespace gradus::tool
