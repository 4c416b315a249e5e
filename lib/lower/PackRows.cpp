//===- PackRows.cpp - rows that are read again and again -----------------------===//
//
//     for i: for c: for j: .. A[i, j] ..
// reads row i of A in each round of c. Back ends that run many rounds of i at once
// find those rows far apart each time, so a round first copies its row:
//     for i:
//       for j: row[j] = A[i, j]
//       for c: for j: .. row[j] ..
//
//===--------------------------------------------------------------------===//
#include "lower/Scope.h"

#include "loops/Operands.h"

#include <map>
#include <set>

namespace gradus::lower {

using namespace loops;

namespace {

class Packer {
public:
  explicit Packer(FunctionBuilder &builder) : b(builder) {}
  void visit(Body &body);

private:
  /// What is known of the loads A[i, ..] of one round.
  struct Rows {
    std::vector<LoadOp *> loads;
    bool again = false; ///< inside of a loop that the row does not depend on
  };
  void pack(For &outer);
  bool collect(Body &body, ScalarId round, std::vector<ScalarId> &around,
               std::map<uint32_t, Rows> &found);

  FunctionBuilder &b;
};

/// False where a check depends on the round itself: then not all rows may be read.
bool Packer::collect(Body &body, ScalarId round, std::vector<ScalarId> &around,
                     std::map<uint32_t, Rows> &found) {
  for (Statement &s : body) {
    if (auto *let = std::get_if<Let>(&s.node)) {
      auto *load = std::get_if<LoadOp>(&let->operation);
      if (!load || load->indices.size() != 2 || load->indices[0] != round)
        continue;
      const Buffer &buffer = b.f.buffers[load->buffer.index];
      if (buffer.role != BufferRole::In || buffer.kind != Kind::Real)
        continue;
      Rows &rows = found[load->buffer.index];
      rows.loads.push_back(load);
      rows.again = rows.again || (around.size() > 1 && around.back() == load->indices[1]);
    } else if (auto *check = std::get_if<Check>(&s.node)) {
      for (ScalarId v : check->values)
        if (v == round)
          return false;
    } else if (auto *inner = std::get_if<For>(&s.node)) {
      around.push_back(inner->index);
      if (!collect(inner->body, round, around, found))
        return false;
      around.pop_back();
    } else if (auto *branch = std::get_if<If>(&s.node)) {
      if (!collect(branch->then, round, around, found) ||
          !collect(branch->otherwise, round, around, found))
        return false;
    } else if (std::holds_alternative<While>(s.node) || std::holds_alternative<Call>(s.node) ||
               std::holds_alternative<Break>(s.node)) {
      return false;
    }
  }
  return true;
}

void Packer::pack(For &outer) {
  std::vector<ScalarId> around;
  std::map<uint32_t, Rows> found;
  if (!collect(outer.body, outer.index, around, found))
    return;
  Body copies, *saved = b.body;
  b.body = &copies;
  for (auto &[index, rows] : found) {
    if (!rows.again)
      continue;
    BufferId array{index};
    const BufferAxis axis = b.f.buffers[index].axes[1];
    BufferId row = b.rowOf(array);
    For copy;
    ScalarId one = b.let(Kind::Int, ConstInt{1});
    ScalarId end = b.let(Kind::Int, PrimOp{ir::Prim::Add, {axis.lo, axis.extent}});
    copy.lo = axis.lo;
    copy.hi = b.let(Kind::Int, PrimOp{ir::Prim::Sub, {end, one}});
    copy.index = b.scalar(Kind::Int, "j");
    b.body = &copy.body;
    ScalarId element = b.let(Kind::Real, LoadOp{array, {outer.index, copy.index}});
    b.push(Store{row, {copy.index}, element, Combine::Set});
    b.body = &copies;
    b.push(std::move(copy));
    for (LoadOp *load : rows.loads)
      *load = LoadOp{row, {load->indices[1]}};
  }
  b.body = saved;
  outer.body.insert(outer.body.begin(), std::make_move_iterator(copies.begin()),
                    std::make_move_iterator(copies.end()));
}

void Packer::visit(Body &body) {
  for (Statement &s : body) {
    if (auto *loop = std::get_if<For>(&s.node)) {
      pack(*loop);
    } else if (auto *branch = std::get_if<If>(&s.node)) {
      visit(branch->then);
      visit(branch->otherwise);
    }
  }
}

} // namespace

void packRows(FunctionBuilder &builder) {
  if (!builder.module.strict)
    Packer(builder).visit(*builder.body);
}

} // namespace gradus::lower
