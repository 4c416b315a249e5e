//===- ParseState.cpp - making nodes --------------------------------------===//
#include "syntax/ParseState.h"

#include "syntax/Parser.h"

#include <algorithm>

namespace gradus::syntax {
namespace {

bool isFiller(char c) { return c == ' ' || c == '\n' || c == ';'; }

} // namespace

SourceRange ParseState::range(const char *from, const char *to) const {
  while (from < to && isFiller(*from))
    ++from;
  while (to > from && isFiller(to[-1]))
    --to;
  return {file_, static_cast<uint32_t>(offset(from)), static_cast<uint32_t>(offset(to))};
}

ExprPtr ParseState::expr(NameOrCall &&node, SourceRange range) {
  if (node.call)
    return add(Call{std::move(node.name), std::move(node.arguments)}, range);
  return add(Name{std::move(node.name.name)}, range);
}

ExprPtr ParseState::expr(Power &&node, SourceRange range) {
  return node.exponent ? add(node, range) : node.base;
}

ExprPtr ParseState::expr(TupleExpr &&node, SourceRange range) {
  return node.elements.size() == 1 ? node.elements[0] : add(std::move(node), range);
}

ExprPtr ParseState::chain(ExprPtr first, Rest<ChainOp> &&rest, SourceRange range) {
  const bool sum = rest[0].first == ChainOp::Add || rest[0].first == ChainOp::Sub;
  Chain node;
  node.links.reserve(rest.size() + 1);
  node.links.push_back({sum ? ChainOp::Add : ChainOp::Mul, first});
  for (const auto &[op, operand] : rest)
    node.links.push_back({op, operand});
  return add(std::move(node), range);
}

ExprPtr ParseState::chain(ExprPtr first, Rest<CompareOp> &&rest, SourceRange range) {
  Comparison node{{first}, {}};
  for (const auto &[op, operand] : rest) {
    node.ops.push_back(op);
    node.operands.push_back(operand);
  }
  return add(std::move(node), range);
}

ExprPtr ParseState::chain(ExprPtr first, Rest<LogicalOp> &&rest, SourceRange range) {
  Logical node{rest[0].first, {first}};
  for (const auto &[op, operand] : rest)
    node.operands.push_back(operand);
  return add(std::move(node), range);
}

ExprPtr ParseState::suffixed(ExprPtr base, Suffix &&suffix, SourceRange range) {
  switch (suffix.kind) {
  case Suffix::Subscripts:
    return add(Index{base, std::move(suffix.subscripts)}, range);
  case Suffix::MemberName:
    return add(Member{base, std::move(suffix.member)}, range);
  case Suffix::Transposed:
    return add(Unary{UnaryOp::Transpose, base}, range);
  }
  return base;
}

ItemPtr ParseState::item(MethodDecl &&node, SourceRange range) {
  node.documentation = documentationBefore(range.begin);
  return &tree_.itemStore.emplace_back(Item{std::move(node), range});
}

/// The comment lines that end on the line before `offset`, without their '#'.
std::string ParseState::documentationBefore(uint32_t offset) const {
  const SourceManager &sources = diagnostics_.sources();
  const uint32_t last = sources.lineColumn(file_, offset).line;
  std::vector<std::string_view> lines;
  for (uint32_t number = last - 1; number >= 1; --number) {
    std::string_view line = sources.line(file_, number);
    const size_t hash = line.find_first_not_of(" \t");
    if (hash == line.npos || line[hash] != '#')
      break;
    line.remove_prefix(hash + 1);
    if (line.starts_with(' '))
      line.remove_prefix(1);
    lines.push_back(line.substr(0, line.find_last_not_of(" \t") + 1));
  }
  std::string text;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    text.append(text.empty() ? "" : "\n").append(*line);
  return text;
}

} // namespace gradus::syntax
