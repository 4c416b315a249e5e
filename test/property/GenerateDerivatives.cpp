//===- GenerateDerivatives.cpp - derivatives inside expressions ----------------===//

#include "Generating.h"

namespace gradus::property {

/// What is differentiated is smaller than other parts: a second derivative in a third is
/// long enough.
Phrase Generator::derivative(int depth) {
  if (derivatives >= 2 || loops >= 2)
    return leaf();
  ++derivatives;
  const int inside = std::min(depth - 1, 2);
  auto number = [&](std::string form, std::vector<Phrase> parts) {
    return make(Sort::Real, std::move(form), std::move(parts));
  };
  // Arguments are what may be varied; helpers have no others than numbers.
  std::string scalar = "t", other = "s";
  if (!sizes)
    scalar = other = "p";
  Phrase result;
  switch (sizes ? pick(10) : 0) {
  case 0:
    result = number("diff(@, " + scalar + ")", {real(inside)});
    break;
  case 1:
    result = number("diff(@, x[@])", {real(inside), index(Length::N)});
    break;
  case 2:
    result = number("grad(@, x)[@]", {real(inside), index(Length::N)});
    break;
  case 3:
    result = number("dot(grad(@, x), @)", {real(inside), vector(Length::N, inside)});
    break;
  case 4:
    result = number("hess(@, x)[@,@]", {real(inside), index(Length::N), index(Length::N)});
    break;
  case 5:
    result = number("sum(hess(@, x)*@)", {real(inside), vector(Length::N, 1)});
    break;
  case 6: {
    const Length l = length();
    result = number("jac(@, x)[@,@]", {vector(l, inside), index(l), index(Length::N)});
    break;
  }
  case 7: {
    const Length l = length();
    result = number("sum(jac(@, x)*@)", {vector(l, inside), vector(Length::N, 1)});
    break;
  }
  case 8:
    result = number("directional(@, x, @)", {real(inside), vector(Length::N, inside)});
    break;
  default:
    result = number("diff(diff(@, " + scalar + "), " + other + ")", {real(inside)});
  }
  --derivatives;
  // A derivative may be large where the function is not.
  return make(Sort::Real, "tanh(@)", {std::move(result)});
}

} // namespace gradus::property
