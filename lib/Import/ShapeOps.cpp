//===- ShapeOps.cpp - Import of operators that move data ------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantization.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;
using namespace wino::importer;

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

/// Sets the result to the first input with another shape of as many elements.
static LogicalResult setReshaped(NodeImporter &importer,
                                 ArrayRef<int64_t> shape) {
  if (const Constant *ints = importer.getIntConstant(0))
    return importer.setResult(importer.makeInts(shape, ints->ints));
  auto input = importer.getMovable(0);
  if (failed(input) || failed(importer.checkShape(shape)))
    return failure();
  Emitter &emitter = importer.emitter;
  return importer.setMoved(
      0, emitter.fromONNX(emitter.reshape(emitter.onnxOrder(**input), shape)));
}

static LogicalResult importReshape(NodeImporter &importer) {
  auto target = importer.getIntList(1);
  if (failed(target))
    return failure();
  ArrayRef<int64_t> source = importer.getAny(0).shape;
  bool allowZero = importer.getInt("allowzero", 0) != 0;
  std::optional<size_t> inferred;
  for (auto [dim, size] : llvm::enumerate(*target)) {
    if (size == 0 && !allowZero) {
      if (dim >= source.size())
        return importer.emitError()
               << "target dimension " << dim
               << " is to be copied from an input of rank " << source.size();
      size = source[dim];
    }
    if (size != -1)
      continue;
    if (inferred)
      return importer.emitError() << "more than one target dimension is -1";
    inferred = dim;
    size = 1;
  }
  if (failed(importer.checkShape(source)) ||
      failed(importer.checkShape(*target)))
    return failure();
  int64_t available = *numElements(source), used = *numElements(*target);
  if (inferred && available % used == 0)
    (*target)[*inferred] = available / used;
  else if (available != used)
    return importer.emitError() << "cannot reshape " << shapeToString(source)
                                << " to " << shapeToString(*target);
  return setReshaped(importer, *target);
}

static LogicalResult importFlatten(NodeImporter &importer) {
  ArrayRef<int64_t> shape = importer.getAny(0).shape;
  int64_t rank = shape.size();
  int64_t axis = importer.getInt("axis", 1);
  // Unlike elsewhere, the rank itself is allowed.
  if (axis < -rank || axis > rank)
    return importer.emitError()
           << "axis " << axis << " is out of range for rank " << rank;
  if (axis < 0)
    axis += rank;
  if (failed(importer.checkShape(shape)))
    return failure();
  return setReshaped(importer, {*numElements(shape.take_front(axis)),
                                *numElements(shape.drop_front(axis))});
}

/// The axes of Squeeze and Unsqueeze: an attribute, from opset 13 on an input.
static FailureOr<SmallVector<int64_t>> getAxes(NodeImporter &importer) {
  if (importer.hasInput(1))
    return importer.getIntList(1);
  return importer.getInts("axes", {});
}

static LogicalResult importSqueeze(NodeImporter &importer) {
  ArrayRef<int64_t> shape = importer.getAny(0).shape;
  auto given = getAxes(importer);
  if (failed(given))
    return failure();
  auto axes = importer.normalizeAxes(*given, shape.size());
  if (failed(axes))
    return failure();
  bool isAll = axes->empty();
  SmallVector<int64_t> result;
  for (auto [dim, size] : llvm::enumerate(shape)) {
    bool isListed = llvm::is_contained(*axes, dim);
    if (isListed && size != 1)
      return importer.emitError()
             << "cannot remove dimension " << dim << " of size " << size;
    if (!(isListed || (isAll && size == 1)))
      result.push_back(size);
  }
  return setReshaped(importer, result);
}

static LogicalResult importUnsqueeze(NodeImporter &importer) {
  SmallVector<int64_t> shape(importer.getAny(0).shape);
  auto given = getAxes(importer);
  if (failed(given))
    return failure();
  auto axes = importer.normalizeAxes(*given, shape.size() + given->size());
  if (failed(axes))
    return failure();
  llvm::sort(*axes);
  for (int64_t axis : *axes)
    shape.insert(shape.begin() + axis, 1);
  return setReshaped(importer, shape);
}

//===----------------------------------------------------------------------===//
// Transpose
//===----------------------------------------------------------------------===//

static LogicalResult importTranspose(NodeImporter &importer) {
  auto input = importer.getMovable(0);
  if (failed(input))
    return failure();
  Tensor &x = **input;
  SmallVector<int64_t> reversed;
  for (int64_t dim = x.rank() - 1; dim >= 0; --dim)
    reversed.push_back(dim);
  SmallVector<int64_t> perm = importer.getInts("perm", reversed);
  SmallVector<int64_t> sorted(perm);
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, x.rank())))
    return importer.emitError()
           << "perm is not a permutation of " << x.rank() << " dimensions";
  Emitter &emitter = importer.emitter;
  // A tensor in NHWC order is its own transpose seen in ONNX order, and the
  // other way round.
  if (ArrayRef<int64_t>(perm) == ArrayRef<int64_t>(kToNHWC))
    return importer.setMoved(0, emitter.fromONNX(emitter.nhwcOrder(x)));
  if (ArrayRef<int64_t>(perm) == ArrayRef<int64_t>(kToNCHW))
    return importer.setMoved(0, emitter.fromNHWC(emitter.onnxOrder(x)));
  return importer.setMoved(
      0, emitter.fromONNX(emitter.transpose(emitter.onnxOrder(x), perm)));
}

//===----------------------------------------------------------------------===//
// Concat, Split, Slice, Pad
//===----------------------------------------------------------------------===//

/// Concat of integer constants of rank 1.
static LogicalResult concatInts(NodeImporter &importer) {
  SmallVector<int64_t> values;
  for (size_t i = 0; i < importer.numInputs(); ++i) {
    const Constant *part = importer.getIntConstant(i);
    if (!part || part->shape.size() != 1)
      return importer.emitError()
             << "expected input '" << importer.node.inputs[i]
             << "' to be an integer constant of rank 1, as the first is";
    llvm::append_range(values, part->ints);
  }
  return importer.setResult(importer.makeInts(int64_t(values.size()), values));
}

FailureOr<Tensor> importer::joinTensors(const NodeImporter &importer,
                                        ArrayRef<Tensor *> parts) {
  SmallVector<int64_t> shape(parts.front()->shape);
  auto axis = importer.normalizeAxis(importer.getInt("axis", 1), shape.size());
  if (failed(axis))
    return failure();
  shape[*axis] = 0;
  for (Tensor *part : parts) {
    SmallVector<int64_t> expected(shape);
    if (part->shape.size() == shape.size()) {
      expected[*axis] = part->shape[*axis];
      shape[*axis] += part->shape[*axis];
    }
    if (part->shape != expected)
      return importer.emitError()
             << "cannot join " << shapeToString(parts.front()->shape) << " and "
             << shapeToString(part->shape) << " along axis " << *axis;
  }
  if (failed(importer.checkShape(shape)))
    return failure();
  Emitter &emitter = importer.emitter;
  bool inNHWC = shape.size() == 4 && llvm::any_of(parts, [](Tensor *part) {
                  return part->prefersNHWC();
                });
  auto values = llvm::map_to_vector(parts, [&](Tensor *part) {
    return inNHWC ? emitter.nhwcOrder(*part) : emitter.onnxOrder(*part);
  });
  return inNHWC ? emitter.fromNHWC(emitter.concat(values, kToNCHW[*axis]))
                : emitter.fromONNX(emitter.concat(values, *axis));
}

/// Whether elements of `a` and `b` may stand in one tensor as they are.
static bool isAlike(const Tensor &a, const Tensor &b) {
  if (!a.integers || !b.integers)
    return !a.integers && !b.integers && a.kind == b.kind;
  return a.integers->kind == b.integers->kind &&
         a.quantization == b.quantization;
}

/// Quantizes all parts as the only reader of the result does it to the result,
/// which is the same. Returns nullopt if the reader is none of the kind.
static FailureOr<std::optional<Tensor>>
joinQuantized(NodeImporter &importer, ArrayRef<Tensor *> parts) {
  ImportState &state = importer.state;
  Node *user = state.getOnlyUser(importer.node.outputs.front());
  bool isQuantized = llvm::all_of(parts, [](Tensor *part) {
    return part->integers && isByte(part->integers->kind);
  });
  if (!user || user->opType != "QuantizeLinear" || !isQuantized)
    return std::optional<Tensor>();
  auto target = readTarget(NodeImporter(state, *user), 1, 2);
  if (failed(target))
    return failure();
  SmallVector<Tensor> quantized;
  for (Tensor *part : parts) {
    auto integers = quantize(importer, *part, *target);
    if (failed(integers))
      return failure();
    quantized.push_back(std::move(*integers));
  }
  auto pointers =
      llvm::map_to_vector(quantized, [](Tensor &part) { return &part; });
  auto joined = joinTensors(importer, pointers);
  if (failed(joined))
    return failure();
  joined->kind = target->kind;
  return std::optional<Tensor>(
      importer.emitter.fromIntegers(*joined, target->quantization));
}

static LogicalResult importConcat(NodeImporter &importer) {
  if (importer.getIntConstant(0))
    return concatInts(importer);
  // The parts as they are, or as they can be moved if all are alike.
  SmallVector<Tensor *> parts, movable;
  for (size_t i = 0; i < importer.numInputs(); ++i) {
    auto part = importer.getMovable(i);
    if (failed(part))
      return failure();
    movable.push_back(*part);
    parts.push_back(&importer.getAny(i));
  }
  if (llvm::all_of(parts, [&](Tensor *part) {
        return isAlike(*part, *parts.front());
      })) {
    auto joined = joinTensors(importer, movable);
    return failed(joined) ? failure() : importer.setMoved(0, *joined);
  }
  auto quantized = joinQuantized(importer, parts);
  if (failed(quantized))
    return failure();
  if (*quantized)
    return importer.setResult(**quantized);
  for (size_t i = 0; i < parts.size(); ++i)
    if (failed(importer.getTensor(i)))
      return failure();
  auto joined = joinTensors(importer, parts);
  return failed(joined) ? failure() : importer.setResult(*joined);
}

/// The part of `x` at `offsets`, in whatever layout `x` has.
static Tensor emitSlice(Emitter &emitter, Tensor &x, ArrayRef<int64_t> offsets,
                        ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  if (!x.prefersNHWC())
    return emitter.fromONNX(
        emitter.slice(emitter.onnxOrder(x), offsets, sizes, strides));
  return emitter.fromNHWC(
      emitter.slice(emitter.nhwcOrder(x), permuteToNHWC(offsets),
                    permuteToNHWC(sizes), permuteToNHWC(strides)));
}

/// The sizes of a Split's parts: an attribute, from opset 13 on an input, or
/// equal.
static FailureOr<SmallVector<int64_t>> getSplit(NodeImporter &importer,
                                                int64_t total) {
  int64_t count = importer.node.outputs.size();
  SmallVector<int64_t> split = importer.getInts("split", {});
  if (importer.hasInput(1)) {
    auto given = importer.getIntList(1);
    if (failed(given))
      return failure();
    split = *given;
  }
  if (split.empty() && total % count == 0)
    split.assign(count, total / count);
  int64_t sum = 0;
  for (int64_t size : split)
    if (size <= 0 || llvm::AddOverflow(sum, size, sum))
      return importer.emitError() << "unsupported part of size " << size;
  if (int64_t(split.size()) != count || sum != total)
    return importer.emitError() << "cannot split size " << total << " into "
                                << count << " parts of total size " << sum;
  return split;
}

static LogicalResult importSplit(NodeImporter &importer) {
  auto input = importer.getMovable(0);
  if (failed(input))
    return failure();
  Tensor &x = **input;
  auto axis = importer.normalizeAxis(importer.getInt("axis", 0), x.rank());
  if (failed(axis))
    return failure();
  auto split = getSplit(importer, x.shape[*axis]);
  if (failed(split))
    return failure();
  SmallVector<int64_t> offsets(x.rank(), 0), strides(x.rank(), 1);
  SmallVector<int64_t> sizes(x.shape);
  for (auto [index, size] : llvm::enumerate(*split)) {
    sizes[*axis] = size;
    if (failed(importer.setMoved(
            index, emitSlice(importer.emitter, x, offsets, sizes, strides))))
      return failure();
    offsets[*axis] += size;
  }
  return success();
}

namespace {

/// The operands of a Slice: attributes before opset 10, then inputs.
struct SliceSpec {
  SmallVector<int64_t> starts, ends, axes, steps;
};

} // namespace

static FailureOr<SliceSpec> readSlice(NodeImporter &importer, int64_t rank) {
  SliceSpec spec;
  SmallVector<int64_t> *lists[] = {&spec.starts, &spec.ends, &spec.axes,
                                   &spec.steps};
  const char *names[] = {"starts", "ends", "axes", "steps"};
  for (auto [index, name] : llvm::enumerate(names)) {
    *lists[index] = importer.getInts(name, {});
    if (!importer.hasInput(1 + index))
      continue;
    auto list = importer.getIntList(1 + index);
    if (failed(list))
      return failure();
    *lists[index] = *list;
  }
  if (spec.axes.empty())
    llvm::append_range(spec.axes, llvm::seq<int64_t>(0, spec.starts.size()));
  if (spec.steps.empty())
    spec.steps.assign(spec.starts.size(), 1);
  for (SmallVector<int64_t> *list : lists)
    if (list->size() != spec.starts.size())
      return importer.emitError()
             << "starts, ends, axes and steps differ in length";
  auto axes = importer.normalizeAxes(spec.axes, rank);
  if (failed(axes))
    return failure();
  spec.axes = *axes;
  return spec;
}

static LogicalResult importSlice(NodeImporter &importer) {
  Tensor &x = importer.getAny(0);
  auto spec = readSlice(importer, x.rank());
  if (failed(spec))
    return failure();
  SmallVector<int64_t> offsets(x.rank(), 0), strides(x.rank(), 1);
  SmallVector<int64_t> sizes(x.shape);
  for (auto [i, axis] : llvm::enumerate(spec->axes)) {
    int64_t size = x.shape[axis], step = spec->steps[i];
    if (step < 1)
      return importer.emitError()
             << "a step of " << step << " is not supported";
    // Negative positions count from the end; all are clamped to the size.
    auto clamp = [&](int64_t position) {
      return std::clamp<int64_t>(position < 0 ? position + size : position, 0,
                                 size);
    };
    offsets[axis] = clamp(spec->starts[i]);
    int64_t extent = clamp(spec->ends[i]) - offsets[axis];
    sizes[axis] = extent <= 0 ? 0 : (extent - 1) / step + 1;
    strides[axis] = step;
  }
  if (const Constant *ints = importer.getIntConstant(0)) {
    if (x.rank() != 1)
      return importer.emitError()
             << "supported on integer constants of rank 1 only";
    SmallVector<int64_t> values;
    for (int64_t i = 0; i < sizes[0]; ++i)
      values.push_back(ints->ints[offsets[0] + i * strides[0]]);
    return importer.setResult(importer.makeInts(sizes, values));
  }
  auto input = importer.getMovable(0);
  if (failed(input) || failed(importer.checkShape(sizes)))
    return failure();
  return importer.setMoved(
      0, emitSlice(importer.emitter, **input, offsets, sizes, strides));
}

/// Pad with a constant: pads and value are attributes before opset 11, then
/// inputs.
static LogicalResult importPad(NodeImporter &importer) {
  auto input = importer.getTensor(0);
  if (failed(input))
    return failure();
  Tensor &x = **input;
  if (importer.getString("mode", "constant") != "constant")
    return importer.emitError() << "mode '" << importer.getString("mode", "")
                                << "' is not supported";
  SmallVector<int64_t> pads = importer.getInts("pads", {});
  float value = importer.getFloat("value", 0);
  if (importer.hasInput(1)) {
    auto list = importer.getIntList(1);
    if (failed(list))
      return failure();
    pads = *list;
  }
  if (importer.hasInput(2)) {
    FailureOr<float> scalar = importer.getScalar(2);
    if (failed(scalar))
      return failure();
    value = *scalar;
  }
  if (int64_t(pads.size()) != 2 * x.rank())
    return importer.emitError() << "expected " << 2 * x.rank()
                                << " values in pads, but got " << pads.size();
  for (int64_t pad : pads)
    if (pad < 0 || pad > kMaxElements)
      return importer.emitError()
             << "padding of " << pad << " is not supported";
  auto low = ArrayRef<int64_t>(pads).take_front(x.rank());
  auto high = ArrayRef<int64_t>(pads).drop_front(x.rank());
  SmallVector<int64_t> shape;
  for (int64_t i = 0; i < x.rank(); ++i)
    shape.push_back(low[i] + x.shape[i] + high[i]);
  if (failed(importer.checkShape(shape)))
    return failure();
  Emitter &emitter = importer.emitter;
  return importer.setResult(x.prefersNHWC()
                                ? emitter.fromNHWC(emitter.pad(
                                      emitter.nhwcOrder(x), permuteToNHWC(low),
                                      permuteToNHWC(high), value))
                                : emitter.fromONNX(emitter.pad(
                                      emitter.onnxOrder(x), low, high, value)));
}

void importer::addShapeOps(ImportTable &table) {
  table["Concat"] = importConcat;
  table["Flatten"] = importFlatten;
  table["Pad"] = importPad;
  table["Reshape"] = importReshape;
  table["Slice"] = importSlice;
  table["Split"] = importSplit;
  table["Squeeze"] = importSqueeze;
  table["Transpose"] = importTranspose;
  table["Unsqueeze"] = importUnsqueeze;
}
