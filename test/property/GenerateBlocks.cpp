//===- GenerateBlocks.cpp - blocks and their names --------------------------===//

#include "Generating.h"

namespace gradus::property {

Phrase Generator::block(int depth) {
  Names saved = names();
  std::string form = "{ ";
  std::vector<Phrase> parts;
  for (unsigned k = 1 + pick(2); k > 0; --k)
    switch (pick(7)) {
    case 0: {
      Length l = length();
      std::string v = fresh("v");
      parts.push_back(vector(l, depth - 1));
      form += "let " + v + " = @; ";
      vectors.insert(vectors.end(), 3, {v, l, false});
      break;
    }
    case 1: {
      Length l = length();
      std::string v = fresh("v"), i = fresh("i");
      if (loops >= 3)
        break;
      ++loops;
      indices.push_back({i, l});
      parts.push_back(real(depth - 1));
      indices.pop_back();
      --loops;
      form += "let " + v + "[" + i + " in 1.." + nameOf(l) + "] = @; ";
      vectors.insert(vectors.end(), 3, {v, l, false});
      break;
    }
    case 2: {
      std::string q = fresh("q"), z = fresh("z");
      Names inside = names();
      reals.insert(reals.end(), 2, z);
      parts.push_back(real(depth - 1));
      restore(std::move(inside));
      form += "fn " + q + "(" + z + ") = @; ";
      functions.insert(functions.end(), 2, {q, 1, false});
      break;
    }
    case 6: {
      // A derivative, of what may read more than its variable.
      std::string q = fresh("q"), z = fresh("z");
      Names inside = names();
      reals.insert(reals.end(), 4, z);
      parts.push_back(real(depth - 1));
      restore(std::move(inside));
      form += "fn " + q + "(" + z + ") = diff(@, " + z + "); ";
      functions.insert(functions.end(), 2, {q, 1, false});
      break;
    }
    case 3: {
      std::string j = fresh("j");
      parts.push_back(whole(2));
      form += "let " + j + " = @; ";
      wholes.push_back(j);
      break;
    }
    default: {
      std::string a = fresh("a");
      parts.push_back(real(depth - 1));
      form += "let " + a + " = @; ";
      reals.insert(reals.end(), 3, a);
    }
    }
  parts.push_back(real(depth - 1));
  restore(std::move(saved));
  return make(Sort::Real, form + "@ }", std::move(parts));
}

} // namespace gradus::property
