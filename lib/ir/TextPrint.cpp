//===- TextPrint.cpp - the expression IR as text --------------------------------===//
//
// Works scope by scope on opened binders, so that the text shows where each
// node is computed: what does not depend on a block's own indices stands before
// the block. Recursion is over the nesting of binders only.
//
//===--------------------------------------------------------------------===//

#include "ir/Module.h"
#include "ir/TextForm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace gradus::ir {

const char *kindName(Kind kind) {
  switch (kind) {
  case Kind::Real:
    return "real";
  case Kind::Int:
    return "int";
  case Kind::Bool:
    return "bool";
  }
  return "";
}

const char *reduceName(ReduceOp op) {
  switch (op) {
  case ReduceOp::Sum:
    return "sum";
  case ReduceOp::Prod:
    return "prod";
  case ReduceOp::Min:
    return "min";
  case ReduceOp::Max:
    return "max";
  case ReduceOp::LogSumExp:
    return "logsumexp";
  }
  return "";
}

const char *roleName(InputRole role) {
  switch (role) {
  case InputRole::Argument:
    return "argument";
  case InputRole::Parameter:
    return "parameter";
  case InputRole::Data:
    return "data";
  case InputRole::Unknown:
    return "unknown";
  case InputRole::Size:
    return "size";
  case InputRole::Local:
    return "local";
  }
  return "";
}

std::string quoted(const std::string &name) {
  std::string out = "\"";
  for (char c : name) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + '"';
}

namespace {

std::string realLiteral(double value) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value > 0 ? "inf" : "-inf";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  return text;
}

class Writer {
public:
  explicit Writer(const Graph &graph) : g(graph) {}

  void declareSymbols(std::span<const ValueId> roots);
  /// Lines for everything that `roots` need and that has no name yet.
  void scope(std::span<const ValueId> roots);
  std::string token(ValueId v);
  std::string type(Type t);

  std::string text;

private:
  std::vector<ValueId> needs(ValueId v);
  void line(ValueId v);
  void binder(ValueId v, const std::string &name);
  void recurrence(ValueId v, const std::string &name);
  void block(std::span<const ValueId> symbols, std::span<const ValueId> parts,
             const std::function<void()> &end);
  void add(const std::string &content) {
    text.append(2 * depth, ' ');
    text += content;
    text += '\n';
  }

  Graph g; ///< a copy: opening binders adds symbols
  std::map<ValueId, std::string> names;
  std::vector<ValueId> defined; ///< in order; a block forgets its own at its end
  unsigned next = 1, nextIndex = 1;
  unsigned depth = 0;
};

std::string Writer::token(ValueId v) {
  const Node &n = g.node(v);
  if (n.op == Op::Constant) {
    if (n.type.kind == Kind::Bool)
      return g.boolValue(v) ? "true" : "false";
    return n.type.kind == Kind::Int ? fmt::format("{}", g.intValue(v))
                                    : realLiteral(g.realValue(v));
  }
  return names.at(v);
}

std::string Writer::type(Type t) {
  std::string out = kindName(t.kind);
  if (t.scalar())
    return out;
  const char *separator = "[";
  for (const Axis &axis : g.axes(t.shape)) {
    out += separator + token(axis.lo) + ".." + token(axis.hi);
    separator = ", ";
  }
  return out + "]";
}

void Writer::declareSymbols(std::span<const ValueId> roots) {
  std::set<int32_t> numbers;
  for (ValueId r : roots)
    for (int32_t f : g.freeIndices(r))
      if (f < 0)
        numbers.insert(f);
  if (numbers.empty())
    return;
  std::vector<ValueId> symbols;
  for (uint32_t k = 0; k < g.size(); ++k)
    if (g.node({k}).op == Op::Index && numbers.count(static_cast<int32_t>(g.node({k}).payload)))
      symbols.push_back({k});
  for (ValueId s : symbols) {
    Symbol symbol = g.symbol(s);
    std::string name = fmt::format("#s{}", -g.node(s).payload - 1);
    if (!symbol.lo.valid()) { // a state
      scope(needs(s));
      names[s] = name;
      add(fmt::format("symbol {} {} : {}", name, quoted(symbol.name), type(g.type(s))));
      continue;
    }
    std::vector<ValueId> ends{symbol.lo, symbol.hi};
    scope(ends);
    names[s] = name;
    add(fmt::format("symbol {} {} in {}..{}", name, quoted(symbol.name), token(symbol.lo),
                    token(symbol.hi)));
  }
}

/// What must have a name before the line of `v`.
std::vector<ValueId> Writer::needs(ValueId v) {
  std::vector<ValueId> result;
  const Node n = g.node(v);
  if (n.type.shape != 0)
    for (const Axis &axis : g.axesOf(v)) {
      result.push_back(axis.lo);
      result.push_back(axis.hi);
    }
  if (n.binders == 0) {
    auto ops = g.operands(v);
    result.insert(result.end(), ops.begin(), ops.end());
    return result;
  }
  Opened opened = g.open(v);
  for (const Axis &range : opened.ranges) {
    result.push_back(range.lo);
    result.push_back(range.hi);
  }
  // The largest parts of the body that do not depend on its own indices.
  std::vector<ValueId> work = opened.nexts;
  for (ValueId w : {opened.body, opened.condition})
    if (w.valid())
      work.push_back(w);
  result.insert(result.end(), opened.starts.begin(), opened.starts.end());
  std::set<ValueId> seen;
  while (!work.empty()) {
    ValueId w = work.back();
    work.pop_back();
    if (!seen.insert(w).second)
      continue;
    if (!g.dependsOnAny(w, opened.symbols)) {
      result.push_back(w);
      continue;
    }
    const Node &m = g.node(w);
    unsigned count = m.binders != 0 ? m.rangeOperands() : m.operandCount;
    for (unsigned k = 0; k < count; ++k)
      work.push_back(g.operand(w, k));
    for (unsigned k = 0; m.op == Op::Recur && k < m.binders - 1u; ++k)
      work.push_back(g.operand(w, 3 + k));
  }
  std::sort(result.begin(), result.end());
  return result;
}

void Writer::scope(std::span<const ValueId> roots) {
  std::vector<std::pair<ValueId, bool>> work;
  for (size_t k = roots.size(); k-- > 0;)
    work.push_back({roots[k], false});
  while (!work.empty()) {
    auto [v, ready] = work.back();
    work.pop_back();
    if (!v.valid() || g.node(v).op == Op::Constant || names.count(v))
      continue;
    if (ready) {
      line(v);
      continue;
    }
    work.push_back({v, true});
    std::vector<ValueId> before = needs(v);
    for (size_t k = before.size(); k-- > 0;)
      work.push_back({before[k], false});
  }
}

void Writer::line(ValueId v) {
  const Node n = g.node(v);
  std::string name = fmt::format("%{}", next++);
  if (n.op == Op::Recur) {
    recurrence(v, name);
  } else if (n.binders != 0) {
    binder(v, name);
  } else if (n.op == Op::Input) {
    const Input &input = g.inputOf(v);
    add(fmt::format("{} = input @{} {} : {} {}", name, n.payload, quoted(input.name), type(n.type),
                    roleName(input.role)));
  } else {
    const char *word = "";
    switch (n.op) {
    case Op::Prim:
      word = info(n.prim()).name;
      break;
    case Op::Select:
      word = "select";
      break;
    case Op::At:
      word = "at";
      break;
    case Op::Put:
      word = "put";
      break;
    case Op::Zeros:
      word = "zeros";
      break;
    case Op::List:
      word = "list";
      break;
    case Op::Keep:
      word = "keep";
      break;
    case Op::Matrix:
      word = matrixOpName(n.matrixOp());
      break;
    case Op::State:
      word = n.statePart() == StatePart::Last ? "last" : "states";
      break;
    case Op::Constant:
    case Op::Input:
    case Op::Index:
    case Op::Build:
    case Op::Reduce:
    case Op::Recur:
      break;
    }
    std::string content = name + " = " + word;
    if (n.op == Op::State)
      content += fmt::format(" {} of", n.payload + 1);
    const char *separator = " ";
    for (ValueId o : g.operands(v)) {
      content += separator + token(o);
      separator = ", ";
    }
    add(content + " : " + type(n.type));
  }
  names[v] = name;
  defined.push_back(v);
}

void Writer::binder(ValueId v, const std::string &name) {
  const Node n = g.node(v);
  Opened opened = g.open(v);
  std::string content = name + " = ";
  content +=
      n.op == Op::Build ? std::string("build") : fmt::format("reduce {}", reduceName(n.reduceOp()));
  const char *separator = " (";
  for (size_t k = 0; k < opened.symbols.size(); ++k) {
    std::string index = fmt::format("#{}", nextIndex++);
    content += fmt::format("{}{} {} in {}..{}", separator, index,
                           quoted(g.indexName(v, static_cast<unsigned>(k))),
                           token(opened.ranges[k].lo), token(opened.ranges[k].hi));
    separator = ", ";
    names[opened.symbols[k]] = index;
  }
  add(content + ") : " + type(n.type) + " {");
  std::vector<ValueId> parts;
  bool conditional = opened.condition.valid() &&
                     !(g.isConstant(opened.condition) && g.boolValue(opened.condition));
  if (conditional)
    parts.push_back(opened.condition);
  parts.push_back(opened.body);
  block(opened.symbols, parts, [&] {
    if (conditional)
      add("where " + token(opened.condition));
    add("yield " + token(opened.body));
  });
}

void Writer::recurrence(ValueId v, const std::string &name) {
  Opened opened = g.open(v);
  for (ValueId s : opened.symbols)
    names[s] = fmt::format("#{}", nextIndex++);
  add(fmt::format("{} = recur{} ({} {} in {}..{}) : int {{", name,
                  opened.remade ? " remade" : "", names[opened.symbols[0]],
                  quoted(g.indexName(v)), token(opened.ranges[0].lo), token(opened.ranges[0].hi)));
  for (size_t k = 0; k < opened.starts.size(); ++k)
    add(fmt::format("  state {} {} : {} = {}", names[opened.symbols[k + 1]],
                    quoted(g.indexName(v, static_cast<unsigned>(k + 1))),
                    type(g.type(opened.starts[k])), token(opened.starts[k])));
  bool stops = !g.isConstant(opened.condition) || g.boolValue(opened.condition);
  std::vector<ValueId> parts;
  if (stops)
    parts.push_back(opened.condition);
  parts.insert(parts.end(), opened.nexts.begin(), opened.nexts.end());
  block(opened.symbols, parts, [&] {
    if (stops)
      add("until " + token(opened.condition));
    for (ValueId next : opened.nexts)
      add("next " + token(next));
  });
}

/// Lines for `parts`, then those of `end`; what they define is forgotten.
void Writer::block(std::span<const ValueId> symbols, std::span<const ValueId> parts,
                   const std::function<void()> &end) {
  ++depth;
  size_t outer = defined.size();
  scope(parts);
  end();
  for (size_t k = outer; k < defined.size(); ++k)
    names.erase(defined[k]);
  defined.resize(outer);
  for (ValueId s : symbols)
    names.erase(s);
  nextIndex -= static_cast<unsigned>(symbols.size());
  --depth;
  add("}");
}

} // namespace

std::string printText(const Graph &graph, ValueId root) {
  Writer writer(graph);
  std::vector<ValueId> roots{root};
  writer.declareSymbols(roots);
  writer.scope(roots);
  return writer.text + "return " + writer.token(root) + "\n";
}

std::string printText(const Module &module) {
  const Graph &g = module.graph;
  Writer w(g);
  std::vector<ValueId> roots;
  auto want = [&](ValueId v) {
    if (v.valid())
      roots.push_back(v);
  };
  for (uint32_t k = 0; k < g.inputs().size(); ++k)
    want(g.inputNode(k));
  for (const NamedValue &let : module.lets)
    want(let.value);
  for (const Parameter &p : module.parameters)
    want(p.initial);
  for (const Function &f : module.functions)
    want(f.value);
  for (const Problem &p : module.problems) {
    want(p.objective);
    for (const Unknown &u : p.unknowns)
      for (ValueId v : {u.lower, u.upper, u.start})
        want(v);
    for (const OptionValue &o : p.method.options)
      want(o.value);
    for (const Constraint &c : p.constraints)
      for (ValueId v : {c.value, c.lower, c.upper})
        want(v);
    for (const Condition &c : p.conditions)
      want(c.holds);
  }
  w.scope(roots);

  std::string &out = w.text;
  auto input = [&](uint32_t k) { return w.token(g.inputNode(k)); };
  for (const Table &t : module.tables)
    out += fmt::format("table {} from {}{}\n", quoted(t.name), quoted(t.path),
                       t.skipMissing ? " missing skip" : "");
  for (const DataInput &d : module.data) {
    const std::string &table = module.tables[d.source.table].name;
    switch (d.source.field) {
    case DataSource::Field::Column:
      out += fmt::format("data {} = column {} of {}\n", input(d.input), quoted(d.source.column),
                         quoted(table));
      break;
    case DataSource::Field::Rows:
      out += fmt::format("data {} = rows of {}\n", input(d.input), quoted(table));
      break;
    case DataSource::Field::Equals:
      out += fmt::format("data {} = column {} of {} is {}\n", input(d.input),
                         quoted(d.source.column), quoted(table), quoted(d.source.text));
      break;
    case DataSource::Field::Whole:
      out += fmt::format("data {} = all of {}\n", input(d.input), quoted(table));
      break;
    }
  }
  for (const SizeBinding &s : module.sizeBindings)
    out += fmt::format("size {} = axis {} of {}\n", input(s.size), s.axis, input(s.array));
  for (const Parameter &p : module.parameters)
    out += p.initial.valid() ? fmt::format("param {} = {}\n", input(p.input), w.token(p.initial))
                             : fmt::format("param {}\n", input(p.input));
  for (const NamedValue &let : module.lets)
    if (let.value.valid())
      out += fmt::format("let {} = {}\n", quoted(let.name), w.token(let.value));
  for (const Function &f : module.functions) {
    std::string list;
    for (uint32_t k : f.arguments)
      list += (list.empty() ? "" : ", ") + input(k);
    out += fmt::format("fn {}({}) = {}\n", quoted(f.name), list, w.token(f.value));
  }
  for (const Problem &p : module.problems) {
    out += fmt::format("problem {}\n", quoted(p.name));
    for (const Unknown &u : p.unknowns) {
      out += "; var " + input(u.input);
      if (u.lower.valid())
        out += " >= " + w.token(u.lower);
      if (u.upper.valid())
        out += " <= " + w.token(u.upper);
      if (u.start.valid())
        out += " start " + w.token(u.start);
      out += '\n';
    }
    out += fmt::format("; {} {}\n", p.maximize ? "maximize" : "minimize",
                       p.objective.valid() ? w.token(p.objective) : "nothing");
    for (const Constraint &c : p.constraints) {
      out += "; constraint " + (c.name.empty() ? "" : quoted(c.name) + ": ");
      if (c.lower.valid() && !c.equality())
        out += w.token(c.lower) + " <= ";
      out += w.token(c.value);
      if (c.upper.valid())
        out += (c.equality() ? " = " : " <= ") + w.token(c.upper);
      out += '\n';
    }
    for (const Condition &c : p.conditions)
      out += fmt::format("; condition {} <= 0\n", w.token(c.holds));
    if (!p.method.name.empty()) {
      std::string options;
      for (const OptionValue &o : p.method.options)
        options += (options.empty() ? "" : ", ") + o.name + " = " + w.token(o.value);
      out += fmt::format("; solve with {}({})\n", p.method.name, options);
    }
  }
  return out;
}

} // namespace gradus::ir
