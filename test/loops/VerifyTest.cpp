//===- VerifyTest.cpp - broken modules are found ------------------------------===//
#include "loops/Builder.h"

#include <gtest/gtest.h>

using namespace gradus::loops;
using gradus::ir::Prim;

namespace {

/// A sound function to break: f(n, c, x in, g out, s out, k out) with workspace.
struct Sound {
  Module m;
  FunctionBuilder f{m, "f"};
  ScalarId n = f.parameter(Kind::Int, "n");
  ScalarId c = f.parameter(Kind::Bool, "c");
  ScalarId a = f.parameter(Kind::Real, "a");
  BufferId x = f.array(BufferRole::In, "x", {f.axis(n)});
  BufferId g = f.array(BufferRole::Out, "g", {f.axis(n)});
  VariableId s = f.output(Kind::Real, "s");
  VariableId k = f.output(Kind::Int, "k");
  ScalarId one = f.integer(1);
  BufferId t = f.workspace("t", {{one, n}}, one);
  Sound() {
    f.function().workspaceElements = n;
    m.sites.push_back({{}, "site"});
  }
  Function &function() { return f.function(); }
  /// The one message, or all of them where there is not exactly one.
  std::string error() {
    std::string all;
    for (const std::string &e : verify(m))
      all += (all.empty() ? "" : " | ") + e;
    return all;
  }
  ScalarId raw(Kind kind) {
    function().scalars.push_back({kind, "raw", {}});
    return ScalarId{uint32_t(function().scalars.size() - 1)};
  }
};

void expectError(Sound &s, const std::string &part) {
  std::string error = s.error();
  EXPECT_NE(error.find(part), std::string::npos) << "got: " << error;
  EXPECT_EQ(error.find(" | "), std::string::npos) << "more than one: " << error;
}

TEST(Verify, AcceptsSoundFunctions) {
  Sound s;
  s.f.loop("i", s.one, s.n, [&](ScalarId i) { s.f.store(s.t, {i}, s.f.load(s.x, {i})); });
  EXPECT_EQ(s.error(), "");
}

TEST(Verify, ScalarsAreAssignedOnceAndBeforeUse) {
  {
    Sound s;
    s.f.add(Let{s.one, ConstInt{2}});
    expectError(s, "assigned twice");
  }
  {
    Sound s;
    s.f.assign(s.k, s.raw(Kind::Int));
    expectError(s, "before it is assigned");
  }
  {
    Sound s;
    s.f.assign(s.k, ScalarId{});
    expectError(s, "does not exist");
  }
  {
    Sound s;
    s.f.add(Let{ScalarId{}, ConstInt{2}});
    expectError(s, "does not exist");
  }
}

TEST(Verify, ScalarsEndWithTheirBody) {
  {
    Sound s;
    ScalarId inner;
    s.f.branch(s.c, [&] { inner = s.f.integer(3); });
    s.f.assign(s.k, inner);
    expectError(s, "outside the body");
  }
  {
    Sound s;
    ScalarId index;
    s.f.loop("i", s.one, s.n, [&](ScalarId i) { index = i; });
    s.f.assign(s.k, index);
    expectError(s, "outside the body");
  }
}

TEST(Verify, KindsFit) {
  {
    Sound s;
    s.f.assign(s.k, s.a);
    expectError(s, "wrong kind");
  }
  {
    Sound s;
    s.f.add(Let{s.raw(Kind::Int), ConstReal{1}});
    expectError(s, "another kind");
  }
  {
    Sound s;
    s.f.add(Let{s.raw(Kind::Real), PrimOp{Prim::Add, {s.a, s.n}}});
    expectError(s, "do not fit '+'");
  }
  {
    Sound s;
    s.f.add(Let{s.raw(Kind::Real), PrimOp{Prim::Add, {s.a}}});
    expectError(s, "do not fit '+'");
  }
  {
    Sound s;
    s.f.add(Let{s.raw(Kind::Int), SelectOp{s.n, s.n, s.n}});
    expectError(s, "select");
  }
  {
    Sound s;
    s.f.add(Let{s.raw(Kind::Int), SelectOp{s.c, s.n, s.a}});
    expectError(s, "select");
  }
  {
    Sound s;
    s.f.store(s.g, {s.one}, s.n);
    expectError(s, "store");
  }
  {
    Sound s;
    s.f.branch(s.n, {});
    expectError(s, "if");
  }
  {
    Sound s;
    s.f.accumulate(s.s, Combine::Add, s.n);
    expectError(s, "accumulate");
  }
  {
    Sound s;
    s.f.accumulate(s.s, Combine::Set, s.a);
    expectError(s, "order");
  }
  {
    Sound s;
    s.f.add(Return{s.a});
    expectError(s, "return");
  }
  {
    Sound s;
    s.f.loop("i", s.a, s.n, [](ScalarId) {});
    expectError(s, "for");
  }
  {
    Sound s;
    s.f.whileLoop([&] { return s.n; }, [] {});
    expectError(s, "while");
  }
  {
    Sound s;
    s.f.add(Fill{s.g, s.n});
    expectError(s, "fill");
  }
  {
    Sound s;
    VariableId b = s.f.variable(Kind::Bool, "b");
    s.f.accumulate(b, Combine::Min, s.c);
    expectError(s, "truth value");
  }
}

TEST(Verify, BuffersAreUsedAsDeclared) {
  {
    Sound s;
    s.f.store(s.x, {s.one}, s.a);
    expectError(s, "must not be written");
  }
  {
    Sound s;
    s.f.add(Fill{s.x, s.a});
    expectError(s, "must not be written");
  }
  {
    Sound s;
    s.f.load(s.x, {s.one, s.one});
    expectError(s, "1 axes but 2");
  }
  {
    Sound s;
    s.f.load(s.x, {s.a});
    expectError(s, "load");
  }
  {
    Sound s;
    s.f.add(Store{BufferId{99}, {}, s.a});
    expectError(s, "does not exist");
  }
  {
    Sound s;
    s.f.add(Copy{s.g, BufferId{99}});
    expectError(s, "does not exist");
  }
  {
    Sound s; // a view of an input is an input
    BufferId v = s.f.view("v", s.x, {s.f.axis(s.n)}, s.one);
    s.f.store(v, {s.one}, s.a);
    expectError(s, "must not be written");
  }
  {
    Sound s;
    ScalarId late = s.raw(Kind::Int);
    BufferId v = s.f.view("v", s.x, {s.f.axis(s.n)}, late);
    s.f.load(v, {s.one});
    expectError(s, "before it is assigned");
  }
  {
    Sound s;
    BufferId w = s.f.workspace("w", {}, s.one);
    s.f.add(Copy{s.g, w});
    expectError(s, "differ in kind or rank");
  }
}

TEST(Verify, DeclarationsAreWhole) {
  {
    Sound s;
    s.function().name.clear();
    expectError(s, "no name");
  }
  {
    Sound s;
    s.function().workspaceElements = {};
    expectError(s, "no workspace size");
  }
  {
    Sound s;
    s.function().workspaceElements = s.a;
    expectError(s, "size of the workspace");
  }
  {
    Sound s;
    s.function().buffers[s.t.index].offset = {};
    expectError(s, "no offset");
  }
  {
    Sound s;
    s.function().buffers[s.x.index].axes[0].extent = {};
    expectError(s, "axis is missing");
  }
  {
    Sound s;
    s.function().buffers[s.x.index].kind = Kind::Bool;
    expectError(s, "reals or ints");
  }
  {
    Sound s;
    s.function().parameters.push_back({s.x});
    expectError(s, "twice");
  }
  {
    Sound s;
    s.function().parameters.push_back({s.s});
    expectError(s, "twice");
  }
  {
    Sound s;
    s.function().parameters.push_back({s.t});
    expectError(s, "are not parameters");
  }
  {
    Sound s;
    s.function().parameters.push_back({s.n});
    expectError(s, "assigned twice");
  }
  {
    Sound s; // a view of itself
    BufferId v = s.f.view("v", s.x, {}, s.one);
    s.function().buffers[v.index].base = v;
    expectError(s, "earlier buffer");
  }
  {
    Sound s;
    BufferId v = s.f.view("v", s.x, {}, s.one);
    s.function().buffers[v.index].kind = Kind::Int;
    expectError(s, "kind of its base");
  }
  {
    Sound s;
    s.function().buffers.push_back({"loose", Kind::Real, BufferRole::In, {}, {}, {}});
    expectError(s, "not in the list of parameters");
  }
  {
    Sound s;
    FunctionBuilder again(s.m, "f");
    expectError(s, "a second function");
  }
}

TEST(Verify, ControlFlow) {
  {
    Sound s;
    s.f.add(Break{});
    expectError(s, "break outside");
  }
  {
    Sound s;
    s.f.add(Return{s.n});
    s.f.assign(s.k, s.n);
    expectError(s, "follows break or return");
  }
  {
    Sound s;
    s.f.add(Check{s.c, 7, {}});
    expectError(s, "site 7");
  }
  {
    Sound s;
    s.f.add(Check{s.n, 0, {}});
    expectError(s, "check");
  }
  {
    Sound s;
    s.f.add(Check{s.c, 0, {s.n, s.n, s.n, s.n, s.n}});
    expectError(s, "at most 4");
  }
  {
    Sound s;
    s.f.add(Hook{s.s, {}, s.x});
    expectError(s, "hook");
  }
  {
    Sound s;
    s.f.add(Hook{s.k, {s.n}, s.x});
    expectError(s, "hook");
  }
}

TEST(Verify, CallsMatchTheirCallee) {
  auto withCallee = [](Sound &s) {
    FunctionBuilder h(s.m, "h");
    ScalarId n = h.parameter(Kind::Int, "n");
    BufferId in = h.array(BufferRole::In, "in", {h.axis(n)});
    h.array(BufferRole::Out, "out", {h.axis(n)});
    h.output(Kind::Real, "r");
    (void)in;
    return h.id();
  };
  auto call = [&](Sound &s, std::vector<Argument> arguments) {
    s.f.add(Call{withCallee(s), std::move(arguments)});
  };
  {
    Sound s;
    call(s, {{s.n}, {s.x}, {s.g}, {s.s}});
    EXPECT_EQ(s.error(), "");
  }
  {
    Sound s;
    call(s, {{s.n}, {s.x}, {s.g}});
    expectError(s, "4 parameters but 3");
  }
  {
    Sound s;
    call(s, {{s.n}, {s.x}, {s.s}, {s.g}});
    EXPECT_NE(s.error().find("wrong sort"), std::string::npos);
  }
  {
    Sound s;
    call(s, {{s.a}, {s.x}, {s.g}, {s.s}});
    expectError(s, "wrong kind");
  }
  {
    Sound s;
    call(s, {{s.n}, {s.x}, {s.g}, {s.k}});
    expectError(s, "wrong kind");
  }
  {
    Sound s;
    call(s, {{s.n}, {s.g}, {s.x}, {s.s}});
    expectError(s, "must not be written");
  }
  {
    Sound s;
    call(s, {{s.n}, {s.g}, {s.g}, {s.s}});
    expectError(s, "passed twice");
  }
  {
    Sound s;
    s.f.add(Call{FunctionId{9}, {}});
    expectError(s, "function 9");
  }
  {
    Sound s;
    FunctionBuilder h(s.m, "h");
    h.add(Call{h.id(), {}});
    expectError(s, "calls itself");
  }
}

} // namespace
