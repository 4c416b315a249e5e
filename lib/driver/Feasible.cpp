//===- Feasible.cpp - where constraints hold, as a picture ---------------------===//
//
// Two functions are looked at on a grid: the largest amount by which an inequality
// or a bound is missed, which is positive outside, and the product of what the
// equations are missed by, which is 0 where one of them holds.
//
//===--------------------------------------------------------------------===//

#include "driver/Feasible.h"

#include "ir/Rows.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

namespace {

constexpr int cells = 180;

std::string number(double v) { return formatNumber(v, 10); }

class Drawing {
public:
  Drawing(Session &session, const Region &region)
      : session(session), g(session.graph()), region(region) {}

  bool inequalities(std::unique_ptr<Landscape> &made) {
    ValueId most;
    auto add = [&](const Rows &r) {
      for (const auto &[more, less] : {std::pair{r.lower, r.value}, std::pair{r.value, r.upper}})
        if (more.valid() && less.valid())
          most = joined(Prim::Max, most,
                        over(r, ReduceOp::Max, g.sub(more, less), g.real(-HUGE_VAL)));
    };
    for (const Constraint &c : region.subject->problem->constraints)
      if (const Rows r = rows(g, c); !r.equality() && !empty(c))
        add(r);
    for (const Unknown &u : region.subject->problem->unknowns)
      if (u.lower.valid() || u.upper.valid())
        add(rows(g, {"", u.range, g.inputNode(u.input), u.lower, u.upper}));
    return compiled(most, made);
  }

  bool equations(std::unique_ptr<Landscape> &made) {
    ValueId product;
    for (const Constraint &c : region.subject->problem->constraints)
      if (const Rows r = rows(g, c); r.equality() && !empty(c))
        product = joined(Prim::Mul, product,
                         over(r, ReduceOp::Prod, g.sub(r.value, r.lower), g.real(1)));
    return compiled(product, made);
  }

private:
  bool empty(const Constraint &c) {
    std::vector<int64_t> shape;
    return !session.extents(g.type(c.value).shape, shape) ||
           std::find(shape.begin(), shape.end(), 0) != shape.end();
  }
  ValueId joined(Prim prim, ValueId all, ValueId next) {
    return all.valid() ? g.prim(prim, {all, next}) : next;
  }
  ValueId over(const Rows &r, ReduceOp op, ValueId body, ValueId neutral) {
    body = g.select(r.present, body, neutral);
    for (size_t k = r.symbols.size(); k-- > 0;)
      body = g.reduce(op, r.symbols[k], r.ranges[k].lo, r.ranges[k].hi, g.boolean(true), body);
    return body;
  }
  /// Nothing where there is no value.
  bool compiled(ValueId value, std::unique_ptr<Landscape> &made) {
    if (!value.valid())
      return true;
    lower::DescentProblem p;
    p.unknowns = region.subject->arguments;
    p.objective = value;
    p.chosen = true; // no descent: kinks do not matter
    std::vector<ValueId> roots = p.unknowns;
    roots.push_back(value);
    for (ValueId v : inputsOf(g, roots))
      if (std::find(p.unknowns.begin(), p.unknowns.end(), v) == p.unknowns.end())
        p.inputs.push_back(v);
    made = Landscape::create(session, p, jit::Level::O0);
    return made && made->fit(region.names.size());
  }

  Session &session;
  Graph &g;
  const Region &region;
};

/// The values of a function at the corners of the cells; nan where it has none.
std::vector<double> onGrid(const Region &r, Landscape &landscape) {
  std::vector<double> values, gradient;
  for (int j = 0; j <= cells; ++j)
    for (int i = 0; i <= cells; ++i) {
      double f = 0;
      const bool finite =
          landscape.value({r.lower[0] + (r.upper[0] - r.lower[0]) * i / cells,
                           r.lower[1] + (r.upper[1] - r.lower[1]) * j / cells},
                          f, gradient);
      values.push_back(finite || f == -HUGE_VAL ? f : NAN);
    }
  return values;
}

std::string gridData(const Region &r, const std::string &name, const std::vector<double> &values) {
  std::string data = "$" + name + " << EOD\n";
  for (int j = 0; j <= cells; ++j) {
    for (int i = 0; i <= cells; ++i) {
      const double v = values[static_cast<size_t>(j * (cells + 1) + i)];
      data += number(r.lower[0] + (r.upper[0] - r.lower[0]) * i / cells) + " " +
              number(r.lower[1] + (r.upper[1] - r.lower[1]) * j / cells) + " " +
              (std::isfinite(v) ? number(v) : "NaN") + "\n";
    }
    data += "\n";
  }
  return data + "EOD\n";
}

/// Where a function on the grid is 0: the block `lines`.
std::string zeros(const std::string &grid, const std::string &lines) {
  return "set contour base\nunset surface\nset view map\nset cntrparam levels discrete 0\nset table $" +
         lines + "\nsplot $" + grid + " using 1:2:3\nunset table\nunset contour\n";
}

bool crosses(const std::vector<double> &values) {
  const auto low = [](double v) { return v <= 0; };
  const auto high = [](double v) { return v > 0; };
  return std::any_of(values.begin(), values.end(), low) &&
         std::any_of(values.begin(), values.end(), high);
}

/// Where values are positive, or there is none: in boxes as wide as possible, or dots.
std::string outside(const Region &r, const std::vector<double> &values, bool dots) {
  const double dx = (r.upper[0] - r.lower[0]) / cells, dy = (r.upper[1] - r.lower[1]) / cells;
  std::string data = "$outside << EOD\n";
  auto out = [&](int i, int j) {
    return i <= cells && !(values[static_cast<size_t>(j * (cells + 1) + i)] <= 0);
  };
  const int step = dots ? 6 : 1;
  for (int j = 0; j <= cells; j += step)
    for (int i = 0; i <= cells; i += step) {
      if (!out(i, j))
        continue;
      const int first = i;
      while (!dots && out(i + 1, j))
        ++i;
      const double x = r.lower[0] + 0.5 * (first + i) * dx, y = r.lower[1] + j * dy;
      data += number(x) + " " + number(y);
      if (!dots)
        data += " " + number(0.5 * (i - first + 1) * dx) + " " + number(0.5 * dy);
      data += "\n";
    }
  return data + "EOD\n";
}

} // namespace

bool drawFeasible(Session &session, const Region &region, bool dots, FeasiblePicture &picture) {
  Drawing drawing(session, region);
  std::unique_ptr<Landscape> missed, product;
  if (!drawing.inequalities(missed) || !drawing.equations(product))
    return false;
  if (missed) {
    const std::vector<double> values = onGrid(region, *missed);
    picture.data += outside(region, values, dots);
    if (std::any_of(values.begin(), values.end(), [](double v) { return !(v <= 0); }))
      picture.below = std::string("$outside using ") +
                      (dots ? "1:2 with points pt '.'" : "1:2:3:4 with boxxyerror fs solid noborder fc rgb '#f3dddd'") +
                      " title 'outside of the constraints', ";
    if (crosses(values)) {
      picture.data += gridData(region, "missed", values) + zeros("missed", "edge");
      picture.above += ", $edge using 1:2 with lines lw 1.5 lc rgb '#885555' title 'their edge'";
    }
  }
  if (product) {
    const std::vector<double> values = onGrid(region, *product);
    if (crosses(values)) {
      picture.data += gridData(region, "product", values) + zeros("product", "equations");
      picture.above += ", $equations using 1:2 with lines lw 2.5 lc rgb '#116633' title 'equations'";
    }
  }
  return true;
}

} // namespace gradus::driver
