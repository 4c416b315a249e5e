//===- DataInputs.cpp - what data files are to a model --------------------------===//
//
// A file gives a table with named columns, numbers in order for the names of the
// declaration, arrays by name (JSON), or one array (.npy). What the file holds is
// not known here, except for the header of a table.
//
//===--------------------------------------------------------------------===//

#include "semantics/Declarations.h"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::InputRole;
using ir::Kind;

void ModuleBuilder::declareData(const syntax::DataDecl &decl, SourceRange range, Unit &unit) {
  if (decl.declarators.empty())
    return;
  const syntax::Declarator &first = decl.declarators[0];
  auto refuse = [&](SourceRange place, const std::string &message, const std::string &remedy) {
    elaborator_.error(Diag::Misplaced, place, message, remedy);
    for (const syntax::Declarator &declarator : decl.declarators)
      lazily(declarator.name, "data", unit, [] { return Value::error(); });
  };
  if (!decl.file) {
    if (decl.declarators.size() > 1)
      return refuse(decl.declarators[1].name.range, "several names share one value",
                    "declare each with its own value, or read them `from` one file");
    lazily(first.name, "data", unit, [this, &decl, &first, range, &unit] {
      return parameter(first, first.integer, decl.initial, range, unit);
    });
    return;
  }
  auto endsWith = [&](const char *suffix) { return decl.file->ends_with(suffix); };
  auto form = endsWith(".json")  ? ir::Table::Form::Json
              : endsWith(".npy") ? ir::Table::Form::Npy
                                 : ir::Table::Form::Numbers;
  const bool several = decl.declarators.size() > 1;
  if (form == ir::Table::Form::Numbers && !several && first.axes.empty())
    return declareTable(decl, range, unit);
  if (form == ir::Table::Form::Npy && several)
    return refuse(decl.declarators[1].name.range, "a .npy file holds one array",
                  "declare each name with a file of its own");
  if (decl.skipMissing && (form != ir::Table::Form::Numbers || several))
    return refuse(range, "`missing skip` drops rows, and this file has none",
                  "it is for tables and for matrices of numbers");
  // One file of the module, whichever of its names is read first.
  auto number = std::make_shared<uint32_t>(UINT32_MAX);
  auto file = [this, number, &decl, range, form] {
    if (*number != UINT32_MAX)
      return *number;
    ir::Table table;
    table.name = decl.declarators[0].name.name;
    table.path = *decl.file;
    table.range = range;
    table.pathRange = decl.fileRange;
    table.form = form;
    table.skipMissing = decl.skipMissing;
    for (const syntax::Declarator &declarator : decl.declarators)
      table.names.push_back(declarator.name.name);
    *number = static_cast<uint32_t>(module_.tables.size());
    module_.tables.push_back(std::move(table));
    return *number;
  };
  for (size_t k = 0; k < decl.declarators.size(); ++k) {
    const syntax::Declarator &declarator = decl.declarators[k];
    Entity *entity = lazily(declarator.name, "data", unit, [this, file, &declarator, k, &unit] {
      std::vector<Axis> axes;
      if (!elaborator_.axes(declarator.axes, unit.scope, axes))
        return Value::error();
      graph_.setRange(declarator.name.range);
      ValueId input = graph_.input({declarator.name.name,
                                    {declarator.integer ? Kind::Int : Kind::Real,
                                     axes.empty() ? 0 : graph_.shape(axes)},
                                    InputRole::Data,
                                    declarator.name.range});
      module_.data.push_back({graph_.inputIndex(input),
                              {file(), ir::DataSource::Field::Whole, {}, {},
                               static_cast<uint32_t>(k)}});
      bindSizes(input);
      return elaborator_.shapes().of(input);
    });
    if (entity && !declarator.integer)
      entity->wholeForm = "int " + entity->name;
  }
}

namespace {
/// A table whose header has been read, or could not be.
struct TableState {
  uint32_t number = 0;
  bool loaded = false, usable = false;
  ValueId rows;
  std::map<std::string, ValueId> columns, wholeColumns;
  std::map<std::pair<std::string, std::string>, ValueId> texts;
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
  auto known = [this, state, usable, name](const syntax::Ident &column) {
    if (!usable())
      return false;
    const std::vector<std::string> columns = module_.tables[state->number].columns;
    if (std::find(columns.begin(), columns.end(), column.name) != columns.end())
      return true;
    std::string remedy = "columns: ";
    for (size_t k = 0; k < columns.size(); ++k)
      remedy += (k ? ", " : "") + columns[k];
    if (auto best = closest(column.name, columns))
      remedy += fmt::format("        did you mean '{}'?", *best);
    elaborator_.error(Diag::UnknownColumn, column.range,
                      fmt::format("'{}' is not a column of {}", column.name, name.name), remedy);
    return false;
  };
  auto input = [this, state, rows, name](const std::string &what, Kind kind, SourceRange place,
                                         ir::DataSource::Field field, const std::string &column,
                                         const std::string &text) {
    ValueId length = rows().node;
    ValueId made = graph_.input({what, {kind, graph_.shape({{graph_.integer(1), length}})},
                                 InputRole::Data, place});
    module_.data.push_back({graph_.inputIndex(made), {state->number, field, column, text}});
    return made;
  };
  auto spelled = [name](const std::string &column) {
    return name.name + "." + (isIdentifier(column) ? column : '"' + column + '"');
  };
  entity->column = [this, state, known, input, spelled, name](const syntax::Ident &column) {
    if (!known(column))
      return Value::error();
    ValueId &made = state->columns[column.name];
    if (!made.valid()) {
      made = input(spelled(column.name), Kind::Real, name.range, ir::DataSource::Field::Column,
                   column.name, {});
      // Used as an index, the column is read as whole numbers.
      elaborator_.setWholeForm(made, [state, input, spelled, name, column = column.name] {
        ValueId &whole = state->wholeColumns[column];
        if (!whole.valid())
          whole = input(spelled(column), Kind::Int, name.range, ir::DataSource::Field::Column,
                        column, {});
        return whole;
      });
    }
    return Value::array(made);
  };
  entity->columnIs = [state, known, input, spelled](const syntax::Ident &column,
                                                    const std::string &text, SourceRange place) {
    if (!known(column))
      return Value::error();
    ValueId &made = state->texts[{column.name, text}];
    if (!made.valid())
      made = input(fmt::format("{} == \"{}\"", spelled(column.name), text), Kind::Int, place,
                   ir::DataSource::Field::Equals, column.name, text);
    return Value::array(made);
  };
}

} // namespace gradus::semantics
