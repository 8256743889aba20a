"""Files that no exporter writes: one line that says what is wrong, in bounded time, and no count that cannot be."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from onnx import TensorProto, helper

import macflops
from macflops.errors import SourceError
from macflops.network import Network
from macflops.readers.onnx import read
from tests.readers.onnx.mutations import damaged, mutated

SECONDS = 5  # far more than any of these takes


def settled(data: bytes) -> Network | None:
    """Return the network, None where it is refused in one line; fails where a count cannot be, or it takes long."""
    began = time.process_time()
    network, error = None, ""
    try:
        network = read(data, "model.onnx")
    except SourceError as refused:
        error = str(refused)
    assert time.process_time() - began < SECONDS
    assert "\n" not in error
    if network is None:
        return None
    totals = macflops.count(network).totals
    numbers = (totals.params, totals.mult_adds, totals.elementwise_ops, totals.mac_elements)
    assert all(number >= 0 for number in numbers if isinstance(number, int))
    sides = [side for row in network.layers for output in row.outputs for side in network.tensors[output].shape]
    assert all(side >= 0 for side in sides if isinstance(side, int))
    return network


def test_changed_models_are_refused_in_one_line_or_counted() -> None:
    models = [model for model in map(mutated, range(2000)) if model is not None]
    read_whole = sum(settled(model) is not None for model in models)
    assert len(models) > 900
    assert 0.2 < read_whole / len(models) < 0.9


def test_damaged_models_are_refused_in_one_line_or_counted() -> None:
    for seed in range(3000):
        settled(damaged(seed))


def model(nodes: Sequence[Any], *tensors: Any, x: Sequence[int | str] = (4,), outputs: Sequence[str] = ("y",)) -> bytes:
    """Return the bytes of a model from x to y."""
    value = helper.make_tensor_value_info
    ends = [value(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(list(nodes), "g", [value("x", TensorProto.FLOAT, x)], ends, list(tensors))
    opsets = [helper.make_opsetid("", 21)]
    return bytes(helper.make_model(graph, opset_imports=opsets).SerializeToString())


def ints(name: str, *values: int) -> Any:
    return helper.make_tensor(name, TensorProto.INT64, [len(values)], values)


def number(name: str, value: int) -> Any:
    return helper.make_tensor(name, TensorProto.INT64, [], [value])


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> Any:
    return helper.make_node(kind, inputs, outputs, **attributes)


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        (
            [node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"], ["y"])],
            "nothing before it makes",
        ),
        ([node("Relu", ["nowhere"], ["y"])], "nothing before it makes"),
        ([node("Relu", ["x"], ["y"]), node("Abs", ["x"], ["y"])], "two nodes make y"),
        ([node("Relu", ["x"], ["a"])], "reads y"),
        ([node("Concat", ["x", ""], ["y"], axis=0)], "left out"),
        ([node("Split", ["x"], ["y", "z"], axis=0, num_outputs=3)], "num_outputs"),
    ],
)
def test_graphs_that_are_none_are_errors(nodes: Any, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        read(model(nodes), "model.onnx")


def doubled(kind: str, times: int, **attributes: Any) -> list[Any]:
    """Return nodes that double what is in a, so many times."""
    nodes = [node(kind, ["a0"], ["b0"])] if kind == "Identity" else []
    return nodes + [node(kind, [f"a{i}", f"a{i}"], [f"a{i + 1}"], **attributes) for i in range(times)]


BOMBS = {
    "concatenated numbers": [
        node("Shape", ["x"], ["a0"]),
        *doubled("Concat", 60, axis=0),
        node("ConstantOfShape", ["a60"], ["y"]),
    ],
    "concatenated tensors": [
        node("Relu", ["x"], ["a0"]),
        *doubled("Concat", 200, axis=0),
        node("Relu", ["a200"], ["y"]),
    ],
    "a range": [node("Range", ["zero", "far", "one"], ["r"]), node("Expand", ["x", "r"], ["y"])],
    "a tile": [node("Shape", ["x"], ["s"]), node("Tile", ["s", "big"], ["t"]), node("Reshape", ["x", "t"], ["y"])],
    "an expansion": [node("Expand", ["one", "big"], ["e"]), node("Reshape", ["x", "e"], ["y"])],
    "powers": [
        node("Cast", ["far"], ["a0"], to=TensorProto.INT64),
        *doubled("Mul", 100),
        node("Reshape", ["x", "a100"], ["y"]),
    ],
    "a one-hot": [node("OneHot", ["big", "far", "zero"], ["y"])],
    "a padding": [node("Pad", ["x", "far_far"], ["p"]), node("Pad", ["p", "far_far"], ["y"])],
    "a triangle": [
        node("ConstantOfShape", ["huge"], ["c"]),
        node("Trilu", ["c"], ["t"]),
        node("Add", ["x", "t"], ["y"]),
    ],
    "a split": [node("SplitToSequence", ["x"], ["s"]), node("SequenceLength", ["s"], ["y"])],
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_or_counted_in_bounded_time(bomb: str) -> None:
    tensors = [
        number("zero", 0),
        number("one", 1),
        number("far", 2**62),
        ints("big", 2**40),
        ints("far_far", 2**40, 2**40),
    ]
    settled(model(BOMBS[bomb], *tensors, ints("huge", 2**30, 2**30), x=(10**9,)))


def test_a_model_of_many_constants_is_read_in_time() -> None:
    nodes = [node("Constant", [], [f"c{i}"], value_ints=list(range(4096))) for i in range(200)]
    nodes += [node("Concat", [f"c{i}" for i in range(200)], ["all"], axis=0), node("Size", ["all"], ["n"])]
    nodes += [node("Cast", ["n"], ["f"], to=TensorProto.FLOAT), node("Mul", ["x", "f"], ["y"])]
    network = settled(model(nodes))
    assert network is not None
    assert network.layers[-1].operator.name == "mul"
