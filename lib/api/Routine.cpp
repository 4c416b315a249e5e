//===- Routine.cpp - one quantity of one function, compiled --------------------===//
#include "api/Routine.h"
#include "api/LargeStack.h"
#include "differentiate/Differentiate.h"
#include "differentiate/SumOfSquares.h"
#include "driver/Point.h"

#include <algorithm>

namespace gradus::api {

using namespace ir;
using differentiate::Storing;
using driver::InputValue;

/// The expressions that the quantity consists of.
bool Routine::choose() {
  Graph &g = session_.graph();
  variables_ = subject_.variables(g);
  const bool scalar = g.type(subject_.value).scalar();
  auto refuse = [&](const std::string &why) {
    session_.diagnostics.report(Diag::Usage, subject_.range, "'" + subject_.name + "' " + why);
    return false;
  };
  auto makeDirections = [&] {
    for (ValueId v : variables_) {
      const Input like = g.inputOf(v);
      directions_.push_back(
          g.input({like.name + " direction", like.type, InputRole::Local, like.range}));
    }
  };
  auto residuals = [&]() -> std::optional<std::vector<ValueId>> {
    return differentiate::residuals(g, g.toReal(subject_.value), subject_.arguments);
  };
  const bool ofScalar = quantity_ != Quantity::Value && quantity_ != Quantity::Jacobian;
  if (ofScalar && !scalar)
    return refuse("is an array: it has no gradient, but a Jacobian");
  if (!scalar && g.type(subject_.value).kind != Kind::Real)
    return refuse("is an array of whole numbers");
  const ValueId value = scalar ? g.toReal(subject_.value) : subject_.value;
  switch (quantity_) {
  case Quantity::Value:
    outputs_ = {value};
    return true;
  case Quantity::Gradient:
    outputs_ = differentiate::gradient(g, value, variables_, Storing::Dear);
    return true;
  case Quantity::ValueGradient: {
    outputs_ = {value};
    const auto gradient = differentiate::gradient(g, value, variables_, Storing::Dear);
    outputs_.insert(outputs_.end(), gradient.begin(), gradient.end());
    return true;
  }
  case Quantity::HessianVector:
  case Quantity::Hessian:
    makeDirections();
    outputs_ = differentiate::pushforward(
        g, differentiate::gradient(g, value, variables_, Storing::Tangents), variables_,
        directions_);
    return true;
  case Quantity::Residual:
  case Quantity::Jacobian: {
    std::vector<ValueId> rows{value};
    if (scalar) {
      auto found = residuals();
      if (!found)
        return refuse("is not seen to be a sum of squares");
      rows = *found;
    }
    if (quantity_ == Quantity::Residual) {
      outputs_ = rows;
      return true;
    }
    makeDirections();
    outputs_ = differentiate::pushforward(g, rows, variables_, directions_);
    return true;
  }
  }
  return false;
}

std::unique_ptr<Routine> Routine::compile(driver::Session &session, const driver::Subject &subject,
                                          Quantity quantity, jit::Level level, bool strict) {
  std::unique_ptr<Routine> routine(new Routine(session, subject, quantity));
  onLargeStack([&] {
    Routine &r = *routine;
    Graph &g = session.graph();
    if (!r.choose())
      return;
    r.inputs_ = driver::inputsOf(g, r.outputs_);
    r.module_.name = session.stem();
    r.module_.strict = strict;
    lower::KernelSpec spec{"kernel", "", r.inputs_, r.outputs_, {}};
    for (size_t k = 0; k < r.outputs_.size(); ++k)
      spec.outputNames.push_back("out" + std::to_string(k + 1));
    r.kernel_ = lower::lowerKernel(g, r.module_, spec);
    std::string error;
    r.code_ = jit::Jit::compile(r.module_, session.jitOptions(level), error);
    if (r.code_)
      r.entry_ = r.code_->find("kernel");
    else
      session.diagnostics.report(Diag::Internal, {}, error);
  });
  return routine->entry_ ? std::move(routine) : nullptr;
}

/// Sizes and lengths that follow from the arguments.
bool Routine::measure(const std::vector<Argument> &arguments) {
  Graph &g = session_.graph();
  std::vector<driver::PointEntry> point;
  for (size_t k = 0; k < arguments.size(); ++k) {
    const ValueId input = subject_.arguments[k];
    driver::PointEntry entry{g.inputOf(input).name, {}, arguments[k].extents};
    const Argument &a = arguments[k];
    if (!g.type(input).scalar() && g.type(input).kind == Kind::Real)
      entry.borrowed = a.numbers;
    else
      entry.numbers.assign(a.numbers, a.numbers + a.count);
    if (!g.type(input).scalar() && entry.shape.empty())
      entry.shape = {static_cast<int64_t>(a.count)};
    point.push_back(std::move(entry));
  }
  for (uint32_t size : subject_.sizes)
    session_.value(size) = {};
  bool complete = driver::bindPoint(session_, subject_, point);
  for (ValueId v : inputs_)
    if (complete && !session_.value(g.inputIndex(v)).known &&
        std::find(directions_.begin(), directions_.end(), v) == directions_.end()) {
      session_.diagnostics.report(Diag::MissingValue, g.inputOf(v).range,
                                  "'" + g.inputOf(v).name + "' has no value");
      complete = false;
    }
  // The caller's memory is read by the call itself; nobody else may.
  for (const ValueId input : subject_.arguments)
    if (InputValue &v = session_.value(g.inputIndex(input)); v.borrowed) {
      v.borrowed = nullptr;
      v.known = false;
    }
  if (!complete)
    return false;
  auto sizeOf = [&](ValueId v, size_t &size) {
    std::vector<int64_t> shape;
    if (!session_.extents(g.type(v).shape, shape))
      return false;
    size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    return true;
  };
  variableSizes_.assign(variables_.size(), 0);
  outputSizes_.assign(outputs_.size(), 0);
  variableCount_ = outputCount_ = 0;
  for (size_t k = 0; k < variables_.size(); ++k) {
    if (!sizeOf(variables_[k], variableSizes_[k]))
      return false;
    variableCount_ += variableSizes_[k];
  }
  for (size_t k = 0; k < outputs_.size(); ++k) {
    if (!sizeOf(outputs_[k], outputSizes_[k]))
      return false;
    outputCount_ += outputSizes_[k];
  }
  auto elements = session_.whole(kernel_.workspace);
  return elements && workspace_.allocate(session_, *elements, frame_);
}

bool Routine::place(const std::vector<Argument> &arguments) {
  Graph &g = session_.graph();
  if (arguments.size() != subject_.arguments.size()) {
    session_.diagnostics.report(Diag::Usage, subject_.range,
                                "'" + subject_.name + "' takes " +
                                    std::to_string(subject_.arguments.size()) +
                                    " arguments, not " + std::to_string(arguments.size()));
    return false;
  }
  auto sameForm = [&](size_t k) {
    return arguments_[k].count == arguments[k].count && arguments_[k].extents == arguments[k].extents;
  };
  bool same = placed_ && arguments_.size() == arguments.size();
  for (size_t k = 0; same && k < arguments.size(); ++k)
    same = sameForm(k) && g.type(subject_.arguments[k]).kind == Kind::Real;
  if (!same) {
    placed_ = false;
    if (!measure(arguments))
      return false;
  }
  arguments_ = arguments;
  // Real arguments are read where they are, everything else in the session.
  pointers_.clear();
  for (ValueId v : inputs_) {
    auto at = std::find(subject_.arguments.begin(), subject_.arguments.end(), v);
    InputValue &value = session_.value(g.inputIndex(v));
    if (at != subject_.arguments.end() && g.type(v).kind == Kind::Real)
      pointers_.push_back(const_cast<double *>(
          arguments[static_cast<size_t>(at - subject_.arguments.begin())].numbers));
    else if (g.type(v).scalar())
      pointers_.push_back(g.type(v).kind == Kind::Real ? static_cast<void *>(&value.real)
                                                       : &value.whole);
    else
      pointers_.push_back(g.type(v).kind == Kind::Real ? const_cast<double *>(value.realData())
                                                       : static_cast<void *>(value.wholes.data()));
  }
  pointers_.resize(inputs_.size() + outputs_.size());
  placed_ = true;
  return true;
}

size_t Routine::resultCount() const {
  return columnwise() ? outputCount_ * variableCount_ : outputCount_;
}

bool Routine::call(const double *direction, double *result) {
  for (size_t k = 0, offset = 0; k < directions_.size(); offset += variableSizes_[k++]) {
    auto at = std::find(inputs_.begin(), inputs_.end(), directions_[k]);
    if (at != inputs_.end())
      pointers_[static_cast<size_t>(at - inputs_.begin())] =
          const_cast<double *>(direction + offset);
  }
  for (size_t k = 0; k < outputs_.size(); result += outputSizes_[k++])
    pointers_[inputs_.size() + k] = result;
  if (entry_(&frame_, pointers_.data()) == 0)
    return true;
  driver::reportFailure(session_, module_, frame_);
  return false;
}

bool Routine::run(const double *direction, double *result) {
  if (!columnwise())
    return call(direction, result);
  // A column for each unit vector.
  unit_.assign(variableCount_, 0.0);
  column_.resize(outputCount_);
  for (size_t j = 0; j < variableCount_; ++j) {
    unit_[j] = 1;
    const bool fine = call(unit_.data(), column_.data());
    unit_[j] = 0;
    if (!fine)
      return false;
    for (size_t i = 0; i < outputCount_; ++i)
      result[i * variableCount_ + j] = column_[i];
  }
  return true;
}

} // namespace gradus::api
