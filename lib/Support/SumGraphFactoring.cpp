//===- SumGraphFactoring.cpp - Common pairs of terms ----------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SumGraph.h"

#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/STLExtras.h"
#include <cassert>
#include <cmath>

using namespace wino;
using namespace wino::detail;
using llvm::DenseMap;
using llvm::SmallVector;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

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

namespace {

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

/// Returns the length of a vector.
double getNorm(llvm::ArrayRef<double> vector) {
  double sum = 0;
  for (double element : vector)
    sum += element * element;
  return std::sqrt(sum);
}

/// Turns a row system into a graph by greedy factoring.
class Factoring {
public:
  Factoring(const RowSystem &system, ConstantPool &pool);
  SumGraph run();

private:
  Pair getPair(const Term &a, const Term &b) {
    return {a.var, b.var, pool.divide(b.coef, a.coef)};
  }
  void computeVector(unsigned var);
  void countPairs(const Row &row, int delta);
  std::optional<Pair> findBestPair() const;
  double getWeight(const Pair &pair) const;
  void factorOut(const Pair &pair);
  void sumUp(Row &row);
  unsigned define(const Pair &pair);
  Term resolve(unsigned var);

  ConstantPool &pool;
  unsigned numInputs, numHelpers;
  /// The rows of the helpers, then those of the outputs.
  SmallVector<Row> rows;
  /// The definitions of the variables that follow inputs and helpers.
  SmallVector<SumNode> nodes;
  /// The root mean square of each variable for inputs of variance one.
  SmallVector<double> norms;
  /// Every variable as a combination of the inputs, in double precision.
  SmallVector<SmallVector<double>> vectors;
  /// In how many rows each pair stands.
  DenseMap<Pair, int> counts;
  /// The result, and where each variable stands in it.
  SumGraph graph;
  SmallVector<std::optional<Term>> resolved;
};

Factoring::Factoring(const RowSystem &system, ConstantPool &pool)
    : pool(pool), numInputs(system.numInputs),
      numHelpers(system.helpers.size()) {
  llvm::append_range(rows, system.helpers);
  llvm::append_range(rows, system.outputs);
  vectors.resize(numInputs + numHelpers);
  norms.resize(numInputs + numHelpers);
  for (unsigned var = 0; var < vectors.size(); ++var)
    computeVector(var);
  for (const Row &row : rows)
    countPairs(row, +1);
}

/// Computes the vector of an input or a helper, and of the helpers it uses.
void Factoring::computeVector(unsigned var) {
  if (!vectors[var].empty())
    return;
  SmallVector<double> vector(numInputs, 0.0);
  if (var < numInputs) {
    vector[var] = 1.0;
  } else {
    for (const Term &term : rows[var - numInputs]) {
      computeVector(term.var);
      double coef = toDouble(pool.get(term.coef));
      for (unsigned i = 0; i < numInputs; ++i)
        vector[i] += coef * vectors[term.var][i];
    }
  }
  norms[var] = getNorm(vector);
  vectors[var] = std::move(vector);
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
  nodes.push_back({{{pair.var0, pool.one}, {pair.var1, pair.ratio}}});
  SmallVector<double> vector = vectors[pair.var0];
  double ratio = toDouble(pool.get(pair.ratio));
  for (unsigned i = 0; i < numInputs; ++i)
    vector[i] += ratio * vectors[pair.var1][i];
  norms.push_back(getNorm(vector));
  vectors.push_back(std::move(vector));
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

/// Copies what a variable needs into the result; returns where it is there.
Term Factoring::resolve(unsigned var) {
  if (resolved[var])
    return *resolved[var];
  Term term = {var, pool.one};
  if (var >= numInputs + numHelpers) {
    SumNode node = nodes[var - numInputs - numHelpers];
    for (Term &operand : node.terms) {
      Term source = resolve(operand.var);
      operand = {source.var, pool.multiply(operand.coef, source.coef)};
    }
    graph.nodes.push_back(node);
    term.var = numInputs + graph.nodes.size() - 1;
  } else if (var >= numInputs) {
    assert(rows[var - numInputs].size() == 1 && "helper is zero");
    const Term &sum = rows[var - numInputs].front();
    term = resolve(sum.var);
    term.coef = pool.multiply(term.coef, sum.coef);
  }
  resolved[var] = term;
  return term;
}

SumGraph Factoring::run() {
  while (std::optional<Pair> pair = findBestPair())
    factorOut(*pair);
  for (Row &row : rows)
    sumUp(row);

  graph.numInputs = numInputs;
  resolved.resize(vectors.size());
  for (const Row &row : llvm::ArrayRef<Row>(rows).drop_front(numHelpers)) {
    std::optional<Term> &output = graph.outputs.emplace_back();
    if (row.empty())
      continue;
    output = resolve(row.front().var);
    output->coef = pool.multiply(output->coef, row.front().coef);
  }
  return std::move(graph);
}

} // namespace

SumGraph wino::detail::factorRows(const RowSystem &system, ConstantPool &pool) {
  return Factoring(system, pool).run();
}

RowSystem wino::detail::getRowSystem(const RationalMatrix &matrix,
                                     ConstantPool &pool) {
  RowSystem system;
  system.numInputs = matrix.getNumCols();
  for (unsigned i = 0; i < matrix.getNumRows(); ++i) {
    Row &row = system.outputs.emplace_back();
    for (unsigned j = 0; j < matrix.getNumCols(); ++j)
      if (matrix(i, j).num != 0)
        row.push_back({j, pool.intern(matrix(i, j))});
  }
  return system;
}
