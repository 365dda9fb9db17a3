//===- FilterBounds.cpp - What is known about a filter --------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wino/Algorithms/FilterBounds.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace wino;

/// Returns the elements that `value` has in every call, or null.
static ElementsAttr getElements(Value value) {
  ElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)))
    return elements;
  auto arg = dyn_cast<BlockArgument>(value);
  auto function =
      arg ? dyn_cast<FunctionOpInterface>(arg.getOwner()->getParentOp())
          : FunctionOpInterface();
  if (!function || !arg.getOwner()->isEntryBlock())
    return {};
  return dyn_cast_or_null<ElementsAttr>(
      function.getArgAttr(arg.getArgNumber(), WinoDialect::kWeightAttrName));
}

/// Calls `callback` with all elements of i8 in the order of memory; fails if
/// they cannot be read.
static LogicalResult forEachElement(ElementsAttr elements,
                                    function_ref<void(int8_t)> callback) {
  ArrayRef<char> data;
  if (auto dense = dyn_cast<DenseElementsAttr>(elements)) {
    if (dense.isSplat()) {
      for (int64_t i = 0; i < dense.getNumElements(); ++i)
        callback(static_cast<int8_t>(dense.getRawData().front()));
      return success();
    }
    data = dense.getRawData();
  } else if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      data = blob->getData();
  }
  if (static_cast<int64_t>(data.size()) != elements.getNumElements())
    return failure();
  for (char element : data)
    callback(static_cast<int8_t>(element));
  return success();
}

FilterBounds wino::getFilterBounds(const ConvProblem &problem) {
  linalg::LinalgOp op = problem.op;
  Value filter = op.getDpsInputs()[1];
  // The dimension of output channels; matrices have two dimensions.
  int64_t channelDim = problem.isMatmul ? 1 : problem.filterPermutation[3];
  while (auto transpose = filter.getDefiningOp<linalg::TransposeOp>()) {
    channelDim = transpose.getPermutation()[channelDim];
    filter = transpose.getInput();
  }
  FilterBounds bounds;
  ElementsAttr elements = getElements(filter);
  if (!elements || !elements.getElementType().isInteger(8))
    return bounds;
  ArrayRef<int64_t> shape = elements.getShapedType().getShape();
  int64_t stride = 1;
  for (int64_t size : shape.drop_front(channelDim + 1))
    stride *= size;
  SmallVector<int64_t> norms(shape[channelDim], 0);
  int64_t index = 0, min = 127, max = -128;
  if (failed(forEachElement(elements, [&](int8_t element) {
        min = std::min<int64_t>(min, element);
        max = std::max<int64_t>(max, element);
        norms[index++ / stride % norms.size()] += std::abs(element);
      })))
    return bounds;
  return {min, max, norms};
}

std::vector<int32_t> wino::getFilterElements(const ConvProblem &problem) {
  linalg::LinalgOp op = problem.op;
  Value filter = op.getDpsInputs()[1];
  // The dimension of `filter` that is each of kh, kw, C and K.
  SmallVector<int64_t> dims = {0, 1};
  if (!problem.isMatmul)
    dims.assign(problem.filterPermutation.begin(),
                problem.filterPermutation.end());
  while (auto transpose = filter.getDefiningOp<linalg::TransposeOp>()) {
    for (int64_t &dim : dims)
      dim = transpose.getPermutation()[dim];
    filter = transpose.getInput();
  }
  ElementsAttr elements = getElements(filter);
  if (!elements || !elements.getElementType().isInteger(8))
    return {};
  std::vector<int32_t> values;
  if (failed(forEachElement(
          elements, [&](int8_t element) { values.push_back(element); })))
    return {};
  // Permutes the dimensions.
  ArrayRef<int64_t> shape = elements.getShapedType().getShape();
  SmallVector<int64_t> strides = computeStrides(shape);
  std::vector<int32_t> result;
  result.reserve(values.size());
  SmallVector<int64_t> position(dims.size(), 0);
  for (size_t count = 0; count < values.size(); ++count) {
    int64_t index = 0;
    for (auto [dim, at] : llvm::zip_equal(dims, position))
      index += at * strides[dim];
    result.push_back(values[index]);
    for (size_t i = dims.size(); i-- > 0 && ++position[i] == shape[dims[i]];)
      position[i] = 0;
  }
  return result;
}

static FilterView getView(const ConvProblem &problem,
                          ArrayRef<int32_t> elements) {
  return {problem.kh, problem.kw, problem.c, problem.k, elements};
}

ResultProof wino::proveResults(const ConvProblem &problem,
                               const FilterBounds &bounds,
                               const llvm::DynamicAPInt &numResults,
                               int64_t chunk) {
  const llvm::DynamicAPInt maxInput =
      IntegerRange::getSigned(/*bits=*/8).getMaxAbs();
  const bool isWhole = chunk == 0 || chunk >= problem.c;
  if (!isWhole && !bounds.norms.empty()) {
    const std::vector<int32_t> elements = getFilterElements(problem);
    return proveChunks(maxInput, getView(problem, elements), numResults, chunk);
  }
  ResultProof proof;
  // The channel with the largest norm stands for all.
  int64_t norm = bounds.getMaxAbs() * (isWhole ? problem.c : chunk) *
                 problem.kh * problem.kw;
  if (!bounds.norms.empty()) {
    const int64_t *largest = llvm::max_element(bounds.norms);
    norm = *largest;
    proof.output = largest - bounds.norms.begin();
  }
  proof.maxInput = maxInput;
  proof.norm = llvm::DynamicAPInt(norm);
  proof.numResults = numResults;
  if (!isWhole)
    proof.channels = {0, chunk - 1};
  return proof;
}

int64_t wino::getMaxChunk(const ConvProblem &problem,
                          const FilterBounds &bounds,
                          const llvm::DynamicAPInt &numResults,
                          int64_t maxChunk) {
  // Whole vectors of bytes.
  constexpr int64_t kMultiple = 16;
  const llvm::DynamicAPInt maxInput =
      IntegerRange::getSigned(/*bits=*/8).getMaxAbs();
  if (!bounds.norms.empty()) {
    const std::vector<int32_t> elements = getFilterElements(problem);
    const FilterView view = getView(problem, elements);
    int64_t chunk =
        wino::getMaxChunk(maxInput, view, numResults, kMultiple, maxChunk);
    return chunk ? chunk
                 : wino::getMaxChunk(maxInput, view, numResults, /*multiple=*/1,
                                     std::min(maxChunk, kMultiple));
  }
  const llvm::DynamicAPInt perChannel =
      llvm::DynamicAPInt(2 * bounds.getMaxAbs() * problem.kh * problem.kw) *
      maxInput;
  int64_t chunk = std::min(maxChunk, problem.c);
  if (perChannel != 0)
    chunk = int64_t(std::min(llvm::DynamicAPInt(chunk),
                             floorDiv(numResults - 1, perChannel)));
  return chunk < problem.c && chunk > kMultiple
             ? llvm::alignDown(chunk, kMultiple)
             : chunk;
}
