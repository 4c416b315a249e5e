//===- Inputs.cpp - parameters and data ----------------------------------------===//

#include "semantics/Declarations.h"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::InputRole;
using ir::Kind;

/// Remembers which sizes the axes of an input bind.
void ModuleBuilder::bindSizes(ValueId input) {
  std::vector<Axis> axes = graph_.axesOf(input);
  for (unsigned k = 0; k < axes.size(); ++k) {
    ValueId length = graph_.extent(axes[k]);
    if (graph_.node(length).op == ir::Op::Input &&
        graph_.inputOf(length).role == InputRole::Size)
      module_.sizeBindings.push_back(
          {graph_.inputIndex(length), graph_.inputIndex(input), k});
  }
}

/// param, and data given inline: values the user may set.
Value ModuleBuilder::parameter(const syntax::Declarator &declarator, bool integer,
                               syntax::ExprPtr initial, SourceRange range, Unit &unit) {
  std::vector<Axis> axes;
  if (!elaborator_.axes(declarator.axes, unit.scope, axes))
    return Value::error();
  Kind kind = integer ? Kind::Int : Kind::Real;
  Shapes &shapes = elaborator_.shapes();
  Value value;
  if (initial) {
    bool binds = false;
    for (const Axis &axis : axes) {
      ValueId length = graph_.extent(axis);
      binds |= graph_.node(length).op == ir::Op::Input &&
               graph_.inputOf(length).role == InputRole::Size;
    }
    // An array that binds its own size keeps the shape of its value.
    if (declarator.axes.empty() || binds)
      value = elaborator_.expression(*initial, unit.scope);
    else
      value = elaborator_.overAxes(*initial, declarator, axes, unit.scope);
    if (value.isScalar() && binds)
      value = elaborator_.overAxes(*initial, declarator, axes, unit.scope);
    if (!value.isError() && !value.isArray() &&
        !elaborator_.number(value, initial->range).valid())
      value = Value::error();
    if (value.isError())
      return Value::error();
    if (value.isArray() && axes.empty())
      axes = shapes.axes(value);
    if (value.isArray() && shapes.rank(value) != axes.size())
      return elaborator_.error(
          Diag::WrongShape, initial->range,
          fmt::format("'{}' is declared as [{}], and its value is [{}]", declarator.name.name,
                      shapes.describe(axes), shapes.describe(shapes.axes(value))));
    if (integer && !shapes.whole(value))
      return elaborator_.error(Diag::WholeNeeded, initial->range,
                               fmt::format("'{}' is declared as whole, and its value '{}' is real",
                                           declarator.name.name,
                                           elaborator_.textOf(initial->range)),
                               "`/` makes real numbers; div(a, b) is the whole quotient");
    if (integer && value.whole.valid() && shapes.kind(value) != Kind::Int)
      value = Value::scalar(value.whole);
    graph_.setRange(initial->range);
    value = integer ? shapes.named(value) : shapes.named(shapes.real(value));
    if (value.isError() || !value.node.valid())
      return Value::error();
  }
  graph_.setRange(declarator.name.range);
  ValueId input = graph_.input({declarator.name.name,
                                {kind, axes.empty() ? 0 : graph_.shape(axes)},
                                InputRole::Parameter,
                                declarator.name.range});
  module_.parameters.push_back({graph_.inputIndex(input), value.node, range});
  bindSizes(input);
  return shapes.of(input);
}

void ModuleBuilder::declareData(const syntax::DataDecl &decl, SourceRange range, Unit &unit) {
  if (decl.declarators.empty())
    return;
  const syntax::Declarator &first = decl.declarators[0];
  if (decl.declarators.size() > 1) {
    elaborator_.notYet(range, "data of several names from one file");
    for (const syntax::Declarator &declarator : decl.declarators)
      lazily(declarator.name, "data", unit, [] { return Value::error(); });
    return;
  }
  if (!decl.file) {
    lazily(first.name, "data", unit, [this, &decl, &first, range, &unit] {
      return parameter(first, decl.integer, decl.initial, range, unit);
    });
    return;
  }
  auto endsWith = [&](const char *suffix) { return decl.file->ends_with(suffix); };
  if (endsWith(".json") || endsWith(".npy")) {
    elaborator_.notYet(decl.fileRange.valid() ? decl.fileRange : range,
                       "data from JSON and .npy files");
    lazily(first.name, "data", unit, [] { return Value::error(); });
    return;
  }
  if (first.axes.empty())
    declareTable(decl, range, unit);
  else
    lazily(first.name, "data", unit, [this, &decl, range, &unit] {
      return matrix(decl, range, unit);
    });
}

/// data X[n,p] from "x.csv"
Value ModuleBuilder::matrix(const syntax::DataDecl &decl, SourceRange range, Unit &unit) {
  const syntax::Declarator &declarator = decl.declarators[0];
  std::vector<Axis> axes;
  if (!elaborator_.axes(declarator.axes, unit.scope, axes))
    return Value::error();
  if (axes.size() > 2)
    return elaborator_.notYet(range, "data with more than two indices");
  graph_.setRange(declarator.name.range);
  ValueId input = graph_.input({declarator.name.name,
                                {decl.integer ? Kind::Int : Kind::Real, graph_.shape(axes)},
                                InputRole::Data,
                                declarator.name.range});
  ir::Table table;
  table.name = declarator.name.name;
  table.path = *decl.file;
  table.range = range;
  table.pathRange = decl.fileRange;
  table.matrix = true;
  table.skipMissing = decl.skipMissing;
  module_.tables.push_back(std::move(table));
  uint32_t number = static_cast<uint32_t>(module_.tables.size() - 1);
  module_.data.push_back({graph_.inputIndex(input),
                          {number, ir::DataSource::Field::Matrix, {}}});
  bindSizes(input);
  return Value::array(input);
}

namespace {
/// A table whose header has been read, or could not be.
struct TableState {
  uint32_t number = 0;
  bool loaded = false, usable = false;
  ValueId rows;
  std::map<std::string, ValueId> columns;
};

bool isIdentifier(const std::string &name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])))
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    unsigned char u = static_cast<unsigned char>(c);
    return u >= 0x80 || std::isalnum(u) || u == '_';
  });
}
} // namespace

/// data t from "file.csv"
void ModuleBuilder::declareTable(const syntax::DataDecl &decl, SourceRange range, Unit &unit) {
  const syntax::Ident &name = decl.declarators[0].name;
  Entity *entity = lazily(name, "data", unit, {});
  if (!entity)
    return;
  entity->state = Entity::State::Ready;
  entity->kind = Entity::Kind::Table;
  auto state = std::make_shared<TableState>();

  auto usable = [this, state, &decl, name, range, file = unit.file] {
    if (state->loaded)
      return state->usable;
    state->loaded = true;
    ir::Table table;
    table.name = name.name;
    table.path = *decl.file;
    table.range = range;
    table.pathRange = decl.fileRange;
    table.skipMissing = decl.skipMissing;
    state->usable = surroundings_.header && surroundings_.header(table, file, table.columns);
    state->number = static_cast<uint32_t>(module_.tables.size());
    module_.tables.push_back(std::move(table));
    return state->usable;
  };
  auto rows = [this, state, usable, name] {
    if (!usable())
      return Value::error();
    if (!state->rows.valid()) {
      state->rows = graph_.input({fmt::format("rows({})", name.name), {Kind::Int, 0},
                                  InputRole::Data, name.range});
      module_.data.push_back({graph_.inputIndex(state->rows),
                              {state->number, ir::DataSource::Field::Rows, {}}});
    }
    return Value::scalar(state->rows);
  };
  entity->rows = rows;
  entity->column = [this, state, usable, rows, name](const syntax::Ident &column) {
    if (!usable())
      return Value::error();
    const std::vector<std::string> columns = module_.tables[state->number].columns;
    if (std::find(columns.begin(), columns.end(), column.name) == columns.end()) {
      std::string remedy = "columns: ";
      for (size_t k = 0; k < columns.size(); ++k)
        remedy += (k ? ", " : "") + columns[k];
      if (auto best = closest(column.name, columns))
        remedy += fmt::format("        did you mean '{}'?", *best);
      return elaborator_.error(
          Diag::UnknownColumn, column.range,
          fmt::format("'{}' is not a column of {}", column.name, name.name), remedy);
    }
    ValueId &input = state->columns[column.name];
    if (!input.valid()) {
      ValueId length = rows().node;
      std::string text = isIdentifier(column.name) ? column.name : '"' + column.name + '"';
      input = graph_.input({name.name + "." + text,
                            {Kind::Real, graph_.shape({{graph_.integer(1), length}})},
                            InputRole::Data,
                            name.range});
      module_.data.push_back({graph_.inputIndex(input),
                              {state->number, ir::DataSource::Field::Column, column.name}});
    }
    return Value::array(input);
  };
}

} // namespace gradus::semantics
