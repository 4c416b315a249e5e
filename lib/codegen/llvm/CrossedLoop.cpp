//===- CrossedLoop.cpp - lanes as rows, vectors along the rows -------------===//
//
// In a loop over rows i with an inner loop over A[i, j], neighbouring lanes are
// whole rows apart, but a row itself is made of neighbours. So the lanes become
// rows that are taken one by one, and vectors go along j: what belongs to j alone
// is loaded once for all rows, and each row is read from its beginning to its end.
//
//===--------------------------------------------------------------------===//
#include "codegen/llvm/EmitPrimitive.h"
#include "codegen/llvm/VectorLoop.h"
#include "loops/Operands.h"

#include <cassert>

namespace gradus::codegen {

using namespace loops;

/// The value of a scalar: one for all rows or one for each, and each a number for
/// all columns or a vector of them.
struct VectorLoop::Cells {
  bool along = false; ///< vectors of columns
  llvm::SmallVector<llvm::Value *, 8> rows;
  llvm::Value *of(size_t row) const { return rows.size() == 1 ? rows[0] : rows[row]; }
};

/// Where there are several vectors of rows, one after the other, in a loop.
void VectorLoop::crossedLoop(const For &s) {
  if (parts_ == 1) {
    crossedRows(s, [&](VariableId v) { return accumulatorOf(v)[0]; });
    return;
  }
  const unsigned parts = parts_;
  const Parts masks = mask_;
  // What differs between rows and comes from around the loop.
  std::map<uint32_t, Parts> vectors;
  std::map<uint32_t, llvm::Value *> numbers;
  std::set<uint32_t> inside{s.index.index};
  std::map<uint32_t, Combine> sums; ///< by variable
  for (const Statement &t : s.body) {
    forEachOperand(t, [&](ScalarId v) {
      if (inside.count(v.index))
        return;
      if (!plan_.strideOf(v))
        vectors.emplace(v.index, values_.at(v.index));
      else if (plan_.strideOf(v) != Stride(0))
        numbers.emplace(v.index, e.value(v));
    });
    if (auto *let = std::get_if<Let>(&t.node))
      inside.insert(let->target.index);
    if (auto *a = std::get_if<Accumulate>(&t.node))
      sums.emplace(a->variable.index, a->combine);
  }
  auto rowsOfPart = [&](llvm::Value *part, llvm::function_ref<llvm::Value *(uint32_t)> vectorOf,
                        llvm::function_ref<llvm::Value *(VariableId)> sumOf) {
    parts_ = 1;
    for (const auto &entry : vectors)
      values_[entry.first] = {vectorOf(entry.first)};
    for (const auto &[v, first] : numbers) {
      const int64_t apart = *plan_.strideOf(ScalarId{v}) * static_cast<int64_t>(lanes_);
      llvm::Value *offset =
          b.CreateMul(part, llvm::ConstantInt::getSigned(b.getInt64Ty(), apart), "", false, true);
      e.values_[v] = b.CreateAdd(first, offset, "", false, true);
    }
    crossedRows(s, sumOf);
    parts_ = parts;
  };
  if (!masks.empty()) {
    std::map<uint32_t, Parts> slots;
    for (const auto &entry : sums)
      slots[entry.first] = accumulatorOf({entry.first});
    for (unsigned u = 0; u < parts; ++u) {
      mask_ = {masks[u]};
      rowsOfPart(
          b.getInt64(u), [&](uint32_t v) { return vectors.at(v)[u]; },
          [&](VariableId v) { return slots.at(v.index)[u]; });
    }
  } else {
    auto table = [&](llvm::Type *element, const llvm::Twine &name) {
      return slot(llvm::ArrayType::get(element, parts), name);
    };
    auto at = [&](llvm::AllocaInst *array, llvm::Value *part) {
      return b.CreateInBoundsGEP(array->getAllocatedType(), array, {b.getInt64(0), part});
    };
    auto load = [&](llvm::AllocaInst *array, llvm::Value *part) {
      return b.CreateLoad(array->getAllocatedType()->getArrayElementType(), at(array, part));
    };
    std::map<uint32_t, llvm::AllocaInst *> kept, totals;
    for (const auto &[v, values] : vectors) {
      kept[v] = table(values[0]->getType(), "rows");
      for (unsigned u = 0; u < parts; ++u)
        b.CreateStore(values[u], at(kept[v], b.getInt64(u)));
    }
    llvm::Type *type = typed(Kind::Real);
    for (const auto &entry : sums)
      totals[entry.first] = table(type, "sums");
    countedLoop(b.getInt64(0), b.getInt64(parts), b.getInt64(1), [&](llvm::Value *part) {
      for (const auto &[v, combine] : sums)
        b.CreateStore(neutral(combine, type), at(totals.at(v), part));
      rowsOfPart(
          part, [&](uint32_t v) { return load(kept.at(v), part); },
          [&](VariableId v) { return at(totals.at(v.index), part); });
    });
    for (const auto &[v, combine] : sums) {
      const Parts slots = accumulatorOf({v});
      for (unsigned u = 0; u < parts; ++u)
        b.CreateStore(combineValues(combine, b.CreateLoad(type, slots[u]),
                                    load(totals.at(v), b.getInt64(u))),
                      slots[u]);
    }
  }
  mask_ = masks;
  for (const auto &[v, values] : vectors)
    values_[v] = values;
  for (const auto &[v, first] : numbers)
    e.values_[v] = first;
}

void VectorLoop::crossedRows(const For &s,
                             llvm::function_ref<llvm::Value *(VariableId)> sumOf) {
  const unsigned rows = lanes_, vectors = 2;
  assert(parts_ == 1 && "rows are taken one vector of lanes at a time");
  llvm::Type *real = e.context_.realType, *wide = llvm::FixedVectorType::get(real, width_);
  const llvm::Align align(8);

  // Sums of rows: by column modulo the vectors of a step, and of the last columns.
  struct Sum {
    const Accumulate *statement;
    std::vector<llvm::AllocaInst *> slots, single; ///< by row, by row and vector
  };
  std::vector<Sum> sums;
  for (const Statement &t : s.body)
    if (auto *a = std::get_if<Accumulate>(&t.node)) {
      Sum sum{a, {}, {}};
      for (unsigned k = 0; k < rows * vectors; ++k) {
        sum.slots.push_back(slot(wide, "row"));
        b.CreateStore(neutral(a->combine, wide), sum.slots.back());
      }
      for (unsigned k = 0; k < rows; ++k) {
        sum.single.push_back(slot(real, "row"));
        b.CreateStore(neutral(a->combine, real), sum.single.back());
      }
      sums.push_back(std::move(sum));
    }

  // What comes from around the loop.
  std::map<uint32_t, Cells> outside;
  auto outer = [&](ScalarId v) -> const Cells & {
    auto [it, fresh] = outside.try_emplace(v.index);
    if (fresh) {
      it->second.rows.push_back(laneOf(v, 0, 0));
      if (plan_.strideOf(v) != Stride(0))
        for (unsigned r = 1; r < rows; ++r)
          it->second.rows.push_back(laneOf(v, 0, r));
    }
    return it->second;
  };
  std::set<uint32_t> inside{s.index.index};
  for (const Statement &t : s.body) {
    forEachOperand(t, [&](ScalarId v) {
      if (!inside.count(v.index))
        outer(v);
    });
    if (auto *let = std::get_if<Let>(&t.node))
      inside.insert(let->target.index);
  }

  auto columns = [&](llvm::Value *index, unsigned lanes, unsigned vector) {
    std::map<uint32_t, Cells> values;
    auto get = [&](ScalarId v) -> const Cells & {
      auto it = values.find(v.index);
      return it != values.end() ? it->second : outside.at(v.index);
    };
    llvm::Type *type = lanes == 1 ? real : wide;
    auto full = [&](const Cells &c, size_t row, bool along) {
      llvm::Value *v = c.of(row);
      return along && !c.along && lanes > 1 ? b.CreateVectorSplat(lanes, v) : v;
    };
    auto pointer = [&](BufferId buffer, const std::vector<ScalarId> &indices, size_t row) {
      llvm::SmallVector<llvm::Value *, 4> list;
      for (ScalarId v : indices)
        list.push_back(v == s.index ? index : get(v).of(row));
      return e.elementPointer(buffer, list);
    };
    auto factors = [&](ScalarId v) { return product(v); };
    auto fused = [&](llvm::Type *t, llvm::Value *x, llvm::Value *y, llvm::Value *z) {
      return b.CreateIntrinsic(llvm::Intrinsic::fmuladd, {t}, {x, y, z});
    };
    for (const Statement &t : s.body) {
      if (auto *let = std::get_if<Let>(&t.node)) {
        e.definitions_[let->target.index] = &let->operation;
        Cells made;
        if (auto *constant = std::get_if<ConstReal>(&let->operation)) {
          made.rows.push_back(llvm::ConstantFP::get(real, constant->value));
        } else if (auto *load = std::get_if<LoadOp>(&let->operation)) {
          size_t count = 1;
          for (ScalarId v : load->indices) {
            made.along = made.along || v == s.index;
            if (v != s.index)
              count = std::max<size_t>(count, get(v).rows.size());
          }
          for (size_t r = 0; r < count; ++r)
            made.rows.push_back(annotated(
                b.CreateAlignedLoad(made.along ? type : real,
                                    pointer(load->buffer, load->indices, r), align),
                load->buffer));
        } else {
          const PrimOp &op = std::get<PrimOp>(let->operation);
          bool sum = op.prim == ir::Prim::Add, difference = op.prim == ir::Prim::Sub;
          std::optional<std::pair<ScalarId, ScalarId>> p;
          ScalarId addend;
          bool second = true;
          if (sum || difference) {
            if ((p = factors(op.operands[1]))) {
              addend = op.operands[0];
            } else if ((p = factors(op.operands[0]))) {
              addend = op.operands[1];
              second = false;
            }
          }
          std::vector<ScalarId> read =
              p ? std::vector<ScalarId>{p->first, p->second, addend} : op.operands;
          size_t count = 1;
          for (ScalarId v : read) {
            count = std::max<size_t>(count, get(v).rows.size());
            made.along = made.along || get(v).along;
          }
          for (size_t r = 0; r < count; ++r) {
            llvm::SmallVector<llvm::Value *, 4> x;
            for (ScalarId v : read)
              x.push_back(e.f_.scalars[v.index].kind == Kind::Int ? get(v).of(r)
                                                                  : full(get(v), r, made.along));
            if (p) {
              if (difference && second)
                x[0] = b.CreateFNeg(x[0]);
              if (difference && !second)
                x[2] = b.CreateFNeg(x[2]);
              made.rows.push_back(fused(x[0]->getType(), x[0], x[1], x[2]));
            } else {
              made.rows.push_back(emitPrimitive(b, e.context_.externals, op.prim, x));
            }
          }
        }
        values[let->target.index] = std::move(made);
      } else if (auto *a = std::get_if<Accumulate>(&t.node)) {
        auto sum = std::find_if(sums.begin(), sums.end(),
                                [&](const Sum &x) { return x.statement == a; });
        auto p = a->combine == Combine::Add ? factors(a->value) : std::nullopt;
        for (unsigned r = 0; r < rows; ++r) {
          llvm::AllocaInst *at =
              lanes == 1 ? sum->single[r] : sum->slots[r * vectors + vector];
          llvm::Value *old = b.CreateLoad(type, at);
          llvm::Value *next =
              p ? fused(type, full(get(p->first), r, true), full(get(p->second), r, true), old)
                : combineValues(a->combine, old, full(get(a->value), r, true));
          b.CreateStore(next, at);
        }
      } else {
        const Store &store = std::get<Store>(t.node);
        llvm::Value *at = pointer(store.buffer, store.indices, 0);
        llvm::Value *all = annotated(b.CreateAlignedLoad(type, at, align), store.buffer);
        auto p = factors(store.value);
        for (unsigned r = 0; r < rows; ++r) {
          llvm::Value *next =
              p ? fused(type, full(get(p->first), r, true), full(get(p->second), r, true), all)
                : b.CreateFAdd(all, full(get(store.value), r, true));
          // The rows of an `if` that takes others.
          all = mask_.empty() ? next
                              : b.CreateSelect(lanes_ == 1 ? mask_[0]
                                                           : b.CreateExtractElement(
                                                                 mask_[0], b.getInt64(r)),
                                               next, all);
        }
        annotated(b.CreateAlignedStore(all, at, align), store.buffer);
      }
    }
  };

  llvm::Value *lo = e.value(s.lo), *one = b.getInt64(1);
  llvm::Value *end = b.CreateAdd(e.value(s.hi), one, "", false, true);
  for (unsigned take : {vectors, 1u}) {
    llvm::Value *step = b.getInt64(take * width_);
    llvm::Value *left = b.CreateBinaryIntrinsic(
        llvm::Intrinsic::smax, b.CreateSub(end, lo, "", false, true), b.getInt64(0));
    left = b.CreateAnd(left, b.getInt64(~uint64_t(take * width_ - 1)));
    lo = countedLoop(lo, b.CreateAdd(lo, left, "", false, true), step, [&](llvm::Value *index) {
      for (unsigned v = 0; v < take; ++v)
        columns(v == 0 ? index : b.CreateAdd(index, b.getInt64(v * width_), "", false, true),
                width_, v);
    });
  }
  {
    Externals::Remainder remainder(e.context_.externals, width_);
    countedLoop(lo, end, one, [&](llvm::Value *index) { columns(index, 1, 0); });
  }

  // The same tree for a row among others and a row alone.
  for (const Sum &sum : sums) {
    Combine combine = sum.statement->combine;
    std::vector<llvm::Value *> all;
    for (unsigned r = 0; r < rows; ++r)
      all.push_back(combineValues(combine, b.CreateLoad(wide, sum.slots[r * vectors]),
                                  b.CreateLoad(wide, sum.slots[r * vectors + 1])));
    llvm::Value *total = rows == 1 ? acrossNeighbours(combine, all[0]) : rowsOf(combine, all);
    llvm::Value *rest = rows == 1 ? nullptr : llvm::PoisonValue::get(wide);
    for (unsigned r = 0; r < rows; ++r) {
      llvm::Value *last = b.CreateLoad(real, sum.single[r]);
      rest = rows == 1 ? last : b.CreateInsertElement(rest, last, b.getInt64(r));
    }
    total = combineValues(combine, total, rest);
    llvm::Value *at = sumOf(sum.statement->variable);
    llvm::Value *old = b.CreateLoad(total->getType(), at);
    llvm::Value *next = combineValues(combine, old, total);
    b.CreateStore(mask_.empty() ? next : b.CreateSelect(mask_[0], next, old), at);
  }
}

} // namespace gradus::codegen
