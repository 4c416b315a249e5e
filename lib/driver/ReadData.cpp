//===- ReadData.cpp - from data files to the inputs of a model -----------------===//

#include "data/Table.h"
#include "driver/Session.h"
#include "support/Text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace gradus::driver {

using namespace ir;

namespace {
std::string byText(const std::vector<int64_t> &shape) {
  std::string text;
  for (int64_t length : shape)
    text += (text.empty() ? "" : " by ") + std::to_string(length);
  return text.empty() ? "1" : text;
}
std::vector<int64_t> lengths(const std::vector<size_t> &shape) {
  return {shape.begin(), shape.end()};
}
} // namespace

std::string Session::tablePath(const Table &table, bool &fromCommandLine) {
  auto it = replacements.find(table.name);
  for (const std::string &name : table.names)
    if (it == replacements.end())
      it = replacements.find(name);
  fromCommandLine = it != replacements.end();
  if (fromCommandLine)
    return it->second;
  auto full = resolve(table.path, table.pathRange.file, table.pathRange);
  return full ? *full : std::string();
}

bool Session::readTables() {
  Module &m = module();
  for (uint32_t t = 0; t < m.tables.size(); ++t) {
    // Not from a file what is there already, from memory or from an earlier call.
    if (std::all_of(m.data.begin(), m.data.end(), [&](const DataInput &d) {
          return d.source.table != t || value(d.input).known;
        }))
      continue;
    DataFile file;
    file.table = &m.tables[t];
    file.path = tablePath(*file.table, file.replaced);
    if (file.path.empty())
      return false;
    for (const DataInput &d : m.data)
      if (d.source.table == t)
        file.inputs.push_back(&d);
    std::sort(file.inputs.begin(), file.inputs.end(), [](const auto *a, const auto *b) {
      return a->source.position < b->source.position;
    });
    bool fine = false;
    switch (file.table->form) {
    case Table::Form::Columns:
      fine = readColumns(file);
      break;
    case Table::Form::Numbers:
      fine = readInOrder(file);
      break;
    case Table::Form::Json:
      fine = readNamed(file);
      break;
    case Table::Form::Npy:
      fine = readBinary(file);
      break;
    }
    if (!fine)
      return false;
  }
  return true;
}

bool Session::refuse(const DataFile &file, const data::Fault &fault) {
  if (fault.place.empty())
    diagnostics.report(fault.kind, file.replaced ? SourceRange{} : file.table->pathRange,
                       fault.message, fault.remedy);
  else
    diagnostics.reportAt(fault.kind, fault.place, fault.message, fault.remedy);
  return false;
}

/// Numbers become the value of an input, whose shape is known to fit.
bool Session::assign(const DataFile &file, uint32_t input, std::vector<double> numbers,
                     std::vector<int64_t> shape) {
  const Input &info = graph().inputs()[input];
  InputValue &v = value(input);
  if (info.type.kind == Kind::Int) {
    for (size_t k = 0; k < numbers.size(); ++k)
      if (numbers[k] != std::floor(numbers[k]) || std::fabs(numbers[k]) > 9e15) {
        diagnostics.reportAt(Diag::DataNumber, file.path,
                             fmt::format("number {} of '{}' is {}, and '{}' is of whole numbers",
                                         k + 1, info.name, numbers[k], info.name),
                             "correct the file, or use it where real numbers may stand");
        return false;
      }
    if (info.type.scalar())
      v.whole = static_cast<int64_t>(numbers[0]);
    else
      v.wholes.assign(numbers.begin(), numbers.end());
  } else if (info.type.scalar()) {
    v.real = numbers[0];
  } else {
    v.reals = std::move(numbers);
  }
  v.extents = std::move(shape);
  v.known = true;
  return true;
}

/// The shape that the file has must be the declared one; binds free sizes.
bool Session::fitsShape(const DataFile &file, uint32_t input, const std::vector<int64_t> &shape) {
  const Input info = graph().inputs()[input];
  const size_t rank = graph().axes(info.type.shape).size();
  auto differs = [&](const std::string &declared) {
    diagnostics.report(Diag::DataShape, info.range,
                       fmt::format("'{}' has {} number{} for '{}', which is declared with {}",
                                   file.path, byText(shape),
                                   shape == std::vector<int64_t>{1} || shape.empty() ? "" : "s",
                                   info.name, declared));
    return false;
  };
  if (rank != shape.size())
    return differs(fmt::format("{} ind{}", rank, rank == 1 ? "ex" : "ices"));
  if (!bindSizes(input, shape))
    return false;
  std::vector<int64_t> wanted;
  if (!extents(info.type.shape, wanted))
    return false;
  return wanted == shape || differs(byText(wanted));
}

//--- tables with a header ------------------------------------------------------------------

bool Session::readColumns(const DataFile &file) {
  data::TableRequest request;
  request.skipMissing = file.table->skipMissing;
  auto slot = [](std::vector<std::string> &names, const std::string &name) {
    auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end())
      it = names.insert(names.end(), name);
    return static_cast<size_t>(it - names.begin());
  };
  for (const DataInput *d : file.inputs)
    if (d->source.field == DataSource::Field::Column)
      slot(request.numbers, d->source.column);
    else if (d->source.field == DataSource::Field::Equals)
      slot(request.texts, d->source.column);
  data::TableData read;
  if (auto fault = data::readTable(file.path, request, read))
    return refuse(file, *fault);
  skippedRows_ += read.skipped;
  const auto rows = static_cast<int64_t>(read.rows);
  for (const DataInput *d : file.inputs) {
    if (d->source.field == DataSource::Field::Rows) {
      InputValue &v = value(d->input);
      v.known = true;
      v.whole = rows;
      continue;
    }
    std::vector<double> numbers;
    if (d->source.field == DataSource::Field::Equals) {
      const std::vector<std::string> &texts = read.texts[slot(request.texts, d->source.column)];
      for (const std::string &text : texts)
        numbers.push_back(text == d->source.text);
      if (std::find(numbers.begin(), numbers.end(), 1.0) == numbers.end()) {
        std::vector<std::string> known(texts.begin(), texts.end());
        std::sort(known.begin(), known.end());
        known.erase(std::unique(known.begin(), known.end()), known.end());
        auto near = closest(d->source.text, known);
        diagnostics.report(Diag::NoSuchText, graph().inputs()[d->input].range,
                           fmt::format("no row of '{}' has \"{}\" in the column '{}'", file.path,
                                       printable(d->source.text), d->source.column),
                           near ? fmt::format("did you mean \"{}\"?", printable(*near)) : "");
      }
    } else {
      numbers = read.numbers[slot(request.numbers, d->source.column)];
    }
    if (!assign(file, d->input, std::move(numbers), {rows}))
      return false;
  }
  return true;
}

//--- numbers in order ----------------------------------------------------------------------

/// `data int n, x[n], a from "f.txt"`: one after the other, and nothing is left.
bool Session::readInOrder(const DataFile &file) {
  data::NumberGrid grid;
  if (auto fault = data::readNumbers(file.path, file.table->skipMissing, grid))
    return refuse(file, *fault);
  skippedRows_ += grid.skipped;
  const auto total = static_cast<int64_t>(grid.values.size());
  if (file.inputs.size() == 1) {
    const Type type = graph().inputs()[file.inputs[0]->input].type;
    if (graph().axes(type.shape).size() == 2 && grid.columns > 0) {
      const std::vector<int64_t> shape = {static_cast<int64_t>(grid.rows),
                                          static_cast<int64_t>(grid.columns)};
      return fitsShape(file, file.inputs[0]->input, shape) &&
             assign(file, file.inputs[0]->input, std::move(grid.values), shape);
    }
  }
  int64_t at = 0;
  for (const DataInput *d : file.inputs) {
    const Input info = graph().inputs()[d->input];
    std::vector<int64_t> shape;
    if (!bindRest(file, *d, total - at) || !extents(info.type.shape, shape))
      return false;
    int64_t count = 1;
    for (int64_t length : shape)
      count *= length;
    if (count > total - at) {
      diagnostics.report(Diag::DataShape, info.range,
                         fmt::format("'{}' ends too early: '{}' takes {} numbers, and {} of {} "
                                     "are left",
                                     file.path, info.name, count, total - at, total));
      return false;
    }
    std::vector<double> part(grid.values.begin() + at, grid.values.begin() + at + count);
    at += count;
    if (!assign(file, d->input, std::move(part), shape))
      return false;
  }
  if (at == total)
    return true;
  diagnostics.report(Diag::DataShape, file.table->range,
                     fmt::format("'{}' has {} numbers, and what is declared takes {}", file.path,
                                 total, at),
                     "declare what stands in the rest of the file");
  return false;
}

/// A size that nothing else binds is what the rest of the file makes it.
bool Session::bindRest(const DataFile &file, const DataInput &d, int64_t left) {
  const Input info = graph().inputs()[d.input];
  std::vector<const SizeBinding *> free;
  for (const SizeBinding &b : module().sizeBindings)
    if (b.array == d.input && !value(b.size).known)
      free.push_back(&b);
  if (free.empty())
    return true;
  const bool last = file.inputs.back() == &d;
  const std::string name = graph().inputs()[free[0]->size].name;
  if (!last || free.size() > 1) {
    diagnostics.report(
        Diag::DataShape, info.range,
        fmt::format("the size '{}' is not known where '{}' is read", name, info.name),
        last ? fmt::format("declare it before: data int {}, ...", name)
             : fmt::format("only the last array of a file takes what is left; declare {} before, "
                           "as in data int {}, ...",
                           name, name));
    return false;
  }
  int64_t others = 1;
  const std::vector<Axis> axes = graph().axes(info.type.shape);
  for (unsigned k = 0; k < axes.size(); ++k) {
    if (k == free[0]->axis)
      continue;
    auto lo = whole(axes[k].lo), hi = whole(axes[k].hi);
    if (!lo || !hi)
      return false;
    others *= std::max<int64_t>(0, *hi - *lo + 1);
  }
  if (others == 0 || left % others != 0) {
    diagnostics.report(Diag::DataShape, info.range,
                       fmt::format("'{}' has {} numbers left for '{}', which is no multiple of {}",
                                   file.path, left, info.name, others));
    return false;
  }
  InputValue &size = value(free[0]->size);
  size.known = true;
  size.whole = left / others;
  return true;
}

//--- JSON and .npy -------------------------------------------------------------------------

bool Session::readNamed(const DataFile &file) {
  std::vector<data::NamedArray> arrays;
  if (auto fault = data::readJson(file.path, arrays))
    return refuse(file, *fault);
  std::vector<std::string> names;
  for (const data::NamedArray &a : arrays)
    names.push_back(a.name);
  for (const DataInput *d : file.inputs) {
    const Input info = graph().inputs()[d->input];
    auto found = std::find(names.begin(), names.end(), info.name);
    if (found == names.end()) {
      auto near = closest(info.name, names);
      diagnostics.report(Diag::DataJson, info.range,
                         fmt::format("'{}' has no '{}'", file.path, info.name),
                         near ? fmt::format("did you mean '{}'?", *near) : "");
      return false;
    }
    data::NamedArray &array = arrays[static_cast<size_t>(found - names.begin())];
    std::vector<int64_t> shape = lengths(array.shape);
    if (!fitsShape(file, d->input, shape) ||
        !assign(file, d->input, std::move(array.values), shape))
      return false;
  }
  return true;
}

bool Session::readBinary(const DataFile &file) {
  data::NamedArray array;
  if (auto fault = data::readNpy(file.path, array))
    return refuse(file, *fault);
  std::vector<int64_t> shape = lengths(array.shape);
  return fitsShape(file, file.inputs[0]->input, shape) &&
         assign(file, file.inputs[0]->input, std::move(array.values), shape);
}

} // namespace gradus::driver
