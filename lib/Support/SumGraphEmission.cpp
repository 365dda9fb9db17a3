//===- SumGraphEmission.cpp - Graphs of sums to programs ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SumGraph.h"

#include "llvm/ADT/STLExtras.h"

using namespace wino;
using namespace wino::detail;
using llvm::DenseMap;
using llvm::SmallVector;

namespace {

/// Chooses the scale of every node of a graph and writes the program.
class Emitter {
public:
  Emitter(const SumGraph &graph, Factors factors, ConstantPool &pool);
  std::optional<LinearProgram> run();

private:
  bool isAllowed(Constant factor) const {
    return factors == Factors::Rational || pool.isInteger(factor);
  }
  void startFromOutputs();
  void startFromInputs();
  Term getScaled(const Term &term, Constant scale);
  unsigned getNodeCost(unsigned var, bool mayAdapt);
  unsigned getCost(unsigned var, bool mayAdapt);
  void improveScale(unsigned var, bool mayAdapt);
  unsigned emitValue(unsigned var);
  unsigned emitNode(const SumNode &node, Constant scale);
  unsigned emitProduct(unsigned value, Constant factor);
  unsigned emit(LinearOp::Kind kind, unsigned lhs, unsigned rhs,
                Constant factor);

  static constexpr unsigned kProductCost = 100;
  /// More than all products that one scale can save.
  static constexpr unsigned kForbiddenCost = 1u << 20;

  const SumGraph &graph;
  Factors factors;
  ConstantPool &pool;
  LinearProgram program;
  /// What is computed for variable v is scales[v] * v.
  SmallVector<Constant> scales;
  /// The nodes that use a variable, and its output coefficients.
  SmallVector<SmallVector<unsigned>> users;
  SmallVector<SmallVector<Constant>> outputCoefs;
  SmallVector<std::optional<unsigned>> values;
  DenseMap<std::pair<unsigned, Constant>, unsigned> productValues;
};

Emitter::Emitter(const SumGraph &graph, Factors factors, ConstantPool &pool)
    : graph(graph), factors(factors), pool(pool) {
  unsigned numVars = graph.numInputs + graph.nodes.size();
  scales.assign(numVars, pool.one);
  users.resize(numVars);
  outputCoefs.resize(numVars);
  values.resize(numVars);
  for (auto [index, node] : llvm::enumerate(graph.nodes))
    for (const Term &term : node.terms)
      users[term.var].push_back(graph.numInputs + index);
  for (std::optional<Term> output : graph.outputs)
    if (output)
      outputCoefs[output->var].push_back(output->coef);
  for (unsigned i = 0; i < graph.numInputs; ++i)
    values[i] = i;
}

/// Rewrites a term over a variable of a node that is scaled by `scale` in terms
/// of the variable's computed value.
Term Emitter::getScaled(const Term &term, Constant scale) {
  return {term.var,
          pool.divide(pool.multiply(term.coef, scale), scales[term.var])};
}

/// The cost of one node: a multiplication of its own if no operand comes
/// unscaled, which counts half where a scale below may still change; a little
/// for a constant, and for one that fp32 has to round.
unsigned Emitter::getNodeCost(unsigned var, bool mayAdapt) {
  const SumNode &node = graph.nodes[var - graph.numInputs];
  Constant coefs[2];
  bool hasNode = false;
  for (int i = 0; i < 2; ++i) {
    coefs[i] = getScaled(node.terms[i], scales[var]).coef;
    hasNode |= node.terms[i].var >= graph.numInputs;
  }
  unsigned cost = 0;
  if (coefs[0] != pool.one && coefs[1] != pool.one)
    cost += mayAdapt && hasNode ? kProductCost / 2 : kProductCost;
  for (Constant coef : coefs)
    if (!isAllowed(coef))
      cost += kForbiddenCost;
    else if (!pool.isUnit(coef))
      cost += pool.isExact(coef) ? 1 : 3;
  return cost;
}

/// The cost of a node, of all that uses it, and of the outputs it feeds.
unsigned Emitter::getCost(unsigned var, bool mayAdapt) {
  unsigned cost = getNodeCost(var, mayAdapt);
  for (unsigned user : users[var])
    cost += getNodeCost(user, /*mayAdapt=*/false);
  for (Constant coef : outputCoefs[var])
    if (coef != scales[var])
      cost += isAllowed(pool.divide(coef, scales[var])) ? kProductCost
                                                        : kForbiddenCost;
  return cost;
}

/// Tries the scales that make a coefficient next to `var` one.
void Emitter::improveScale(unsigned var, bool mayAdapt) {
  SmallVector<Constant> candidates(outputCoefs[var]);
  for (const Term &term : graph.nodes[var - graph.numInputs].terms)
    candidates.push_back(pool.divide(scales[term.var], term.coef));
  for (unsigned user : users[var])
    for (const Term &term : graph.nodes[user - graph.numInputs].terms)
      if (term.var == var)
        candidates.push_back(pool.multiply(term.coef, scales[user]));

  Constant best = scales[var];
  unsigned bestCost = getCost(var, mayAdapt);
  for (Constant candidate : candidates) {
    scales[var] = candidate;
    unsigned cost = getCost(var, mayAdapt);
    if (cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  }
  scales[var] = best;
}

unsigned Emitter::emit(LinearOp::Kind kind, unsigned lhs, unsigned rhs,
                       Constant factor) {
  program.ops.push_back({kind, lhs, rhs, pool.get(factor)});
  return program.numInputs + program.ops.size() - 1;
}

unsigned Emitter::emitProduct(unsigned value, Constant factor) {
  if (factor == pool.one)
    return value;
  auto it = productValues.find({value, factor});
  if (it != productValues.end())
    return it->second;
  unsigned product = emit(LinearOp::Kind::Mul, value, 0, factor);
  productValues[{value, factor}] = product;
  return product;
}

unsigned Emitter::emitNode(const SumNode &node, Constant scale) {
  Term first = getScaled(node.terms[0], scale);
  Term second = getScaled(node.terms[1], scale);
  if (first.coef != pool.one && second.coef == pool.one)
    std::swap(first, second);
  unsigned base = emitProduct(emitValue(first.var), first.coef);
  unsigned other = emitValue(second.var);
  if (second.coef == pool.one)
    return emit(LinearOp::Kind::Add, base, other, pool.one);
  if (second.coef == pool.minusOne)
    return emit(LinearOp::Kind::Sub, base, other, pool.one);
  return emit(LinearOp::Kind::Fma, other, base, second.coef);
}

unsigned Emitter::emitValue(unsigned var) {
  if (!values[var])
    values[var] = emitNode(graph.nodes[var - graph.numInputs], scales[var]);
  return *values[var];
}

/// Chooses first scales from the outputs down. They need no product of their
/// own if their operands can adapt to them, so these are asked first.
void Emitter::startFromOutputs() {
  unsigned numVars = scales.size();
  for (unsigned var = graph.numInputs; var < numVars; ++var)
    if (!outputCoefs[var].empty())
      scales[var] = outputCoefs[var].front();
  for (unsigned var = numVars; var-- > graph.numInputs;)
    if (outputCoefs[var].empty())
      improveScale(var, /*mayAdapt=*/true);
}

/// Chooses first scales from the inputs up, the smallest that make the
/// coefficients of the nodes integers.
void Emitter::startFromInputs() {
  for (auto [index, node] : llvm::enumerate(graph.nodes)) {
    unsigned var = graph.numInputs + index;
    Rational first = pool.get(getScaled(node.terms[0], pool.one).coef);
    Rational second = pool.get(getScaled(node.terms[1], pool.one).coef);
    scales[var] = pool.intern(Rational(lcm(first.den, second.den),
                                       gcd(abs(first.num), abs(second.num))));
  }
}

std::optional<LinearProgram> Emitter::run() {
  constexpr unsigned kNumSweeps = 3;
  if (factors == Factors::Integer)
    startFromInputs();
  else
    startFromOutputs();
  for (unsigned sweep = 0; sweep < kNumSweeps; ++sweep)
    for (unsigned var = scales.size(); var-- > graph.numInputs;)
      improveScale(var, /*mayAdapt=*/false);

  program.numInputs = graph.numInputs;
  for (std::optional<Term> output : graph.outputs) {
    if (!output) {
      program.outputs.push_back(std::nullopt);
      continue;
    }
    unsigned value = emitValue(output->var);
    Constant factor = pool.divide(output->coef, scales[output->var]);
    program.outputs.push_back(emitProduct(value, factor));
  }
  if (llvm::any_of(program.ops, [&](const LinearOp &op) {
        return !isAllowed(pool.intern(op.factor));
      }))
    return std::nullopt;
  return std::move(program);
}

} // namespace

std::optional<LinearProgram> wino::detail::emitProgram(const SumGraph &graph,
                                                       Factors factors,
                                                       ConstantPool &pool) {
  return Emitter(graph, factors, pool).run();
}
