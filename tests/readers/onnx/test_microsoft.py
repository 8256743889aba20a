"""ONNX Runtime's own operators, one by one: our shapes are those that it computes, mult-adds those of the formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import helper, numpy_helper

import macflops
from macflops.readers.onnx import operators, read

N, L, S, H, D = 2, 5, 7, 4, 8  # examples, queries, keys, heads, elements of a head
WIDTH = H * D


def flows(*shape: int) -> Any:
    return np.zeros(shape, np.float32), False


def held(*shape: int, dtype: Any = np.float32) -> Any:
    return np.ones(shape, dtype), True


NOTHING = None
SCALE, ZERO = held(), held(dtype=np.uint8)
MATRIX = held(6, 9, dtype=np.uint8)
BYTES = np.zeros((N, 6), np.uint8), False
KEYS = flows(N, S, WIDTH)
ATTENTION = 2 * N * H * L * S * D

CASES: list[tuple[str, list[Any], dict[str, Any], int, int, int]] = [  # inputs, attributes, outputs, mult-adds, params
    (
        "MultiHeadAttention",
        [flows(N, L, WIDTH), flows(N, S, WIDTH), flows(N, S, WIDTH)],
        {"num_heads": H},
        1,
        ATTENTION,
        0,
    ),
    (
        "MultiHeadAttention",
        [flows(N, L, WIDTH), flows(N, S, WIDTH), flows(N, S, WIDTH), held(3 * WIDTH)],
        {"num_heads": H},
        1,
        ATTENTION,
        3 * WIDTH,
    ),
    (
        "MultiHeadAttention",
        [
            *(flows(N, L, WIDTH), flows(N, L, WIDTH), flows(N, L, WIDTH), NOTHING, NOTHING, NOTHING),
            *(flows(N, H, S, D), flows(N, H, S, D)),
        ],
        {"num_heads": H},
        3,
        2 * N * H * L * (L + S) * D,
        0,
    ),
    (
        "Attention",
        [flows(N, L, 12), held(12, 3 * WIDTH), held(3 * WIDTH)],
        {"num_heads": H, "unidirectional": 1},
        1,
        N * L * 12 * 3 * WIDTH + 2 * N * H * L * L * D,
        13 * 3 * WIDTH,
    ),
    (
        "SkipLayerNormalization",
        [flows(N, L, 6), flows(N, L, 6), held(6), held(6), held(6)],
        {},
        4,
        0,
        18,
    ),
    ("SkipSimplifiedLayerNormalization", [flows(N, L, 6), flows(N, L, 6), held(6)], {}, 1, 0, 6),
    ("BiasGelu", [flows(N, L, 6), held(6)], {}, 1, 0, 6),
    ("FastGelu", [flows(N, L, 6), held(6)], {}, 1, 0, 6),
    ("QuickGelu", [flows(N, L, 6)], {}, 1, 0, 0),
    ("Gelu", [flows(N, L, 6)], {}, 1, 0, 0),
    ("FusedMatMul", [flows(N, L, 6), held(9, 6)], {"transB": 1, "alpha": 0.5}, 1, N * L * 54, 54),
    ("FusedMatMul", [flows(N, 6, L), flows(N, 9, 6)], {"transA": 1, "transB": 1}, 1, N * L * 54, 0),
    ("FusedGemm", [flows(N, 6), held(6, 9), held(9)], {"activation": "Relu"}, 1, N * 54, 63),
    (
        "FusedConv",
        [flows(N, 3, 6, 6), held(4, 3, 3, 3), held(4), flows(N, 4, 4, 4)],
        {"activation": "Relu", "kernel_shape": [3, 3]},
        1,
        N * 16 * 4 * 27,
        4 * 28,
    ),
    (
        "DynamicQuantizeMatMul",
        [flows(N, L, 6), held(6, 9, dtype=np.uint8), SCALE, ZERO, held(9)],
        {},
        1,
        N * L * 54,
        63,
    ),
    (
        "MatMulIntegerToFloat",
        [(np.zeros((N, L, 6), np.uint8), False), held(6, 9, dtype=np.uint8), SCALE, SCALE, ZERO, ZERO, held(9)],
        {},
        1,
        N * L * 54,
        63,
    ),
    (
        "MatMulNBits",
        [flows(N, L, 32), held(9, 2, 8, dtype=np.uint8), held(18)],
        {"K": 32, "N": 9, "bits": 4, "block_size": 16},
        1,
        N * L * 32 * 9,
        32 * 9,
    ),
    ("QLinearAdd", [BYTES, SCALE, ZERO, held(6, dtype=np.uint8), SCALE, ZERO, SCALE, ZERO], {}, 1, 0, 6),
    ("QLinearMul", [BYTES, SCALE, ZERO, BYTES, SCALE, ZERO, SCALE, ZERO], {}, 1, 0, 0),
    ("QLinearSigmoid", [BYTES, SCALE, ZERO, SCALE, ZERO], {}, 1, 0, 0),
    ("QLinearLeakyRelu", [BYTES, SCALE, ZERO, SCALE, ZERO], {"alpha": 0.1}, 1, 0, 0),
    ("QLinearSoftmax", [BYTES, SCALE, ZERO, SCALE, ZERO], {"opset": 13, "axis": -1}, 1, 0, 0),
    ("QLinearConcat", [SCALE, ZERO, BYTES, SCALE, ZERO, BYTES, SCALE, ZERO], {"axis": 1}, 1, 0, 0),
    (
        "QLinearGlobalAveragePool",
        [(np.zeros((N, 3, 4, 4), np.uint8), False), SCALE, ZERO, SCALE, ZERO],
        {"channels_last": 0},
        1,
        0,
        0,
    ),
    (
        "QLinearAveragePool",
        [(np.zeros((N, 3, 4, 4), np.uint8), False), SCALE, ZERO, SCALE, ZERO],
        {"kernel_shape": [2, 2]},
        1,
        0,
        0,
    ),
    (
        "QGemm",
        [BYTES, SCALE, ZERO, held(6, 9, dtype=np.uint8), SCALE, ZERO, held(9, dtype=np.int32), SCALE, ZERO],
        {},
        1,
        N * 54,
        63,
    ),
    (
        "RotaryEmbedding",
        [flows(N, H, L, D), (np.zeros((N, L), np.int64), False), held(20, D // 2), held(20, D // 2)],
        {},
        1,
        0,
        0,
    ),
    (
        "GroupQueryAttention",
        [
            *(flows(1, L, WIDTH), flows(1, L, WIDTH // 2), flows(1, L, WIDTH // 2), NOTHING, NOTHING),
            *((np.full((1,), L - 1, np.int32), True), (np.array(L, np.int32), True)),
        ],
        {"num_heads": H, "kv_num_heads": H // 2},
        3,
        2 * H * L * L * D,
        0,
    ),
]


@pytest.mark.parametrize(
    ("op", "inputs", "attributes", "outputs", "mult_adds", "params"),
    CASES,
    ids=[f"{c[0]}_{i}" for i, c in enumerate(CASES)],
)
def test_an_operator_of_onnx_runtime_has_the_shapes_that_it_computes(
    op: str, inputs: list[Any], attributes: dict[str, Any], outputs: int, mult_adds: int, params: int
) -> None:
    names = ["" if value is None else f"i{place}" for place, value in enumerate(inputs)]
    given = {name: value for name, value in zip(names, inputs, strict=True) if value is not None}
    claims = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, (array, constant) in given.items()
        if not constant
    ]
    wanted = [
        f"y{i}" for i in range(outputs) if (op, i) not in (("SkipLayerNormalization", 1), ("SkipLayerNormalization", 2))
    ]
    node = helper.make_node(
        op, names, [f"y{i}" if f"y{i}" in wanted else "" for i in range(outputs)], domain="com.microsoft", **attributes
    )
    tensors = [numpy_helper.from_array(array, name) for name, (array, constant) in given.items() if constant]
    graph = helper.make_graph(
        [node], "g", claims, [helper.make_empty_tensor_value_info(name) for name in wanted], tensors
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    data = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    found = session.run(wanted, {name: array for name, (array, constant) in given.items() if not constant})
    network = read(data, "model.onnx")
    report = macflops.count(network)
    assert report.unsupported == ()
    assert [network.tensors[output].shape for output in network.outputs] == [value.shape for value in found]
    assert (report.totals.mult_adds, report.totals.params) == (mult_adds, params)


def test_every_one_of_them_is_tried() -> None:
    elsewhere = {"QuantizeLinear", "DequantizeLinear", "SimplifiedLayerNormalization"}  # as ONNX's own
    assert {case[0] for case in CASES} | elsewhere == set(operators.table("com.microsoft"))


def test_a_blocked_layout_s_convolution_is_not_onnx_s() -> None:
    assert operators.find("Conv", "com.microsoft.nchwc") is None
