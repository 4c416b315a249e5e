//===- Generator.cpp - random programs as text --------------------------------===//

#include "Generating.h"

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

Program Generator::run() {
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

Phrase Generator::helper(unsigned k) {
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

Program generate(uint32_t seed) { return Generator(seed).run(); }

} // namespace gradus::property
