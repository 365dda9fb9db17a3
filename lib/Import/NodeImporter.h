//===- NodeImporter.h - Import of one ONNX node -----------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an operator's import function sees: the node with its attributes, its
// inputs as tensors or constants, and the emitter. The operators' files each
// add their functions to one table.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IMPORT_NODEIMPORTER_H
#define WINO_LIB_IMPORT_NODEIMPORTER_H

#include "Emitter.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSet.h"

namespace wino::importer {

/// What is known of the graph while its nodes are imported.
struct ImportState {
  ImportState(Graph &graph, mlir::Location modelLoc, Emitter &emitter);

  /// The only node that reads the tensor `name`, or null if there is none,
  /// more than one, or it is an output of the graph.
  Node *getOnlyUser(StringRef name) const;
  /// Whether a node or an output of the graph reads the tensor `name`.
  bool isRead(StringRef name) const {
    return users.contains(name) || outputs.contains(name);
  }

  /// Takes a constant that is not an initializer and returns it as a tensor.
  std::shared_ptr<Tensor> addConstant(std::unique_ptr<Constant> constant);

  Graph &graph;
  mlir::Location modelLoc;
  Emitter &emitter;
  /// Tensors by name. Names of the same tensor share one entry.
  llvm::StringMap<std::shared_ptr<Tensor>> tensors;
  /// Nodes that need no (further) import.
  llvm::SmallPtrSet<const Node *, 32> done;

private:
  llvm::StringMap<SmallVector<Node *, 2>> users;
  llvm::StringSet<> outputs;
  std::vector<std::unique_ptr<Constant>> constants;
  std::vector<std::shared_ptr<Tensor>> constantTensors;
};

class NodeImporter {
public:
  NodeImporter(ImportState &state, Node &node);

  int64_t opset() const { return state.graph.opset; }
  mlir::InFlightDiagnostic emitError() const;

  //===--------------------------------------------------------------------===//
  // Attributes, whose types the loader has checked
  //===--------------------------------------------------------------------===//

  bool hasAttr(StringRef name) const { return node.attributes.contains(name); }
  int64_t getInt(StringRef name, int64_t defaultValue) const;
  float getFloat(StringRef name, float defaultValue) const;
  StringRef getString(StringRef name, StringRef defaultValue) const;
  SmallVector<int64_t> getInts(StringRef name,
                               ArrayRef<int64_t> defaultValue) const;
  /// Makes attribute or operand `axis` non-negative; an error unless
  /// -rank <= axis < rank.
  FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank) const;
  FailureOr<SmallVector<int64_t>> normalizeAxes(ArrayRef<int64_t> axes,
                                                int64_t rank) const;

  //===--------------------------------------------------------------------===//
  // Inputs
  //===--------------------------------------------------------------------===//

  size_t numInputs() const { return node.inputs.size(); }
  /// Whether the (optional) input is there.
  bool hasInput(size_t index) const;
  /// The input, of any element type.
  Tensor &getAny(size_t index) const;
  /// The input, which must be of type f32 and not empty.
  FailureOr<Tensor *> getTensor(size_t index) const;
  /// The input, which must be of 8-bit integers and not empty.
  FailureOr<Tensor *> getBytes(size_t index) const;
  /// The input of an operator that only moves and compares elements: f32 or
  /// integers, and not empty. Of a tensor that is dequantized with one scale
  /// these are the integers. `setMoved` sets the operator's result.
  FailureOr<Tensor *> getMovable(size_t index) const;
  /// The input if it is an integer constant, else null.
  const Constant *getIntConstant(size_t index) const;
  /// The input if it is an f32 constant, else null.
  Constant *getFloatConstant(size_t index) const;
  /// The elements of the input, which must be an integer constant.
  FailureOr<SmallVector<int64_t>> getIntList(size_t index) const;
  /// The value of the input, which must be an f32 constant of one element.
  FailureOr<float> getScalar(size_t index) const;
  /// An error if any output but the first is read.
  LogicalResult requireOneOutput() const;

  //===--------------------------------------------------------------------===//
  // Results
  //===--------------------------------------------------------------------===//

  /// Sets the first output.
  LogicalResult setResult(Tensor tensor) { return setResult(0, tensor); }
  LogicalResult setResult(size_t index, Tensor tensor);
  LogicalResult setResult(std::unique_ptr<Constant> constant);
  /// Sets output `index` to `moved`, made of what `getMovable(input)` gave, and
  /// quantized as that input is.
  LogicalResult setMoved(size_t index, Tensor moved, size_t input = 0);
  /// Makes the first output another name of an input.
  LogicalResult setAlias(size_t input);
  /// A new integer constant to be set as result.
  std::unique_ptr<Constant> makeInts(ArrayRef<int64_t> shape,
                                     ArrayRef<int64_t> values) const;

  /// An error if `shape` has too many elements (or none).
  LogicalResult checkShape(ArrayRef<int64_t> shape) const;

  ImportState &state;
  Node &node;
  Emitter &emitter;
};

using ImportFn = LogicalResult (*)(NodeImporter &);
using ImportTable = llvm::StringMap<ImportFn>;

void addConstantOps(ImportTable &table);
void addConvolutionOps(ImportTable &table);
void addElementwiseOps(ImportTable &table);
void addMatmulOps(ImportTable &table);
void addNormalizationOps(ImportTable &table);
void addPoolingOps(ImportTable &table);
void addQuantizationOps(ImportTable &table);
void addShapeOps(ImportTable &table);

/// The shape of numpy's broadcast of two shapes; an error if there is none.
FailureOr<SmallVector<int64_t>> broadcastShapes(const NodeImporter &importer,
                                                ArrayRef<int64_t> a,
                                                ArrayRef<int64_t> b);

/// The concatenation of `parts`, of one element type, along the node's axis; an
/// error if they do not fit.
FailureOr<Tensor> joinTensors(const NodeImporter &importer,
                              ArrayRef<Tensor *> parts);

/// Sums over the axes and, for a mean, divides. A sum of bytes is exact as long
/// as it fits 32 bits; the result is given by it.
Tensor emitSum(Emitter &emitter, Tensor &input, ArrayRef<int64_t> axes,
               bool isMean);

/// Scale and shift per channel, y = scale * x + shift, of a
/// BatchNormalization at inference.
struct ScaleShift {
  SmallVector<double> scale, shift;
};

/// Computes them in double from the node's parameters, which must be constants
/// of `numChannels` elements.
FailureOr<ScaleShift> getScaleShift(const NodeImporter &importer,
                                    int64_t numChannels);

} // namespace wino::importer

#endif // WINO_LIB_IMPORT_NODEIMPORTER_H
