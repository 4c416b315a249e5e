//===- DeclarationGrammar.h - rules of declarations and methods -----------===//
#pragma once

#include "syntax/ExpressionGrammar.h"

namespace gradus::syntax {

using FnRule = x3::rule<class FnClass, FnDecl>;
inline FnRule const fnDecl = "'fn'";

using LetRule = x3::rule<class LetClass, LetDecl>;
/// What follows the word `let`.
inline LetRule const letRest = "a name or '('";

using DeclaratorRule = x3::rule<class DeclaratorClass, Declarator>;
/// `x[i in 1..n, 1..2]`
inline DeclaratorRule const declarator = "a name";

using DefaultsRule = x3::rule<class DefaultsClass, std::vector<Parameter>>;
/// Parameters of problems and methods, which may have initial values.
inline DefaultsRule const parametersWithDefaults = "'('";

using BlockItemRule = x3::rule<class BlockItemClass, ItemPtr>;
/// A let or fn of a block expression; goes on after errors.
inline BlockItemRule const blockItem = "a declaration";

using FileItemRule = x3::rule<class FileItemClass, ItemPtr>;
/// A declaration of a file; goes on after errors.
inline FileItemRule const fileItem = "a declaration";

using MethodRule = x3::rule<class MethodClass, MethodDecl>;
inline MethodRule const methodDecl = "'method'";

using MethodCallRule = x3::rule<class MethodCallClass, MethodCall>;
/// `lbfgs(tol = 1e-8)`
inline MethodCallRule const methodCall = "the name of a method";

BOOST_SPIRIT_DECLARE(FnRule, LetRule, DeclaratorRule, DefaultsRule, BlockItemRule, FileItemRule,
                     MethodRule, MethodCallRule)

/// Base of the rules that go on after an error: reports it and skips the rest
/// of the statement.
struct Recovering {
  template <typename Ctx>
  x3::error_handler_result on_error(Iterator &first, Iterator const &, Failure const &failure,
                                    Ctx const &context) const {
    first = stateOf(context).recover(first, failure.where(), failure.which());
    return x3::error_handler_result::accept;
  }
};
class BlockItemClass : public Recovering {};
class FileItemClass : public Recovering {};

} // namespace gradus::syntax
