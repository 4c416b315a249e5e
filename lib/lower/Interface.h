//===- Interface.h - what a compiled model offers its users -----------------===//
//
// The table of a model's exported functions: what each one is for, and the role
// of each of its parameters, in the order of the loop IR's. The emitted C
// header, the header of an object and the libraries for driver programs are
// all made from it, so they cannot disagree.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"
#include "loops/Loops.h"

#include <map>
#include <string>
#include <vector>

namespace gradus::lower {

enum class Purpose : uint8_t {
  Value,         ///< of a function or objective
  Gradient,      ///< by the real arguments, or by the unknowns
  ValueGradient, ///< both in one pass
  HessianVector, ///< the Hessian times a vector
  Hessian,       ///< a dense matrix over all real arguments or unknowns
  Residual,      ///< 1/2 times the sum of their squares is the objective up to a constant
  Jacobian,      ///< of the residuals, a dense matrix
  Pattern,       ///< of a sparse matrix: columns, rows, and places for its values
  SparseHessian, ///< the values of its lower triangle
  SparseJacobian,
  Plan,          ///< of the factorization that the solver needs
  Constraints,   ///< their values and the sides that they are to lie between
  Start,         ///< start point and bounds of a problem
  Solve,         ///< the whole descent
};

enum class ArgumentRole : uint8_t {
  Size,      ///< a whole number that shapes read
  Parameter, ///< `param`, and data given inline
  Data,      ///< of a table or matrix
  Argument,  ///< of a function
  Unknowns,  ///< all unknowns of the problem, one after the other; Solve: start in, solution out
  Direction, ///< what the Hessian is multiplied by; laid out like what it belongs to
  Lower,     ///< bounds of the unknowns
  Upper,
  Multipliers,      ///< of the constraints; Solve: start in, multipliers out
  BoundMultipliers, ///< of the bounds, likewise
  Entries,   ///< of a sparse matrix: how many there are
  Position,  ///< which entry each slot is, as the pattern has it
  Plan,      ///< as the function of Purpose::Plan makes it
  Option,    ///< of the loop or the method; Solve only
  Result,    ///< what the function is for
  Ending,    ///< Solve: why it ended, a lower::Ending
  Steps,     ///< Solve: steps made, and evaluations
  Values,
  Gradients,
  Hessians,
  Objective,    ///< Solve: the objective at the solution, as written in the model
  GradientNorm, ///< Solve: of the projected gradient
  Violation,    ///< Solve: the largest one of a constraint, tested at the solution
};

struct InterfaceArgument {
  ArgumentRole role;
  std::string name;        ///< as in the model
  ir::ValueId input = {};  ///< Input node of what goes in; invalid: a vector, or a result
  ir::ShapeId shape = 0;   ///< of an array
  ir::Kind kind = ir::Kind::Real;
  std::string note = {};   ///< one line for people
  double initial = 0;      ///< Option: the model's value, or the method's default
  std::vector<ir::ValueId> elements = {}; ///< inputs that its first elements are
};

/// How long an array of the caller's has to be.
struct InterfaceRoom {
  std::string suffix;   ///< of its name behind the function's: "slots"
  std::string note;
  ir::ValueId elements; ///< an Int expression of inputs
  loops::FunctionId function = {};
  std::vector<ir::ValueId> inputs = {};
};

struct InterfaceFunction {
  Purpose purpose;
  std::string name;    ///< "f", "f_gradient", "solve", "P_solve": as in the model, any letters
  std::string subject; ///< the function or problem it belongs to
  std::string note;    ///< one line for people
  loops::FunctionId function;
  ir::ValueId workspace; ///< elements of 8 bytes, callees included: an Int expression of inputs
  /// Computes them from `workspaceInputs`; invalid where the function needs none.
  loops::FunctionId workspaceFunction;
  std::vector<ir::ValueId> workspaceInputs;
  std::vector<InterfaceArgument> arguments; ///< one a parameter of the loop-IR function
  std::vector<InterfaceRoom> rooms = {};
};

/// Where an unknown lies in the vector of all: elements offset+1 .. offset+elements.
struct UnknownPlace {
  ir::ValueId input, offset, elements;
};

struct InterfaceProblem {
  std::string name;   ///< "" for the implicit problem of a file
  std::string method;
  bool maximize = false, bounded = false;
  std::vector<UnknownPlace> unknowns;
  ir::ValueId elements;  ///< of all unknowns
  ir::ValueId objective; ///< as written
};

struct Interface {
  std::vector<InterfaceFunction> functions;
  std::vector<InterfaceProblem> problems;
};

/// Makes whole inputs constants everywhere: they are no arguments any more.
void fixInputs(ir::Graph &graph, loops::Module &module, Interface &interface,
               const std::map<ir::ValueId, int64_t> &values);

} // namespace gradus::lower
