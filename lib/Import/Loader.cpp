//===- Loader.cpp - Reading of ONNX model files ---------------------------===//
//
// Part of the Wino project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only file that sees protobuf and ONNX's C++ library, whose schema checks
// throw: it is compiled with exceptions, and none leaves it.
//
//===----------------------------------------------------------------------===//

#include "Graph.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include <exception>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace wino;
using namespace wino::importer;

// The format stores data in this order; nothing here swaps bytes.
static_assert(llvm::endianness::native == llvm::endianness::little,
              "ONNX weights are read on little-endian hosts only");

namespace {

constexpr int64_t kMinOpset = 7;
constexpr int64_t kMaxOpset = 17;

class Loader {
public:
  Loader(StringRef path, Location modelLoc) : path(path), modelLoc(modelLoc) {}

  FailureOr<Graph> load();

private:
  LogicalResult parseFile();
  LogicalResult readOpset();
  LogicalResult readNodes();
  LogicalResult readInitializers();
  void readValueInfos();

  LogicalResult checkSchema(const onnx::NodeProto &proto, const Node &node);
  LogicalResult readAttribute(onnx::AttributeProto &proto, const Node &node,
                              NodeAttribute &attribute);
  LogicalResult readTensor(const onnx::TensorProto &proto, Constant &constant);
  LogicalResult readFloats(const onnx::TensorProto &proto, Constant &constant);
  LogicalResult readInts(const onnx::TensorProto &proto, Constant &constant);
  LogicalResult readBytes(const onnx::TensorProto &proto, Constant &constant);
  LogicalResult readExternal(const onnx::TensorProto &proto,
                             Constant &constant);
  InFlightDiagnostic emitTensorError(const Constant &constant) {
    return emitError(modelLoc) << "tensor '" << constant.name << "': ";
  }

  StringRef path;
  Location modelLoc;
  onnx::ModelProto model;
  Graph graph;
};

} // namespace

static std::string getTypeName(int type) {
  if (!onnx::TensorProto_DataType_IsValid(type))
    return "element type " + std::to_string(type);
  return onnx::TensorProto_DataType_Name(
      static_cast<onnx::TensorProto_DataType>(type));
}

static ElementKind getElementKind(int type) {
  switch (type) {
  case onnx::TensorProto_DataType_FLOAT:
    return ElementKind::Float;
  case onnx::TensorProto_DataType_INT64:
  case onnx::TensorProto_DataType_INT32:
  case onnx::TensorProto_DataType_BOOL:
    return ElementKind::Int;
  case onnx::TensorProto_DataType_INT8:
    return ElementKind::Int8;
  case onnx::TensorProto_DataType_UINT8:
    return ElementKind::UInt8;
  default:
    return ElementKind::Unsupported;
  }
}

LogicalResult Loader::parseFile() {
  auto file = llvm::sys::fs::openNativeFileForRead(path);
  if (!file)
    return emitError(modelLoc)
           << "cannot open the model: " << llvm::toString(file.takeError());
  llvm::scope_exit closeFile([&] { llvm::sys::fs::closeFile(*file); });
  google::protobuf::io::FileInputStream stream(*file, /*block_size=*/1 << 20);
  bool parsed = model.ParseFromZeroCopyStream(&stream);
  if (stream.GetErrno() != 0)
    return emitError(modelLoc)
           << "cannot read the model: "
           << std::generic_category().message(stream.GetErrno());
  if (!parsed)
    return emitError(modelLoc)
           << "not an ONNX model, or a truncated or damaged one";
  if (!model.has_graph())
    return emitError(modelLoc) << "not an ONNX model: it has no graph";
  return success();
}

LogicalResult Loader::readOpset() {
  for (const onnx::OperatorSetIdProto &opset : model.opset_import())
    if (opset.domain().empty() || opset.domain() == "ai.onnx")
      graph.opset = opset.version();
  if (graph.opset < kMinOpset || graph.opset > kMaxOpset)
    return emitError(modelLoc)
           << "expected an ONNX opset from " << kMinOpset << " to " << kMaxOpset
           << ", but got " << graph.opset;
  if (model.graph().sparse_initializer_size() != 0)
    return emitError(modelLoc) << "sparse initializers are not supported";
  return success();
}

LogicalResult Loader::checkSchema(const onnx::NodeProto &proto,
                                  const Node &node) {
  // ONNX's library does not know these; their import functions check all.
  if (proto.domain() == kContribDomain)
    return success();
  if (!proto.domain().empty() && proto.domain() != "ai.onnx")
    return emitNodeError(node, modelLoc)
           << "operators of domain '" << proto.domain()
           << "' are not supported";
  const onnx::OpSchema *schema = onnx::OpSchemaRegistry::Schema(
      proto.op_type(), static_cast<int>(graph.opset), /*domain=*/"");
  if (!schema)
    return emitNodeError(node, modelLoc)
           << "there is no such operator in opset " << graph.opset;
  std::string message;
  try {
    schema->Verify(proto);
    return success();
  } catch (const std::exception &error) {
    message = error.what();
  }
  return emitNodeError(node, modelLoc) << StringRef(message).split('\n').first;
}

LogicalResult Loader::readAttribute(onnx::AttributeProto &proto,
                                    const Node &node,
                                    NodeAttribute &attribute) {
  using Kind = NodeAttribute::Kind;
  switch (proto.type()) {
  case onnx::AttributeProto::FLOAT:
    attribute.kind = Kind::Float;
    attribute.f = proto.f();
    return success();
  case onnx::AttributeProto::INT:
    attribute.kind = Kind::Int;
    attribute.i = proto.i();
    return success();
  case onnx::AttributeProto::STRING:
    attribute.kind = Kind::String;
    attribute.s = proto.s();
    return success();
  case onnx::AttributeProto::FLOATS:
    attribute.kind = Kind::Floats;
    attribute.floats.assign(proto.floats().begin(), proto.floats().end());
    return success();
  case onnx::AttributeProto::INTS:
    attribute.kind = Kind::Ints;
    attribute.ints.assign(proto.ints().begin(), proto.ints().end());
    return success();
  case onnx::AttributeProto::TENSOR: {
    attribute.kind = Kind::Tensor;
    attribute.tensor = std::make_unique<Constant>();
    // The tensor of an attribute has no name of its own.
    proto.mutable_t()->set_name(node.label().str());
    return readTensor(proto.t(), *attribute.tensor);
  }
  default:
    return success();
  }
}

LogicalResult Loader::readNodes() {
  graph.nodes.reserve(model.graph().node_size());
  for (onnx::NodeProto &proto : *model.mutable_graph()->mutable_node()) {
    Node &node = graph.nodes.emplace_back();
    node.name = proto.name();
    node.opType = proto.op_type();
    if (proto.domain() == kContribDomain)
      node.domain = kContribDomain;
    node.inputs.assign(proto.input().begin(), proto.input().end());
    node.outputs.assign(proto.output().begin(), proto.output().end());
    if (failed(checkSchema(proto, node)))
      return failure();
    for (onnx::AttributeProto &attribute : *proto.mutable_attribute())
      if (failed(readAttribute(attribute, node,
                               node.attributes[attribute.name()])))
        return failure();
    // A Constant may hold weights: do not keep two copies of all of them.
    // Swapped, not cleared: Clear keeps the memory of strings.
    onnx::NodeProto().Swap(&proto);
  }
  return success();
}

LogicalResult Loader::readFloats(const onnx::TensorProto &proto,
                                 Constant &constant) {
  // Compared before anything of the claimed size is allocated.
  size_t given = proto.has_raw_data() ? proto.raw_data().size() / sizeof(float)
                                      : size_t(proto.float_data_size());
  if (int64_t(given) != constant.size() ||
      (proto.has_raw_data() && proto.raw_data().size() % sizeof(float) != 0))
    return emitTensorError(constant)
           << "expected " << constant.size() << " elements for its shape "
           << shapeToString(constant.shape) << ", but got " << given;
  allocateValues(constant);
  if (proto.has_raw_data())
    std::memcpy(constant.values.data(), proto.raw_data().data(),
                proto.raw_data().size());
  else
    llvm::copy(proto.float_data(), constant.values.begin());
  return success();
}

LogicalResult Loader::readInts(const onnx::TensorProto &proto,
                               Constant &constant) {
  // An empty list of integers (say, of axes) is legal; `size` refuses it.
  size_t expected = llvm::is_contained(constant.shape, 0) ? 0 : constant.size();
  size_t width = proto.data_type() == onnx::TensorProto_DataType_INT64   ? 8
                 : proto.data_type() == onnx::TensorProto_DataType_INT32 ? 4
                                                                         : 1;
  size_t given = proto.has_raw_data() ? proto.raw_data().size() / width
                 : width == 8         ? size_t(proto.int64_data_size())
                                      : size_t(proto.int32_data_size());
  if (given != expected ||
      (proto.has_raw_data() && proto.raw_data().size() % width != 0))
    return emitTensorError(constant)
           << "expected " << expected << " elements for its shape "
           << shapeToString(constant.shape) << ", but got " << given;
  if (!proto.has_raw_data()) {
    if (width == 8)
      constant.ints.assign(proto.int64_data().begin(),
                           proto.int64_data().end());
    else
      constant.ints.assign(proto.int32_data().begin(),
                           proto.int32_data().end());
    return success();
  }
  constant.ints.resize(given);
  const char *raw = proto.raw_data().data();
  for (auto [index, value] : llvm::enumerate(constant.ints)) {
    if (width == 8) {
      std::memcpy(&value, raw + index * width, width);
    } else if (width == 4) {
      int32_t narrow;
      std::memcpy(&narrow, raw + index * width, width);
      value = narrow;
    } else {
      value = raw[index] != 0;
    }
  }
  return success();
}

/// Moves unsigned bytes to where they are stored.
static void storeBytes(Constant &constant) {
  if (constant.kind == ElementKind::UInt8)
    for (int8_t &value : constant.bytes)
      value = static_cast<int8_t>(value ^ 0x80);
}

LogicalResult Loader::readBytes(const onnx::TensorProto &proto,
                                Constant &constant) {
  size_t given = proto.has_raw_data() ? proto.raw_data().size()
                                      : size_t(proto.int32_data_size());
  if (int64_t(given) != constant.size())
    return emitTensorError(constant)
           << "expected " << constant.size() << " elements for its shape "
           << shapeToString(constant.shape) << ", but got " << given;
  allocateValues(constant);
  if (proto.has_raw_data()) {
    std::memcpy(constant.bytes.data(), proto.raw_data().data(), given);
    storeBytes(constant);
    return success();
  }
  for (auto [byte, value] :
       llvm::zip_equal(constant.bytes, proto.int32_data())) {
    bool fits = constant.kind == ElementKind::UInt8 ? llvm::isUInt<8>(value)
                                                    : llvm::isInt<8>(value);
    if (!fits)
      return emitTensorError(constant)
             << "its element " << value << " is out of range for "
             << constant.typeName;
    byte = static_cast<int8_t>(value);
  }
  storeBytes(constant);
  return success();
}

LogicalResult Loader::readExternal(const onnx::TensorProto &proto,
                                   Constant &constant) {
  StringRef location;
  uint64_t offset = 0;
  uint64_t length =
      constant.size() * (isByte(constant.kind) ? 1 : sizeof(float));
  for (const onnx::StringStringEntryProto &entry : proto.external_data()) {
    StringRef value = entry.value();
    uint64_t number = 0;
    if (entry.key() == "location")
      location = value;
    else if (entry.key() == "offset" && value.getAsInteger(10, offset))
      return emitTensorError(constant)
             << "bad offset '" << value << "' of its external data";
    else if (entry.key() == "length" &&
             (value.getAsInteger(10, number) || number != length))
      return emitTensorError(constant)
             << "expected " << length << " bytes of external data, but got '"
             << value << "'";
  }
  // A model must not reach out of its own folder.
  if (location.empty() || llvm::sys::path::is_absolute(location) ||
      llvm::is_contained(llvm::make_range(llvm::sys::path::begin(location),
                                          llvm::sys::path::end(location)),
                         ".."))
    return emitTensorError(constant)
           << "bad location '" << location << "' of its external data";
  SmallString<128> filePath(llvm::sys::path::parent_path(path));
  llvm::sys::path::append(filePath, location);

  auto file = llvm::sys::fs::openNativeFileForRead(filePath);
  if (!file)
    return emitTensorError(constant)
           << "cannot open its external data '" << filePath
           << "': " << llvm::toString(file.takeError());
  llvm::scope_exit closeFile([&] { llvm::sys::fs::closeFile(*file); });
  llvm::sys::fs::file_status status;
  if (llvm::sys::fs::status(*file, status) || status.getSize() < length ||
      offset > status.getSize() - length)
    return emitTensorError(constant)
           << "its external data '" << filePath << "' ends before byte "
           << offset << " + " << length;
  allocateValues(constant);
  MutableArrayRef<char> rest = constant.blob->getMutableData();
  while (!rest.empty()) {
    auto read = llvm::sys::fs::readNativeFileSlice(*file, rest, offset);
    if (!read || *read == 0) {
      std::string reason =
          read ? "unexpected end of file" : llvm::toString(read.takeError());
      return emitTensorError(constant) << "cannot read its external data '"
                                       << filePath << "': " << reason;
    }
    offset += *read;
    rest = rest.drop_front(*read);
  }
  storeBytes(constant);
  return success();
}

LogicalResult Loader::readTensor(const onnx::TensorProto &proto,
                                 Constant &constant) {
  constant.name = proto.name();
  constant.shape.assign(proto.dims().begin(), proto.dims().end());
  constant.kind = getElementKind(proto.data_type());
  constant.typeName = getTypeName(proto.data_type());
  if (constant.kind == ElementKind::Unsupported)
    return success();
  bool isEmpty = llvm::is_contained(constant.shape, 0);
  if (isEmpty && llvm::all_of(constant.shape, [](int64_t s) { return s >= 0; }))
    // Legal, and even used as "not given" by exporters; an error at the use.
    return constant.kind == ElementKind::Int ? readInts(proto, constant)
                                             : success();
  if (!numElements(constant.shape))
    return emitTensorError(constant)
           << "unsupported shape " << shapeToString(constant.shape);
  if (proto.has_segment())
    return emitTensorError(constant) << "segments are not supported";
  if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
    if (constant.kind == ElementKind::Int)
      return emitTensorError(constant)
             << "external data of type " << constant.typeName
             << " is not supported";
    return readExternal(proto, constant);
  }
  switch (constant.kind) {
  case ElementKind::Float:
    return readFloats(proto, constant);
  case ElementKind::Int:
    return readInts(proto, constant);
  default:
    return readBytes(proto, constant);
  }
}

LogicalResult Loader::readInitializers() {
  for (onnx::TensorProto &proto :
       *model.mutable_graph()->mutable_initializer()) {
    auto constant = std::make_unique<Constant>();
    if (failed(readTensor(proto, *constant)))
      return failure();
    graph.initializers.push_back(std::move(constant));
    onnx::TensorProto().Swap(&proto);
  }
  return success();
}

static ValueInfo readValueInfo(const onnx::ValueInfoProto &proto) {
  ValueInfo info;
  info.name = proto.name();
  if (!proto.type().has_tensor_type()) {
    info.typeName = "a type that is not a tensor";
    return info;
  }
  const onnx::TypeProto_Tensor &type = proto.type().tensor_type();
  info.kind = getElementKind(type.elem_type());
  info.typeName = getTypeName(type.elem_type());
  if (!type.has_shape())
    return info;
  info.shape.emplace();
  for (const onnx::TensorShapeProto_Dimension &dim : type.shape().dim()) {
    Dimension &result = info.shape->emplace_back();
    // A negative number is how some exporters spell "unknown".
    if (dim.has_dim_value())
      result.size = dim.dim_value();
    else
      result.symbol = dim.dim_param();
  }
  return info;
}

void Loader::readValueInfos() {
  for (const onnx::ValueInfoProto &proto : model.graph().input())
    graph.inputs.push_back(readValueInfo(proto));
  for (const onnx::ValueInfoProto &proto : model.graph().output())
    graph.outputs.push_back(readValueInfo(proto));
}

FailureOr<Graph> Loader::load() {
  if (failed(parseFile()) || failed(readOpset()) || failed(readNodes()) ||
      failed(readInitializers()))
    return failure();
  readValueInfos();
  return std::move(graph);
}

FailureOr<Graph> importer::loadGraph(StringRef path, Location modelLoc) {
  std::string message;
  try {
    return Loader(path, modelLoc).load();
  } catch (const std::exception &error) {
    message = error.what();
  }
  return emitError(modelLoc)
         << "cannot read the model: " << StringRef(message).split('\n').first;
}
