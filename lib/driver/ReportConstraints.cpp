//===- ReportConstraints.cpp - constraints and multipliers for people -----------===//

#include "driver/Report.h"
#include "support/Numbers.h"
#include "support/Text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace gradus::driver {

namespace {

constexpr size_t mostLines = 14;
constexpr double held = 1e-6; ///< distance to a side, relative: the constraint is active

bool near(double value, double side) {
  return std::isfinite(side) && std::fabs(value - side) <= held * std::max(1.0, std::fabs(side));
}

const char *sideOf(const ConstraintElement &e) {
  if (e.violation() > 1e-6)
    return "violated";
  if (e.lower == e.upper)
    return "equality";
  return near(e.value, e.lower) ? "lower" : near(e.value, e.upper) ? "upper" : "";
}

/// 1.234e-9 says as much as 0.000000001234.
double sideValue(const ConstraintElement &e) {
  return near(e.value, e.lower) || !std::isfinite(e.upper) ? e.lower : e.upper;
}

Json elementJson(const ConstraintElement &e) {
  return Json{{"name", e.name},
              {"value", numberJson(e.value)},
              {"lower", numberJson(e.lower)},
              {"upper", numberJson(e.upper)},
              {"multiplier", numberJson(e.multiplier)},
              {"active", sideOf(e)}};
}

std::string padded(std::string s, size_t width, bool right) {
  size_t have = 0;
  for (size_t at = 0; at < s.size();) {
    CodePoint c = decodeUtf8(s, at);
    have += static_cast<size_t>(std::max(0, gradus::displayWidth(c.value)));
    at += c.length;
  }
  std::string blanks(width > have ? width - have : 0, ' ');
  return right ? blanks + s : s + blanks;
}

} // namespace

void addConstraintsJson(Json &j, const Solution &s) {
  Json constraints = Json::array(), bounds = Json::array(), fighting = Json::array();
  for (const ConstraintElement &e : s.constraints.constraints)
    if (!e.free())
      constraints.push_back(elementJson(e));
  for (const ConstraintElement &e : s.constraints.bounds)
    bounds.push_back(elementJson(e));
  for (const std::string &name : s.constraints.fighting)
    fighting.push_back(name);
  j["constraints"] = std::move(constraints);
  j["active_bounds"] = std::move(bounds);
  j["kkt"] = Json{{"violation", numberJson(s.maxViolation)},
                  {"stationarity", numberJson(s.constraints.stationarity)},
                  {"complementarity", numberJson(s.constraints.complementarity)}};
  if (!s.constraints.sensitivities.empty()) {
    Json list = Json::array();
    for (const Sensitivity &e : s.constraints.sensitivities) {
      Json x = Json::array();
      for (double v : e.x)
        x.push_back(numberJson(v));
      list.push_back(Json{{"parameter", e.name}, {"objective", numberJson(e.objective)}, {"x", std::move(x)}});
    }
    j["sensitivity"] = std::move(list);
  }
  if (s.status == Status::Infeasible)
    j["conflict"] = std::move(fighting);
}

std::string constraintsText(const Solution &s) {
  struct Row {
    std::string name, value, side, multiplier;
  };
  std::vector<Row> rows;
  size_t inactive = 0, left = 0;
  auto add = [&](const ConstraintElement &e) {
    const std::string side = sideOf(e);
    if (side.empty()) {
      inactive += !e.free();
      return;
    }
    if (rows.size() == mostLines) {
      ++left;
      return;
    }
    rows.push_back({e.name, formatNumber(e.value, 8),
                    side == "equality" || side == "violated" ? side
                                                             : side + " " + formatNumber(sideValue(e), 6),
                    formatNumber(e.multiplier, 6)});
  };
  // Violated ones first.
  for (bool violated : {true, false})
    for (const ConstraintElement &e : s.constraints.constraints)
      if ((std::string(sideOf(e)) == "violated") == violated)
        add(e);
  for (const ConstraintElement &e : s.constraints.bounds)
    add(e);
  std::string text;
  if (!rows.empty()) {
    rows.insert(rows.begin(), {"active", "value", "side", "multiplier"});
    size_t width[4] = {0, 0, 0, 0};
    for (const Row &r : rows) {
      const std::string *cells[4] = {&r.name, &r.value, &r.side, &r.multiplier};
      for (size_t k = 0; k < 4; ++k)
        width[k] = std::max(width[k], cells[k]->size());
    }
    for (const Row &r : rows)
      text += "  " + padded(r.name, width[0], false) + "  " + padded(r.value, width[1], true) + "  " +
              padded(r.side, width[2], false) + "  " + padded(r.multiplier, width[3], true) + "\n";
    if (left != 0)
      text += "  ... (" + std::to_string(left) + " more)\n";
  }
  if (inactive != 0)
    text += "  " + std::to_string(inactive) + (inactive == 1 ? " constraint is" : " constraints are") +
            " not active\n";
  // A unit more of a parameter changes the objective, and the first unknowns, by:
  constexpr size_t mostColumns = 6;
  for (const Sensitivity &e : s.constraints.sensitivities) {
    text += "  by " + e.name + "  objective " + formatNumber(e.objective, 6);
    for (size_t k = 0; k < e.x.size() && e.x.size() <= mostColumns; ++k)
      text += (k == 0 ? ", unknowns " : " ") + formatNumber(e.x[k], 6);
    text += "\n";
  }
  return text.empty() ? text : text + "\n";
}

} // namespace gradus::driver
