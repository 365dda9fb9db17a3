"""Writes y = Relu(x + w) with one thing changed.

usage: break_onnx.py CHANGE OUT.onnx
"""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

VALUES = np.array([1, 2, 3], np.float32)


def make_model():
    info = helper.make_tensor_value_info
    nodes = [
        helper.make_node("Add", ["x", "w"], ["a"], name="add"),
        helper.make_node("Relu", ["a"], ["y"], name="relu"),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [info("x", TensorProto.FLOAT, [2, 3])],
        [info("y", TensorProto.FLOAT, [2, 3])],
        [numpy_helper.from_array(VALUES, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    return model


def set_external(weight, **entries):
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        weight.external_data.add(key=key, value=str(value))


def change_model(model, change, path):
    graph = model.graph
    weight = graph.initializer[0]
    data = os.path.basename(path) + ".data"
    if change == "external":
        with open(path + ".data", "wb") as file:
            file.write(b"????" + VALUES.tobytes())
        set_external(weight, location=data, offset=4, length=12)
    elif change == "no-external":
        set_external(weight, location="no-such-file")
    elif change == "short-external":
        with open(path + ".data", "wb") as file:
            file.write(b"????" + VALUES.tobytes())
        set_external(weight, location=data, offset=8)
    elif change == "outside-external":
        set_external(weight, location="../outside")
    elif change == "external-length":
        set_external(weight, location=data, length=13)
    elif change == "raw-size":
        weight.raw_data = weight.raw_data[:8]
    elif change == "float-data":
        weight.ClearField("raw_data")
        weight.float_data.extend([1, 2, 3])
    elif change == "float-count":
        weight.ClearField("raw_data")
        weight.float_data.extend([1, 2, 3, 4])
    elif change == "negative-size":
        weight.dims[0] = -3
    elif change == "huge-size":
        del weight.dims[:]
        weight.dims.extend([1 << 62, 1 << 62])
    elif change == "twice":
        graph.initializer.append(weight)
    elif change == "sparse":
        graph.sparse_initializer.add()
    elif change == "no-opset":
        del model.opset_import[:]
    elif change == "listed":
        graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [3]))
    elif change == "unordered":
        nodes = list(graph.node)[::-1]
        del graph.node[:]
        graph.node.extend(nodes)
        for node in graph.node:
            node.ClearField("name")
    elif change != "good":
        sys.exit(f"unknown change '{change}'")


def main():
    change, path = sys.argv[1:]
    model = make_model()
    change_model(model, change, path)
    onnx.save(model, path)


if __name__ == "__main__":
    main()
