//===- Unused.cpp - no name that nothing reads ----------------------------------===//
#include "codegen/c/Unused.h"

#include <cctype>
#include <map>
#include <set>

namespace gradus::codegen::c {
namespace {

using Counts = std::map<std::string, unsigned, std::less<>>;

void count(const std::string &text, Counts &counts) {
  for (size_t k = 0; k < text.size();) {
    size_t end = k;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_'))
      ++end;
    if (end > k)
      ++counts[text.substr(k, end - k)];
    k = end == k ? k + 1 : end;
  }
}

void count(const Expression &e, Counts &counts) {
  if (e.parts.empty() || e.form == Expression::Form::Call)
    count(e.text, counts);
  for (const Expression &p : e.parts)
    count(p, counts);
}

bool isName(const Expression &e) {
  return e.form == Expression::Form::Atom && e.text[0] != '*' &&
         e.text.find("->") == std::string::npos;
}

void count(const Block &block, Counts &counts) {
  for (const Statement &s : block) {
    if (auto *d = std::get_if<Declare>(&s.node)) {
      for (const Expression &e : d->value)
        count(e, counts);
    } else if (auto *a = std::get_if<Assign>(&s.node)) {
      if (!isName(a->target))
        count(a->target, counts);
      count(a->value, counts);
    } else if (auto *e = std::get_if<Evaluate>(&s.node)) {
      count(e->call, counts);
    } else if (auto *l = std::get_if<CountedLoop>(&s.node)) {
      count(l->first, counts);
      count(l->last, counts);
      count(l->body, counts);
    } else if (auto *l = std::get_if<EndlessLoop>(&s.node)) {
      count(l->body, counts);
    } else if (auto *b = std::get_if<Branch>(&s.node)) {
      count(b->condition, counts);
      count(b->then, counts);
      count(b->otherwise, counts);
    } else if (auto *r = std::get_if<Return>(&s.node)) {
      count(r->value, counts);
    }
  }
}

/// Whether something was taken out.
bool remove(Block &block, const Counts &counts, const std::set<std::string> &locals) {
  bool changed = false;
  Block kept;
  for (Statement &s : block) {
    auto *d = std::get_if<Declare>(&s.node);
    auto *a = std::get_if<Assign>(&s.node);
    const bool dead = (d && !counts.count(d->name)) ||
                      (a && isName(a->target) && locals.count(a->target.text) &&
                       !counts.count(a->target.text));
    if (dead) {
      changed = true;
      continue;
    }
    if (auto *l = std::get_if<CountedLoop>(&s.node))
      changed |= remove(l->body, counts, locals);
    if (auto *l = std::get_if<EndlessLoop>(&s.node))
      changed |= remove(l->body, counts, locals);
    if (auto *b = std::get_if<Branch>(&s.node)) {
      changed |= remove(b->then, counts, locals);
      changed |= remove(b->otherwise, counts, locals);
      if (b->then.empty() && b->otherwise.empty())
        continue;
    }
    kept.push_back(std::move(s));
  }
  block = std::move(kept);
  return changed;
}

void declared(const Block &block, std::set<std::string> &names) {
  for (const Statement &s : block) {
    if (auto *d = std::get_if<Declare>(&s.node))
      names.insert(d->name);
    if (auto *l = std::get_if<CountedLoop>(&s.node))
      declared(l->body, names);
    if (auto *l = std::get_if<EndlessLoop>(&s.node))
      declared(l->body, names);
    if (auto *b = std::get_if<Branch>(&s.node)) {
      declared(b->then, names);
      declared(b->otherwise, names);
    }
  }
}

} // namespace

void removeUnused(Function &f) {
  std::set<std::string> locals;
  declared(f.body, locals);
  Counts counts;
  do {
    counts.clear();
    count(f.body, counts);
  } while (remove(f.body, counts, locals));
  Block marks;
  for (const Parameter &p : f.parameters)
    if (!counts.count(p.name))
      marks.push_back(Evaluate{Expression::prefix("(void)", Expression::atom(p.name))});
  f.body.insert(f.body.begin(), marks.begin(), marks.end());
}

} // namespace gradus::codegen::c
