//===- SumGraph.h - Graphs of two-term sums ---------------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The intermediate form of program synthesis: rows of terms over variables are
// factored into a graph of two-term sums, whose nodes may be scaled freely; the
// graph is then written as a program, with scales that save multiplications.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_SUPPORT_SUMGRAPH_H
#define WINO_LIB_SUPPORT_SUMGRAPH_H

#include "Wino/Support/LinearProgram.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace wino::detail {

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
  /// The reference lasts until the next number is interned.
  const Rational &get(Constant a) const { return values[a]; }
  double getMagnitude(Constant a) const { return magnitudes[a]; }
  bool isExact(Constant a) const { return exactness[a]; }
  bool isInteger(Constant a) const { return values[a].den == 1; }
  bool isUnit(Constant a) const { return a == one || a == minusOne; }

  Constant one, minusOne;

private:
  struct Less {
    bool operator()(const Rational &a, const Rational &b) const {
      return a.num != b.num ? a.num < b.num : a.den < b.den;
    }
  };

  llvm::SmallVector<Rational> values;
  llvm::SmallVector<double> magnitudes;
  llvm::SmallVector<bool> exactness;
  std::map<Rational, Constant, Less> handles;
  llvm::DenseMap<std::pair<Constant, Constant>, Constant> products, quotients;
};

/// A variable times a constant.
struct Term {
  unsigned var;
  Constant coef;
};

/// A sum of terms, in ascending order of variables, none of them zero.
using Row = llvm::SmallVector<Term, 8>;

/// Sums to compute. Variables below numInputs are the inputs; the others stand
/// for rows: variable numInputs + i is the sum of helpers[i].
struct RowSystem {
  unsigned numInputs = 0;
  llvm::SmallVector<Row> helpers;
  llvm::SmallVector<Row> outputs;
};

/// Rewrites a matrix as a system without helpers.
RowSystem getRowSystem(const RationalMatrix &matrix, ConstantPool &pool);

/// A variable's definition, the sum of two terms.
struct SumNode {
  Term terms[2];
};

/// A graph of sums. Variables below numInputs are inputs, variable
/// numInputs + i is defined by nodes[i], which only uses smaller variables.
struct SumGraph {
  unsigned numInputs = 0;
  llvm::SmallVector<SumNode> nodes;
  /// The outputs; std::nullopt is zero.
  llvm::SmallVector<std::optional<Term>> outputs;
};

/// Factors the rows of a system: a pair of terms that stands in several rows in
/// the same ratio becomes a variable, the most frequent pair first. What is
/// left of each row is summed in Huffman order.
SumGraph factorRows(const RowSystem &system, ConstantPool &pool);

/// The factors a program may have.
enum class Factors { Rational, Integer };

/// Writes a graph as a program, scaling its nodes so that few multiplications
/// stand alone. With integer factors fails, by std::nullopt, if the graph has a
/// node that is no integer combination of its terms at any scale that serves
/// its users; that of an integer matrix without helpers has none.
std::optional<LinearProgram> emitProgram(const SumGraph &graph, Factors factors,
                                         ConstantPool &pool);

} // namespace wino::detail

#endif // WINO_LIB_SUPPORT_SUMGRAPH_H
