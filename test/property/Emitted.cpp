//===- Emitted.cpp - the C back end as a judge ----------------------------------===//

#include "Emitted.h"

#include "codegen/c/EmitC.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <dlfcn.h>
#include <unistd.h>

namespace gradus::property {

namespace {

/// A function with typed parameters behind the signature of runtime/Runtime.h.
std::string wrapper(const loops::Function &f) {
  std::string call = "programs_" + f.name + "((programs_frame *)frame";
  for (size_t k = 0; k < f.parameters.size(); ++k) {
    const auto &value = f.parameters[k].value;
    auto type = [](loops::Kind kind) {
      return kind == loops::Kind::Real ? "double" : kind == loops::Kind::Int ? "int64_t" : "int";
    };
    const std::string at = "a[" + std::to_string(k) + "]";
    if (auto *s = std::get_if<loops::ScalarId>(&value))
      call += std::string(", *(") + type(f.scalars[s->index].kind) + " *)" + at;
    else if (auto *v = std::get_if<loops::VariableId>(&value))
      call += std::string(", (") + type(f.variables[v->index].kind) + " *)" + at;
    else
      call += std::string(", (") + type(f.buffers[std::get<loops::BufferId>(value).index].kind) +
              " *)" + at;
  }
  return "int32_t call_" + f.name + "(void *frame, void *const *a) {\n  return " + call + ");\n}\n";
}

} // namespace

std::unique_ptr<EmittedCode> EmittedCode::compile(const loops::Module &module,
                                                  const std::string &compiler,
                                                  std::string &error) {
  if (std::system((compiler + " --version > /dev/null 2>&1").c_str()) != 0)
    return nullptr;
  lower::Interface interface;
  codegen::c::Settings settings;
  settings.prefix = "programs";
  settings.source = "programs.opt";
  settings.strict = module.strict;
  std::string wrappers;
  for (uint32_t k = 0; k < module.functions.size(); ++k) {
    lower::InterfaceFunction f;
    f.purpose = lower::Purpose::Value;
    f.name = module.functions[k].name;
    f.function = {k};
    f.arguments.resize(module.functions[k].parameters.size(),
                       {lower::ArgumentRole::Argument, "", {}, 0, ir::Kind::Real, "", 0, {}});
    settings.functions.push_back({{}, std::vector<codegen::c::ArgumentText>(f.arguments.size())});
    interface.functions.push_back(std::move(f));
    wrappers += wrapper(module.functions[k]);
  }
  for (const loops::Site &site : module.sites)
    settings.siteTexts.push_back(site.message);
  const codegen::c::Emitted parts = codegen::c::emit(module, interface, settings);
  char directory[] = "/tmp/gradus-emitted-XXXXXX";
  if (!mkdtemp(directory)) {
    error = "no directory for the C";
    return nullptr;
  }
  const std::string path = directory;
  std::ofstream(path + "/programs.c") << "#define PROGRAMS_IMPLEMENTATION\n"
                                      << codegen::c::singleHeader(parts, settings) << wrappers;
  const std::string command =
      compiler + " -std=c99 -pedantic -Wall -Wextra -Wconversion -Werror -O2 -ffp-contract=off "
                 "-fPIC -shared -o " + path + "/programs.so " + path + "/programs.c -lm > " + path +
      "/said 2>&1";
  std::unique_ptr<EmittedCode> made(new EmittedCode);
  if (std::system(command.c_str()) != 0) {
    std::stringstream said;
    said << std::ifstream(path + "/said").rdbuf();
    error = compiler + " refuses the emitted C: " + said.str().substr(0, 2000) + "\n(in " + path + ")";
    return nullptr;
  }
  made->library = dlopen((path + "/programs.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!made->library) {
    error = dlerror();
    return nullptr;
  }
  std::filesystem::remove_all(path);
  return made;
}

EmittedCode::~EmittedCode() {
  if (library)
    dlclose(library);
}

jit::EntryPoint EmittedCode::find(const std::string &name) const {
  return reinterpret_cast<jit::EntryPoint::Native>(dlsym(library, ("call_" + name).c_str()));
}

} // namespace gradus::property
