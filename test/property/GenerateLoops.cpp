//===- GenerateLoops.cpp - ranges, reductions and recurrences ---------------===//

#include "Generating.h"

namespace gradus::property {

Generator::Range Generator::range() {
  if (!indices.empty() && once(3)) {
    const Index i = oneOf(indices);
    switch (pick(4)) {
    case 0:
      return {i.name, nameOf(i.length), i.length, false};
    case 1:
      return {"1", i.name, i.length, false};
    case 2:
      return {"1", i.name + "-1", i.length, true};
    default:
      return {i.name + "+1", nameOf(i.length), i.length, true};
    }
  }
  Length l = length();
  if (once(8))
    return {"2", nameOf(l), l, true};
  return {"1", nameOf(l), l, false};
}

Phrase Generator::reduction(int depth) {
  if (loops >= 3)
    return leaf();
  Names saved = names();
  unsigned binders = once(4) && loops < 2 ? 2 : 1;
  std::string head;
  bool mayBeEmpty = false;
  loops += static_cast<int>(binders);
  for (unsigned k = 0; k < binders; ++k) {
    Range r = range();
    std::string i = fresh("i");
    head += (k ? ", " : "") + i + " in " + r.lo + ".." + r.hi;
    indices.push_back({i, r.length});
    mayBeEmpty |= r.mayBeEmpty;
  }
  std::vector<Phrase> parts;
  if (once(3)) {
    head += " where @";
    parts.push_back(condition(1));
    mayBeEmpty = true;
  }
  static const char *const kinds[] = {"sum", "sum", "sum", "mean", "logsumexp", "min", "max",
                                      "prod", "count"};
  std::string kind = kinds[pick(9)];
  if (mayBeEmpty && (kind == "min" || kind == "max")) {
    if (once(8))
      program.risky = true;
    else
      kind = "sum";
  }
  Phrase result;
  if (kind == "count") {
    if (parts.empty()) {
      head += " where @";
      parts.push_back(condition(1));
    }
    result = make(Sort::Real, "count(" + head + ")", std::move(parts));
  } else {
    parts.push_back(real(depth - 1));
    std::string body = kind == "prod" ? "(1.5 + tanh(@))" : "(@)";
    result = make(Sort::Real, "(" + kind + "(" + head + ") " + body + ")", std::move(parts));
  }
  loops -= static_cast<int>(binders);
  restore(std::move(saved));
  return result;
}

Phrase Generator::recurrence(int depth) {
  if (loops >= 2)
    return leaf();
  Phrase start = real(depth - 1), other = real(1);
  const Length l = length();
  Phrase startOfArray = vector(l, depth - 1);
  Names saved = names();
  Range r = range();
  const std::string z = fresh("z"), w = fresh("w"), k = fresh("k"), i = fresh("i");
  const std::string steps = " for " + k + " in " + r.lo + ".." + r.hi;
  static const char *const kept[] = {"", "", " checkpoint sqrt", " checkpoint 2"};
  const std::string keeps = kept[pick(4)];
  indices.push_back({k, r.length});
  ++loops;
  Phrase result;
  switch (pick(7)) {
  case 0:
  case 1:
    reals.insert(reals.end(), 3, z);
    result = make(Sort::Real, "(fold " + z + " = @" + steps + keeps + " do (0.5*" + z + " + tanh(@)))",
                  {std::move(start), real(depth - 1)});
    break;
  case 2:
    reals.insert(reals.end(), 3, z);
    reals.insert(reals.end(), 3, w);
    result = make(Sort::Real,
                  "{ let (" + z + ", " + w + ") = fold (" + z + ", " + w + ") = (@, @)" + steps +
                      keeps + " do (cos(@), 0.5*" + w + " + tanh(@)); " + z + "*" + w + " }",
                  {std::move(start), std::move(other), real(depth - 1), real(1)});
    break;
  case 3:
    indices.push_back({i, l});
    vectors.insert(vectors.end(), 4, {z, l, false});
    ++loops;
    result = make(Sort::Real,
                  "sum(fold " + z + " = @" + steps + keeps + " do [" + i + " in 1.." + nameOf(l) +
                      "] (0.5*" + z + "[" + i + "] + tanh(@)))",
                  {std::move(startOfArray), real(depth - 1)});
    --loops;
    break;
  case 4:
    reals.insert(reals.end(), 3, z);
    result = make(Sort::Real, "sumsq(scan " + z + " = @" + steps + " do (0.5*" + z + " + tanh(@)))",
                  {std::move(start), real(depth - 1)});
    break;
  case 5: // has no index
    indices.pop_back();
    reals.insert(reals.end(), 3, z);
    result = make(Sort::Real,
                  "(iterate " + z + " = @ until abs(" + z + ") < 0.5 max 5 do (0.7*sin(" + z +
                      ") + 0.1*tanh(@)))",
                  {std::move(start), real(1)});
    break;
  default: // reads the element before it, or any before it
    indices.back().length = l;
    result = make(Sort::Real,
                  "{ let " + z + "[" + k + " in 1.." + nameOf(l) + "] = (if " + k +
                      " > 1 then 0.5*" + z +
                      (once(2) ? "[" + k + " - 1]" : "[div(" + k + " + 1, 2)]") +
                      " else 1) + tanh(@); sumsq(" + z + ") }",
                  {real(depth - 1)});
  }
  --loops;
  restore(std::move(saved));
  return result;
}

} // namespace gradus::property
