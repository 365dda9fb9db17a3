//===- Graph.h - An ONNX graph without protobuf -----------------*- C++ -*-===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loader copies a model into these plain structures, so that only one file
// sees protobuf and its exceptions, and the protobuf's memory is freed before
// any IR is built.
//
//===----------------------------------------------------------------------===//

#ifndef WINO_LIB_IMPORT_GRAPH_H
#define WINO_LIB_IMPORT_GRAPH_H

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wino::importer {

using mlir::ArrayRef;
using mlir::FailureOr;
using mlir::LogicalResult;
using mlir::SmallVector;
using mlir::StringRef;

/// No tensor of a network may have more elements; a model that asks for more is
/// taken to be corrupt.
constexpr int64_t kMaxElements = int64_t(1) << 34;

/// The alignment of weight data in bytes: a cache line.
constexpr size_t kWeightAlignment = 64;

/// The product of `shape`, or nullopt when a size is not positive or the
/// product exceeds kMaxElements.
std::optional<int64_t> numElements(ArrayRef<int64_t> shape);

/// Where element `index` of a tensor of `shape` stands along dimension `axis`.
int64_t getPosition(int64_t index, ArrayRef<int64_t> shape, int64_t axis);

/// Prints `2x3x4`, or `scalar` for rank 0.
std::string shapeToString(ArrayRef<int64_t> shape);

/// What the importer distinguishes of ONNX's element types. Int is INT32, and
/// in constants that describe shapes also INT64 and BOOL.
enum class ElementKind { Float, Int, Int8, UInt8, Unsupported };

/// Whether elements are integers of 8 bits.
inline bool isByte(ElementKind kind) {
  return kind == ElementKind::Int8 || kind == ElementKind::UInt8;
}

/// What a value of the kind is moved by where it is stored: all bytes are
/// signed in the emitted IR, so that an unsigned u is there u - 128.
inline int64_t getStorageOffset(ElementKind kind) {
  return kind == ElementKind::UInt8 ? -128 : 0;
}

/// The kind as ONNX spells it, for diagnostics.
StringRef getKindName(ElementKind kind);

/// A tensor whose value is known. Exactly one of `ints`, `bytes`, `splat` and
/// `values` is meaningful.
struct Constant {
  std::string name;
  SmallVector<int64_t> shape;
  ElementKind kind = ElementKind::Float;
  /// The element type as ONNX spells it, for diagnostics.
  std::string typeName = "FLOAT";

  /// ElementKind::Int: the elements, of whatever width in the model.
  std::vector<int64_t> ints;
  /// ElementKind::Int8 and UInt8: the elements as they are stored.
  llvm::MutableArrayRef<int8_t> bytes;
  /// ElementKind::Float: set if all elements are this value.
  std::optional<float> splat;
  /// ElementKind::Float without splat: the elements. They and `bytes` live in
  /// `blob`, or after the constant became a function argument in the MLIR
  /// context.
  llvm::MutableArrayRef<float> values;
  std::optional<mlir::AsmResourceBlob> blob;

  int64_t size() const { return *numElements(shape); }
  float floatAt(int64_t index) const { return splat ? *splat : values[index]; }
  /// The integer at `index`, as it is stored.
  int64_t intAt(int64_t index) const {
    return isByte(kind) ? bytes[index] : ints[index];
  }
};

/// Allocates uninitialized storage for the floats or bytes of a constant.
void allocateValues(Constant &constant);

/// The domain of the operators that ONNX Runtime adds.
constexpr llvm::StringLiteral kContribDomain = "com.microsoft";

/// The value of an attribute of a node.
struct NodeAttribute {
  enum class Kind { Float, Int, String, Floats, Ints, Strings, Tensor, Other };
  Kind kind = Kind::Other;
  float f = 0;
  int64_t i = 0;
  std::string s;
  SmallVector<float> floats;
  SmallVector<int64_t> ints;
  std::unique_ptr<Constant> tensor;
};

struct Node {
  // The attributes' tensors are not to be copied; said explicitly because
  // StringMap claims to be copyable, and std::vector would.
  Node() = default;
  Node(Node &&) = default;
  Node &operator=(Node &&) = default;

  std::string name;
  /// Empty, which stands for ONNX's own, or kContribDomain.
  StringRef domain;
  std::string opType;
  SmallVector<std::string> inputs;
  SmallVector<std::string> outputs;
  llvm::StringMap<NodeAttribute> attributes;

  /// The node's name or, if it has none, that of its first output.
  StringRef label() const {
    if (!name.empty() || outputs.empty())
      return name;
    return outputs.front();
  }
};

struct Dimension {
  /// Negative if not given by a number.
  int64_t size = -1;
  /// The symbol that stands for the size; may be empty.
  std::string symbol;
};

/// The declaration of a graph input or output.
struct ValueInfo {
  std::string name;
  ElementKind kind = ElementKind::Unsupported;
  std::string typeName;
  std::optional<SmallVector<Dimension>> shape;
};

struct Graph {
  int64_t opset = 0;
  std::vector<Node> nodes;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
  std::vector<std::unique_ptr<Constant>> initializers;
};

/// The location of everything in the model file `path`.
mlir::Location getModelLocation(StringRef path, mlir::MLIRContext &context);

/// The location of `node`: its label, in the model file.
mlir::Location getNodeLocation(const Node &node, mlir::Location modelLoc);

/// Emits an error at `node` that names it and its operator.
mlir::InFlightDiagnostic emitNodeError(const Node &node,
                                       mlir::Location modelLoc);

/// Reads and checks the model file: the wire format, every node against ONNX's
/// operator schemas, and every constant's size. Emits an error and fails if
/// anything is wrong. Defined in the one file that may catch exceptions.
FailureOr<Graph> loadGraph(StringRef path, mlir::Location modelLoc);

/// Reorders the nodes such that producers precede consumers, keeping the file's
/// order where possible. Emits an error for a tensor that is defined twice or
/// not at all, and for a cycle.
LogicalResult sortNodes(Graph &graph, mlir::Location modelLoc);

} // namespace wino::importer

#endif // WINO_LIB_IMPORT_GRAPH_H
