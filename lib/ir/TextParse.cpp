//===- TextParse.cpp - the text form of the expression IR, read back ------------===//
//
// One line at a time, with a stack of open blocks, so that neither depth of an
// expression nor nesting of binders uses the machine's stack. Every operand is
// checked before the graph sees it: a wrong text is an error, not an assertion.
//
//===--------------------------------------------------------------------===//

#include "ir/Module.h"
#include "ir/TextForm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <sstream>
#include <unordered_map>

namespace gradus::ir {

namespace {

/// What went wrong in a line; caught in parseText.
struct Wrong {
  std::string message;
};

class Reader {
public:
  explicit Reader(Graph &graph) : g(graph) {}
  ValueId read(const std::string &text);
  unsigned lineNumber = 0;

private:
  struct Block {
    std::string result;
    bool build = false, recur = false, remade = false;
    ReduceOp op = ReduceOp::Sum;
    std::vector<std::string> indexNames;
    std::vector<ValueId> symbols;
    std::vector<Axis> ranges;
    Type type;
    ValueId condition, body;
    std::vector<ValueId> starts, nexts; ///< of a recurrence
    size_t firstDefined = 0;
  };

  // One line: characters from `at` on.
  void skipSpace() {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r'))
      ++at;
  }
  bool accept(std::string_view word) {
    skipSpace();
    if (line.compare(at, word.size(), word) != 0)
      return false;
    at += word.size();
    return true;
  }
  void expect(std::string_view word) {
    if (!accept(word))
      throw Wrong{fmt::format("expected '{}' before '{}'", word, line.substr(at))};
  }
  /// Up to white space or punctuation; `..` ends a number too.
  std::string word() {
    skipSpace();
    size_t begin = at;
    while (at < line.size() && !std::strchr(" \t\r,:()[]{}\"", line[at]) &&
           line.compare(at, 2, "..") != 0)
      ++at;
    return line.substr(begin, at - begin);
  }
  std::string quotedName();
  ValueId value();
  ValueId whole();
  Type type();
  InputRole role();
  std::optional<ReduceOp> reduction(const std::string &name);
  void define(const std::string &name, ValueId v);
  void definition(const std::string &name);
  void binder(const std::string &name, const std::string &op);
  void stateLine();
  void endBlock();
  ValueId node(const std::string &op);
  ValueId input();
  void symbolLine();
  void readLine();

  Graph &g;
  std::string line;
  size_t at = 0;
  std::unordered_map<std::string, ValueId> names;
  std::vector<std::string> defined;
  std::vector<Block> blocks;
  ValueId result, last;
};

std::string Reader::quotedName() {
  expect("\"");
  std::string name;
  while (at < line.size() && line[at] != '"') {
    if (line[at] == '\\' && at + 1 < line.size()) {
      ++at;
      name += line[at] == 'n' ? '\n' : line[at];
    } else {
      name += line[at];
    }
    ++at;
  }
  expect("\"");
  return name;
}

ValueId Reader::value() {
  std::string text = word();
  if (text.empty())
    throw Wrong{"expected a value"};
  if (text[0] == '%' || text[0] == '#') {
    auto it = names.find(text);
    if (it == names.end())
      throw Wrong{fmt::format("{} is not defined here", text)};
    return it->second;
  }
  if (text == "true" || text == "false")
    return g.boolean(text == "true");
  if (text == "nan")
    return g.real(std::numeric_limits<double>::quiet_NaN());
  if (text == "inf" || text == "-inf") {
    double inf = std::numeric_limits<double>::infinity();
    return g.real(text == "inf" ? inf : -inf);
  }
  char *end = nullptr;
  errno = 0;
  if (text.find_first_of(".e") == std::string::npos) {
    long long v = std::strtoll(text.c_str(), &end, 10);
    if (*end == 0 && errno == 0)
      return g.integer(v);
  } else {
    double v = std::strtod(text.c_str(), &end);
    if (*end == 0)
      return g.real(v);
  }
  throw Wrong{fmt::format("'{}' is not a value", text)};
}

ValueId Reader::whole() {
  ValueId v = value();
  if (g.type(v) != Type{Kind::Int, 0})
    throw Wrong{"expected a whole number"};
  return v;
}

Type Reader::type() {
  Type t;
  std::string kind = word();
  if (kind == "real")
    t.kind = Kind::Real;
  else if (kind == "int")
    t.kind = Kind::Int;
  else if (kind == "bool")
    t.kind = Kind::Bool;
  else
    throw Wrong{fmt::format("'{}' is not a type", kind)};
  if (accept("[")) {
    std::vector<Axis> axes;
    do {
      ValueId lo = whole();
      expect("..");
      axes.push_back({lo, whole()});
    } while (accept(","));
    expect("]");
    t.shape = g.shape(std::move(axes));
  }
  return t;
}

InputRole Reader::role() {
  std::string name = word();
  for (InputRole r : {InputRole::Argument, InputRole::Parameter, InputRole::Data,
                      InputRole::Unknown, InputRole::Size, InputRole::Local})
    if (name == roleName(r))
      return r;
  throw Wrong{fmt::format("'{}' is not a role", name)};
}

std::optional<ReduceOp> Reader::reduction(const std::string &name) {
  for (ReduceOp r :
       {ReduceOp::Sum, ReduceOp::Prod, ReduceOp::Min, ReduceOp::Max, ReduceOp::LogSumExp})
    if (name == reduceName(r))
      return r;
  return std::nullopt;
}

void Reader::define(const std::string &name, ValueId v) {
  if (!names.emplace(name, v).second)
    throw Wrong{fmt::format("{} is defined twice", name)};
  defined.push_back(name);
  last = v;
}

/// An input with the same number, name, type and role is the same input.
ValueId Reader::input() {
  expect("@");
  std::string number = word();
  Input input;
  input.name = quotedName();
  expect(":");
  input.type = type();
  input.role = role();
  size_t k = std::strtoull(number.c_str(), nullptr, 10);
  if (k < g.inputs().size()) {
    const Input &known = g.inputs()[k];
    if (known.name == input.name && known.type == input.type && known.role == input.role)
      return g.inputNode(static_cast<uint32_t>(k));
  }
  return g.input(std::move(input));
}

ValueId Reader::node(const std::string &op) {
  if (op == "input")
    return input();
  std::vector<ValueId> ops;
  size_t which = 0;
  if (op == "last" || op == "states") {
    which = std::strtoull(word().c_str(), nullptr, 10);
    if (word() != "of")
      throw Wrong{fmt::format("expected {} <number> of", op)};
  }
  if (!accept(":")) {
    do
      ops.push_back(value());
    while (accept(","));
    expect(":");
  }
  Type t = type();
  auto need = [&](bool fine) {
    if (!fine)
      throw Wrong{fmt::format("wrong operands or type of {}", op)};
  };
  auto indices = [&](size_t rank) {
    need(ops.size() == rank + 1);
    for (size_t k = 1; k < ops.size(); ++k)
      need(g.type(ops[k]) == Type{Kind::Int, 0});
    return std::span<const ValueId>(ops).subspan(1);
  };
  ValueId made;
  if (op == "select") {
    need(ops.size() == 3 && g.type(ops[0]) == Type{Kind::Bool, 0} &&
         g.type(ops[1]) == g.type(ops[2]));
    made = g.select(ops[0], ops[1], ops[2]);
  } else if (op == "at") {
    need(!ops.empty() && !g.type(ops[0]).scalar());
    made = g.at(ops[0], indices(g.rank(ops[0])));
  } else if (op == "put") {
    need(!t.scalar() && !ops.empty() && g.type(ops[0]).scalar());
    made = g.put(t.shape, indices(g.axes(t.shape).size()), ops[0]);
  } else if (op == "zeros") {
    need(!t.scalar() && ops.empty());
    made = g.zeros(t);
  } else if (op == "list") {
    need(!t.scalar() && !ops.empty());
    for (ValueId v : ops)
      need(g.type(v) == Type{t.kind, 0});
    made = g.list(ops, t.shape);
  } else if (op == "keep") {
    need(ops.size() == 1 && !g.type(ops[0]).scalar());
    made = g.keep(ops[0]);
  } else if (auto matrixOp = findMatrixOp(op)) {
    need(isMatrixNode(g, *matrixOp, ops));
    made = g.matrix(*matrixOp, ops);
  } else if (op == "last" || op == "states") {
    need(ops.size() == 1 && g.node(ops[0]).op == Op::Recur && which >= 1 &&
         which <= g.stateCount(ops[0]));
    auto k = static_cast<unsigned>(which - 1);
    made = op == "last" ? g.lastState(ops[0], k) : g.allStates(ops[0], k);
  } else {
    std::optional<Prim> p = findPrimitiveByIRName(op);
    if (!p)
      throw Wrong{fmt::format("'{}' is no operation", op)};
    if (std::string why = operandError(g, *p, ops); !why.empty())
      throw Wrong{why};
    made = g.primAsWritten(*p, ops);
  }
  need(g.type(made) == t);
  return made;
}

void Reader::binder(const std::string &name, const std::string &kind) {
  Block block;
  block.result = name;
  block.build = kind == "build";
  block.recur = kind == "recur";
  if (kind == "reduce") {
    std::string which = word();
    auto op = reduction(which);
    if (!op)
      throw Wrong{fmt::format("'{}' is no reduction", which)};
    block.op = *op;
  }
  block.remade = block.recur && accept("remade");
  expect("(");
  do {
    block.indexNames.push_back(word());
    std::string hint = quotedName();
    if (word() != "in")
      throw Wrong{"expected 'in'"};
    ValueId lo = whole();
    expect("..");
    ValueId hi = whole();
    block.ranges.push_back({lo, hi});
    block.symbols.push_back(g.newSymbol(lo, hi, hint));
  } while (accept(","));
  expect(")");
  if (!block.build && block.symbols.size() != 1)
    throw Wrong{"a reduction or recurrence has one index"};
  expect(":");
  block.type = type();
  expect("{");
  block.condition = g.boolean(!block.recur);
  block.firstDefined = defined.size();
  for (size_t k = 0; k < block.symbols.size(); ++k)
    if (!names.emplace(block.indexNames[k], block.symbols[k]).second)
      throw Wrong{fmt::format("{} is bound twice", block.indexNames[k])};
  blocks.push_back(std::move(block));
}

void Reader::endBlock() {
  if (blocks.empty())
    throw Wrong{"'}' without a block"};
  Block block = std::move(blocks.back());
  blocks.pop_back();
  if (block.recur ? block.nexts.size() != block.starts.size() || block.starts.empty()
                  : !block.body.valid())
    throw Wrong{block.recur ? "a recurrence has as many lines next as state" : "the block has no yield"};
  for (size_t k = block.firstDefined; k < defined.size(); ++k)
    names.erase(defined[k]);
  defined.resize(block.firstDefined);
  for (const std::string &index : block.indexNames)
    names.erase(index);
  ValueId made;
  if (block.recur) {
    for (size_t k = 0; k < block.nexts.size(); ++k)
      if (g.type(block.nexts[k]) != g.type(block.starts[k]))
        throw Wrong{"a state changes its type"};
    made = g.recur(block.symbols, block.ranges[0], block.condition, block.starts, block.nexts,
                   block.remade);
  } else if (block.build) {
    if (!g.type(block.body).scalar())
      throw Wrong{"the element of a build is a scalar"};
    made = g.build(block.symbols, block.ranges, block.body);
  } else {
    made = g.reduce(block.op, block.symbols[0], block.ranges[0].lo, block.ranges[0].hi,
                    block.condition, block.body);
  }
  if (g.type(made) != block.type)
    throw Wrong{"the block has another type"};
  define(block.result, made);
}

/// state #2 "x" : real[1..%1] = %3
void Reader::stateLine() {
  if (blocks.empty() || !blocks.back().recur)
    throw Wrong{"'state' outside a recurrence"};
  std::string name = word(), hint = quotedName();
  expect(":");
  Type t = type();
  expect("=");
  ValueId start = value();
  if (g.type(start) != t)
    throw Wrong{"a state starts with its type"};
  Block &block = blocks.back();
  block.starts.push_back(start);
  block.symbols.push_back(g.newState(t, hint));
  block.indexNames.push_back(name);
  if (!names.emplace(name, block.symbols.back()).second)
    throw Wrong{fmt::format("{} is bound twice", name)};
}

/// symbol #s7 "j" in 1..%1, or of a state: symbol #s7 "x" : real[1..%1]
void Reader::symbolLine() {
  std::string name = word();
  std::string hint = quotedName();
  int64_t payload = name.size() < 3 ? 0 : -std::strtoll(name.c_str() + 2, nullptr, 10) - 1;
  auto known = [&](auto same) {
    for (uint32_t k = 0; k < g.size(); ++k)
      if (g.node({k}).op == Op::Index && g.node({k}).payload == payload && same(ValueId{k}))
        return ValueId{k};
    return ValueId{};
  };
  if (accept(":")) {
    Type t = type();
    ValueId found = known([&](ValueId v) { return g.type(v) == t && !g.symbol(v).lo.valid(); });
    return define(name, found.valid() ? found : g.newState(t, hint));
  }
  if (word() != "in" || name.size() < 3)
    throw Wrong{"expected symbol #s<number> \"name\" in lo..hi"};
  ValueId lo = whole();
  expect("..");
  ValueId hi = whole();
  ValueId found =
      known([&](ValueId v) { return g.symbol(v).lo == lo && g.symbol(v).hi == hi; });
  define(name, found.valid() ? found : g.newSymbol(lo, hi, hint));
}

void Reader::definition(const std::string &name) {
  expect("=");
  std::string op = word();
  if (op == "build" || op == "reduce" || op == "recur")
    binder(name, op);
  else
    define(name, node(op));
}

void Reader::readLine() {
  skipSpace();
  if (at == line.size() || line[at] == ';')
    return;
  if (accept("}"))
    return endBlock();
  std::string first = word();
  if (!first.empty() && first[0] == '%')
    return definition(first);
  if (first == "symbol")
    return symbolLine();
  if (first == "state")
    return stateLine();
  if (first == "where" || first == "yield" || first == "until" || first == "next") {
    if (blocks.empty() || blocks.back().recur != (first == "until" || first == "next"))
      throw Wrong{fmt::format("'{}' outside a block", first)};
    ValueId v = value();
    if (first == "yield")
      blocks.back().body = v;
    else if (first == "next")
      blocks.back().nexts.push_back(v);
    else if (g.type(v) != Type{Kind::Bool, 0})
      throw Wrong{"a condition is a boolean"};
    else
      blocks.back().condition = v;
    return;
  }
  if (first == "return") {
    result = value();
    return;
  }
  for (const char *word : {"fn", "let", "param", "data", "size", "table", "problem"})
    if (first == word) {
      at = line.size();
      return;
    }
  throw Wrong{fmt::format("cannot read '{}'", line)};
}

ValueId Reader::read(const std::string &text) {
  std::istringstream stream(text);
  while (std::getline(stream, line)) {
    ++lineNumber;
    at = 0;
    readLine();
    skipSpace();
    if (at < line.size() && line[at] != ';')
      throw Wrong{fmt::format("'{}' is left over", line.substr(at))};
  }
  if (!blocks.empty())
    throw Wrong{"a block is not closed"};
  ValueId v = result.valid() ? result : last;
  if (!v.valid())
    throw Wrong{"no expression"};
  return v;
}

} // namespace

ValueId parseText(Graph &graph, const std::string &text, std::string &error) {
  error.clear();
  Reader reader(graph);
  try {
    return reader.read(text);
  } catch (const Wrong &wrong) {
    error = fmt::format("line {}: {}", reader.lineNumber, wrong.message);
    return {};
  }
}

} // namespace gradus::ir
