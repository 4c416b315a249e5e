//===- Generator.cpp - random programs as text --------------------------------===//

#include "Vocabulary.h"

#include <algorithm>

namespace gradus::property {

std::string Phrase::text() const {
  std::string result;
  size_t next = 0;
  for (char c : form)
    if (c == '@')
      result += parts[next++].text();
    else
      result += c;
  return result;
}

namespace {

class Generator : Vocabulary {
public:
  explicit Generator(uint32_t seed) : Vocabulary(seed) {}

  Program run() {
    std::vector<Phrase> items;
    // Named values of the file.
    items.push_back(phrase("param w[4] = [0.5, -1, 2, 0.25]"));
    items.push_back(phrase("data int d[4] = [1, 3, 2, 1]"));
    vectors = {{"w", Length::Four, false}};
    wholeVectors = {{"d", Length::Four, false}};
    unsigned helpers = pick(4);
    for (unsigned k = 0; k < helpers; ++k)
      items.push_back(helper(k));
    reals = {"s", "t"};
    vectors.insert(vectors.end(),
                   {{"x", Length::N, false}, {"x", Length::N, false}, {"y", Length::N, true}});
    wholeVectors.push_back({"c", Length::N, false});
    matrices = sizes = true;
    wholes = {"k"};
    Phrase value = real(4);
    for (unsigned more = pick(3); more > 0; --more)
      value = make(Sort::Real, "@ + @", {std::move(value), real(4)});
    items.push_back({Sort::Text, Length::N,
                     "fn f(s, t, x[n], y[0..n], A[m,n], int c[n], int k) = @",
                     {std::move(value)}});
    std::string form;
    for (size_t k = 0; k < items.size(); ++k)
      form += "@\n";
    program.phrase = {Sort::Text, Length::N, std::move(form), std::move(items)};
    return std::move(program);
  }

private:
  //--- whole numbers --------------------------------------------------------------

  /// A whole number in 1..l, nearly always.
  Phrase index(Length l) {
    std::string end = nameOf(l);
    std::vector<Index> fitting;
    for (const Index &i : indices)
      if (i.length == l)
        fitting.push_back(i);
    if (once(60)) {
      program.risky = true;
      switch (pick(4)) {
      case 0:
        return whole(2);
      case 1:
        return whole(0);
      default:
        if (fitting.empty())
          return wholeOf("2");
        return wholeOf("(" + oneOf(fitting).name + (once(2) ? " + 1)" : " - 1)"));
      }
    }
    if (fitting.empty() || once(8))
      switch (pick(4)) {
      case 0:
        return wholeOf("1");
      case 1:
        return wholeOf(end);
      default:
        return make(Sort::Whole, "(mod(@, " + end + ") + 1)", {whole(2)});
      }
    const std::string i = oneOf(fitting).name;
    switch (pick(9)) {
    case 0:
      return wholeOf("(mod(" + i + ", " + end + ") + 1)");
    case 1:
      return wholeOf("min(" + i + " + 1, " + end + ")");
    case 2:
      return wholeOf("max(" + i + " - 1, 1)");
    case 3:
      return wholeOf("(" + end + " + 1 - " + i + ")");
    case 4:
      for (const Array &a : wholeVectors)
        if (a.length == l)
          return wholeOf(a.name + "[" + i + "]");
      return wholeOf(i);
    default:
      return wholeOf(i);
    }
  }

  Phrase whole(int depth) {
    if (depth <= 0 || once(3)) {
      if (!indices.empty() && !once(3))
        return wholeOf(oneOf(indices).name);
      if (!wholes.empty() && once(2))
        return wholeOf(oneOf(wholes));
      return wholeOf(std::to_string(pick(6)));
    }
    switch (pick(8)) {
    case 0:
      return make(Sort::Whole, "(@ + @)", {whole(depth - 1), whole(depth - 1)});
    case 1:
      return make(Sort::Whole, "(@ - @)", {whole(depth - 1), whole(depth - 1)});
    case 2:
      return make(Sort::Whole, "@*@", {whole(0), whole(0)});
    case 3:
      return make(Sort::Whole, "div(@, 2)", {whole(depth - 1)});
    case 4:
      return make(Sort::Whole, "mod(@, 3)", {whole(depth - 1)});
    case 5:
      return make(Sort::Whole, "max(@, @)", {whole(depth - 1), whole(depth - 1)});
    case 6:
      return make(Sort::Whole, "abs(@)", {whole(depth - 1)});
    default: {
      const Array a = oneOf(wholeVectors);
      return make(Sort::Whole, a.name + "[@]", {index(a.length)});
    }
    }
  }

  //--- conditions -----------------------------------------------------------------

  Phrase condition(int depth) {
    switch (pick(depth > 0 ? 9 : 5)) {
    case 0:
      return make(Sort::Condition, "(@ < @)", {real(1), real(1)});
    case 1:
      return make(Sort::Condition, "(@ >= @)", {leaf(), leaf()});
    case 2:
      return make(Sort::Condition, "(mod(@, 2) == 0)", {whole(1)});
    case 3:
      return make(Sort::Condition, "(@ <= @)", {whole(1), whole(1)});
    case 4:
      return make(Sort::Condition, "(@ != @)", {whole(0), whole(0)});
    case 5:
      return make(Sort::Condition, "(@ and @)", {condition(depth - 1), condition(depth - 1)});
    case 6:
      return make(Sort::Condition, "(@ or @)", {condition(depth - 1), condition(depth - 1)});
    case 7:
      return make(Sort::Condition, "(not @)", {condition(depth - 1)});
    default:
      return make(Sort::Condition, "(0 < @ <= @)", {real(1), real(1)});
    }
  }

  //--- numbers --------------------------------------------------------------------

  Phrase element(const Array &a) {
    Phrase i = index(a.length);
    if (a.fromZero && once(3))
      return make(Sort::Real, a.name + "[@ - 1]", {std::move(i)});
    return make(Sort::Real, a.name + "[@]", {std::move(i)});
  }

  Phrase leaf() {
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

  Phrase unary(Phrase a) {
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

  Phrase binary(int depth) {
    static const char *const forms[] = {"(@ + @)",          "(@ - @)",          "(@)*(@)",
                                        "(@)*(@)",          "(@)/(2 + sin(@))", "max(@, @)",
                                        "min(@, @)",        "hypot(@, 1 + (@)^2)",
                                        "atan2(@, 1 + (@)^2)", "pow(1.5 + (@)^2, tanh(@))",
                                        "(1.5 + (@)^2)^tanh(@)", "mod(@, 2.5 + sin(@))"};
    Phrase a = real(depth - 1), b = once(6) ? a : real(depth - 1);
    return make(Sort::Real, forms[pick(12)], {std::move(a), std::move(b)});
  }

  struct Range {
    std::string lo, hi;
    Length length;
    bool mayBeEmpty;
  };
  Range range() {
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

  Phrase reduction(int depth) {
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

  /// Branches that read where the condition lets them.
  Phrase guarded() {
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

  Phrase block(int depth) {
    Names saved = names();
    std::string form = "{ ";
    std::vector<Phrase> parts;
    for (unsigned k = 1 + pick(2); k > 0; --k)
      switch (pick(7)) {
      case 0: {
        Length l = length();
        std::string v = fresh("v");
        parts.push_back(vector(l, depth - 1));
        form += "let " + v + " = @; ";
        vectors.insert(vectors.end(), 3, {v, l, false});
        break;
      }
      case 1: {
        Length l = length();
        std::string v = fresh("v"), i = fresh("i");
        if (loops >= 3)
          break;
        ++loops;
        indices.push_back({i, l});
        parts.push_back(real(depth - 1));
        indices.pop_back();
        --loops;
        form += "let " + v + "[" + i + " in 1.." + nameOf(l) + "] = @; ";
        vectors.insert(vectors.end(), 3, {v, l, false});
        break;
      }
      case 2: {
        std::string q = fresh("q"), z = fresh("z");
        Names inside = names();
        reals.insert(reals.end(), 2, z);
        parts.push_back(real(depth - 1));
        restore(std::move(inside));
        form += "fn " + q + "(" + z + ") = @; ";
        functions.insert(functions.end(), 2, {q, 1, false});
        break;
      }
      case 6: {
        // A derivative, of what may read more than its variable.
        std::string q = fresh("q"), z = fresh("z");
        Names inside = names();
        reals.insert(reals.end(), 4, z);
        parts.push_back(real(depth - 1));
        restore(std::move(inside));
        form += "fn " + q + "(" + z + ") = diff(@, " + z + "); ";
        functions.insert(functions.end(), 2, {q, 1, false});
        break;
      }
      case 3: {
        std::string j = fresh("j");
        parts.push_back(whole(2));
        form += "let " + j + " = @; ";
        wholes.push_back(j);
        break;
      }
      default: {
        std::string a = fresh("a");
        parts.push_back(real(depth - 1));
        form += "let " + a + " = @; ";
        reals.insert(reals.end(), 3, a);
      }
      }
    parts.push_back(real(depth - 1));
    restore(std::move(saved));
    return make(Sort::Real, form + "@ }", std::move(parts));
  }

  Phrase call(int depth) {
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

  Phrase measure(int depth) {
    Length l = length();
    // Matrices that are far from singular.
    const std::string one = std::string("identity(") + nameOf(l) + ")";
    switch (pick(11)) {
    case 8:
      return make(Sort::Real, "logdet(" + one + " + (@)*(@)'*0.01)",
                  {vector(l, depth - 1), vector(l, 0)});
    case 9: {
      Phrase v = vector(l, depth - 1);
      return make(Sort::Real, "sum(cholesky(2*" + one + " + (@)*(@)')*(@))",
                  {v, v, vector(l, 0)});
    }
    case 10: {
      Phrase v = vector(l, 0);
      return make(Sort::Real, "dot(@, solve(3*" + one + " + (@)*(@)', @))",
                  {vector(l, 0), v, v, vector(l, depth - 1)});
    }
    case 0:
      return make(Sort::Real, "dot(@, @)", {vector(l, depth - 1), vector(l, depth - 1)});
    case 1:
      return make(Sort::Real, "norm(@)", {vector(l, depth - 1)});
    case 2:
      return make(Sort::Real, "sumsq(@)", {vector(l, depth - 1)});
    case 3:
      return make(Sort::Real, "norm1(@)", {vector(l, depth - 1)});
    case 4:
      return make(Sort::Real, "max(@)", {vector(l, depth - 1)});
    case 5:
      return make(Sort::Real, "logsumexp(@)", {vector(l, depth - 1)});
    case 6:
      return make(Sort::Real, "(@)[@]", {vector(l, depth - 1), index(l)});
    default:
      return make(Sort::Real, "sum(@)", {vector(l, depth - 1)});
    }
  }

  Phrase real(int depth) {
    if (depth <= 0)
      return leaf();
    if (hasRecurrences(program.seed) && once(6))
      return recurrence(depth);
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

  //--- recurrences ----------------------------------------------------------------

  /// Steps that keep their states small.
  Phrase recurrence(int depth) {
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

  //--- arrays ---------------------------------------------------------------------

  Phrase vector(Length l, int depth) {
    auto made = [&](std::string form, std::vector<Phrase> parts) {
      return make(Sort::Vector, std::move(form), std::move(parts), l);
    };
    auto named = [&]() -> Phrase {
      std::vector<Array> fitting;
      for (const Array &a : vectors)
        if (a.length == l)
          fitting.push_back(a);
      if (!fitting.empty()) {
        const Array a = oneOf(fitting);
        if (!a.fromZero)
          return made(a.name, {});
        return made(once(2) ? a.name + "[1..n]" : a.name + "[0..n-1]", {});
      }
      return made("([" + fresh("i") + " in 1.." + nameOf(l) + "] @)", {leaf()});
    };
    if (depth <= 0 || loops >= 3)
      return named();
    switch (pick(11)) {
    case 0:
      return made("(@ + @)", {vector(l, depth - 1), vector(l, depth - 1)});
    case 1:
      return made("(@ - @)", {vector(l, depth - 1), vector(l, depth - 1)});
    case 2:
      return made("((@)*@)", {real(depth - 1), vector(l, depth - 1)});
    case 3:
      return made("(@ .* @)", {vector(l, depth - 1), vector(l, depth - 1)});
    case 4: {
      static const char *const functions[] = {"sin(@)", "tanh(@)", "exp(0.5*@)", "abs(@)",
                                              "sigmoid(@)", "max(@, 0.25*@)"};
      unsigned which = pick(6);
      std::vector<Phrase> parts{vector(l, depth - 1)};
      if (which == 5)
        parts.push_back(parts[0]);
      return made(functions[which], std::move(parts));
    }
    case 5:
      if (matrices && l == Length::N)
        return once(2) ? made("A[@,..]", {index(Length::M)})
                       : made("(A'*@)", {vector(Length::M, depth - 1)});
      if (matrices && l == Length::M)
        return once(2) ? made("A[..,@]", {index(Length::N)})
                       : made("(A*@)", {vector(Length::N, depth - 1)});
      return made("[@, @, @, @]", {real(1), real(1), real(1), leaf()});
    case 6:
      return made("(if @ then @ else @)",
                  {condition(1), vector(l, depth - 1), vector(l, depth - 1)});
    case 7:
      return named();
    default: {
      std::string i = fresh("i");
      indices.push_back({i, l});
      ++loops;
      Phrase body = real(depth - 1);
      --loops;
      indices.pop_back();
      return made("([" + i + " in 1.." + nameOf(l) + "] @)", {std::move(body)});
    }
    }
  }

  //--- declarations ---------------------------------------------------------------

  Phrase helper(unsigned k) {
    Names saved = names();
    std::string name = "h" + std::to_string(k + 1);
    Phrase item;
    if (once(2)) {
      reals = {"p", "q"};
      item = {Sort::Text, Length::N, "fn " + name + "(p, q) = @", {real(2)}};
      restore(std::move(saved));
      functions.push_back({name, 2, false});
    } else {
      reals = {"p"};
      std::string i = fresh("i");
      Phrase body = real(2);
      item = {Sort::Text, Length::N,
              "fn " + name + "(p, v[r]) = sum(" + i + " in 1..r) (v[" + i + "]*(@) + p)",
              {std::move(body)}};
      restore(std::move(saved));
      functions.push_back({name, 2, true});
    }
    return item;
  }
};

} // namespace

Program generate(uint32_t seed) { return Generator(seed).run(); }

} // namespace gradus::property
