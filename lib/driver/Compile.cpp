//===- Compile.cpp - the command `gradus compile` -----------------------------------===//

#include "driver/Compile.h"
#include "driver/CCompilers.h"
#include "driver/Depfile.h"

#include "codegen/llvm/LLVMBackend.h"
#include "differentiate/Differentiate.h"
#include "driver/EmitTest.h"
#include "driver/LowerModel.h"
#include "driver/Subject.h"
#include "support/Files.h"
#include "support/Process.h"
#include "syntax/Printer.h"

#include <algorithm>
#include <filesystem>
#include <ostream>

namespace gradus::driver {

using namespace ir;

namespace {

/// In the order of the way through the compiler.
const std::vector<std::string> stages = {"tree", "ir",  "gradient", "loops",  "llvm", "bc",
                                         "asm",  "obj", "shared",   "c", "header"};

bool isOneOf(const std::string &stage, std::initializer_list<const char *> set) {
  return std::find(set.begin(), set.end(), stage) != set.end();
}

/// Each gradient in the text form of the IR; lines with ; are comments in it.
std::string gradientText(Session &session) {
  Graph &g = session.graph();
  std::string text;
  for (const Subject &s : subjects(session)) {
    if (!g.type(s.value).scalar())
      continue;
    const std::vector<ValueId> variables = s.variables(g);
    const std::vector<ValueId> gradient = differentiate::gradient(g, g.toReal(s.value), variables);
    for (size_t k = 0; k < variables.size(); ++k)
      text += std::string(text.empty() ? "" : "\n") + "; d " + s.name + " / d " +
              g.inputOf(variables[k]).name + "\n" + printText(g, gradient[k]);
  }
  return text;
}

bool write(Session &session, const std::string &path, const std::string &text) {
  auto fault = writeFile(path, text);
  if (fault)
    session.diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
  return !fault;
}

/// A shared library of an object, or of emitted C in float, and of what gives its
/// functions the signatures of C: made by a C compiler.
bool linkShared(Session &session, const codegen::c::Emitted &parts, const codegen::c::Settings &c,
                const std::string &object, const std::vector<std::string> &runtime,
                std::string &content) {
  const std::string compiler = usualCCompiler();
  if (compiler.empty()) {
    session.diagnostics.report(Diag::FileMissing, {}, "a shared library is linked by a C compiler, and there is none",
                               "install gcc or clang, or name one: CC=...");
    return false;
  }
  TemporaryDirectory directory;
  const std::string base = directory.path() + "/";
  std::vector<std::string> command{compiler, "-shared", "-fPIC", "-fvisibility=hidden", "-o",
                                   base + "model.so", base + "model.c"};
  // Only what the header declares is seen from outside.
  const std::string shown = "#pragma GCC visibility push(default)\n#include \"model.h\"\n"
                            "#pragma GCC visibility pop\n";
  bool written = write(session, base + "model.h", codegen::c::headerText(parts, c));
  if (object.empty()) {
    command.insert(command.begin() + 1, "-O3");
    if (c.strict)
      command.insert(command.begin() + 1, "-ffp-contract=off");
    written = written &&
              write(session, base + "model.c", shown + codegen::c::sourceText(parts, c, "model.h"));
  } else {
    command.insert(command.begin() + 1, "-O2");
    command.push_back(base + "model.o");
    written = written && write(session, base + "model.o", object) &&
              write(session, base + "model.c",
                    shown + codegen::c::wrapperText(parts, c, "model.h", runtime));
  }
  command.push_back("-lm");
  if (!written)
    return false;
  std::string said;
  if (runProgram(command, said) != 0) {
    session.diagnostics.report(Diag::FileUnwritable, {}, "the C compiler '" + compiler +
                               "' made no shared library: " + said.substr(0, said.find('\n')),
                               "another one: CC=clang gradus compile ...");
    return false;
  }
  if (auto fault = readFile(base + "model.so", content)) {
    session.diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
    return false;
  }
  return true;
}

bool nativeCode(Session &session, const loops::Module &module, const lower::Interface &interface,
                const CompileOptions &options, std::string &content) {
  codegen::Settings settings;
  settings.level = codegen::Level::Full;
  settings.cpu = options.cpu;
  settings.triple = options.target;
  // Another machine may have no vector functions to link with.
  settings.vectorMath = options.target.empty();
  const bool shared = options.emit == "shared";
  codegen::c::Settings c;
  codegen::c::Emitted parts;
  if (options.withHeader || shared) {
    c = cSettings(session, options.model, module, interface);
    settings.symbolPrefix = c.prefix + "_packed_";
    settings.runtimePrefix = c.prefix + "_rt_";
    settings.hidden = shared;
    parts = codegen::c::emit(module, interface, c);
  }
  const auto header = std::filesystem::path(options.output).replace_extension(".h");
  if (shared) {
    if (options.withHeader && !write(session, header.string(), codegen::c::headerText(parts, c)))
      return false;
    if (c.single)
      return linkShared(session, parts, c, "", {}, content);
  }
  std::string error;
  auto program = codegen::LLVMProgram::create(module, settings, error);
  if (!program) {
    const bool chosen = !options.cpu.empty() || !options.target.empty();
    session.diagnostics.report(chosen ? Diag::Usage : Diag::Internal, {}, error,
                               !options.cpu.empty() ? "--cpu wants a name that LLVM knows"
                               : chosen ? "--target wants a triple that LLVM knows, such as "
                                          "aarch64-linux-gnu or thumbv7em-none-eabihf"
                                        : "");
    return false;
  }
  program->optimize();
  const std::vector<std::string> runtime = program->runtimeFunctions();
  if (options.withHeader && !shared &&
      !write(session, header.string(), codegen::c::objectHeader(parts, c, runtime)))
    return false;
  content = options.emit == "llvm"  ? program->ir()
            : options.emit == "bc"  ? program->bitcode()
            : options.emit == "asm" ? program->assembly()
                                    : program->object();
  return !shared || linkShared(session, parts, c, std::string(content), runtime, content);
}

/// The emitted C; `--emit=c` writes its header beside it.
bool emitC(Session &session, const loops::Module &module, const lower::Interface &interface,
           const CompileOptions &options, std::string &content) {
  const codegen::c::Settings settings = cSettings(session, options.model, module, interface);
  const codegen::c::Emitted parts = codegen::c::emit(module, interface, settings);
  if (options.emit == "header") {
    content = codegen::c::singleHeader(parts, settings);
    if (!options.withTest)
      return true;
    const std::filesystem::path header(options.output);
    std::filesystem::path test = header;
    test.replace_filename(header.stem().string() + "_test.c");
    auto program = testProgram(session, options.model, interface, settings, parts,
                               header.filename().string());
    if (!program)
      return false;
    if (auto fault = writeFile(test.string(), *program)) {
      session.diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
      return false;
    }
    return true;
  }
  const std::filesystem::path header =
      std::filesystem::path(options.output).replace_extension(".h");
  content = codegen::c::sourceText(parts, settings, header.filename().string());
  if (auto fault = writeFile(header.string(), codegen::c::headerText(parts, settings))) {
    session.diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
    return false;
  }
  return true;
}

/// Whether the stage exists and its output has a place to go to.
bool checkUsage(Session &session, const CompileOptions &options) {
  const std::string &stage = options.emit;
  if (std::find(stages.begin(), stages.end(), stage) == stages.end()) {
    std::string list;
    for (const std::string &s : stages)
      list += (list.empty() ? "" : ", ") + s;
    auto near = closest(stage, stages);
    session.diagnostics.report(Diag::Usage, {}, "there is no stage '" + stage + "' to emit",
                               "stages: " + list +
                                   (near ? "        did you mean '" + *near + "'?" : ""));
    return false;
  }
  if (options.output.empty() && !options.depfile.empty()) {
    session.diagnostics.report(Diag::Usage, {}, "--depfile needs an output that depends on files",
                               "name it: -o FILE");
    return false;
  }
  if (options.output.empty() && isOneOf(stage, {"obj", "bc", "shared"})) {
    session.diagnostics.report(Diag::Usage, {}, "--emit=" + stage + " makes a binary file",
                               "name it: -o " + stemOf(options.file) +
                                   (stage == "obj" ? ".o" : stage == "bc" ? ".bc" : ".so"));
    return false;
  }
  if (options.output.empty() && stage == "c") {
    session.diagnostics.report(Diag::Usage, {}, "--emit=c makes a source and a header beside it",
                               "name it: -o " + stemOf(options.file) + ".c");
    return false;
  }
  if (stage == "shared" && (!options.target.empty() || !options.cpu.empty())) {
    session.diagnostics.report(Diag::Usage, {}, "--emit=shared is for this machine",
                               "for another one: --emit=obj with --target and --cpu, or --emit=c");
    return false;
  }
  if (options.withHeader && !isOneOf(stage, {"obj", "shared"})) {
    session.diagnostics.report(Diag::Usage, {}, "--with-header writes a header beside an object",
                               "--emit=obj -o " + stemOf(options.file) + ".o");
    return false;
  }
  if (options.withTest && (stage != "header" || options.output.empty())) {
    session.diagnostics.report(Diag::Usage, {}, "--with-test writes a test beside a header",
                               "--emit=header -o " + stemOf(options.file) + ".h");
    return false;
  }
  if (options.model.real != "f64" && !isOneOf(stage, {"c", "header", "shared"})) {
    session.diagnostics.report(Diag::NotYet, {}, "--real f32 is not yet there for --emit=" + stage,
                               "--emit=header makes C with float");
    return false;
  }
  return true;
}

/// Whether the output would take the place of a file that was read.
bool isModel(const Session &session, const std::string &output) {
  for (size_t k = 0; k < session.sources.size(); ++k) {
    std::error_code missing;
    if (std::filesystem::equivalent(session.sources.file(static_cast<uint32_t>(k)).path, output,
                                    missing))
      return true;
  }
  return false;
}

} // namespace

int compile(const CompileOptions &options, std::ostream &out, std::ostream &err) {
  Session session({{}, options.data, options.allowPath});
  auto fail = [&] { return finish(session, options.file, false, out, err); };
  const std::string &stage = options.emit;
  if (!checkUsage(session, options) || !session.load(options.file))
    return fail();
  std::string content;
  if (stage == "tree")
    content = syntax::dump(session.tree(), &session.sources);
  else if (stage == "ir")
    content = printText(session.module());
  else if (stage == "gradient")
    content = gradientText(session);
  if (!isOneOf(stage, {"tree", "ir", "gradient"})) {
    loops::Module module;
    module.name = session.stem();
    module.strict = options.model.strict;
    lower::Interface interface;
    if (!lowerFixed(session, options.model, module, interface))
      return fail();
    if (stage == "loops")
      content = loops::print(module);
    else if (isOneOf(stage, {"c", "header"})) {
      if (!emitC(session, module, interface, options, content))
        return fail();
    }
    else if (!nativeCode(session, module, interface, options, content))
      return fail();
  }
  if (options.output.empty()) {
    out << content;
    return fail();
  }
  if (isModel(session, options.output)) {
    session.diagnostics.report(Diag::FileUnwritable, {},
                               "the output '" + options.output + "' would replace the model");
  } else if (auto fault = writeFile(options.output, content)) {
    session.diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
  } else if (!options.depfile.empty()) {
    writeDepfile(session, options.depfile, options.output);
  }
  return fail();
}

} // namespace gradus::driver
