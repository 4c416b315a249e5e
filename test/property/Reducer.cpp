//===- Reducer.cpp - a small program that still fails ------------------------------===//

#include "Reducer.h"

namespace gradus::property {

namespace {

/// What may stand for a phrase of this sort, smallest first.
std::vector<Phrase> substitutes(const Phrase &whole) {
  std::vector<Phrase> result;
  auto leaf = [&](const char *text) {
    if (whole.form != text)
      result.push_back({whole.sort, whole.length, text, {}});
  };
  switch (whole.sort) {
  case Sort::Real:
    leaf("2");
    leaf("s");
    leaf("x[1]");
    break;
  case Sort::Whole:
    leaf("1");
    break;
  case Sort::Condition:
    leaf("(s < t)");
    leaf("(1 < 2)");
    break;
  case Sort::Vector:
    if (whole.length == Length::N)
      leaf("x");
    if (whole.length == Length::Four)
      leaf("w");
    break;
  case Sort::Text:
    if (whole.form != "")
      leaf("");
    break;
  }
  if (whole.parts.empty() && whole.sort != Sort::Text)
    return {};
  std::vector<const Phrase *> work;
  for (const Phrase &p : whole.parts)
    work.push_back(&p);
  for (size_t k = 0; k < work.size(); ++k) {
    const Phrase *p = work[k];
    if (p->sort == whole.sort && p->sort != Sort::Text && p->length == whole.length)
      result.push_back(*p);
    for (const Phrase &q : p->parts)
      work.push_back(&q);
  }
  return result;
}

void list(Phrase &root, std::vector<Phrase *> &all) {
  all.push_back(&root);
  for (Phrase &p : root.parts)
    list(p, all);
}

} // namespace

Phrase reduce(Phrase program, const std::function<bool(const std::string &)> &fails,
              unsigned budget) {
  for (bool smaller = true; smaller && budget > 0;) {
    smaller = false;
    std::vector<Phrase *> all;
    list(program, all);
    for (size_t k = 1; k < all.size() && !smaller; ++k)
      for (const Phrase &candidate : substitutes(*all[k])) {
        if (budget == 0)
          break;
        --budget;
        Phrase saved = std::move(*all[k]); // moved back, its parts stay where they are
        *all[k] = candidate;
        if (fails(program.text())) {
          smaller = true;
          break;
        }
        *all[k] = std::move(saved);
      }
  }
  return program;
}

} // namespace gradus::property
