"""The nine models that the onnx package ships, and a count of them that shares no code with the reader."""

from __future__ import annotations

import os
from math import prod
from pathlib import Path

import onnx

FOLDER = Path(os.path.dirname(onnx.__file__)) / "backend" / "test" / "data" / "light"
FILES = sorted(FOLDER.glob("*.onnx"))
STATISTICS = {"BatchNormalization": (3, 4)}  # inputs that are no parameters
WEIGHTED = {"Conv", "Gemm", "BatchNormalization", "Mul", "Add"}


def independent(path: Path) -> tuple[int, int]:
    """Return mult-adds and parameters, from the shapes that onnx infers."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(path), data_prop=True).graph
    shapes = {
        value.name: [d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input, *graph.output)
    }
    shapes.update({tensor.name: list(tensor.dims) for tensor in graph.initializer})
    floats = {tensor.name for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT}
    made = {output: node for node in graph.node for output in node.output}
    mult_adds, weights = 0, {}
    for node in graph.node:
        if node.op_type == "Conv":
            mult_adds += prod(shapes[node.output[0]]) * prod(shapes[node.input[1]][1:])
        elif node.op_type == "Gemm":
            mult_adds += prod(shapes[node.input[1]]) * shapes[node.output[0]][0]
        if node.op_type not in WEIGHTED:
            continue
        for position, name in enumerate(node.input):
            while made.get(name) is not None and made[name].op_type in ("Unsqueeze", "Reshape"):
                name = made[name].input[0]
            is_weight = name in floats or (name in made and made[name].op_type == "ConstantOfShape")
            if is_weight and position not in STATISTICS.get(node.op_type, ()):
                weights[name] = prod(shapes[name])
    return mult_adds, sum(weights.values())
