//===- GenerateArrays.cpp - arrays, and numbers made of them ----------------===//

#include "Generating.h"

namespace gradus::property {

Phrase Generator::measure(int depth) {
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

Phrase Generator::vector(Length l, int depth) {
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

/// Elements stay of the size of those of their parts.
Phrase Generator::matrix(Length rows, Length columns, int depth) {
  auto made = [&](std::string form, std::vector<Phrase> parts) {
    return make(Sort::Text, std::move(form), std::move(parts));
  };
  const std::string r = nameOf(rows), c = nameOf(columns);
  if (depth > 0 && loops < 2)
    switch (pick(7)) {
    case 0:
      return made("(@ + @)", {matrix(rows, columns, depth - 1), matrix(rows, columns, depth - 1)});
    case 1: {
      const Length inner = length();
      return made("(0.5*@*@)", {matrix(rows, inner, depth - 1), matrix(inner, columns, depth - 1)});
    }
    case 2:
      return made("(@)'", {matrix(columns, rows, depth - 1)});
    case 3:
      return made("(@ .* @)", {matrix(rows, columns, depth - 1), matrix(rows, columns, 0)});
    case 4:
      return made("tanh(@)", {matrix(rows, columns, depth - 1)});
    case 5:
      return made("((@)*(@)')", {vector(rows, depth - 1), vector(columns, depth - 1)});
    default: {
      const std::string i = fresh("i"), j = fresh("j");
      indices.push_back({i, rows});
      indices.push_back({j, columns});
      loops += 2;
      Phrase body = real(depth - 1);
      loops -= 2;
      indices.resize(indices.size() - 2);
      return made("([" + i + " in 1.." + r + ", " + j + " in 1.." + c + "] @)", {std::move(body)});
    }
    }
  if (matrices && rows == Length::M && columns == Length::N)
    return made("A", {});
  if (matrices && rows == Length::N && columns == Length::M)
    return made("A'", {});
  if (rows == columns && once(2))
    return made("identity(" + r + ")", {});
  const std::string i = fresh("i"), j = fresh("j");
  return made("([" + i + " in 1.." + r + ", " + j + " in 1.." + c + "] @/(" + i + " + " + j + "))",
              {leaf()});
}

Phrase Generator::ofMatrix(int depth) {
  const Length r = length(), c = length();
  const std::string one = std::string("identity(") + nameOf(r) + ")";
  auto number = [&](const char *form, std::vector<Phrase> parts) {
    return make(Sort::Real, form, std::move(parts));
  };
  switch (pick(8)) {
  case 0:
    return number("sum(@)", {matrix(r, c, depth - 1)});
  case 1:
    return number("sumsq(@)", {matrix(r, c, depth - 1)});
  case 2:
    return number("(@)[@,@]", {matrix(r, c, depth - 1), index(r), index(c)});
  case 3:
    return number("trace(@)", {matrix(r, r, depth - 1)});
  case 4:
    return number("dot(@, @*@)", {vector(r, depth - 1), matrix(r, c, depth - 1), vector(c, 1)});
  case 5:
    return make(Sort::Real, "det(2*" + one + " + 0.1*tanh(@))", {matrix(r, r, depth - 1)});
  case 6:
    return make(Sort::Real, "sum(inv(3*" + one + " + 0.1*tanh(@)))", {matrix(r, r, depth - 1)});
  default:
    return make(Sort::Real, "sum(solve(3*" + one + " + 0.1*tanh(@), @))",
                {matrix(r, r, depth - 1), matrix(r, c, 0)});
  }
}

} // namespace gradus::property
