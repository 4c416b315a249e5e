//===- MachineLoops.h - reductions and comprehensions -------------------------===//
#pragma once

#include "interpret/MachineArrays.h"

#include <limits>

namespace gradus::interpret {

//--- scopes -----------------------------------------------------------------------

template <class T>
void Machine<T>::beginScope(std::vector<ValueId> symbols, const std::vector<int64_t> &at) {
  scopes.push_back(std::move(symbols));
  stamps.push_back(0);
  for (ValueId s : scopes.back()) {
    auto number = static_cast<size_t>(-g.node(s).payload - 1);
    if (symbolDepth.size() <= number) {
      symbolDepth.resize(number + 1, 0);
      symbolValue.resize(number + 1, 0);
    }
    assert(symbolDepth[number] == 0 && "a loop is never inside itself");
    symbolDepth[number] = scopes.size();
  }
  moveScope(at);
}

template <class T> void Machine<T>::moveScope(const std::vector<int64_t> &at) {
  const std::vector<ValueId> &symbols = scopes.back();
  for (size_t k = 0; k < symbols.size(); ++k)
    symbolValue[static_cast<size_t>(-g.node(symbols[k]).payload - 1)] = at[k];
  stamps.back() = ++lastStamp;
}

template <class T> void Machine<T>::endScope() {
  for (ValueId s : scopes.back())
    symbolDepth[static_cast<size_t>(-g.node(s).payload - 1)] = 0;
  scopes.pop_back();
  stamps.pop_back();
}

template <class T> bool Machine<T>::advance(Loop &loop) {
  for (size_t k = loop.at.size(); k-- > 0;) {
    if (loop.at[k] < loop.hi[k]) {
      ++loop.at[k];
      return true;
    }
    loop.at[k] = loop.lo[k];
  }
  return false;
}

//--- loops --------------------------------------------------------------------------

/// The frame on top is a Reduce or a Build: finds its ranges and begins.
template <class T> bool Machine<T>::openLoop() {
  ValueId v = frames.back().node;
  const ir::Node n = g.node(v);
  for (unsigned k = 0; k < 2u * n.binders; ++k)
    if (!need(g.operand(v, k)))
      return true;
  auto loop = std::make_unique<Loop>();
  if (n.op == Op::Build && !makeArray(v, loop->target))
    return false;
  loop->opened = g.open(v);
  bool empty = false;
  for (unsigned k = 0; k < n.binders; ++k) {
    loop->lo.push_back(slot(g.operand(v, 2 * k)).whole);
    loop->hi.push_back(slot(g.operand(v, 2 * k + 1)).whole);
    empty |= loop->lo[k] > loop->hi[k];
  }
  loop->at = loop->lo;
  if (n.op == Op::Reduce) {
    bool whole = n.type.kind == Kind::Int;
    switch (n.reduceOp()) {
    case ReduceOp::Sum:
      loop->target = frames.back().into;
      break;
    case ReduceOp::Prod:
      loop->real = T(1);
      loop->whole = 1;
      break;
    case ReduceOp::Min:
      loop->whole = std::numeric_limits<int64_t>::max();
      break;
    case ReduceOp::Max:
      loop->whole = std::numeric_limits<int64_t>::min();
      break;
    case ReduceOp::LogSumExp:
      break;
    }
    if (!whole && (n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max))
      loop->real = T(n.reduceOp() == ReduceOp::Min ? std::numeric_limits<double>::infinity()
                                                   : -std::numeric_limits<double>::infinity());
  }
  beginScope(loop->opened.symbols, loop->at);
  frames.back().loop = std::move(loop);
  if (!empty)
    return true;
  endScope();
  return finishReduce(v, *frames.back().loop);
}

/// One step of the loop on top: the condition, then the body, then onwards.
template <class T> bool Machine<T>::stepLoop() {
  ValueId v = frames.back().node;
  Loop &loop = *frames.back().loop;
  const ir::Node n = g.node(v);
  bool here = true;
  if (n.op == Op::Reduce && !loop.adding) {
    if (!need(loop.opened.condition))
      return true;
    here = slot(loop.opened.condition).whole != 0;
  }
  if (here) {
    ValueId body = loop.opened.body;
    if (n.op == Op::Reduce && !n.type.scalar()) {
      loop.adding = !loop.adding;
      if (loop.adding) {
        frames.push_back({body, loop.target, nullptr, nullptr});
        return true;
      }
    } else {
      if (!need(body))
        return true;
      if (n.op == Op::Reduce) {
        loop.any = true;
        accumulate(n.reduceOp(), loop, body);
      } else if (n.type.kind == Kind::Real) {
        loop.target->data[loop.position++] = slot(body).real;
      } else {
        loop.target->whole[loop.position++] = slot(body).whole;
      }
    }
  }
  if (advance(loop)) {
    moveScope(loop.at);
    return true;
  }
  endScope();
  return finishReduce(v, loop);
}

template <class T> void Machine<T>::accumulate(ReduceOp op, Loop &loop, ValueId body) {
  const Slot &term = slot(body);
  bool whole = g.type(body).kind == Kind::Int;
  auto combine = [&](Prim p) {
    const int64_t both[2] = {loop.whole, term.whole};
    loop.whole = ir::evaluateWhole(p, both);
  };
  switch (op) {
  case ReduceOp::Sum:
    return whole ? combine(Prim::Add) : void(loop.real += term.real);
  case ReduceOp::Prod:
    return whole ? combine(Prim::Mul) : void(loop.real *= term.real);
  case ReduceOp::Min:
    return whole ? combine(Prim::Min)
                 : void(loop.real = ir::algebra::minimum<T>(loop.real, term.real));
  case ReduceOp::Max:
    return whole ? combine(Prim::Max)
                 : void(loop.real = ir::algebra::maximum<T>(loop.real, term.real));
  case ReduceOp::LogSumExp:
    loop.terms.push_back(term.real);
    return;
  }
}

/// m + log(sum exp(t - m)), m being the largest term; m where it is infinite.
template <class T> T logSumExp(const std::vector<T> &terms) {
  using namespace ir::algebra;
  T largest = T(-std::numeric_limits<double>::infinity());
  for (const T &t : terms)
    largest = maximum<T>(largest, t);
  if (largest == T(std::numeric_limits<double>::infinity()) ||
      largest == T(-std::numeric_limits<double>::infinity()))
    return largest;
  T sum = T(0);
  for (const T &t : terms)
    sum += exp(T(t - largest));
  return largest + log(sum);
}

template <class T> bool Machine<T>::finishReduce(ValueId v, Loop &loop) {
  const ir::Node n = g.node(v);
  if (n.op == Op::Build) {
    done(v, Slot{0, 0, T(0), std::move(loop.target)});
    pop();
    return true;
  }
  if (!n.type.scalar()) { // it has been added where it belongs
    pop();
    return true;
  }
  ReduceOp op = n.reduceOp();
  if ((op == ReduceOp::Min || op == ReduceOp::Max) && !loop.any) {
    std::string name = op == ReduceOp::Min ? "min" : "max";
    return fail(v, loop.lo[0] > loop.hi[0]
                       ? fmt::format("{} over the empty range {}..{}", name, loop.lo[0], loop.hi[0])
                       : fmt::format("{} over {}..{} where no index meets the condition", name,
                                     loop.lo[0], loop.hi[0]));
  }
  if (op == ReduceOp::LogSumExp)
    loop.real = logSumExp<T>(loop.terms);
  done(v, Slot{0, loop.whole, std::move(loop.real), nullptr});
  pop();
  return true;
}

} // namespace gradus::interpret
