//===- KktFunctions.h - symmetric factors over a given pattern ----------------===//
//
// Loop-IR functions for K = [H + D1, J'; J, D2], given by the values of H (one
// triangle), J and the diagonal over patterns that were worked out before: the
// factors L*D*L' of the permuted matrix, and solving with them. Plain loops, so
// that native code and C can hold them. The up-looking factorization is that of
// Davis, ACM Trans. Math. Software 31, 2005 (LDL), without its search of the
// pattern, which is given row by row. D has blocks of two where the pattern says so:
// an unknown whose own curvature may vanish together with an equation that it is
// matched with (Duff and Pralet, SIAM J. Matrix Anal. Appl. 27, 2005), since neither
// alone would be a pivot.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "loops/Loops.h"

namespace gradus::lower {

struct KktFunctions {
  /// n, nk, nl, kp[n+1], kr[nk], kx[nk], rp[n+1], rc[nl], rpos[nl], lp[n+1], li[nl],
  /// block[n], lx[nl] inout, d[n] inout, e[n] inout, w[n] inout, out positive: the
  /// number of positive eigenvalues of D, or -1 where one vanishes. e: beside the
  /// diagonal, of the first row of each block.
  loops::FunctionId factor;
  /// n, nl, perm[n], lp[n+1], li[nl], block[n], lx[nl], d[n], e[n], b[n], w[n] inout,
  /// x[n] inout
  loops::FunctionId solve;
  /// n, m, nh, nj, hrow, hcol, h, jrow, jcol, j, diagonal[n+m], x[n+m], y[n+m]
  /// inout: y = K*x
  loops::FunctionId multiply;
};

/// hosted: calls of the runtime's functions (runtime/Kkt.h), which do the same.
KktFunctions addKktFunctions(loops::Module &module, bool hosted);

} // namespace gradus::lower
