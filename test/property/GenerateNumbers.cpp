//===- GenerateNumbers.cpp - expressions with a real value ------------------===//

#include "Generating.h"

namespace gradus::property {

Phrase Generator::element(const Array &a) {
  Phrase i = index(a.length);
  if (a.fromZero && once(3))
    return make(Sort::Real, a.name + "[@ - 1]", {std::move(i)});
  return make(Sort::Real, a.name + "[@]", {std::move(i)});
}

Phrase Generator::leaf() {
  switch (pick(9)) {
  case 0:
    return realOf(number());
  case 1:
  case 2:
    if (!reals.empty())
      return realOf(oneOf(reals));
    return realOf(number());
  case 3:
    if (matrices)
      return make(Sort::Real, "A[@,@]", {index(Length::M), index(Length::N)});
    return element(oneOf(vectors));
  case 4:
    return make(Sort::Real, "@", {whole(1)});
  default:
    return element(oneOf(vectors));
  }
}

Phrase Generator::unary(Phrase a) {
  static const char *const forms[] = {
      "sin(@)",           "cos(@)",             "tanh(@)",           "exp(tanh(@))",
      "log(1.5 + (@)^2)", "sqrt(1 + (@)^2)",    "sigmoid(@)",        "softplus(@)",
      "atan(@)",          "abs(@)",             "(@)^2",             "(@)^3",
      "erf(@)",           "erfc(@)",            "relu(@)",           "asinh(@)",
      "cbrt(@)",          "expm1(tanh(@))",     "log1p((@)^2)",      "log2(1.5 + (@)^2)",
      "log10(2 + (@)^2)", "tan(0.7*tanh(@))",   "asin(0.9*tanh(@))", "acos(0.9*tanh(@))",
      "sinh(tanh(@))",    "cosh(tanh(@))",      "acosh(2 + (@)^2)",  "atanh(0.8*tanh(@))",
      "(-(@))",           "lgamma(1.5 + (@)^2)", "digamma(2 + (@)^2)", "floor(@)",
      "ceil(@)",          "round(@)",           "sign(@)",           "(1 + (@)^2)^(-2)",
      "(2*(@))",          "(0.5 + sin(@))",     "(@)/3"};
  constexpr unsigned forms_ = sizeof forms / sizeof *forms;
  return make(Sort::Real, forms[pick(forms_)], {std::move(a)});
}

Phrase Generator::binary(int depth) {
  static const char *const forms[] = {"(@ + @)",          "(@ - @)",          "(@)*(@)",
                                      "(@)*(@)",          "(@)/(2 + sin(@))", "max(@, @)",
                                      "min(@, @)",        "hypot(@, 1 + (@)^2)",
                                      "atan2(@, 1 + (@)^2)", "pow(1.5 + (@)^2, tanh(@))",
                                      "(1.5 + (@)^2)^tanh(@)", "mod(@, 2.5 + sin(@))"};
  Phrase a = real(depth - 1), b = once(6) ? a : real(depth - 1);
  return make(Sort::Real, forms[pick(12)], {std::move(a), std::move(b)});
}

Phrase Generator::guarded() {
  const std::vector<Index> around = indices; // what is read below changes it
  for (const Index &i : around)
    if (i.length == Length::N && once(2))
      switch (pick(4)) {
      case 0:
        return make(Sort::Real,
                    "(if " + i.name + " < n then x[" + i.name + " + 1]*(@) else @)",
                    {real(1), leaf()});
      case 1:
        return make(Sort::Real,
                    "(if " + i.name + " > 1 and x[" + i.name + " - 1] > 0 then log(x[" + i.name +
                        " - 1]) else @)",
                    {leaf()});
      case 2:
        return make(Sort::Real, "(if y[" + i.name + " - 1] <= 0 then @ else sqrt(y[" + i.name +
                                    " - 1]))",
                    {leaf()});
      default:
        return make(Sort::Real, "(if x[" + i.name + "] == 0 then @ else (@)/x[" + i.name + "])",
                    {leaf(), leaf()});
      }
  return make(Sort::Real, "(if @ > 0 then @ else @)", {leaf(), real(1), real(1)});
}

Phrase Generator::call(int depth) {
  if (functions.empty())
    return unary(real(depth - 1));
  const Function f = oneOf(functions);
  std::string form = f.name + "(";
  std::vector<Phrase> parts;
  for (unsigned k = 0; k < f.arguments; ++k) {
    form += k ? ", @" : "@";
    parts.push_back(f.vector && k + 1 == f.arguments ? vector(length(), depth - 1)
                                                      : real(depth - 1));
  }
  return make(Sort::Real, form + ")", std::move(parts));
}

Phrase Generator::real(int depth) {
  if (depth <= 0)
    return leaf();
  if (hasRecurrences(program.seed) && once(6))
    return recurrence(depth);
  if (hasDerivatives(program.seed) && once(5))
    return once(3) ? ofMatrix(depth) : derivative(depth);
  switch (pick(20)) {
  case 0:
  case 1:
    return leaf();
  case 2:
  case 3:
  case 4:
    return unary(real(depth - 1));
  case 5:
  case 6:
    return make(Sort::Real, "(if @ then @ else @)",
                {condition(1), real(depth - 1), real(depth - 1)});
  case 7:
  case 8:
  case 9:
  case 10:
    return reduction(depth);
  case 11:
    return block(depth);
  case 12:
    return call(depth);
  case 13:
  case 14:
    return measure(depth);
  case 15:
    return guarded();
  default:
    return binary(depth);
  }
}

} // namespace gradus::property
