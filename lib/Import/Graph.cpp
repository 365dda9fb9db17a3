//===- Graph.cpp - An ONNX graph without protobuf -------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Graph.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"
#include <queue>

using namespace mlir;
using namespace wino;
using namespace wino::importer;

std::optional<int64_t> importer::numElements(ArrayRef<int64_t> shape) {
  int64_t product = 1;
  for (int64_t size : shape) {
    if (size <= 0 || llvm::MulOverflow(product, size, product) ||
        product > kMaxElements)
      return std::nullopt;
  }
  return product;
}

int64_t importer::getPosition(int64_t index, ArrayRef<int64_t> shape,
                              int64_t axis) {
  for (int64_t size : shape.drop_front(axis + 1))
    index /= size;
  return index % shape[axis];
}

std::string importer::shapeToString(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(shape, os, "x");
  return text;
}

StringRef importer::getKindName(ElementKind kind) {
  switch (kind) {
  case ElementKind::Float:
    return "FLOAT";
  case ElementKind::Int:
    return "INT32";
  case ElementKind::Int8:
    return "INT8";
  case ElementKind::UInt8:
    return "UINT8";
  case ElementKind::Unsupported:
    return "an unsupported type";
  }
  llvm_unreachable("unknown kind of element");
}

void importer::allocateValues(Constant &constant) {
  size_t bytes = constant.size() * (isByte(constant.kind) ? 1 : sizeof(float));
  constant.blob = HeapAsmResourceBlob::allocate(bytes, kWeightAlignment);
  MutableArrayRef<char> data = constant.blob->getMutableData();
  if (isByte(constant.kind)) {
    constant.bytes = MutableArrayRef<int8_t>(
        reinterpret_cast<int8_t *>(data.data()), constant.size());
    return;
  }
  constant.values = MutableArrayRef<float>(
      reinterpret_cast<float *>(data.data()), constant.size());
  constant.splat.reset();
}

Location importer::getModelLocation(StringRef path, MLIRContext &context) {
  return FileLineColLoc::get(&context, path, /*line=*/0, /*column=*/0);
}

Location importer::getNodeLocation(const Node &node, Location modelLoc) {
  return NameLoc::get(StringAttr::get(modelLoc.getContext(), node.label()),
                      modelLoc);
}

InFlightDiagnostic importer::emitNodeError(const Node &node,
                                           Location modelLoc) {
  return emitError(getNodeLocation(node, modelLoc))
         << "node '" << node.label() << "' (" << node.opType << "): ";
}

namespace {

/// Kahn's algorithm; among ready nodes the one first in the file comes first.
class NodeSorter {
public:
  NodeSorter(Graph &graph, Location modelLoc)
      : graph(graph), modelLoc(modelLoc) {}

  LogicalResult run() {
    if (failed(collectProducers()) || failed(collectConsumers()))
      return failure();
    std::vector<size_t> order = sort();
    if (order.size() != graph.nodes.size())
      return reportCycle();
    std::vector<Node> sorted;
    sorted.reserve(order.size());
    for (size_t index : order)
      sorted.push_back(std::move(graph.nodes[index]));
    graph.nodes = std::move(sorted);
    return success();
  }

private:
  /// Records which node makes each tensor; initializers, and inputs of the
  /// graph, have none.
  LogicalResult collectProducers() {
    llvm::StringSet<> initializers;
    for (const std::unique_ptr<Constant> &constant : graph.initializers) {
      if (!initializers.insert(constant->name).second)
        return emitError(modelLoc)
               << "initializer '" << constant->name << "' is defined twice";
      given.insert(constant->name);
    }
    llvm::StringSet<> inputs;
    for (const ValueInfo &input : graph.inputs) {
      if (!inputs.insert(input.name).second)
        return emitError(modelLoc)
               << "graph input '" << input.name << "' is defined twice";
      given.insert(input.name);
    }
    for (auto [index, node] : llvm::enumerate(graph.nodes)) {
      for (const std::string &output : node.outputs) {
        if (output.empty())
          continue;
        if (given.contains(output) ||
            !producers.try_emplace(output, index).second)
          return emitNodeError(node, modelLoc)
                 << "its output '" << output << "' is defined twice";
      }
    }
    return success();
  }

  LogicalResult collectConsumers() {
    consumers.resize(graph.nodes.size());
    pending.assign(graph.nodes.size(), 0);
    for (auto [index, node] : llvm::enumerate(graph.nodes)) {
      for (const std::string &input : node.inputs) {
        if (input.empty() || given.contains(input))
          continue;
        auto producer = producers.find(input);
        if (producer == producers.end())
          return emitNodeError(node, modelLoc)
                 << "its input '" << input << "' is not defined in the graph";
        consumers[producer->second].push_back(index);
        ++pending[index];
      }
    }
    for (const ValueInfo &output : graph.outputs)
      if (!given.contains(output.name) && !producers.contains(output.name))
        return emitError(modelLoc) << "graph output '" << output.name
                                   << "' is not defined in the graph";
    return success();
  }

  std::vector<size_t> sort() {
    std::priority_queue<size_t, std::vector<size_t>, std::greater<size_t>>
        ready;
    for (auto [index, count] : llvm::enumerate(pending))
      if (count == 0)
        ready.push(index);
    std::vector<size_t> order;
    while (!ready.empty()) {
      size_t index = ready.top();
      ready.pop();
      order.push_back(index);
      for (size_t consumer : consumers[index])
        if (--pending[consumer] == 0)
          ready.push(consumer);
    }
    return order;
  }

  LogicalResult reportCycle() {
    // Some pending node may only depend on the cycle; walking back through
    // pending producers must end inside it.
    size_t index =
        llvm::find_if(pending, [](size_t count) { return count != 0; }) -
        pending.begin();
    std::vector<bool> visited(graph.nodes.size(), false);
    while (!visited[index]) {
      visited[index] = true;
      for (const std::string &input : graph.nodes[index].inputs) {
        auto producer = producers.find(input);
        if (producer != producers.end() && pending[producer->second] != 0) {
          index = producer->second;
          break;
        }
      }
    }
    return emitNodeError(graph.nodes[index], modelLoc)
           << "the graph is cyclic: the node depends on its own output";
  }

  Graph &graph;
  Location modelLoc;
  llvm::StringSet<> given;
  llvm::StringMap<size_t> producers;
  std::vector<SmallVector<size_t>> consumers;
  std::vector<size_t> pending;
};

} // namespace

LogicalResult importer::sortNodes(Graph &graph, Location modelLoc) {
  return NodeSorter(graph, modelLoc).run();
}
