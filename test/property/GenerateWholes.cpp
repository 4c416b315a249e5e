//===- GenerateWholes.cpp - whole numbers and conditions --------------------===//

#include "Generating.h"

namespace gradus::property {

Phrase Generator::index(Length l) {
  std::string end = nameOf(l);
  std::vector<Index> fitting;
  for (const Index &i : indices)
    if (i.length == l)
      fitting.push_back(i);
  if (once(60)) {
    program.risky = true;
    switch (pick(4)) {
    case 0:
      return whole(2);
    case 1:
      return whole(0);
    default:
      if (fitting.empty())
        return wholeOf("2");
      return wholeOf("(" + oneOf(fitting).name + (once(2) ? " + 1)" : " - 1)"));
    }
  }
  if (fitting.empty() || once(8))
    switch (pick(4)) {
    case 0:
      return wholeOf("1");
    case 1:
      return wholeOf(end);
    default:
      return make(Sort::Whole, "(mod(@, " + end + ") + 1)", {whole(2)});
    }
  const std::string i = oneOf(fitting).name;
  switch (pick(9)) {
  case 0:
    return wholeOf("(mod(" + i + ", " + end + ") + 1)");
  case 1:
    return wholeOf("min(" + i + " + 1, " + end + ")");
  case 2:
    return wholeOf("max(" + i + " - 1, 1)");
  case 3:
    return wholeOf("(" + end + " + 1 - " + i + ")");
  case 4:
    for (const Array &a : wholeVectors)
      if (a.length == l)
        return wholeOf(a.name + "[" + i + "]");
    return wholeOf(i);
  default:
    return wholeOf(i);
  }
}

Phrase Generator::whole(int depth) {
  if (depth <= 0 || once(3)) {
    if (!indices.empty() && !once(3))
      return wholeOf(oneOf(indices).name);
    if (!wholes.empty() && once(2))
      return wholeOf(oneOf(wholes));
    return wholeOf(std::to_string(pick(6)));
  }
  switch (pick(8)) {
  case 0:
    return make(Sort::Whole, "(@ + @)", {whole(depth - 1), whole(depth - 1)});
  case 1:
    return make(Sort::Whole, "(@ - @)", {whole(depth - 1), whole(depth - 1)});
  case 2:
    return make(Sort::Whole, "@*@", {whole(0), whole(0)});
  case 3:
    return make(Sort::Whole, "div(@, 2)", {whole(depth - 1)});
  case 4:
    return make(Sort::Whole, "mod(@, 3)", {whole(depth - 1)});
  case 5:
    return make(Sort::Whole, "max(@, @)", {whole(depth - 1), whole(depth - 1)});
  case 6:
    return make(Sort::Whole, "abs(@)", {whole(depth - 1)});
  default: {
    const Array a = oneOf(wholeVectors);
    return make(Sort::Whole, a.name + "[@]", {index(a.length)});
  }
  }
}

Phrase Generator::condition(int depth) {
  switch (pick(depth > 0 ? 9 : 5)) {
  case 0:
    return make(Sort::Condition, "(@ < @)", {real(1), real(1)});
  case 1:
    return make(Sort::Condition, "(@ >= @)", {leaf(), leaf()});
  case 2:
    return make(Sort::Condition, "(mod(@, 2) == 0)", {whole(1)});
  case 3:
    return make(Sort::Condition, "(@ <= @)", {whole(1), whole(1)});
  case 4:
    return make(Sort::Condition, "(@ != @)", {whole(0), whole(0)});
  case 5:
    return make(Sort::Condition, "(@ and @)", {condition(depth - 1), condition(depth - 1)});
  case 6:
    return make(Sort::Condition, "(@ or @)", {condition(depth - 1), condition(depth - 1)});
  case 7:
    return make(Sort::Condition, "(not @)", {condition(depth - 1)});
  default:
    return make(Sort::Condition, "(0 < @ <= @)", {real(1), real(1)});
  }
}

} // namespace gradus::property
