//===- MethodPieces.cpp - methods that others call, random numbers --------------===//
//
// A call `let t = weak_wolfe(d, 1, c1, c2)` puts the statements of that method in
// place. Its arguments are values; it sees x, f, grad and its arguments, nothing of
// the caller, and gives its result by assigning to its own name. Where that is an array
// it declares it: `let qr = ...`.
//
//===--------------------------------------------------------------------===//

#include "lower/MethodLowering.h"

#include <algorithm>
#include <numbers>

namespace gradus::lower {

using namespace ir;
using semantics::Value;

namespace {
constexpr int mostPieceLevels = 8;
} // namespace

const syntax::MethodDecl *MethodLowering::pieceOf(const syntax::Expr &value,
                                                  semantics::Scope &scope) const {
  auto *call = std::get_if<syntax::Call>(&value.node);
  if (!call || !texts.piece || scope.find(call->callee.name))
    return nullptr;
  return texts.piece(call->callee.name);
}

Value MethodLowering::callPiece(const syntax::MethodDecl &piece, const syntax::Call &call,
                                SourceRange range, semantics::Scope &scope) {
  const std::string &name = piece.name.name;
  if (pieceDepth == mostPieceLevels)
    return elaborator->error(Diag::MethodText, range, "methods call each other too deeply", "");
  if (call.arguments.size() != piece.parameters.size())
    return elaborator->error(Diag::MethodText, range,
                             name + " takes " + std::to_string(piece.parameters.size()) +
                                 " arguments, not " + std::to_string(call.arguments.size()),
                             "");
  // Only x, n and the problem's functions are around it.
  semantics::Scope &inner = newScope(*methodScope->parent()->parent());
  for (size_t k = 0; k < piece.parameters.size(); ++k) {
    Value v = elaborator->expression(*call.arguments[k], scope);
    if (v.isError())
      return v;
    if (v.isArray())
      v = elaborator->shapes().named(elaborator->shapes().real(v));
    inner.declareValue(piece.parameters[k].declarator.name, "argument", v).used = true;
  }
  // The result is a number, unless the piece declares a variable of its own name.
  const bool declares = std::any_of(piece.body.begin(), piece.body.end(), [&](syntax::StatementPtr s) {
    auto *let = std::get_if<syntax::LetStmt>(&s->node);
    return let && let->let.targets.size() == 1 && let->let.targets[0].name.name == name;
  });
  if (!declares)
    assign(declareVariable(piece.name, {Kind::Real, 0}, inner), g.real(0.0));
  ++pieceDepth;
  statements(piece.body, inner);
  --pieceDepth;
  elaborator = std::make_unique<semantics::Elaborator>(g, diagnostics);
  const semantics::Entity *made = inner.find(name);
  auto result = made ? byEntity.find(made) : byEntity.end();
  return result == byEntity.end() ? Value::error()
                                  : elaborator->shapes().of(result->second->version);
}

//--- random numbers -------------------------------------------------------------------

/// In (0, 1): two congruential generators combined (L'Ecuyer, Communications of the
/// ACM 31, 1988). Their products are below 2^53, so doubles compute them exactly.
ValueId MethodLowering::nextUniform() {
  MethodVariable &a = *byName.at("random1"), &c = *byName.at("random2");
  auto next = [&](MethodVariable &v, double factor, double modulus) {
    assign(v, g.prim(Prim::Mod, {g.mul(g.real(factor), v.version), g.real(modulus)}));
  };
  next(a, 40014.0, 2147483563.0);
  next(c, 40692.0, 2147483399.0);
  const double range = 2147483562.0;
  ValueId u = g.div(g.add(g.prim(Prim::Mod, {g.sub(a.version, c.version), g.real(range)}), g.real(0.5)),
                    g.real(range));
  ValueId drawn = g.input({"uniform", {Kind::Real, 0}, InputRole::Local, {}});
  b->bind(drawn, evaluate(u));
  return drawn;
}

Value MethodLowering::uniform(std::span<const Value> arguments, SourceRange range) {
  if (!checkPoint(arguments, 0, range, "uniform"))
    return Value::error();
  return Value::scalar(nextUniform());
}

/// By the formula of Box and Muller, Annals of Mathematical Statistics 29, 1958.
Value MethodLowering::normal(std::span<const Value> arguments, SourceRange range) {
  if (!checkPoint(arguments, 0, range, "normal"))
    return Value::error();
  ValueId u = nextUniform(), v = nextUniform();
  ValueId radius = g.prim(Prim::Sqrt, {g.mul(g.real(-2.0), g.prim(Prim::Log, {u}))});
  ValueId z = g.mul(radius, g.prim(Prim::Cos, {g.mul(g.real(2 * std::numbers::pi), v)}));
  ValueId drawn = g.input({"normal", {Kind::Real, 0}, InputRole::Local, {}});
  b->bind(drawn, evaluate(z));
  return Value::scalar(drawn);
}

} // namespace gradus::lower
