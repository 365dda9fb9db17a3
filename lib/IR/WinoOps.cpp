//===- WinoOps.cpp - Verifiers, effects and assembly of the ops -----------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "Limits.h"
#include "Verifiers.h"
#include "VerifyScales.h"
#include "Wino/IR/WinoDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wino;

#include "Wino/IR/WinoInterfaces.cpp.inc"

#define GET_OP_CLASSES
#include "Wino/IR/WinoOps.cpp.inc"

void OutputTransformOp::build(OpBuilder &builder, OperationState &state,
                              TypeRange results, TransformAttr transform,
                              Value input, Value init, ScheduleAttr schedule,
                              ImageLayout layout) {
  build(builder, state, results, transform, input, init, ValueRange(), schedule,
        layout);
  buildIdentityEpilogue(builder, *state.regions.front(),
                        getSumType(getElementTypeOrSelf(input.getType())),
                        state.location);
}

void OutputTransformOp::build(OpBuilder &builder, OperationState &state,
                              TypeRange results, TransformAttr transform,
                              Value input, Value init,
                              ValueRange epilogueOperands,
                              ScheduleAttr schedule, ImageLayout layout,
                              DenseI32ArrayAttr epilogueLayouts,
                              NumbersAttrInterface numbers, ValueRange scales) {
  state.addOperands({input, init});
  state.addOperands(epilogueOperands);
  state.addOperands(scales);
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.operandSegmentSizes = {
      1, 1, static_cast<int32_t>(epilogueOperands.size()),
      static_cast<int32_t>(scales.size())};
  properties.transform = transform;
  properties.schedule = schedule;
  if (layout != ImageLayout::NHWC)
    properties.layout = ImageLayoutAttr::get(builder.getContext(), layout);
  properties.epilogue_layouts = epilogueLayouts;
  properties.numbers = numbers;
  state.addRegion();
  state.addTypes(results);
}

unsigned OutputTransformOp::getBatchDim() { return tile_dim::kBatch; }

ScheduleAttr OutputTransformOp::takeSchedule() {
  auto schedule = cast_or_null<ScheduleAttr>(removeScheduleAttr());
  if (schedule)
    setStreamStores(schedule.getStreamStores());
  return schedule;
}

ImageLayout OutputTransformOp::getEpilogueLayout(unsigned number) {
  return lookUpEpilogueLayout(getEpilogueLayouts(), number);
}

void OutputTransformOp::setEpilogueLayout(unsigned number, ImageLayout layout) {
  setEpilogueLayoutsAttr(
      replaceEpilogueLayout(*this, getEpilogueLayouts(), number, layout));
}

void ConvOp::build(OpBuilder &builder, OperationState &state, TypeRange results,
                   ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                   ArrayRef<int64_t> dilations, Value input, Value filter,
                   Value init, ScheduleAttr schedule) {
  build(builder, state, results, kernel, strides, dilations, input, filter,
        init, ValueRange(), schedule, ImageLayout::NHWC,
        /*epilogueLayouts=*/DenseI32ArrayAttr(), /*microRows=*/IntegerAttr());
  buildIdentityEpilogue(builder, *state.regions.front(),
                        getSumType(getElementTypeOrSelf(input.getType())),
                        state.location);
}

unsigned ConvOp::getBatchDim() { return conv_dim::kBatch; }

ScheduleAttr ConvOp::takeSchedule() {
  auto schedule = cast_or_null<ScheduleAttr>(removeScheduleAttr());
  if (schedule) {
    setMicroRows(schedule.getMicroRows());
    setPrefetch(schedule.getPrefetch());
    setStreamStores(schedule.getStreamStores());
  }
  return schedule;
}

ImageLayout ConvOp::getEpilogueLayout(unsigned number) {
  return lookUpEpilogueLayout(getEpilogueLayouts(), number);
}

void ConvOp::setEpilogueLayout(unsigned number, ImageLayout layout) {
  setEpilogueLayoutsAttr(
      replaceEpilogueLayout(*this, getEpilogueLayouts(), number, layout));
}

//===----------------------------------------------------------------------===//
// Effects, speculation and shapes
//===----------------------------------------------------------------------===//

using EffectInstance = SideEffects::EffectInstance<MemoryEffects::Effect>;

/// On memrefs an op reads its inputs and writes its init, which it reads as
/// well if it accumulates; on tensors it has no effects.
static void getDpsEffects(DestinationStyleOpInterface op,
                          SmallVectorImpl<EffectInstance> &effects) {
  auto hadamard = dyn_cast<HadamardOp>(op.getOperation());
  bool accumulates = hadamard && hadamard.getAccumulate();
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    bool isInit = op.isDpsInit(&operand);
    if (!isInit || accumulates)
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
    if (isInit)
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
  }
}

static LogicalResult reifyDpsShapes(DestinationStyleOpInterface op,
                                    OpBuilder &builder,
                                    ReifiedRankedShapedTypeDims &shapes) {
  for (OpResult result : op->getResults())
    shapes.push_back(tensor::getMixedSizes(builder, op.getLoc(),
                                           op.getTiedOpOperand(result)->get()));
  return success();
}

#define WINO_DEFINE_DPS_METHODS(OP)                                            \
  void OP::getEffects(SmallVectorImpl<EffectInstance> &effects) {              \
    getDpsEffects(*this, effects);                                             \
  }                                                                            \
  Speculation::Speculatability OP::getSpeculatability() {                      \
    return hasPureTensorSemantics() ? Speculation::Speculatable                \
                                    : Speculation::NotSpeculatable;            \
  }                                                                            \
  LogicalResult OP::reifyResultShapes(OpBuilder &builder,                      \
                                      ReifiedRankedShapedTypeDims &shapes) {   \
    return reifyDpsShapes(*this, builder, shapes);                             \
  }
WINO_DEFINE_DPS_METHODS(FilterScalesOp)
WINO_DEFINE_DPS_METHODS(FilterTransformOp)
WINO_DEFINE_DPS_METHODS(InputTransformOp)
WINO_DEFINE_DPS_METHODS(Im2RowOp)
WINO_DEFINE_DPS_METHODS(Im2ColOp)
WINO_DEFINE_DPS_METHODS(PadImageOp)
WINO_DEFINE_DPS_METHODS(HadamardOp)
WINO_DEFINE_DPS_METHODS(OutputTransformOp)
WINO_DEFINE_DPS_METHODS(ConvOp)
WINO_DEFINE_DPS_METHODS(OffsetAddOp)
WINO_DEFINE_DPS_METHODS(ColumnProductOp)
#undef WINO_DEFINE_DPS_METHODS

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

/// Verifies that `type` has at most 2^48 elements, a dynamic or zero size
/// counted as one: sums and products of its sizes do not overflow, nor do
/// offsets in bytes.
static LogicalResult verifyNumElements(Operation *op, ShapedType type) {
  constexpr int64_t kMaxNumElements = int64_t(1) << 48;
  int64_t limit = kMaxNumElements;
  for (int64_t size : type.getShape()) {
    if (ShapedType::isDynamic(size) || size == 0)
      continue;
    limit /= size;
    if (limit == 0)
      return op->emitOpError("expected at most 2^48 elements, but got ")
             << type;
  }
  return success();
}

LogicalResult wino::verifyDps(DestinationStyleOpInterface op, Value init) {
  for (Type type : op->getOperandTypes())
    if (auto shaped = dyn_cast<ShapedType>(type))
      if (failed(verifyNumElements(op, shaped)))
        return failure();
  bool isTensor = isa<TensorType>(init.getType());
  for (Value operand : op->getOperands())
    if (isa<ShapedType>(operand.getType()) &&
        isa<TensorType>(operand.getType()) != isTensor)
      return op.emitOpError(
          "expected operands to be all tensors or all memrefs");
  if (!isTensor) {
    if (op->getNumResults() != 0)
      return op.emitOpError("expected no result on memrefs");
    return success();
  }
  if (op->getNumResults() != 1)
    return op.emitOpError("expected one result on tensors, but got ")
           << op->getNumResults();
  if (op->getResult(0).getType() != init.getType())
    return op.emitOpError("expected the result to have the type of the init, ")
           << init.getType() << ", but got " << op->getResult(0).getType();
  return success();
}

LogicalResult wino::verifyElementTypes(Operation *op, Type type, Type other) {
  if (type == other)
    return success();
  return op->emitOpError("expected equal element types, but got ")
         << type << " and " << other;
}

LogicalResult wino::verifyFactorTypes(Operation *op, ShapedType lhs,
                                      ShapedType rhs) {
  Type type = lhs.getElementType();
  if (type.isInteger(32))
    return op->emitOpError("expected factors of floats, i8 or i16, but got ")
           << type;
  return verifyElementTypes(op, type, rhs.getElementType());
}

bool wino::areCompatible(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

LogicalResult wino::verifySize(Operation *op, const Twine &what, int64_t got,
                               int64_t expected) {
  if (areCompatible(got, expected))
    return success();
  return op->emitOpError("expected ")
         << what.str() << " to be " << expected << ", but got " << got;
}

LogicalResult wino::verifyAtLeast(Operation *op, const Twine &what, int64_t got,
                                  int64_t bound) {
  if (ShapedType::isDynamic(got) || ShapedType::isDynamic(bound) ||
      got >= bound)
    return success();
  return op->emitOpError("expected ")
         << what.str() << " to be at least " << bound << ", but got " << got;
}

LogicalResult wino::verifyStatic(Operation *op, const Twine &what,
                                 ShapedType type, ArrayRef<unsigned> dims) {
  for (unsigned dim : dims)
    if (type.isDynamicDim(dim))
      return op->emitOpError("expected ")
             << what.str() << " to have static channel and tap sizes, but got "
             << type;
  return success();
}

/// Verifies C6 of filter_transform.
static LogicalResult verifyPackedFilter(FilterTransformOp op) {
  ShapedType filter = op.getFilterType(), init = op.getInitType();
  if (!op.isPacked() || getGroup(init) != getGroup(filter))
    return op.emitOpError("expected a packed init for a packed filter, in the "
                          "same groups, but got ")
           << init;
  for (auto [dim, name] : {std::pair(packed_dim::kBlock, "blocks"),
                           std::pair(packed_dim::kPanel, "panels"),
                           std::pair(packed_dim::kChannel, "input channels"),
                           std::pair(packed_dim::kPanelCol, "panel columns")})
    if (failed(verifySize(op, Twine("the ") + name + " of the init",
                          init.getDimSize(dim), filter.getDimSize(dim))))
      return failure();
  return success();
}

/// Verifies C3 of filter_transform.
static LogicalResult verifyFilterChannels(FilterTransformOp op) {
  ShapedType filter = op.getFilterType(), init = op.getInitType();
  if (op.isDepthwise())
    return verifySize(op, "the channels of the init", init.getDimSize(2),
                      filter.getDimSize(2));
  int64_t c = op.isPacked() ? getPackedChannels(init) : init.getDimSize(2);
  int64_t k = op.isPacked() ? init.getDimSize(packed_dim::kBlock) *
                                  init.getDimSize(packed_dim::kPanel) *
                                  init.getDimSize(packed_dim::kPanelCol)
                            : init.getDimSize(3);
  if (failed(verifyAtLeast(op, "the input channels of the init", c,
                           filter.getDimSize(2))))
    return failure();
  return verifyAtLeast(op, "the output channels of the init", k,
                       filter.getDimSize(3));
}

/// Verifies that `transform` can be computed in `numbers`.
static LogicalResult verifyNumbers(Operation *op, TransformAttr transform,
                                   NumbersAttrInterface numbers) {
  if (llvm::Error error = numbers.checkTransform(transform))
    return op->emitOpError("cannot compute in ")
           << numbers << ": " << llvm::toString(std::move(error));
  return success();
}

static LogicalResult verifyNumbersType(Operation *op, Type type, Type expected,
                                       NumbersAttrInterface numbers) {
  if (type == expected)
    return success();
  return op->emitOpError("expected elements of type ")
         << expected << " with " << numbers << ", but got " << type;
}

/// Verifies the element types of a transform to the domain of the products:
/// those of `numbers`, and without equal ones or i8 to i16; and that
/// `transform` can be computed in these numbers.
static LogicalResult verifyTransformed(Operation *op, TransformAttr transform,
                                       NumbersAttrInterface numbers,
                                       ShapedType from, ShapedType to) {
  if (!numbers) {
    if (from.getElementType().isInteger(8) && to.getElementType().isInteger(16))
      return success();
    return verifyElementTypes(op, from.getElementType(), to.getElementType());
  }
  if (failed(verifyNumbersType(op, from.getElementType(),
                               numbers.getElementType(), numbers)) ||
      failed(verifyNumbersType(op, to.getElementType(), numbers.getFactorType(),
                               numbers)))
    return failure();
  return verifyNumbers(op, transform, numbers);
}

LogicalResult FilterTransformOp::verify() {
  ShapedType filter = getFilterType(), init = getInitType();
  if (failed(verifyDps(*this, getInit())))
    return failure();
  if (init.getRank() == 3 && filter.getRank() != 3)
    return emitOpError("expected an init of rank 4 or 6, but got ") << init;
  if (filter.getRank() == 3 && init.getRank() != 3)
    return emitOpError("expected an init of rank 3 for a depthwise filter, "
                       "but got ")
           << init;
  auto getTapDim = [](bool isPacked) {
    return isPacked ? unsigned(packed_dim::kTapRow) : 0;
  };
  unsigned filterTapDim = getTapDim(isFilterPacked());
  unsigned tapDim = getTapDim(isPacked());
  TransformAttr transform = getTransform();
  // C5
  for (ShapedType type : {filter, init})
    if (!type.hasStaticShape())
      return emitOpError("expected static shapes, but got ") << type;
  // C1
  if (failed(verifySize(*this, "the filter's height",
                        filter.getDimSize(filterTapDim),
                        transform.getRRows())) ||
      failed(verifySize(*this, "the filter's width",
                        filter.getDimSize(filterTapDim + 1),
                        transform.getRCols())))
    return failure();
  // C6, C3
  if (failed(isFilterPacked() ? verifyPackedFilter(*this)
                              : verifyFilterChannels(*this)))
    return failure();
  // C2
  if (failed(verifySize(*this, "the row taps of the init",
                        init.getDimSize(tapDim),
                        getNumTaps(transform, getNumbersAttr(), 0))) ||
      failed(verifySize(*this, "the column taps of the init",
                        init.getDimSize(tapDim + 1),
                        getNumTaps(transform, getNumbersAttr(), 1))))
    return failure();
  // C7
  if (isa<IntegerType>(init.getElementType()) && !getNumbers() &&
      !(isInteger(transform.getRowTransform().g) &&
        isInteger(transform.getColTransform().g)))
    return emitOpError("expected G of ")
           << transform.getName() << " to have integer entries for "
           << init.getElementType();
  // C4, C8
  if (failed(
          verifyTransformed(*this, transform, getNumbersAttr(), filter, init)))
    return failure();
  // C9
  if (isa_and_present<QuantizedAttr>(getNumbersAttr()) && filter.getRank() != 4)
    return emitOpError("expected a filter of rank 4 in quantized numbers, but "
                       "got ")
           << filter;
  int64_t channels = init.getShape().back();
  if (isPacked())
    channels = init.getDimSize(packed_dim::kBlock) *
               init.getDimSize(packed_dim::kPanel) *
               init.getDimSize(packed_dim::kPanelCol);
  ValueRange scales = getScales();
  Value inputScales;
  if (wino::hasChannelInput(getNumbersAttr()) && scales.size() == 2) {
    inputScales = scales.back();
    scales = scales.drop_back();
  }
  if (failed(verifyScales(*this, getNumbersAttr(), scales, /*isResult=*/false,
                          transform.getAlphaRows() * transform.getAlphaCols(),
                          channels)))
    return failure();
  return verifyInputScales(*this, getNumbersAttr(), inputScales,
                           filter.getRank() == 4 ? filter.getDimSize(2) : 0);
}

LogicalResult FilterScalesOp::verify() {
  ShapedType filter = getFilterType(), init = getInitType();
  TransformAttr transform = getTransform();
  // C3
  if (failed(verifyDps(*this, getInit())))
    return failure();
  for (ShapedType type : {filter, init})
    if (!type.hasStaticShape())
      return emitOpError("expected static shapes, but got ") << type;
  // C1
  if (failed(verifySize(*this, "the filter's height", filter.getDimSize(0),
                        transform.getRRows())) ||
      failed(verifySize(*this, "the filter's width", filter.getDimSize(1),
                        transform.getRCols())))
    return failure();
  // C4
  if (failed(verifyNumbers(*this, transform, getNumbers())))
    return failure();
  // C2
  if (failed(verifyScales(*this, getNumbers(), getInit(), /*isResult=*/false,
                          transform.getAlphaRows() * transform.getAlphaCols(),
                          std::max(init.getDimSize(0), filter.getDimSize(3)))))
    return failure();
  return verifyInputScales(*this, getNumbers(), getInputScales(),
                           filter.getDimSize(2));
}

LogicalResult wino::verifyPad(Operation *op, ArrayRef<int64_t> pad) {
  if (pad.size() != 4)
    return op->emitOpError("expected pad to have four elements, but got ")
           << pad.size();
  for (int64_t side : pad)
    if (side < 0 || side > kMaxPad)
      return op->emitOpError("expected pad to be in [0, ")
             << kMaxPad << "], but got " << side;
  return success();
}

/// Verifies what all readers of images have in common: numbers of elements,
/// padding and what stands there, and origin.
template <typename OpTy>
static LogicalResult verifyImageReader(OpTy op) {
  if (failed(verifyDps(op, op.getInit())) ||
      failed(verifyStatic(op, "the image", op.getInputType(),
                          {op.getImageDims().channel})))
    return failure();
  if (failed(verifyPad(op, op.getPad())))
    return failure();
  if (op.getOrigin().size() != 0 && op.getOrigin().size() != 2)
    return op.emitOpError("expected no or two origin operands, but got ")
           << op.getOrigin().size();
  Type type = op.getInputType().getElementType();
  int64_t value = op.getPadValue();
  if (value != 0 && (!isa<IntegerType>(type) ||
                     !llvm::isIntN(type.getIntOrFloatBitWidth(), value)))
    return op.emitOpError("expected pad_value to be 0 or an integer of type ")
           << type << ", but got " << value;
  return success();
}

/// Verifies what the readers of tiles have in common: C2, C3, C5 and C7.
template <typename OpTy>
static LogicalResult verifyTileReader(OpTy op, int64_t minRowLength) {
  ShapedType input = op.getInputType(), init = op.getInitType();
  // C3, C5, C7
  if (failed(verifyImageReader(op)) ||
      failed(verifyStatic(
          op, "the init", init,
          {tile_dim::kTapRow, tile_dim::kTapCol, tile_dim::kChannel})))
    return failure();
  // C2
  if (failed(verifySize(op, "the batch of the init",
                        init.getDimSize(tile_dim::kBatch),
                        input.getDimSize(op.getImageDims().batch))))
    return failure();
  return verifyAtLeast(op, "the channels of the init",
                       init.getDimSize(tile_dim::kChannel), minRowLength);
}

/// Verifies C4 of the image readers along one axis: `tiles` of `m` pixels, made
/// by a filter of `extent` pixels at steps of `stride`.
static LogicalResult verifyTileCount(Operation *op, StringRef axis,
                                     int64_t size, int64_t pad, int64_t extent,
                                     int64_t stride, int64_t m, int64_t tiles) {
  if (ShapedType::isDynamic(size) || ShapedType::isDynamic(tiles))
    return success();
  int64_t padded = size + pad;
  int64_t pixels = padded < extent ? 0 : (padded - extent) / stride + 1;
  return verifySize(op, "the number of tile " + axis, tiles,
                    llvm::divideCeil(pixels, m));
}

/// Verifies that the last of the tiles for `pixels` pixels along an axis holds
/// what the whole ones leave.
static LogicalResult verifyEdge(Operation *op, TransformAttr transform,
                                unsigned axis, int64_t pixels) {
  int64_t rest = pixels % transform.getM(axis);
  int64_t edge = transform.getM(axis, /*atEdge=*/true);
  if (!transform.hasEdge(axis) || rest <= edge)
    return success();
  return op->emitOpError("expected tiles at the edge to hold the ")
         << rest << " of " << pixels << " pixels along axis " << axis
         << " that whole tiles leave, but they hold " << edge;
}

LogicalResult InputTransformOp::verify() {
  ShapedType input = getInputType(), init = getInitType();
  TransformAttr transform = getTransform();
  ImageDims dims = getImageDims();
  if (failed(verifyTileReader(*this, input.getDimSize(dims.channel))))
    return failure();
  // C6, C10
  if (failed(
          verifyTransformed(*this, transform, getNumbersAttr(), input, init)))
    return failure();
  // C1
  if (failed(verifySize(*this, "the row taps of the init",
                        init.getDimSize(tile_dim::kTapRow),
                        getNumTaps(transform, getNumbersAttr(), 0))) ||
      failed(verifySize(*this, "the column taps of the init",
                        init.getDimSize(tile_dim::kTapCol),
                        getNumTaps(transform, getNumbersAttr(), 1))))
    return failure();
  // C8
  const int64_t pads[] = {getPadTop() + getPadBottom(),
                          getPadLeft() + getPadRight()};
  for (unsigned axis : {0, 1}) {
    if (!transform.hasEdge(axis))
      continue;
    if (input.isDynamicDim(dims.axis(axis)))
      return emitOpError("expected a static image along axis ")
             << axis << ", where tiles at the edge are smaller";
    int64_t pixels =
        input.getDimSize(dims.axis(axis)) + pads[axis] - transform.getR(axis);
    if (pixels >= 0 && failed(verifyEdge(*this, transform, axis, pixels + 1)))
      return failure();
  }
  // C11
  if (failed(verifyInputScales(*this, getNumbersAttr(), getInverseScales(),
                               init.getDimSize(tile_dim::kChannel))))
    return failure();
  // C4
  if (!getOrigin().empty())
    return success();
  if (failed(verifyTileCount(*this, "rows", input.getDimSize(dims.row),
                             getPadTop() + getPadBottom(), transform.getRRows(),
                             /*stride=*/1, transform.getMRows(),
                             init.getDimSize(tile_dim::kTileRow))))
    return failure();
  return verifyTileCount(*this, "columns", input.getDimSize(dims.col),
                         getPadLeft() + getPadRight(), transform.getRCols(),
                         /*stride=*/1, transform.getMCols(),
                         init.getDimSize(tile_dim::kTileCol));
}

LogicalResult PadImageOp::verify() {
  ShapedType input = getInputType(), init = getInitType();
  ImageDims dims = getImageDims();
  // C2, C4, C5, C6, C7
  if (failed(verifyImageReader(*this)) ||
      failed(verifyElementTypes(*this, input.getElementType(),
                                init.getElementType())) ||
      failed(verifyStatic(*this, "the init", init, {image_dim::kChannel})))
    return failure();
  // C1
  if (failed(verifySize(*this, "the batch of the init",
                        init.getDimSize(image_dim::kBatch),
                        input.getDimSize(dims.batch))) ||
      failed(verifySize(*this, "the channels of the init",
                        init.getDimSize(image_dim::kChannel),
                        input.getDimSize(dims.channel))))
    return failure();
  // C3
  if (!getOrigin().empty())
    return success();
  const int64_t pads[] = {getPadTop() + getPadBottom(),
                          getPadLeft() + getPadRight()};
  const StringRef names[] = {"the rows of the init", "the columns of the init"};
  for (unsigned axis : {0, 1}) {
    int64_t size = input.getDimSize(dims.axis(axis));
    if (!ShapedType::isDynamic(size) &&
        failed(verifySize(*this, names[axis],
                          init.getDimSize(image_dim::kRow + axis),
                          size + pads[axis])))
      return failure();
  }
  return success();
}

LogicalResult
wino::verifyWindow(Operation *op,
                   ArrayRef<std::pair<StringRef, ArrayRef<int64_t>>> lists) {
  for (auto [name, sizes] : lists) {
    if (sizes.size() != 2)
      return op->emitOpError("expected ")
             << name << " to have two elements, but got " << sizes.size();
    for (int64_t size : sizes)
      if (size < 1 || size > kMaxWindow)
        return op->emitOpError("expected ")
               << name << " to be in [1, " << kMaxWindow << "], but got "
               << size;
  }
  return success();
}

LogicalResult Im2RowOp::verify() {
  ShapedType input = getInputType(), init = getInitType();
  // C8
  if (failed(verifyWindow(*this, {{"kernel", getKernel()},
                                  {"strides", getStrides()},
                                  {"dilations", getDilations()}})))
    return failure();
  std::optional<int64_t> rowLength = llvm::checkedMul(
      getKernel()[0] * getKernel()[1], input.getDimSize(image_dim::kChannel));
  if (!input.isDynamicDim(image_dim::kChannel) && !rowLength)
    return emitOpError("the length of a row overflows");
  // C6
  if (failed(verifyTileReader(*this, rowLength.value_or(0))) ||
      failed(verifyElementTypes(*this, input.getElementType(),
                                init.getElementType())))
    return failure();
  // C1
  for (unsigned dim : {tile_dim::kTapRow, tile_dim::kTapCol})
    if (failed(
            verifySize(*this, "the taps of the init", init.getDimSize(dim), 1)))
      return failure();
  // C4
  if (!getOrigin().empty())
    return success();
  if (failed(verifyTileCount(*this, "rows", input.getDimSize(image_dim::kRow),
                             getPadTop() + getPadBottom(),
                             getDilations()[0] * (getKernel()[0] - 1) + 1,
                             getStrides()[0],
                             /*m=*/1, init.getDimSize(tile_dim::kTileRow))))
    return failure();
  return verifyTileCount(*this, "columns", input.getDimSize(image_dim::kCol),
                         getPadLeft() + getPadRight(),
                         getDilations()[1] * (getKernel()[1] - 1) + 1,
                         getStrides()[1], /*m=*/1,
                         init.getDimSize(tile_dim::kTileCol));
}

LogicalResult wino::verifyColumns(Operation *op, ShapedType columns,
                                  ArrayRef<int64_t> block) {
  ArrayRef<int64_t> panel = columns.getShape().drop_front(packed_dim::kChannel);
  const int64_t panelCols = columns.getDimSize(packed_dim::kPanelCol);
  if (ShapedType::isDynamicShape(panel) || panelCols == 0 ||
      getGroup(columns) == 0)
    return op->emitOpError("expected panels of a static size, but got ")
           << columns;
  for (int64_t size : block)
    if (size < 0 || size > kMaxPixelBlock)
      return op->emitOpError("expected block to be in [0, ")
             << kMaxPixelBlock << "], but got " << size;
  const int64_t panels = columns.getDimSize(packed_dim::kPanel);
  if (ShapedType::isDynamic(panels))
    return success();
  return verifyAtLeast(op, "the columns of a block", panels * panelCols,
                       block[0] * block[1]);
}

LogicalResult Im2ColOp::verify() {
  ShapedType input = getInputType(), init = getInitType();
  const ImageDims dims = getImageDims();
  // C3, C5, C8, C9
  if (failed(verifyWindow(*this, {{"kernel", getKernel()},
                                  {"strides", getStrides()},
                                  {"dilations", getDilations()}})) ||
      failed(verifyImageReader(*this)))
    return failure();
  // C7, C10
  if (failed(verifyColumns(*this, init, getPixelBlock())))
    return failure();
  // C6
  if (failed(verifyElementTypes(*this, input.getElementType(),
                                init.getElementType())))
    return failure();
  // C1
  if (failed(verifySize(*this, "the batch of the init",
                        init.getDimSize(image_dim::kBatch),
                        input.getDimSize(dims.batch))))
    return failure();
  // C2
  std::optional<int64_t> depth = llvm::checkedMul(
      getKernel()[0] * getKernel()[1], input.getDimSize(dims.channel));
  if (!depth)
    return emitOpError("the length of a column overflows");
  if (failed(verifyAtLeast(*this, "the elements of a column",
                           getPackedChannels(init), *depth)))
    return failure();
  // C4
  if (!getOrigin().empty())
    return success();
  const int64_t pads[] = {getPadTop() + getPadBottom(),
                          getPadLeft() + getPadRight()};
  for (unsigned axis : {0, 1}) {
    const int64_t blocks = init.getDimSize(image_dim::kRow + axis);
    const int64_t size = getPixelBlock()[axis];
    if (size == 0 ? failed(verifySize(*this,
                                      axis == 0 ? "the number of tile rows"
                                                : "the number of tile columns",
                                      blocks, 1))
                  : failed(verifyTileCount(
                        *this, axis == 0 ? "rows" : "columns",
                        input.getDimSize(dims.axis(axis)), pads[axis],
                        getExtent(axis), getStrides()[axis], size, blocks)))
      return failure();
  }
  return success();
}

LogicalResult HadamardOp::verify() {
  ShapedType input = getInputType(), filter = getFilterType(),
             init = getInitType();
  if (failed(verifyDps(*this, getInit())))
    return failure();
  // C5
  if (!filter.hasStaticShape())
    return emitOpError("expected a static filter shape, but got ") << filter;
  for (ShapedType type : {input, init})
    if (failed(verifyStatic(
            *this, "input and init", type,
            {tile_dim::kTapRow, tile_dim::kTapCol, tile_dim::kChannel})))
      return failure();
  // C1
  unsigned tapDim = isPacked() ? unsigned(packed_dim::kTapRow) : 0;
  SmallVector<ShapedType> tapTypes = {init};
  if (!sharesInput())
    tapTypes.push_back(input);
  for (unsigned axis : {0, 1})
    for (ShapedType type : tapTypes)
      if (failed(verifySize(*this, "the taps of input and init",
                            type.getDimSize(tile_dim::kTapRow + axis),
                            filter.getDimSize(tapDim + axis))))
        return failure();
  // C2
  for (unsigned dim :
       {tile_dim::kBatch, tile_dim::kTileRow, tile_dim::kTileCol})
    if (failed(verifySize(*this, "dimension " + Twine(dim) + " of the init",
                          init.getDimSize(dim), input.getDimSize(dim))))
      return failure();
  // C3
  int64_t c = isPacked() ? getPackedChannels(filter) : filter.getDimSize(2);
  int64_t k = c;
  if (isPacked())
    k = filter.getDimSize(packed_dim::kBlock) *
        filter.getDimSize(packed_dim::kPanel) *
        filter.getDimSize(packed_dim::kPanelCol);
  else if (!isDepthwise())
    k = filter.getDimSize(3);
  if (failed(verifySize(*this, "the channels of the input",
                        input.getDimSize(tile_dim::kChannel), c)) ||
      failed(verifySize(*this, "the channels of the init",
                        init.getDimSize(tile_dim::kChannel), k)))
    return failure();
  // C7
  ArrayRef<int64_t> edgeTaps = getEdgeTaps().value_or(ArrayRef<int64_t>());
  if (getEdge().size() != edgeTaps.size() ||
      (!edgeTaps.empty() && edgeTaps.size() != 2))
    return emitOpError("expected an edge and its taps along no or two axes, "
                       "but got ")
           << getEdge().size() << " and " << edgeTaps.size();
  for (auto [axis, taps] : llvm::enumerate(edgeTaps))
    if (taps < 1 || taps > init.getDimSize(tile_dim::kTapRow + axis))
      return emitOpError("expected the taps of tiles at the edge to be in [1, ")
             << init.getDimSize(tile_dim::kTapRow + axis) << "], but got "
             << taps;
  // C6
  if (ScheduleAttr schedule = getScheduleAttr(); schedule && isPacked())
    if (failed(verifySize(*this, "the panel width of the filter",
                          filter.getDimSize(packed_dim::kPanelCol),
                          schedule.getMicroCols())))
      return failure();
  // C4
  if (failed(verifyFactorTypes(*this, input, filter)))
    return failure();
  Type sumType = getSumType(input.getElementType());
  if (init.getElementType() != sumType)
    return emitOpError("expected products of type ")
           << sumType << ", but got " << init.getElementType();
  return success();
}

LogicalResult OutputTransformOp::verify() {
  ShapedType input = getInputType(), init = getInitType();
  TransformAttr transform = getTransform();
  ImageDims dims = getImageDims();
  if (failed(verifyDps(*this, getInit())))
    return failure();
  // C9
  if (failed(verifyStatic(*this, "the input", input,
                          {tile_dim::kTapRow, tile_dim::kTapCol})))
    return failure();
  // C1
  if (failed(verifySize(*this, "the row taps of the input",
                        input.getDimSize(tile_dim::kTapRow),
                        getNumTaps(transform, getNumbersAttr(), 0))) ||
      failed(verifySize(*this, "the column taps of the input",
                        input.getDimSize(tile_dim::kTapCol),
                        getNumTaps(transform, getNumbersAttr(), 1))))
    return failure();
  // C2
  if (failed(verifySize(*this, "the batch of the init",
                        init.getDimSize(dims.batch),
                        input.getDimSize(tile_dim::kBatch))))
    return failure();
  // C3
  const std::pair<unsigned, int64_t> axes[] = {{0, transform.getMRows()},
                                               {1, transform.getMCols()}};
  for (auto [axis, m] : axes) {
    int64_t pixels = init.getDimSize(dims.axis(axis));
    if (!ShapedType::isDynamic(pixels) &&
        failed(verifySize(*this,
                          "the tiles of the input along axis " + Twine(axis),
                          input.getDimSize(tile_dim::kTileRow + axis),
                          llvm::divideCeil(pixels, m))))
      return failure();
    // C12
    if (!ShapedType::isDynamic(pixels) &&
        failed(verifyEdge(*this, transform, axis, pixels)))
      return failure();
  }
  // C4
  if (failed(verifyAtLeast(*this, "the channels of the input",
                           input.getDimSize(tile_dim::kChannel),
                           init.getDimSize(dims.channel))))
    return failure();
  // C5, C10
  if (failed(verifyEpilogueOperands(*this, getEpilogueLayouts())))
    return failure();
  // C8
  Type type = input.getElementType();
  if (type.isInteger(8) || type.isInteger(16))
    return emitOpError("expected products of floats or i32, but got ") << type;
  // C13
  NumbersAttrInterface numbers = getNumbersAttr();
  if (failed(verifyScales(*this, numbers, getScales(), /*isResult=*/true,
                          input.getDimSize(tile_dim::kTapRow) *
                              input.getDimSize(tile_dim::kTapCol),
                          input.getDimSize(tile_dim::kChannel))))
    return failure();
  // C11
  if (!numbers)
    return success();
  if (failed(verifyNumbersType(*this, type, getSumType(numbers.getFactorType()),
                               numbers)))
    return failure();
  return verifyNumbers(*this, transform, numbers);
}

LogicalResult OutputTransformOp::verifyRegions() {
  return verifyEpilogueRegion(*this);
}

LogicalResult wino::verifyImagePixels(Operation *op, unsigned axis,
                                      int64_t size, int64_t extent,
                                      int64_t stride, int64_t pixels) {
  if (ShapedType::isDynamic(size) || ShapedType::isDynamic(pixels))
    return success();
  int64_t possible = size < extent ? 0 : (size - extent) / stride + 1;
  return verifyAtLeast(
      op, "the pixels that the image has along axis " + Twine(axis), possible,
      pixels);
}

LogicalResult ConvOp::verify() {
  ShapedType input = getInputType(), filter = getFilterType(),
             init = getInitType();
  ImageDims dims = getImageDims();
  // C10
  if (failed(verifyDps(*this, getInit())) ||
      failed(verifyWindow(*this, {{"kernel", getKernel()},
                                  {"strides", getStrides()},
                                  {"dilations", getDilations()}})))
    return failure();
  // C9
  if (!filter.hasStaticShape())
    return emitOpError("expected a static filter shape, but got ") << filter;
  if (failed(verifyStatic(*this, "the image", input, {image_dim::kChannel})))
    return failure();
  // C1
  if (failed(verifySize(*this, "the batch of the init",
                        init.getDimSize(dims.batch),
                        input.getDimSize(image_dim::kBatch))))
    return failure();
  // C2
  for (unsigned axis : {0, 1})
    if (failed(verifyImagePixels(*this, axis,
                                 input.getDimSize(image_dim::kRow + axis),
                                 getExtent(axis), getStrides()[axis],
                                 init.getDimSize(dims.axis(axis)))))
      return failure();
  // C3
  for (unsigned dim : {packed_dim::kTapRow, packed_dim::kTapCol})
    if (failed(verifySize(*this, "the taps of the filter",
                          filter.getDimSize(dim), 1)))
      return failure();
  std::optional<int64_t> depth =
      llvm::checkedMul(getKernel()[0] * getKernel()[1], getNumChannels());
  if (!depth)
    return emitOpError("the depth of the filter overflows");
  if (failed(verifySize(*this, "the depth of the filter",
                        getPackedChannels(filter), *depth)))
    return failure();
  if (int64_t group = getGroup(filter);
      group == 0 || getNumChannels() % group != 0)
    return emitOpError("expected groups that divide the ")
           << getNumChannels() << " channels, but got groups of " << group;
  // C4
  if (failed(verifyAtLeast(*this, "the columns of the filter",
                           getNumFilterColumns(),
                           init.getDimSize(dims.channel))))
    return failure();
  // C5, C13
  if (failed(verifyEpilogueOperands(*this, getEpilogueLayouts())))
    return failure();
  // C11
  if (ScheduleAttr schedule = getScheduleAttr())
    if (failed(verifySize(*this, "the panel width of the filter",
                          filter.getDimSize(packed_dim::kPanelCol),
                          schedule.getMicroCols())))
      return failure();
  // C8
  return verifyFactorTypes(*this, input, filter);
}

LogicalResult ConvOp::verifyRegions() { return verifyEpilogueRegion(*this); }
