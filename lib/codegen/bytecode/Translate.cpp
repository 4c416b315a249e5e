//===- Translate.cpp - one function of the loop IR to instructions -------------===//
#include "codegen/bytecode/Instructions.h"
#include "codegen/bytecode/Liveness.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace gradus::bytecode {

using namespace loops;
using ir::Prim;

namespace {

constexpr uint32_t none = UINT32_MAX;

class Translator {
public:
  Translator(const Module &module, const Function &function,
             const std::deque<Table> &tables, Code &code)
      : module_(module), f_(function), code_(code), live_(function, !module.strict),
        scalars_(function.scalars.size(), none), arrays_(function.buffers.size(), none),
        tables_(tables) {}

  void translate();

private:
  // Slots
  uint32_t slot() { return code_.slots++; }
  uint32_t of(ScalarId s) {
    assert(scalars_[s.index] != none && "defined before it is used, and live");
    return scalars_[s.index];
  }
  uint32_t of(VariableId v) const { return firstVariable_ + v.index; }
  void placeConstants();
  void addOutput(VariableId v);
  uint32_t constant(Slot value);

  // Instructions
  Instruction &emit(Op op, uint32_t d = 0, uint32_t a = 0, uint32_t b = 0, uint32_t c = 0,
                    int shift = 0) {
    code_.instructions.push_back({op, static_cast<int16_t>(shift), d, a, b, c});
    return code_.instructions.back();
  }
  uint32_t here() { return label_ = static_cast<uint32_t>(code_.instructions.size()); }
  uint32_t jump(Op op, uint32_t condition = 0) {
    emit(op, none, condition);
    return static_cast<uint32_t>(code_.instructions.size() - 1);
  }
  void land(uint32_t jump) { code_.instructions[jump].d = here(); }
  void move(uint32_t to, ScalarId from);

  // Arrays
  uint32_t arrayOf(BufferId b);
  void place(ScalarId offset);
  std::pair<uint32_t, int> index(BufferId b, const std::vector<ScalarId> &indices);
  std::pair<uint32_t, int> from(const BufferAxis &axis, uint32_t index);
  uint32_t count(BufferId b);

  // Statements
  void body(const Body &list);
  void operation(ScalarId target, const Operation &op);
  void primitive(uint32_t d, const PrimOp &op);
  void combine(Combine combine, Kind kind, uint32_t d, uint32_t old, ScalarId value);
  void statement(const Let &s);
  void statement(const Assign &s) { move(of(s.variable), s.value); }
  void statement(const Store &s);
  void statement(const Accumulate &s);
  void statement(const For &s);
  void statement(const While &s);
  void statement(const If &s);
  void statement(const Fill &s);
  void statement(const Copy &s);
  void statement(const Call &s);
  void statement(const Check &s);
  void statement(const Hook &s);
  void statement(const Break &) { breaks_.back().push_back(jump(Op::Jump)); }
  void statement(const Return &s) { emit(Op::Return, 0, of(s.status)); }

  const Module &module_;
  const Function &f_;
  Code &code_;
  Liveness live_;
  std::vector<uint32_t> scalars_, arrays_; ///< slots
  uint32_t firstVariable_ = 0;
  uint32_t zero_ = 0, one_ = 0; ///< constants
  uint32_t label_ = 0;          ///< the last place where a jump arrives
  std::multimap<uint32_t, uint32_t> placedBy_;  ///< buffers by their offset
  std::vector<std::vector<uint32_t>> breaks_; ///< of the loops that are open
  const std::deque<Table> &tables_;           ///< what the program keeps
};

uint32_t Translator::constant(Slot value) {
  code_.constants.push_back(value);
  return slot();
}

/// Constants are slots that are there from the beginning.
void Translator::placeConstants() {
  zero_ = constant({.whole = 0});
  one_ = constant({.whole = 1});
  for (uint32_t k = 0; k < scalars_.size(); ++k) {
    const Operation *op = live_.definition({k});
    if (!op || live_.uses({k}) == 0)
      continue;
    if (auto *real = std::get_if<ConstReal>(op))
      scalars_[k] = constant({.real = real->value});
    else if (auto *whole = std::get_if<ConstInt>(op))
      scalars_[k] = constant({.whole = whole->value});
    else if (auto *truth = std::get_if<ConstBool>(op))
      scalars_[k] = constant({.whole = truth->value});
  }
  for (uint32_t k = 0; k < arrays_.size(); ++k)
    if (f_.buffers[k].role == BufferRole::Constant)
      arrays_[k] = constant({.array = reinterpret_cast<char *>(const_cast<int64_t *>(
                                 tables_[f_.buffers[k].table].values.data()))});
}

void Translator::translate() {
  placeConstants();
  firstVariable_ = code_.slots;
  code_.variables = static_cast<uint32_t>(f_.variables.size());
  code_.slots += code_.variables;
  for (uint32_t k = 0; k < arrays_.size(); ++k)
    if (const Buffer &b = f_.buffers[k];
        b.role == BufferRole::Workspace || b.role == BufferRole::View)
      placedBy_.emplace(b.offset.index, k);
  for (const Parameter &p : f_.parameters)
    if (auto *s = std::get_if<ScalarId>(&p.value))
      code_.inputs.push_back(scalars_[s->index] = slot());
    else if (auto *b = std::get_if<BufferId>(&p.value))
      code_.inputs.push_back(arrays_[b->index] = slot());
    else
      addOutput(std::get<VariableId>(p.value));
  if (!f_.external.empty()) {
    code_.external = findRuntimeCall(f_.external);
    assert(code_.external && "a row of runtime/Functions.def");
    return;
  }
  for (const Parameter &p : f_.parameters)
    if (auto *s = std::get_if<ScalarId>(&p.value))
      place(*s);
  body(f_.body);
  emit(Op::End);
}

void Translator::addOutput(VariableId v) {
  code_.outputs.push_back(of(v));
  Slot failed{.whole = 0};
  if (f_.variables[v.index].kind == Kind::Real)
    failed.real = std::numeric_limits<double>::quiet_NaN();
  code_.noValues.push_back(failed);
}

/// A value that has just been made for nobody else is made in its variable at once.
void Translator::move(uint32_t to, ScalarId from) {
  const uint32_t made = of(from);
  if (live_.uses(from) == 1 && code_.instructions.size() > label_ && made >= firstVariable_ + code_.variables)
    if (Instruction &last = code_.instructions.back(); last.d == made)
      if (last.op <= Op::Load) {
        last.d = to;
        return;
      }
  emit(Op::Move, to, made);
}

//--- arrays ----------------------------------------------------------------------------

/// Where the array begins: known from its offset on.
uint32_t Translator::arrayOf(BufferId b) {
  if (arrays_[b.index] != none)
    return arrays_[b.index];
  const Buffer &buffer = f_.buffers[b.index];
  const uint32_t made = slot();
  if (buffer.role == BufferRole::Workspace)
    emit(Op::PlaceRoom, made, of(buffer.offset));
  else
    emit(Op::Place, made, arrayOf(buffer.base), of(buffer.offset));
  return made;
}

/// The place where the offset is made dominates every use of the array.
void Translator::place(ScalarId offset) {
  const auto [first, last] = placedBy_.equal_range(offset.index);
  std::vector<uint32_t> placed;
  for (auto it = first; it != last; ++it)
    placed.push_back(it->second);
  std::sort(placed.begin(), placed.end()); // a view comes after what it is a part of
  for (uint32_t k : placed) {
    const Buffer &b = f_.buffers[k];
    if (b.role == BufferRole::Workspace || arrays_[b.base.index] != none)
      arrays_[k] = arrayOf({k});
  }
}

/// The slot of index - axis.lo but for a number that an instruction adds.
std::pair<uint32_t, int> Translator::from(const BufferAxis &axis, uint32_t index) {
  if (const Operation *op = live_.definition(axis.lo))
    if (auto *lo = std::get_if<ConstInt>(op); lo && lo->value == static_cast<int16_t>(lo->value) &&
                                              lo->value != INT16_MIN)
      return {index, -static_cast<int>(lo->value)};
  const uint32_t made = slot();
  emit(Op::SubInt, made, index, of(axis.lo));
  return {made, 0};
}

/// Row major.
std::pair<uint32_t, int> Translator::index(BufferId b, const std::vector<ScalarId> &indices) {
  if (indices.empty())
    return {zero_, 0};
  const std::vector<BufferAxis> &axes = f_.buffers[b.index].axes;
  std::pair<uint32_t, int> linear = from(axes[0], of(indices[0]));
  for (size_t k = 1; k < indices.size(); ++k) {
    const auto [next, shift] = from(axes[k], of(indices[k]));
    const uint32_t made = slot();
    emit(Op::MulAddInt, made, linear.first, of(axes[k].extent), next, linear.second);
    linear = {made, shift};
  }
  return linear;
}

uint32_t Translator::count(BufferId b) {
  uint32_t made = none;
  for (const BufferAxis &axis : f_.buffers[b.index].axes) {
    const uint32_t extent = of(axis.extent);
    if (made == none) {
      made = extent;
      continue;
    }
    const uint32_t product = slot();
    emit(Op::MulInt, product, made, extent);
    made = product;
  }
  return made == none ? one_ : made;
}

//--- operations ------------------------------------------------------------------------

void Translator::primitive(uint32_t d, const PrimOp &op) {
  if (const unsigned k = live_.fused(op); k < 2) {
    const Product p = live_.product(op.operands[k]);
    const uint32_t other = of(op.operands[1 - k]);
    const Op how = op.prim == Prim::Add ? Op::MulAdd : k == 1 ? Op::NegMulAdd : Op::MulSub;
    emit(how, d, of(p.left), of(p.right), other);
    return;
  }
  const Kind kind = f_.scalars[op.operands[0].index].kind;
  const bool real = kind == Kind::Real;
  uint32_t x[3] = {zero_, zero_, zero_};
  for (size_t k = 0; k < op.operands.size(); ++k)
    x[k] = of(op.operands[k]);
  const auto two = [&](Op forReals, Op forWholes) {
    emit(real ? forReals : forWholes, d, x[0], x[1]);
  };
  switch (op.prim) {
  case Prim::Add:
    return two(Op::AddReal, Op::AddInt);
  case Prim::Sub:
    return two(Op::SubReal, Op::SubInt);
  case Prim::Mul:
    return two(Op::MulReal, Op::MulInt);
  case Prim::Div:
    return two(Op::DivReal, Op::DivReal);
  case Prim::Less:
    return two(Op::LessReal, Op::LessInt);
  case Prim::LessEqual:
    return two(Op::LessEqualReal, Op::LessEqualInt);
  case Prim::Equal:
    return two(Op::EqualReal, Op::EqualInt);
  case Prim::NotEqual:
    return two(Op::NotEqualReal, Op::NotEqualInt);
  case Prim::And:
    return two(Op::And, Op::And);
  case Prim::Or:
    return two(Op::Or, Op::Or);
  case Prim::Not:
    return two(Op::Not, Op::Not);
  case Prim::ToReal:
    return two(Op::ToReal, Op::ToReal);
  default:
    break;
  }
  const int row = static_cast<int>(op.prim);
  if (ir::info(op.prim).signature == ir::Signature::RealInt)
    emit(Op::PrimRealInt, d, x[0], x[1], 0, row);
  else if (!real)
    emit(Op::PrimInt, d, x[0], x[1], 0, row);
  else if (op.prim == Prim::Neg)
    emit(Op::NegReal, d, x[0]);
  else
    emit(Op::PrimReal, d, x[0], x[1], x[2], row);
}

void Translator::operation(ScalarId target, const Operation &op) {
  const uint32_t d = scalars_[target.index] = slot();
  if (auto *o = std::get_if<PrimOp>(&op)) {
    primitive(d, *o);
  } else if (auto *o = std::get_if<SelectOp>(&op)) {
    emit(Op::Select, d, of(o->condition), of(o->then), of(o->otherwise));
  } else if (auto *o = std::get_if<LoadOp>(&op)) {
    const uint32_t array = arrayOf(o->buffer);
    const auto [at, shift] = index(o->buffer, o->indices);
    emit(Op::Load, d, array, at, 0, shift);
  } else {
    emit(Op::Move, d, of(std::get<ReadOp>(op).variable));
  }
}

void Translator::statement(const Let &s) {
  if (live_.uses(s.target) == 0)
    return;
  if (scalars_[s.target.index] == none) // no constant
    operation(s.target, s.operation);
  place(s.target);
}

/// d = old COMBINE value
void Translator::combine(Combine combine, Kind kind, uint32_t d, uint32_t old, ScalarId value) {
  const bool real = kind == Kind::Real;
  switch (combine) {
  case Combine::Set:
    break;
  case Combine::Add:
    if (const Product p = real ? live_.product(value) : Product{}; p.valid())
      emit(Op::MulAdd, d, of(p.left), of(p.right), old);
    else
      emit(real ? Op::AddReal : Op::AddInt, d, old, of(value));
    return;
  case Combine::Multiply:
    emit(real ? Op::MulReal : Op::MulInt, d, old, of(value));
    return;
  case Combine::Min:
  case Combine::Max:
    const Prim prim = combine == Combine::Min ? Prim::Min : Prim::Max;
    emit(real ? Op::PrimReal : Op::PrimInt, d, old, of(value), zero_, static_cast<int>(prim));
    return;
  }
  assert(false && "a combining statement");
}

//--- statements ------------------------------------------------------------------------

void Translator::body(const Body &list) {
  for (const Statement &s : list)
    std::visit([&](const auto &node) { statement(node); }, s.node);
}

void Translator::statement(const Store &s) {
  const uint32_t array = arrayOf(s.buffer);
  const auto [at, shift] = index(s.buffer, s.indices);
  uint32_t value = none;
  if (s.combine == Combine::Set) {
    value = of(s.value);
  } else {
    value = slot();
    emit(Op::Load, value, array, at, 0, shift);
    combine(s.combine, f_.buffers[s.buffer.index].kind, value, value, s.value);
  }
  emit(Op::Store, value, array, at, 0, shift);
}

void Translator::statement(const Accumulate &s) {
  const uint32_t v = of(s.variable);
  if (s.combine == Combine::Set)
    return move(v, s.value);
  combine(s.combine, f_.variables[s.variable.index].kind, v, v, s.value);
}

void Translator::statement(const For &s) {
  const uint32_t i = scalars_[s.index.index] = slot(), hi = of(s.hi);
  const auto begin = static_cast<uint32_t>(code_.instructions.size());
  emit(Op::Loop, hi, i, of(s.lo));
  const uint32_t round = here();
  breaks_.emplace_back();
  place(s.index);
  body(s.body);
  emit(Op::Next, round, i, hi);
  code_.instructions[begin].c = here();
  for (uint32_t left : breaks_.back())
    land(left);
  breaks_.pop_back();
}

void Translator::statement(const While &s) {
  const uint32_t head = here();
  breaks_.emplace_back();
  body(s.head);
  const uint32_t done = jump(Op::JumpUnless, of(s.condition));
  body(s.body);
  emit(Op::Jump, head);
  land(done);
  for (uint32_t left : breaks_.back())
    land(left);
  breaks_.pop_back();
}

void Translator::statement(const If &s) {
  if (s.then.empty()) {
    const uint32_t over = jump(Op::JumpIf, of(s.condition));
    body(s.otherwise);
    return land(over);
  }
  const uint32_t over = jump(Op::JumpUnless, of(s.condition));
  body(s.then);
  if (s.otherwise.empty())
    return land(over);
  const uint32_t end = jump(Op::Jump);
  land(over);
  body(s.otherwise);
  land(end);
}

void Translator::statement(const Fill &s) {
  const uint32_t array = arrayOf(s.buffer), elements = count(s.buffer);
  emit(Op::Fill, of(s.value), array, elements);
}

void Translator::statement(const Copy &s) {
  const uint32_t target = arrayOf(s.target), source = arrayOf(s.source);
  const uint32_t elements = count(s.target);
  emit(Op::Copy, target, source, elements);
}

/// The list: a slot for each input of the callee, then one for each output.
void Translator::statement(const Call &s) {
  std::vector<uint32_t> list, outputs;
  for (const Argument &a : s.arguments)
    if (auto *scalar = std::get_if<ScalarId>(&a.value))
      list.push_back(of(*scalar));
    else if (auto *v = std::get_if<VariableId>(&a.value))
      outputs.push_back(of(*v));
    else
      list.push_back(arrayOf(std::get<BufferId>(a.value)));
  list.insert(list.end(), outputs.begin(), outputs.end());
  const uint32_t room = f_.workspaceElements.valid() ? of(f_.workspaceElements) : zero_;
  emit(Op::Call, 0, s.callee.index, static_cast<uint32_t>(code_.lists.size()), room);
  code_.lists.insert(code_.lists.end(), list.begin(), list.end());
  here(); // what is before it is not what its outputs are
}

void Translator::statement(const Check &s) {
  emit(Op::Check, 0, of(s.condition), s.site, static_cast<uint32_t>(code_.lists.size()),
       static_cast<int>(s.values.size()));
  for (ScalarId value : s.values)
    code_.lists.push_back(of(value));
}

void Translator::statement(const Hook &s) {
  const uint32_t x = arrayOf(s.x), elements = count(s.x);
  emit(Op::Hook, of(s.target), x, elements, static_cast<uint32_t>(code_.lists.size()),
       static_cast<int>(s.scalars.size()));
  for (ScalarId scalar : s.scalars)
    code_.lists.push_back(of(scalar));
}

} // namespace

void translate(const Module &module, const Function &function, const std::deque<Table> &tables,
               Code &code) {
  Translator(module, function, tables, code).translate();
}

} // namespace gradus::bytecode
