//===- FunctionWriter.cpp - names, parameters and declarations ------------------===//
#include "codegen/c/FunctionWriter.h"

#include "codegen/c/Variables.h"
#include "loops/Operands.h"

#include <fmt/format.h>

namespace gradus::codegen::c {

using namespace loops;

namespace {
constexpr uint32_t openHead = 1, closedHead = 2;
} // namespace

FunctionWriter::FunctionWriter(FileContext &file, const loops::Function &source,
                               const FunctionFacts &facts)
    : file_(file), f_(source), facts_(facts) {
  forwardVariables(f_);
  uses_.assign(f_.scalars.size(), 0);
  definitions_.assign(f_.scalars.size(), nullptr);
  values_.resize(f_.scalars.size());
  known_.assign(f_.scalars.size(), false);
  bufferUsed_.assign(f_.buffers.size(), false);
  bufferMade_.assign(f_.buffers.size(), false);
  places_.resize(f_.variables.size());
  countUses();
  escapes_.assign(f_.scalars.size(), false);
  std::vector<uint32_t> heads(f_.scalars.size(), 0);
  findEscapes(f_.body, heads, 0);
  placeVariables();
  nameEverything();
}

std::string FunctionWriter::typeName(Kind kind) const {
  switch (kind) {
  case Kind::Real:
    return file_.real();
  case Kind::Int:
    return "int64_t";
  case Kind::Bool:
    return "int";
  }
  return "";
}

//--- uses ---------------------------------------------------------------------------

/// Scalars that nothing needs are not counted: what only they read is not needed either.
void FunctionWriter::use(ScalarId s) {
  std::vector<ScalarId> work{s};
  while (!work.empty()) {
    ScalarId next = work.back();
    work.pop_back();
    if (!next.valid() || uses_[next.index]++ != 0)
      continue;
    const Operation *op = definitions_[next.index];
    if (!op)
      continue;
    forEachOperand(*op, [&](ScalarId o) { work.push_back(o); });
    if (auto *load = std::get_if<LoadOp>(op))
      useBuffer(load->buffer, false);
  }
}

void FunctionWriter::useBuffer(BufferId b, bool allExtents) {
  const Buffer &buffer = f_.buffers[b.index];
  for (size_t k = 0; k < buffer.axes.size(); ++k) {
    use(buffer.axes[k].lo);
    if (k > 0 || allExtents)
      use(buffer.axes[k].extent);
  }
  for (;; b = f_.buffers[b.index].base) {
    if (bufferUsed_[b.index])
      return;
    bufferUsed_[b.index] = true;
    use(f_.buffers[b.index].offset);
    if (f_.buffers[b.index].role != BufferRole::View)
      return;
  }
}

void FunctionWriter::countUses() {
  std::vector<const Body *> work{&f_.body};
  while (!work.empty()) {
    const Body *body = work.back();
    work.pop_back();
    for (const loops::Statement &s : *body) {
      if (auto *let = std::get_if<Let>(&s.node))
        definitions_[let->target.index] = &let->operation;
      forEachBody(s, [&](const Body &nested) { work.push_back(&nested); });
    }
  }
  countUses(f_.body);
}

void FunctionWriter::countUses(const Body &body) {
  for (const loops::Statement &s : body) {
    if (!std::holds_alternative<Let>(s.node))
      forEachOperand(s, [&](ScalarId o) { use(o); });
    if (auto *loop = std::get_if<While>(&s.node))
      use(loop->condition);
    if (auto *store = std::get_if<Store>(&s.node))
      useBuffer(store->buffer, false);
    if (auto *fill = std::get_if<Fill>(&s.node))
      useBuffer(fill->buffer, true);
    if (auto *copy = std::get_if<Copy>(&s.node)) {
      useBuffer(copy->target, true);
      useBuffer(copy->source, false);
    }
    if (auto *hook = std::get_if<Hook>(&s.node))
      useBuffer(hook->x, true);
    if (auto *call = std::get_if<Call>(&s.node)) {
      for (const Argument &a : call->arguments)
        if (auto *b = std::get_if<BufferId>(&a.value))
          useBuffer(*b, false);
      if (file_.facts[call->callee.index].work)
        use(f_.workspaceElements);
    }
    forEachBody(s, [&](const Body &nested) { countUses(nested); });
  }
}

/// What the head of a while loop computes can be read after the loop, where the
/// block of C has ended.
void FunctionWriter::findEscapes(const Body &body, std::vector<uint32_t> &heads, uint32_t head) {
  auto read = [&](ScalarId s) {
    if (s.valid() && heads[s.index] == closedHead)
      escapes_[s.index] = true;
  };
  for (const loops::Statement &s : body) {
    forEachOperand(s, read);
    auto *let = std::get_if<Let>(&s.node);
    if (let)
      heads[let->target.index] = head;
    if (auto *loop = std::get_if<While>(&s.node)) {
      findEscapes(loop->head, heads, openHead);
      read(loop->condition);
      findEscapes(loop->body, heads, 0);
      for (const loops::Statement &inner : loop->head)
        if (auto *own = std::get_if<Let>(&inner.node))
          heads[own->target.index] = closedHead;
      continue;
    }
    forEachBody(s, [&](const Body &nested) { findEscapes(nested, heads, 0); });
  }
}

//--- where variables are declared -----------------------------------------------------

void FunctionWriter::placeVariables() {
  const std::vector<VariableUse> uses = variableUses(f_);
  for (size_t k = 0; k < uses.size(); ++k) {
    places_[k].touched = uses[k].touched;
    places_[k].read = uses[k].reads > 0;
    places_[k].home = uses[k].declaredByAssignment;
    places_[k].direct = uses[k].topOnly;
  }
  for (const loops::Parameter &p : f_.parameters)
    if (auto *v = std::get_if<VariableId>(&p.value)) {
      places_[v->index].parameter = true;
      places_[v->index].home = false;
    }
  for (Place &p : places_)
    p.direct = p.direct && p.parameter;
}

//--- names ------------------------------------------------------------------------------

void FunctionWriter::nameEverything() {
  for (const char *own : {"frame", "work", "options", "result"})
    names_.take(own);
  for (const loops::Parameter &p : f_.parameters) {
    if (auto *s = std::get_if<ScalarId>(&p.value)) {
      values_[s->index].e = Expression::atom(names_.unique(f_.scalars[s->index].name, "p"));
      values_[s->index].base = values_[s->index].e;
      parameterNames_.push_back(values_[s->index].e.text);
    } else if (auto *v = std::get_if<VariableId>(&p.value)) {
      Place &place = places_[v->index];
      place.pointer = names_.unique(f_.variables[v->index].name, "out");
      parameterNames_.push_back(place.pointer);
    } else {
      parameterNames_.push_back(names_.unique(f_.buffers[std::get<BufferId>(p.value).index].name, "a"));
    }
  }
  buffers_.resize(f_.buffers.size());
  for (size_t k = 0; k < f_.parameters.size(); ++k)
    if (auto *b = std::get_if<BufferId>(&f_.parameters[k].value))
      buffers_[b->index] = parameterNames_[k];
  for (size_t i = 0; i < f_.buffers.size(); ++i)
    if (f_.buffers[i].role == BufferRole::Constant && bufferUsed_[i]) {
      buffers_[i] = file_.tables[f_.buffers[i].table].name;
      bufferMade_[i] = file_.tables[f_.buffers[i].table].used = true;
    }
  for (size_t i = 0; i < f_.buffers.size(); ++i)
    if (buffers_[i].empty() && bufferUsed_[i])
      buffers_[i] = names_.unique(f_.buffers[i].name, fmt::format("b{}", i));
  for (size_t i = 0; i < f_.variables.size(); ++i) {
    Place &place = places_[i];
    if (place.touched || place.parameter)
      place.name = names_.unique(f_.variables[i].name, fmt::format("v{}", i));
    if (place.direct)
      place.name = "*" + place.pointer;
  }
}

//--- the head ------------------------------------------------------------------------------

void FunctionWriter::parameters(Function &f, const PublicShape &shape) {
  if (facts_.frame || shape.isPublic)
    f.parameters.push_back({file_.prefix + "_frame *", "frame"});
  if (facts_.work && !shape.isPublic)
    f.parameters.push_back({std::string(file_.real()) + " *", "work"});
  for (size_t k = 0; k < f_.parameters.size(); ++k) {
    if (shape.optionFields.count(k) || shape.resultFields.count(k))
      continue;
    const auto &value = f_.parameters[k].value;
    if (auto *s = std::get_if<ScalarId>(&value)) {
      f.parameters.push_back({typeName(kind(*s)), parameterNames_[k]});
    } else if (auto *v = std::get_if<VariableId>(&value)) {
      f.parameters.push_back({typeName(f_.variables[v->index].kind) + " *", parameterNames_[k]});
    } else {
      const Buffer &b = f_.buffers[std::get<BufferId>(value).index];
      std::string type = typeName(b.kind) + " *" + file_.restrictMacro;
      f.parameters.push_back({(b.role == BufferRole::In ? "const " : "") + type, parameterNames_[k]});
    }
  }
  if (!shape.options.empty())
    f.parameters.push_back({"const " + shape.options + " *", "options"});
  if (!shape.result.empty())
    f.parameters.push_back({shape.result + " *", "result"});
}

Function FunctionWriter::writeHead(const PublicShape &shape) {
  Function f;
  f.name = shape.isPublic ? shape.name : facts_.name;
  f.internal = !shape.isPublic;
  f.result = shape.isPublic || facts_.fails ? "int32_t" : "void";
  parameters(f, shape);
  return f;
}

//--- declarations ----------------------------------------------------------------------------

void FunctionWriter::pointer(Block &out, uint32_t i) {
  const Buffer &b = f_.buffers[i];
  if (bufferMade_[i] || !bufferUsed_[i])
    return;
  const std::string type = typeName(b.kind) + " *";
  auto shifted = [](Expression base, const Value &offset, unsigned times) {
    if (offset.constant && *offset.constant == 0)
      return base;
    Expression by = offset.e;
    if (times > 1)
      by = Expression::infix("*", Binding::Product, Expression::atom(std::to_string(times)), by);
    return Expression::infix("+", Binding::Sum, std::move(base), std::move(by));
  };
  const Value &offset = values_[b.offset.index];
  if (b.role == BufferRole::Workspace) {
    Expression at = shifted(Expression::atom("work"), offset, file_.wordsPerElement);
    if (b.kind == Kind::Int)
      at = Expression::prefix("(int64_t *)(void *)", std::move(at));
    out.push_back(Declare{type + file_.restrictMacro, buffers_[i], {std::move(at)}});
  } else {
    BufferId root = b.base;
    while (f_.buffers[root.index].role == BufferRole::View)
      root = f_.buffers[root.index].base;
    const BufferRole role = f_.buffers[root.index].role;
    const bool constant = role == BufferRole::In || role == BufferRole::Constant;
    Expression at = shifted(Expression::atom(buffers_[b.base.index]), offset, 1);
    out.push_back(Declare{(constant ? "const " : "") + type, buffers_[i], {std::move(at)}});
  }
  bufferMade_[i] = true;
}

/// Pointers whose place is known now that this scalar is. A base stands before its views.
void FunctionWriter::pointers(Block &out, ScalarId offset) {
  known_[offset.index] = true;
  for (uint32_t i = 0; i < f_.buffers.size(); ++i) {
    const Buffer &b = f_.buffers[i];
    const bool local = b.role == BufferRole::Workspace || b.role == BufferRole::View;
    if (local && known_[b.offset.index] &&
        (b.role == BufferRole::Workspace || bufferMade_[b.base.index]))
      pointer(out, i);
  }
}

void FunctionWriter::prologue(Block &out, const PublicShape &shape) {
  const std::string resultName = "result->";
  for (size_t k = 0; k < f_.parameters.size(); ++k) {
    const auto &value = f_.parameters[k].value;
    if (auto *b = std::get_if<BufferId>(&value))
      bufferMade_[b->index] = true;
    if (auto field = shape.optionFields.find(k); field != shape.optionFields.end()) {
      Kind kindOf = kind(std::get<ScalarId>(value));
      out.push_back(Declare{"const " + typeName(kindOf), parameterNames_[k],
                            {Expression::atom("options->" + field->second)}});
    }
    auto *v = std::get_if<VariableId>(&value);
    if (!v)
      continue;
    Place &place = places_[v->index];
    if (auto field = shape.resultFields.find(k); field != shape.resultFields.end())
      place.pointer = "&result->" + field->second;
    const std::string target = place.pointer[0] == '&' ? place.pointer.substr(1) : "*" + place.pointer;
    if (place.direct)
      place.name = target;
    // What a failed call leaves behind must not look like a result.
    if (facts_.fails)
      out.push_back(Assign{Expression::atom(target), "=",
                           Expression::atom(f_.variables[v->index].kind == Kind::Real ? "NAN" : "0")});
  }
  for (size_t i = 0; i < f_.variables.size(); ++i) {
    const Place &place = places_[i];
    if ((!place.touched && !place.parameter) || place.home || place.direct)
      continue;
    Kind kindOf = f_.variables[i].kind;
    out.push_back(Declare{typeName(kindOf), place.name,
                          {kindOf == Kind::Real ? realNumber(0) : Expression::atom("0")}});
  }
  for (const loops::Parameter &p : f_.parameters)
    if (auto *s = std::get_if<ScalarId>(&p.value))
      pointers(out, *s);
}

/// Hands the results over.
void FunctionWriter::results(Block &out) {
  for (const loops::Parameter &p : f_.parameters) {
    auto *v = std::get_if<VariableId>(&p.value);
    if (!v || places_[v->index].direct)
      continue;
    const Place &place = places_[v->index];
    const std::string target = place.pointer[0] == '&' ? place.pointer.substr(1) : "*" + place.pointer;
    out.push_back(Assign{Expression::atom(target), "=", Expression::atom(place.name)});
  }
}

Function FunctionWriter::write(const PublicShape &shape) {
  Function f = writeHead(shape);
  if (!shape.isPublic)
    f.comment = commentText(f_.documentation);
  if (shape.isPublic && facts_.work) {
    f.body.push_back(Branch{
        Expression::atom("!frame || !frame->workspace" +
                         (shape.workspaceCheck
                              ? " || frame->workspace_bytes < " + *shape.workspaceCheck
                              : "")),
        {Return{Expression::atom(upperCase(file_.prefix) + "_NO_WORKSPACE")}},
        {}});
    f.body.push_back(Declare{std::string(file_.real()) + " *", "work",
                             {Expression::prefix(fmt::format("({} *)", file_.real()),
                                                 Expression::atom("frame->workspace"))}});
  }
  prologue(f.body, shape);
  body(f_.body, f.body);
  const bool ended = !f_.body.empty() && std::holds_alternative<loops::Return>(f_.body.back().node);
  if (!ended) {
    results(f.body);
    if (f.result != "void")
      f.body.push_back(Return{Expression::atom("0")});
  }
  return f;
}

Block FunctionWriter::wholeResult() {
  Block made;
  prologue(made, {});
  body(f_.body, made);
  for (Statement &s : made)
    if (auto *a = std::get_if<Assign>(&s.node))
      s = Return{std::move(a->value)};
  return made;
}

} // namespace gradus::codegen::c
