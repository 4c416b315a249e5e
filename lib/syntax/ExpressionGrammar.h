//===- ExpressionGrammar.h - the rules that other grammar files use -------===//
#pragma once

#include "syntax/Directives.h"

namespace gradus::syntax {

using ExprRule = x3::rule<class ExprClass, ExprPtr>;
/// Any expression.
inline ExprRule const expr = "an expression";

using SumRule = x3::rule<class SumClass, ExprPtr>;
/// One that holds no comparison outside brackets: bounds, sides of constraints.
inline SumRule const sum = "an expression";

using ConditionRule = x3::rule<class ConditionClass, ExprPtr>;
inline ConditionRule const conditionExpr = "a condition";

using BlockRule = x3::rule<class BlockClass, ExprPtr>;
/// `{ let a = 1; a + x }`
inline BlockRule const block = "'{'";

using BinderRule = x3::rule<class BinderClass, Binder>;
/// `i in 1..n`
inline BinderRule const binder = "an index and its range, as i in 1..n";

using SubscriptsRule = x3::rule<class SubscriptsClass, Suffix>;
/// `[i, 2..n, ..]`
inline SubscriptsRule const subscripts = "'['";

BOOST_SPIRIT_DECLARE(ExprRule, SumRule, ConditionRule, BlockRule, BinderRule, SubscriptsRule)

} // namespace gradus::syntax
