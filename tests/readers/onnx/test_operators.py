"""Single nodes: what is not known is listed, what is wrong is an error, shapes are computed and not believed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from onnx import TensorProto, helper

import macflops
from macflops.errors import SourceError
from macflops.network import Network
from macflops.readers.onnx import read
from macflops.readers.yaml import read as read_yaml

Claimed = Sequence[int | str | None] | None


def network(*nodes: Any, x: Claimed = (1, 4, 8, 8), y: Claimed = None, weights: Any = (), **options: Any) -> Network:
    """Return the network of some nodes from x to y."""
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", x), ("y", y))]
    tensors = [helper.make_tensor(n, t, s, v) for n, t, s, v in weights]
    graph = helper.make_graph(list(nodes), "g", ends[:1], ends[1:], tensors)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.example", 1)]
    return read(helper.make_model(graph, opset_imports=opsets).SerializeToString(), "model.onnx", **options)


def ints(name: str, *values: int) -> tuple[str, int, list[int], tuple[int, ...]]:
    """Return a tensor of integers, for `network`."""
    return name, TensorProto.INT64, [len(values)], values


def test_an_operator_that_is_not_known_is_listed_with_its_layers() -> None:
    node = helper.make_node("NonMaxSuppression", ["x", "x"], ["y"], name="nms")
    report = macflops.count(network(node, y=[3, 3]))
    assert [(u.op, u.layers) for u in report.unsupported] == [("NonMaxSuppression", ("nms",))]
    assert report.to_dict()["complete"] is False


def test_another_domain_s_operator_is_not_onnx_s() -> None:
    report = macflops.count(network(helper.make_node("Relu", ["x"], ["y"], domain="com.example"), y=[1, 4, 8, 8]))
    assert [u.op for u in report.unsupported] == ["com.example.Relu"]


def test_what_follows_an_unknown_shape_is_listed_too() -> None:
    nodes = helper.make_node("Mystery", ["x"], ["a"]), helper.make_node("Relu", ["a"], ["y"])
    assert [u.op for u in network(*nodes).unsupported] == ["Mystery", "Relu (on a shape that is not known)"]


@pytest.mark.parametrize(
    ("node", "says"),
    [
        (helper.make_node("Relu", ["x"], ["y"], alpha=1.0), "attribute alpha"),
        (helper.make_node("LeakyRelu", ["x"], ["y"], alpha=1), "attribute alpha is 1"),
        (helper.make_node("MaxPool", ["x"], ["y"]), "kernel_shape is missing"),
        (helper.make_node("Relu", ["z"], ["y"]), "reads z"),
        (helper.make_node("Relu", [], ["y"]), "0 inputs"),
        (helper.make_node("Transpose", ["x"], ["y"], perm=[0, 0, 1, 2]), "perm"),
        (helper.make_node("Concat", ["x"], ["y"], axis=7), "axis 7"),
    ],
)
def test_a_node_that_is_wrong_is_an_error_at_its_name(node: Any, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        network(node)


def test_an_inner_shape_that_the_file_claims_is_not_believed() -> None:
    made = network(helper.make_node("Relu", ["x"], ["y"]), y=[9, 9])
    assert made.tensors[made.outputs[0]].shape == (1, 4, 8, 8)


def test_unknown_dimensions_are_symbols_of_their_own() -> None:
    made = network(helper.make_node("Relu", ["x"], ["y"]), x=[None, 4, "?", "?"])
    assert len({str(dim) for dim in made.tensors[0].shape}) == 4


def test_names_of_dimensions_can_be_set_and_others_not() -> None:
    node = helper.make_node("Relu", ["x"], ["y"])
    assert network(node, x=["N", 4, 8, 8], set={"N": "3"}).tensors[0].shape == (3, 4, 8, 8)
    assert network(node, batch=5).tensors[0].shape == (5, 4, 8, 8)
    assert network(node, input_shape={None: (2, 4, 6, 6)}).tensors[0].shape == (2, 4, 6, 6)
    with pytest.raises(SourceError, match="no dimension has this name"):
        network(node, x=["N", 4, 8, 8], set={"M": 3})


@pytest.mark.parametrize("times", [2**40, 2**62])
def test_a_bomb_of_tiles_is_an_error(times: int) -> None:
    node = helper.make_node("Tile", ["x", "t"], ["y"])
    with pytest.raises(SourceError, match="dimension"):
        network(node, weights=[ints("t", times, times, 1, 1)], x=(1, 4, 8, 8), limits={"magnitude": 2**39})


def test_a_product_with_a_tensor_of_the_file_and_its_bias_is_one_linear_layer() -> None:
    nodes = helper.make_node("MatMul", ["x", "w"], ["a"]), helper.make_node("Add", ["b", "a"], ["y"])
    weights = ("w", TensorProto.FLOAT, [8, 2], [0.0] * 16), ("b", TensorProto.FLOAT, [2], [0.0] * 2)
    made = network(*nodes, weights=weights)
    assert [layer.operator.name for layer in made.layers] == ["linear"]
    assert macflops.count(made).totals.params == 18


def test_shapes_that_are_computed_are_followed() -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "i"], ["g"], axis=0),
        helper.make_node("Concat", ["g", "m"], ["t"], axis=0),
        helper.make_node("Reshape", ["x", "t"], ["y"]),
    ]
    made = network(*nodes, x=["N", 4, 8, 8], weights=[ints("i", 0, 1), ints("m", -1)])
    assert str(made.tensors[made.outputs[0]].shape) == "(N, 4, 64)"


@pytest.mark.parametrize("channels", [6, 5000])  # few enough to be followed one by one, and not
def test_a_bias_of_zeros_that_a_file_computes_is_none(channels: int) -> None:
    filters = [channels, 4, 1, 1]
    tensors = [("w", TensorProto.FLOAT, filters, [0.5] * (channels * 4)), ("zero", TensorProto.FLOAT, [], [0.0])]
    nodes = [
        helper.make_node("Shape", ["w"], ["width"], end=1),
        helper.make_node("CastLike", ["zero", "x"], ["none"]),
        helper.make_node("Expand", ["none", "width"], ["b"]),
        helper.make_node("Conv", ["x", "w", "b"], ["y"]),
    ]
    with_zeros, without = (
        network(*some, weights=tensors) for some in (nodes, [helper.make_node("Conv", ["x", "w"], ["y"])])
    )
    assert with_zeros.layers[-1].operator == without.layers[-1].operator
    assert macflops.count(with_zeros).totals == macflops.count(without).totals


@pytest.mark.parametrize("function", ["Sin", "Cos", "Exp", "Sqrt", "Log", "Erf", "Neg", "Abs"])
def test_a_function_that_ops_has_is_merged_as_one_in_yaml_is(function: str) -> None:
    entries = [{"conv": {"out": 2, "bias": False}}, {function.lower(): None}]
    yaml = read_yaml(json.dumps({"input": [4, 8, 8], "layers": entries}), "net.yaml")
    weight = ("w", TensorProto.FLOAT, [2, 4, 1, 1], [0.5] * 8)
    conv, then = helper.make_node("Conv", ["x", "w"], ["a"]), helper.make_node(function, ["a"], ["y"])
    onnx = network(conv, then, weights=[weight])
    reports = [macflops.count(net, fusion="runtime") for net in (yaml, onnx)]
    assert reports[0].totals == reports[1].totals
    assert [layer["op"] for layer in reports[1].to_dict()["layers"]] == ["conv", function.lower()]
