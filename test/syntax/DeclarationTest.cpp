//===- DeclarationTest.cpp - every form of declaration and statement --------===//
#include "SyntaxTesting.h"

namespace gradus::syntax {
namespace {

TEST(Declarations, Functions) {
  EXPECT_EQ(shapeOf("fn f(x, y[n], A[m, 0..n], int k) = x\n"),
            "fn f\n  parameter x\n  parameter y\n    axis\n      to name n\n  parameter A\n"
            "    axis\n      to name m\n    axis\n      from number 0\n      to name n\n"
            "  int parameter k\n  body name x\n");
  EXPECT_EQ(shapeOf("fn argmin(f(x[n]), x0[n]) = f(x0)\n"),
            "fn argmin\n  function parameter f\n    parameter x\n      axis\n"
            "        to name n\n  parameter x0\n    axis\n      to name n\n"
            "  body call f\n    name x0\n");
  EXPECT_EQ(shapeOf("fn f() { let a = 1; a }\n"),
            "fn f\n  body block\n    let\n      names a\n      value number 1\n"
            "    value name a\n");
}

TEST(Declarations, ParametersAndLets) {
  EXPECT_EQ(shapeOf("param rho = 0.5\nparam int n = rows(t)\nparam w[n]\n"),
            "param\n  declares rho\n  value number 0.5 real\nparam int\n  declares n\n"
            "  value call rows\n    name t\nparam\n  declares w\n    axis\n      to name n\n");
  EXPECT_EQ(shapeOf("let y[i in 1..n, 2..3] = x[i]\nlet (a, _) = g(x)\n"),
            "let\n  names y\n    axis i\n      from number 1\n      to name n\n    axis\n"
            "      from number 2\n      to number 3\n  value index\n    name x\n"
            "    at name i\nlet tuple\n  names a\n  names _\n  value call g\n    name x\n");
}

TEST(Declarations, Data) {
  EXPECT_EQ(shapeOf("data t from \"f.csv\" missing skip\n"),
            "data from \"f.csv\" missing skip\n  declares t\n");
  EXPECT_EQ(shapeOf("data y[4] = [1, 2]\n"),
            "data\n  declares y\n    axis\n      to number 4\n  value array of 1\n"
            "    row number 1\n    row number 2\n");
  EXPECT_EQ(shapeOf("data int cam[p], pt[p] from \"obs.json\"\n"),
            "data from \"obs.json\"\n  declares int cam\n    axis\n      to name p\n"
            "  declares pt\n    axis\n      to name p\n");
}

TEST(Declarations, Unknowns) {
  EXPECT_EQ(shapeOf("var x[i in 1..n] in [lo[i], 2] start 1/i\n"),
            "var\n  declares x\n    axis i\n      from number 1\n      to name n\n"
            "  lower index\n    name lo\n    at name i\n  upper number 2\n"
            "  start product of 2\n    * number 1\n    / name i\n");
  const std::string both = "var\n  declares u\n  lower number 0\n  upper number 5\n"
                           "  start number 1\n";
  EXPECT_EQ(shapeOf("var u >= 0 <= 5 start 1\n"), both);
  EXPECT_EQ(shapeOf("var u <= 5 >= 0 start 1\n"), both);
  EXPECT_EQ(shapeOf("var u ≥ 0 ≤ 5 start 1\n"), both);
  EXPECT_EQ(shapeOf("var u in [0, 5] start 1\n"), both);
  EXPECT_EQ(shapeOf("var int k <= n\n"), "var int\n  declares k\n  upper name n\n");
}

TEST(Declarations, Objectives) {
  EXPECT_EQ(shapeOf("minimize J = x\n"), "minimize J\n  name x\n");
  EXPECT_EQ(shapeOf("maximize x\n"), "maximize\n  name x\n");
  EXPECT_EQ(shapeOf("minimize x == y\n"), "minimize\n  comparison\n    name x\n    == name y\n");
}

TEST(Declarations, ConstraintsEndAtTheNextDeclaration) {
  EXPECT_EQ(shapeOf("subject to\n  a[j in 1..2]: x[j] = 0\n  b: x ≤ 1\n"
                    "  [k in 1..3]: u[k] >= 0\n  -2 <= x <= 2\n  x[1] = 3\n"
                    "minimize x\n"),
            "subject to\n  constraint a\n    axis j\n      from number 1\n      to number 2\n"
            "    comparison\n      index\n        name x\n        at name j\n"
            "      == number 0\n  constraint b\n    comparison\n      name x\n"
            "      <= number 1\n  constraint\n    axis k\n      from number 1\n"
            "      to number 3\n    comparison\n      index\n        name u\n"
            "        at name k\n      >= number 0\n  constraint\n    comparison\n"
            "      negate\n        number 2\n      <= name x\n      <= number 2\n"
            "  constraint\n    comparison\n      index\n        name x\n"
            "        at number 1\n      == number 3\nminimize\n  name x\n");
  EXPECT_EQ(shapeOf("subject to x <= 1; y <= 2\nsolve with m\n"),
            shapeOf("subject to\n  x <= 1\n  y <= 2\n\nsolve with m\n"));
}

TEST(Declarations, SolveImportProblem) {
  EXPECT_EQ(shapeOf("solve with lbfgs\n"), "solve with lbfgs\n");
  EXPECT_EQ(shapeOf("solve with m(tol = 1, k = n)\n"),
            "solve with m\n  option tol\n    number 1\n  option k\n    name n\n");
  EXPECT_EQ(shapeOf("import \"other.opt\"\n"), "import \"other.opt\"\n");
  EXPECT_EQ(shapeOf("problem mpc(x0[2], target = 3) {\n  var u\n  minimize u\n}\n"),
            "problem mpc\n  parameter x0\n    axis\n      to number 2\n  parameter target\n"
            "    initial number 3\n  var\n    declares u\n  minimize\n    name u\n");
  EXPECT_EQ(shapeOf("problem a { var u; minimize u }\nproblem b {}\n"),
            "problem a\n  var\n    declares u\n  minimize\n    name u\nproblem b\n");
}

TEST(Methods, Statements) {
  EXPECT_EQ(shapeOf("method m(rate = 0.01) {\n"
                    "  state v[n] = 0\n"
                    "  state int j = 0\n"
                    "  let int k2 = 3\n"
                    "  let (a, b) = p\n"
                    "  fn q(x) = x\n"
                    "  S[j, ..] = v\n"
                    "  v[2..3] = 1\n"
                    "  stop when a < b\n"
                    "}\n"),
            "method m\n  parameter rate\n    initial number 0.01 real\n"
            "    state\n      declares v\n        axis\n          to name n\n"
            "      value number 0\n"
            "    state int\n      declares j\n      value number 0\n"
            "    let int\n      names k2\n      value number 3\n"
            "    let tuple\n      names a\n      names b\n      value name p\n"
            "    fn q\n      parameter x\n      body name x\n"
            "    assign S\n      at name j\n      at ..\n      value name v\n"
            "    assign v\n      from number 2\n      to number 3\n      value number 1\n"
            "    stop when\n      comparison\n        name a\n        < name b\n");
}

TEST(Methods, Loops) {
  EXPECT_EQ(shapeOf("method m {\n  while c { x = 1 }\n  repeat 3 { x = 2; y = 3 }\n"
                    "  for j in 1..n { x = j }\n"
                    "  if a { x = 1 } else if b { x = 2 }\n  else { x = 3 }\n}\n"),
            "method m\n    while\n      condition name c\n      do\n        assign x\n"
            "          value number 1\n"
            "    repeat\n      count number 3\n      do\n        assign x\n"
            "          value number 2\n        assign y\n          value number 3\n"
            "    for\n      for j\n        from number 1\n        to name n\n      do\n"
            "        assign x\n          value name j\n"
            "    if\n      condition name a\n      then\n        assign x\n"
            "          value number 1\n      else\n        if\n          condition name b\n"
            "          then\n            assign x\n              value number 2\n"
            "          else\n            assign x\n              value number 3\n");
}

TEST(Methods, TheCommentsBeforeAreTheDocumentation) {
  const Parsed parsed("# a file\n\n# Goes downhill.\n#   Slowly.\n#\n# Always.\n"
                      "method m { x = 1 }\nmethod n { x = 2 }\n");
  ASSERT_EQ(parsed.errors(), "");
  EXPECT_EQ(std::get<MethodDecl>(parsed.tree.items[0]->node).documentation,
            "Goes downhill.\n  Slowly.\n\nAlways.");
  EXPECT_EQ(std::get<MethodDecl>(parsed.tree.items[1]->node).documentation, "");
}

TEST(Words, AreNamesOutsideTheirPlace) {
  EXPECT_EQ(shapeOf("let data = 1\nlet from = data\nlet start = from + to\nvar with start start\n"
                    "let state = solve(A, b) + method + problem + missing + skip + stop\n"
                    "param int = 3\nparam int int = 4\nfn solve(int) = int\n"
                    "fn repeat(when) = when\n"),
            "let\n  names data\n  value number 1\nlet\n  names from\n  value name data\n"
            "let\n  names start\n  value sum of 2\n    + name from\n    + name to\n"
            "var\n  declares with\n  start name start\n"
            "let\n  names state\n  value sum of 6\n    + call solve\n      name A\n"
            "      name b\n    + name method\n    + name problem\n    + name missing\n"
            "    + name skip\n    + name stop\n"
            "param\n  declares int\n  value number 3\nparam int\n  declares int\n"
            "  value number 4\nfn solve\n  parameter int\n  body name int\n"
            "fn repeat\n  parameter when\n  body name when\n");
  EXPECT_EQ(shapeOf("method m {\n  state = 1\n  repeat = 2\n  stop = 3\n  repeat[1] = 4\n}\n"),
            "method m\n    assign state\n      value number 1\n    assign repeat\n"
            "      value number 2\n    assign stop\n      value number 3\n"
            "    assign repeat\n      at number 1\n      value number 4\n");
}

TEST(Words, ReservedOnesMayBePartsOfNames) {
  EXPECT_EQ(shapeOf("let order = information + note + summary\n"),
            "let\n  names order\n  value sum of 3\n    + name information\n    + name note\n"
            "    + name summary\n");
}

TEST(Dump, NamesPlaces) {
  const Parsed parsed("\nfn h(x) = θ + x\n");
  EXPECT_EQ(dump(parsed.tree, &parsed.sources),
            "fn h 2:1\n  parameter x 2:6\n  body sum of 2 2:11\n    + name θ 2:11\n"
            "    + name x 2:15\n");
}

} // namespace
} // namespace gradus::syntax
