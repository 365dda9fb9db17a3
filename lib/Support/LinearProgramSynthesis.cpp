//===- LinearProgramSynthesis.cpp - Programs with few operations ----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The search works on rows of terms (variable, coefficient). A step replaces a
// pair of terms that stands in several rows in the same ratio by a new
// variable. When no pair is left that helps two rows, each row is summed by
// itself. The result is a graph of two-term sums, whose nodes may be scaled
// freely; the scales are then chosen so that few multiplications stand alone.
//
//===----------------------------------------------------------------------===//

#include "Wino/Support/LinearProgram.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include <cassert>
#include <cmath>
#include <map>

using namespace wino;
using llvm::ArrayRef;
using llvm::DenseMap;
using llvm::SmallVector;

namespace {

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// A handle of an interned rational: equal numbers have equal handles.
using Constant = unsigned;

/// Interns rationals and remembers their quotients, so that the search compares
/// and divides numbers of any size by table look-up.
class ConstantPool {
public:
  ConstantPool() {
    one = intern(Rational(1));
    minusOne = intern(Rational(-1));
  }

  Constant intern(const Rational &value);
  Constant multiply(Constant a, Constant b);
  Constant divide(Constant a, Constant b);
  Constant negate(Constant a) { return multiply(a, minusOne); }
  const Rational &get(Constant a) const { return values[a]; }
  double getMagnitude(Constant a) const { return magnitudes[a]; }
  bool isExact(Constant a) const { return exactness[a]; }
  bool isUnit(Constant a) const { return a == one || a == minusOne; }

  Constant one, minusOne;

private:
  struct Less {
    bool operator()(const Rational &a, const Rational &b) const {
      return a.num != b.num ? a.num < b.num : a.den < b.den;
    }
  };

  SmallVector<Rational> values;
  SmallVector<double> magnitudes;
  SmallVector<bool> exactness;
  std::map<Rational, Constant, Less> handles;
  DenseMap<std::pair<Constant, Constant>, Constant> products, quotients;
};

Constant ConstantPool::intern(const Rational &value) {
  Rational lowest = mlir::presburger::reduce(value);
  auto [it, isNew] = handles.try_emplace(lowest, values.size());
  if (isNew) {
    values.push_back(lowest);
    magnitudes.push_back(std::abs(toDouble(lowest)));
    exactness.push_back(isExactInFloat(lowest));
  }
  return it->second;
}

Constant ConstantPool::multiply(Constant a, Constant b) {
  if (a == one)
    return b;
  if (b == one)
    return a;
  auto it = products.find({a, b});
  if (it != products.end())
    return it->second;
  Constant product = intern(values[a] * values[b]);
  products[{a, b}] = product;
  return product;
}

Constant ConstantPool::divide(Constant a, Constant b) {
  if (a == b)
    return one;
  if (b == one)
    return a;
  auto it = quotients.find({a, b});
  if (it != quotients.end())
    return it->second;
  Constant quotient = intern(wino::divide(values[a], values[b]));
  quotients[{a, b}] = quotient;
  return quotient;
}

//===----------------------------------------------------------------------===//
// The graph of two-term sums
//===----------------------------------------------------------------------===//

/// A variable times a constant.
struct Term {
  unsigned var;
  Constant coef;
};

/// A variable's definition, coef0 * var0 + coef1 * var1.
struct Node {
  Term terms[2];
};

/// A sum-of-pairs graph. Variables below numInputs are inputs, variable
/// numInputs + i is defined by nodes[i], which only uses smaller variables.
struct Graph {
  unsigned numInputs;
  SmallVector<Node> nodes;
  /// The outputs; empty optionals are zero.
  SmallVector<std::optional<Term>> outputs;
};

//===----------------------------------------------------------------------===//
// Factoring
//===----------------------------------------------------------------------===//

/// Two variables and the ratio of the second's coefficient to the first's.
struct Pair {
  unsigned var0, var1;
  Constant ratio;

  bool operator==(const Pair &other) const {
    return var0 == other.var0 && var1 == other.var1 && ratio == other.ratio;
  }
  bool operator<(const Pair &other) const {
    return std::tie(var0, var1, ratio) <
           std::tie(other.var0, other.var1, other.ratio);
  }
};

} // namespace

template <>
struct llvm::DenseMapInfo<Pair> {
  static Pair getEmptyKey() { return {~0u, 0, 0}; }
  static Pair getTombstoneKey() { return {~0u - 1, 0, 0}; }
  static unsigned getHashValue(const Pair &pair) {
    return llvm::hash_combine(pair.var0, pair.var1, pair.ratio);
  }
  static bool isEqual(const Pair &a, const Pair &b) { return a == b; }
};

namespace {

/// Turns rows of terms into a graph by greedy factoring.
class Factoring {
public:
  Factoring(const RationalMatrix &matrix, ConstantPool &pool);
  Graph run();

private:
  using Row = SmallVector<Term, 8>;

  Pair getPair(const Term &a, const Term &b) {
    return {a.var, b.var, pool.divide(b.coef, a.coef)};
  }
  void countPairs(const Row &row, int delta);
  std::optional<Pair> findBestPair() const;
  double getWeight(const Pair &pair) const;
  void factorOut(const Pair &pair);
  void sumUp(Row &row);
  unsigned define(const Pair &pair);

  ConstantPool &pool;
  Graph graph;
  SmallVector<Row> rows;
  /// The root mean square of each variable for inputs of variance one.
  SmallVector<double> norms;
  /// Every variable as a combination of the inputs, in double precision.
  SmallVector<SmallVector<double>> vectors;
  /// In how many rows each pair stands.
  DenseMap<Pair, int> counts;
};

Factoring::Factoring(const RationalMatrix &matrix, ConstantPool &pool)
    : pool(pool) {
  graph.numInputs = matrix.getNumCols();
  for (unsigned i = 0; i < graph.numInputs; ++i) {
    vectors.emplace_back(graph.numInputs, 0.0);
    vectors.back()[i] = 1.0;
    norms.push_back(1.0);
  }
  for (unsigned i = 0; i < matrix.getNumRows(); ++i) {
    Row &row = rows.emplace_back();
    for (unsigned j = 0; j < graph.numInputs; ++j)
      if (matrix(i, j).num != 0)
        row.push_back({j, pool.intern(matrix(i, j))});
    countPairs(row, +1);
  }
}

void Factoring::countPairs(const Row &row, int delta) {
  for (size_t i = 0; i < row.size(); ++i)
    for (size_t j = i + 1; j < row.size(); ++j)
      counts[getPair(row[i], row[j])] += delta;
}

/// How large the sum of the pair is beside the rows it stands in. Small sums
/// come first: what is added early is rounded again by every later addition.
double Factoring::getWeight(const Pair &pair) const {
  return std::hypot(norms[pair.var0],
                    pool.getMagnitude(pair.ratio) * norms[pair.var1]);
}

std::optional<Pair> Factoring::findBestPair() const {
  std::optional<Pair> best;
  int bestCount = 1;
  double bestWeight = 0;
  for (auto [pair, count] : counts) {
    if (count < bestCount || count < 2)
      continue;
    double weight = getWeight(pair);
    // The map's order is arbitrary, so ties end with the pairs' own order.
    if (count == bestCount &&
        std::tie(weight, pair) > std::tie(bestWeight, *best))
      continue;
    best = pair;
    bestCount = count;
    bestWeight = weight;
  }
  return best;
}

unsigned Factoring::define(const Pair &pair) {
  graph.nodes.push_back({{{pair.var0, pool.one}, {pair.var1, pair.ratio}}});
  SmallVector<double> vector = vectors[pair.var0];
  double ratio = toDouble(pool.get(pair.ratio)), sum = 0;
  for (auto [i, element] : llvm::enumerate(vector)) {
    element += ratio * vectors[pair.var1][i];
    sum += element * element;
  }
  vectors.push_back(std::move(vector));
  norms.push_back(std::sqrt(sum));
  return vectors.size() - 1;
}

void Factoring::factorOut(const Pair &pair) {
  unsigned var = define(pair);
  for (Row &row : rows) {
    auto *first = llvm::find_if(
        row, [&](const Term &term) { return term.var == pair.var0; });
    auto *second = llvm::find_if(
        row, [&](const Term &term) { return term.var == pair.var1; });
    if (first == row.end() || second == row.end() ||
        !(getPair(*first, *second) == pair))
      continue;
    countPairs(row, -1);
    Term sum = {var, first->coef};
    row.erase(second);
    row.erase(first);
    row.push_back(sum);
    countPairs(row, +1);
  }
}

/// Adds the terms of `row`, always the two smallest ones.
void Factoring::sumUp(Row &row) {
  auto isSmaller = [&](const Term &a, const Term &b) {
    double aNorm = pool.getMagnitude(a.coef) * norms[a.var];
    double bNorm = pool.getMagnitude(b.coef) * norms[b.var];
    return std::tie(aNorm, a.var) < std::tie(bNorm, b.var);
  };
  while (row.size() > 1) {
    llvm::sort(row, isSmaller);
    unsigned var = define(getPair(row[0], row[1]));
    row[1] = {var, row[0].coef};
    row.erase(row.begin());
  }
}

Graph Factoring::run() {
  while (std::optional<Pair> pair = findBestPair())
    factorOut(*pair);
  for (Row &row : rows) {
    sumUp(row);
    graph.outputs.push_back(row.empty() ? std::nullopt
                                        : std::make_optional(row.front()));
  }
  return std::move(graph);
}

//===----------------------------------------------------------------------===//
// Scaling and emission
//===----------------------------------------------------------------------===//

/// Chooses the scale of every node of a graph and writes the program.
class Emitter {
public:
  Emitter(const Graph &graph, ConstantPool &pool);
  LinearProgram run();

private:
  Term getScaled(const Term &term, Constant scale);
  unsigned getNodeCost(unsigned var, bool mayAdapt);
  unsigned getCost(unsigned var, bool mayAdapt);
  void improveScale(unsigned var, bool mayAdapt);
  unsigned emitValue(unsigned var);
  unsigned emitNode(const Node &node, Constant scale);
  unsigned emitProduct(unsigned value, Constant factor);
  unsigned emit(LinearOp::Kind kind, unsigned lhs, unsigned rhs,
                Constant factor);

  static constexpr unsigned kProductCost = 100;

  const Graph &graph;
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

Emitter::Emitter(const Graph &graph, ConstantPool &pool)
    : graph(graph), pool(pool) {
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
  const Node &node = graph.nodes[var - graph.numInputs];
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
    if (!pool.isUnit(coef))
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
      cost += kProductCost;
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

unsigned Emitter::emitNode(const Node &node, Constant scale) {
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

LinearProgram Emitter::run() {
  constexpr unsigned kNumSweeps = 3;
  unsigned numVars = graph.numInputs + graph.nodes.size();
  // Outputs need no product of their own if their operands can adapt to them,
  // so these are asked first.
  for (unsigned var = graph.numInputs; var < numVars; ++var)
    if (!outputCoefs[var].empty())
      scales[var] = outputCoefs[var].front();
  for (unsigned var = numVars; var-- > graph.numInputs;)
    if (outputCoefs[var].empty())
      improveScale(var, /*mayAdapt=*/true);
  for (unsigned sweep = 0; sweep < kNumSweeps; ++sweep)
    for (unsigned var = numVars; var-- > graph.numInputs;)
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
  return std::move(program);
}

} // namespace

LinearProgram wino::synthesizeProgram(const RationalMatrix &matrix) {
  ConstantPool pool;
  Graph graph = Factoring(matrix, pool).run();
  LinearProgram program = Emitter(graph, pool).run();
  assert(program.getMatrix() == matrix && "program computes another matrix");
  return program;
}
