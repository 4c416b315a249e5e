//===- Texts.cpp - the fixed parts of an emitted header -------------------------===//
#include "codegen/c/Texts.h"

#include "codegen/c/CTree.h"
#include "codegen/c/Names.h"

#include "ir/Scalar.h"
#include "lower/Method.h"

#include <fmt/format.h>

#include <map>

namespace gradus::codegen::c {

using namespace loops;
using lower::ArgumentRole;

namespace {

struct StatusRow {
  lower::Ending ending;
  const char *name, *text;
};
constexpr StatusRow statusRows[] = {
    {lower::Ending::Converged, "CONVERGED", "converged"},
    {lower::Ending::Steps, "STEPS", "the steps are used up"},
    {lower::Ending::Stalled, "STALLED", "the point no longer moves"},
    {lower::Ending::Unbounded, "UNBOUNDED", "the objective has no lower bound"},
    {lower::Ending::NotFinite, "NOT_FINITE", "no finite value near the last point"},
    {lower::Ending::StartNotFinite, "START_NOT_FINITE", "no finite value at the start"},
    {lower::Ending::Stopped, "STOPPED", "the method's own test ended it"},
    {lower::Ending::Host, "HOST", "the hook ended it"},
    {lower::Ending::Infeasible, "INFEASIBLE", "the least violation of the constraints near it is not 0"},
    {lower::Ending::Diverged, "DIVERGED", "the point runs away while the objective rises"},
};

} // namespace

const char *roleText(ArgumentRole role) {
  switch (role) {
  case ArgumentRole::Size:
    return "a size";
  case ArgumentRole::Parameter:
    return "a parameter";
  case ArgumentRole::Data:
    return "data";
  case ArgumentRole::Argument:
    return "an argument";
  case ArgumentRole::Unknowns:
    return "all unknowns, one after the other";
  case ArgumentRole::Direction:
    return "the vector that the Hessian is multiplied by";
  case ArgumentRole::Lower:
    return "lower bounds";
  case ArgumentRole::Upper:
    return "upper bounds";
  case ArgumentRole::Multipliers:
    return "multipliers of the constraints: start in, 0 where none is known; out what the "
           "objective changes by when the side that holds it moves up by 1";
  case ArgumentRole::BoundMultipliers:
    return "multipliers of the bounds, likewise";
  case ArgumentRole::Entries:
    return "how many entries the pattern has";
  case ArgumentRole::Position:
    return "as the pattern has it";
  case ArgumentRole::Plan:
    return "what the function of this name has made";
  case ArgumentRole::Option:
    return "an option";
  case ArgumentRole::Result:
  case ArgumentRole::Ending:
  case ArgumentRole::Steps:
  case ArgumentRole::Values:
  case ArgumentRole::Gradients:
  case ArgumentRole::Hessians:
  case ArgumentRole::Objective:
  case ArgumentRole::GradientNorm:
  case ArgumentRole::Violation:
    return "out";
  }
  return "";
}

std::string frameText(const std::string &prefix, const std::string &real, const std::string &upper) {
  return fmt::format(R"(
typedef struct {0}_frame {{
  void *workspace;        /* memory of the caller's, aligned for a double */
  size_t workspace_bytes;
  /* Called once a step with k, f, norm of the gradient, length of the step, and
   * the point; anything but 0 ends the descent. May be null. */
  int64_t (*hook)(void *user, const {1} *scalars, int64_t count, const {1} *x, int64_t n);
  void *hook_user;
  int32_t error_site;      /* which check failed: see {0}_error_text */
  int64_t error_values[4]; /* what it looked at; a real as its bits */
}} {0}_frame;

/* Results of all functions. The frame may be null where a function needs neither
 * workspace nor hook. */
#define {2}_OK 0
#define {2}_CHECK_FAILED 1 /* an index out of its range or the like; results are nan */
#define {2}_NO_WORKSPACE 2 /* the workspace is missing or too small */
)",
                     prefix, real, upper);
}

std::string statusMacros(const std::string &upper) {
  std::string out = "\n/* Why a descent ended: field status of its result. */\n";
  for (const StatusRow &row : statusRows)
    out += fmt::format("#define {}_{} {} /* {} */\n", upper, row.name,
                       static_cast<int>(row.ending), row.text);
  return out;
}

std::string textFunctions(const Settings &settings, bool problems) {
  const std::string upper = upperCase(settings.prefix);
  std::string out = fmt::format("const char *{}_error_text(int32_t site) {{\n", settings.prefix);
  if (settings.siteTexts.empty()) {
    out += "  (void)site;\n  return \"no check\";\n}\n";
  } else {
    out += "  static const char *const texts[] = {\n";
    for (const std::string &text : settings.siteTexts)
      out += "      " + stringLiteral(text.substr(0, 400)) + ",\n";
    out += fmt::format("  }};\n  return site >= 0 && site < {} ? texts[site] : \"no check\";\n}}\n",
                       settings.siteTexts.size());
  }
  if (!problems)
    return out;
  out += fmt::format("\nconst char *{}_status_text(int64_t status) {{\n  switch (status) {{\n",
                     settings.prefix);
  for (const StatusRow &row : statusRows)
    out += fmt::format("  case {}_{}:\n    return \"{}\";\n", upper, row.name, row.text);
  return out + "  default:\n    return \"no status\";\n  }\n}\n";
}

int64_t evaluateWhole(const loops::Function &f, const std::vector<int64_t> &arguments) {
  std::map<uint32_t, int64_t> known;
  size_t next = 0;
  for (const loops::Parameter &p : f.parameters)
    if (auto *s = std::get_if<ScalarId>(&p.value))
      known[s->index] = arguments[next++];
  for (const loops::Statement &s : f.body) {
    if (auto *a = std::get_if<loops::Assign>(&s.node))
      return known.at(a->value.index);
    const auto &let = std::get<Let>(s.node);
    if (auto *c = std::get_if<ConstInt>(&let.operation))
      known[let.target.index] = c->value;
    auto *op = std::get_if<PrimOp>(&let.operation);
    if (!op)
      continue;
    std::vector<int64_t> operands;
    for (ScalarId o : op->operands)
      operands.push_back(known.at(o.index));
    known[let.target.index] = ir::evaluateWhole(op->prim, operands);
  }
  return 0;
}

} // namespace gradus::codegen::c
