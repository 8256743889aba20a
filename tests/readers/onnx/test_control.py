"""Branches, loops, functions of the file's own: what runs is counted, as often as it runs, and never unrolled."""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

import macflops
from macflops.errors import SourceError
from macflops.network import Network
from macflops.readers.onnx import read
from tests.readers.onnx.torches import counted

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def info(name: str, shape: Sequence[int | str] | None, kind: int = FLOAT) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def weight(name: str, *shape: int) -> Any:
    elements = 1
    for side in shape:
        elements *= side
    return helper.make_tensor(name, FLOAT, shape, [0.0] * elements)


def number(name: str, value: int, kind: int = INT64) -> Any:
    return helper.make_tensor(name, kind, [], [value])


def graph(nodes: Sequence[Any], outputs: Sequence[str], inputs: Sequence[Any] = (), tensors: Sequence[Any] = ()) -> Any:
    return helper.make_graph(nodes, "inner", list(inputs), [info(name, None) for name in outputs], list(tensors))


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> Any:
    return helper.make_node(kind, inputs, outputs, **attributes)


def network(
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[str] = ("y",),
    tensors: Sequence[Any] = (),
    functions: Sequence[Any] = (),
    **options: Any,
) -> Network:
    """Return the network of a model with these nodes."""
    made = helper.make_graph(nodes, "g", list(inputs), [info(name, None) for name in outputs], list(tensors))
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
    model = helper.make_model(made, opset_imports=opsets, functions=list(functions))
    return read(model.SerializeToString(), "model.onnx", **options)


NARROW = graph([node("MatMul", ["x", "narrow"], ["a"])], ["a"], tensors=[weight("narrow", 8, 4)])
WIDE = graph(
    [node("MatMul", ["x", "wide"], ["a"]), node("MatMul", ["a", "back"], ["b"])],
    ["b"],
    tensors=[weight("wide", 8, 32), weight("back", 32, 4)],
)


@pytest.mark.parametrize(("value", "mult_adds"), [(1, 3 * 8 * 4), (0, 3 * 8 * 32 + 3 * 32 * 4)])
def test_a_branch_whose_condition_is_known_is_the_one_that_runs(value: int, mult_adds: int) -> None:
    branch = node("If", ["c"], ["y"], then_branch=NARROW, else_branch=WIDE)
    made = network([branch], [info("x", [3, 8])], tensors=[number("c", value, BOOL)])
    totals = macflops.count(made).totals
    assert (totals.mult_adds, totals.params) == (mult_adds, mult_adds // 3)
    assert made.warnings == ()


@pytest.mark.parametrize("branches", [(NARROW, WIDE), (WIDE, NARROW)])
def test_of_branches_on_what_flows_the_dearer_counts_with_a_note(branches: tuple[Any, Any]) -> None:
    branch = node("If", ["c"], ["y"], then_branch=branches[0], else_branch=branches[1], name="gate")
    report = macflops.count(network([branch], [info("x", [3, 8]), info("c", [], BOOL)]))
    assert (report.totals.mult_adds, report.totals.params) == (3 * 8 * 32 + 3 * 32 * 4, 8 * 32 + 32 * 4)
    assert any("gate" in text and "dearer" in text for _, text in report.network.warnings)


def test_weights_that_the_cheaper_branch_read_too_are_still_counted_behind_it() -> None:
    cheap = graph([node("MatMul", ["x", "w"], ["a"])], ["a"])
    dear = graph(
        [node("MatMul", ["x", "v"], ["b"]), node("MatMul", ["x", "v"], ["c"]), node("Add", ["b", "c"], ["d"])], ["d"]
    )
    nodes = [node("If", ["c"], ["z"], then_branch=cheap, else_branch=dear), node("MatMul", ["x", "w"], ["u"])]
    nodes.append(node("Add", ["z", "u"], ["y"]))
    tensors = [weight("w", 8, 4), weight("v", 8, 4)]
    report = macflops.count(network(nodes, [info("x", [3, 8]), info("c", [], BOOL)], tensors=tensors))
    assert report.totals.params == 2 * 8 * 4


STEP = graph(
    [
        node("MatMul", ["h", "w"], ["a"]),
        node("Tanh", ["a"], ["next"]),
        node("Identity", ["going"], ["on"]),
        node("Identity", ["next"], ["each"]),
    ],
    ["on", "next", "each"],
    [info("i", [], INT64), info("going", [], BOOL), info("h", [2, 8])],
)


@pytest.mark.parametrize("times", [1, 7, 10**12])
def test_a_loop_counts_its_body_as_often_as_it_runs_and_its_parameters_once(times: int) -> None:
    loop = node("Loop", ["n", "", "x"], ["y", "all"], body=STEP)
    tensors = [number("n", times), weight("w", 8, 8)]
    began = time.process_time()
    made = network([loop], [info("x", [2, 8])], ("y", "all"), tensors)
    assert time.process_time() - began < 5
    report = macflops.count(made)
    assert report.unsupported == ()
    assert report.totals.mult_adds == times * 2 * 8 * 8
    assert report.totals.elementwise_ops == times * 2 * 8
    assert report.totals.mac_elements == times * (2 * 8 + 2 * 8 + 8 * 8 + 2 * 2 * 8)
    assert report.totals.params == 64
    assert [made.tensors[o].shape for o in made.outputs] == [(2, 8), (times, 2, 8)]


def test_a_loop_that_may_end_earlier_says_so() -> None:
    body = graph(
        [
            node("MatMul", ["h", "w"], ["next"]),
            node("ReduceMax", ["next"], ["m"], keepdims=0),
            node("Greater", ["m", "z"], ["on"]),
        ],
        ["on", "next"],
        [info("i", [], INT64), info("going", [], BOOL), info("h", [2, 8])],
    )
    tensors = [number("n", 5), weight("w", 8, 8), helper.make_tensor("z", FLOAT, [], [0.0])]
    made = network([node("Loop", ["n", "", "x"], ["y"], body=body)], [info("x", [2, 8])], tensors=tensors)
    assert macflops.count(made).totals.mult_adds == 5 * 128
    assert any("earlier than after 5 rounds" in text for _, text in made.warnings)


def test_loops_within_loops_multiply() -> None:
    inner = graph(
        [node("MatMul", ["h", "w"], ["next"]), node("Identity", ["c"], ["on"])],
        ["on", "next"],
        [info("i", [], INT64), info("c", [], BOOL), info("h", [2, 8])],
    )
    outer = graph(
        [node("Loop", ["four", "", "h"], ["next"], body=inner), node("Identity", ["c"], ["on"])],
        ["on", "next"],
        [info("j", [], INT64), info("c", [], BOOL), info("h", [2, 8])],
    )
    tensors = [number("three", 3), number("four", 4), weight("w", 8, 8)]
    made = network([node("Loop", ["three", "", "x"], ["y"], body=outer)], [info("x", [2, 8])], tensors=tensors)
    assert macflops.count(made).totals.mult_adds == 12 * 128


def test_a_loop_of_an_unknown_number_of_rounds_is_listed() -> None:
    loop = node("Loop", ["n", "", "x"], ["y", "all"], body=STEP, name="while")
    made = network([loop], [info("x", [2, 8]), info("n", [], INT64)], ("y", "all"), [weight("w", 8, 8)])
    assert made.unsupported[0] == (
        "Loop (whose number of rounds is not known before it runs)",
        ("while",),
    )


def test_a_loop_whose_state_grows_is_listed_and_not_counted_once() -> None:
    body = graph(
        [node("Concat", ["h", "h"], ["next"], axis=0), node("Identity", ["c"], ["on"])],
        ["on", "next"],
        [info("i", [], INT64), info("c", [], BOOL), info("h", None)],
    )
    made = network([node("Loop", ["n", "", "x"], ["y"], body=body)], [info("x", [2, 8])], tensors=[number("n", 60)])
    assert made.unsupported[0].op == "Loop (whose carried values change their shape)"


def scanned(**attributes: Any) -> Network:
    body = graph(
        [
            node("MatMul", ["x_t", "w"], ["a"]),
            node("Add", ["a", "h"], ["s"]),
            node("Tanh", ["s"], ["next"]),
            node("Identity", ["next"], ["out"]),
        ],
        ["next", "out"],
        [info("h", [2, 6]), info("x_t", [2, 8])],
    )
    scan = node("Scan", ["h0", "x"], ["last", "y"], body=body, num_scan_inputs=1, **attributes)
    return network([scan], [info("x", ["T", 2, 8]), info("h0", [2, 6])], ("last", "y"), [weight("w", 8, 6)])


def test_a_scan_along_a_symbolic_axis_has_a_closed_form() -> None:
    made = scanned()
    report = macflops.count(made)
    assert str(report.totals.mult_adds) == "96*T"
    assert report.totals.params == 48
    assert str(made.tensors[made.outputs[1]].shape) == "(T, 2, 6)"


FUNCTION = helper.make_function(
    "own",
    "Block",
    ["a", "k"],
    ["out"],
    [
        helper.make_node("MatMul", ["a", "k"], ["p"]),
        helper.make_node("Add", ["p", "p"], ["q"]),
        helper.make_node("LeakyRelu", ["q"], ["out"]),
    ],
    [helper.make_opsetid("", 21)],
    ["slope"],
)
reference = FUNCTION.node[2].attribute.add()
reference.name, reference.ref_attr_name, reference.type = "alpha", "slope", 1


@pytest.mark.parametrize("attributes", [{}, {"slope": 0.3}])
def test_a_function_of_the_file_s_own_is_read_in_the_node_s_place(attributes: dict[str, float]) -> None:
    nodes = [
        node("Block", ["x", "w"], ["z"], domain="own", **attributes),
        node("Block", ["z", "w"], ["y"], domain="own"),
    ]
    made = network(nodes, [info("x", [3, 8])], tensors=[weight("w", 8, 8)], functions=[FUNCTION])
    assert [layer.operator.name for layer in made.layers] == ["linear", "add", "leaky_relu"] * 2
    assert made.layers[2].operator.negative_slope == pytest.approx(attributes.get("slope", 0.01))
    totals = macflops.count(made).totals
    assert (totals.mult_adds, totals.params) == (2 * 3 * 64, 64)


def test_patterns_are_seen_within_functions_and_across_their_borders() -> None:
    gate = helper.make_function(
        "own", "Gate", ["a"], ["out"], [helper.make_node("Sigmoid", ["a"], ["out"])], [helper.make_opsetid("", 21)]
    )
    nodes = [node("Gate", ["x"], ["g"], domain="own"), node("Mul", ["x", "g"], ["y"])]
    made = network(nodes, [info("x", [3, 8])], functions=[gate])
    assert [layer.operator.name for layer in made.layers] == ["sigmoid", "mul"]
    swish = helper.make_function(
        "own", "Swish", ["a"], ["out"],
        [helper.make_node("Sigmoid", ["a"], ["s"]), helper.make_node("Mul", ["a", "s"], ["out"])],
        [helper.make_opsetid("", 21)],
    )  # fmt: skip
    made = network([node("Swish", ["x"], ["y"], domain="own")], [info("x", [3, 8])], functions=[swish])
    assert [layer.operator.name for layer in made.layers] == ["silu"]


def test_a_function_that_calls_itself_is_an_error() -> None:
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
    one = helper.make_function(
        "own", "One", ["a"], ["b"], [helper.make_node("Two", ["a"], ["b"], domain="own")], opsets
    )
    two = helper.make_function(
        "own", "Two", ["a"], ["b"], [helper.make_node("One", ["a"], ["b"], domain="own")], opsets
    )
    with pytest.raises(SourceError, match="calls itself"):
        network([node("One", ["x"], ["y"], domain="own")], [info("x", [3])], functions=[one, two])


def test_functions_that_double_themselves_are_an_error_in_bounded_time() -> None:
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
    functions = [helper.make_function("own", "F0", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])], opsets)]
    for i in range(1, 20):
        twice = [helper.make_node(f"F{i - 1}", [a], [b], domain="own") for a, b in (("a", "m"), ("m", "b"))]
        functions.append(helper.make_function("own", f"F{i}", ["a"], ["b"], twice, opsets))
    began = time.process_time()
    with pytest.raises(SourceError, match="nodes"):
        network(
            [node("F19", ["x"], ["y"], domain="own")], [info("x", [3])], functions=functions, limits={"layers": 5000}
        )
    assert time.process_time() - began < 10


def nested(depth: int) -> Any:
    """Return an If within an If, so deep."""
    body = graph([node("Relu", ["x"], ["b0"])], ["b0"])
    for i in range(1, depth):
        body = graph([node("If", ["c"], [f"b{i}"], then_branch=body, else_branch=NARROW)], [f"b{i}"])
    return node("If", ["c"], ["y"], then_branch=body, else_branch=NARROW)


def test_graphs_within_graphs_are_read_up_to_a_depth_and_an_error_beyond() -> None:
    inputs = [info("x", [3, 8]), info("c", [], BOOL)]
    assert macflops.count(network([nested(8)], inputs)).totals.mult_adds == 3 * 8 * 4
    with pytest.raises(SourceError, match="graphs within graphs"):
        network([nested(26)], inputs)


def test_what_a_graph_within_reads_of_the_one_around_is_no_part_of_a_pattern() -> None:
    inner = graph([node("Relu", ["s"], ["r"])], ["r"])
    nodes = [
        node("Sigmoid", ["x"], ["s"]),
        node("Mul", ["x", "s"], ["m"]),
        node("If", ["c"], ["z"], then_branch=inner, else_branch=inner),
        node("Add", ["m", "z"], ["y"]),
    ]
    made = network(nodes, [info("x", [3, 8]), info("c", [], BOOL)])
    assert [layer.operator.name for layer in made.layers] == ["sigmoid", "mul", "relu", "add"]


def test_an_audit_of_a_convolution_in_a_loop_judges_and_changes_nothing_in_it() -> None:
    body = graph(
        [
            node("Conv", ["h", "k"], ["a"], pads=[1, 1, 1, 1]),
            node("Relu", ["a"], ["next"]),
            node("Identity", ["c"], ["on"]),
        ],
        ["on", "next"],
        [info("i", [], INT64), info("c", [], BOOL), info("h", [1, 9, 8, 8])],
    )
    nodes = [
        node("Conv", ["x", "stem"], ["s"]),
        node("Loop", ["n", "", "s"], ["l"], body=body),
        node("Conv", ["l", "head"], ["y"]),
    ]
    tensors = [number("n", 3), weight("k", 9, 9, 3, 3), weight("stem", 9, 3, 1, 1), weight("head", 4, 9, 1, 1)]
    report = macflops.audit(network(nodes, [info("x", [1, 3, 8, 8])], tensors=tensors))
    assert report.totals.mult_adds == 64 * (27 + 3 * 729 + 36)
    assert report.totals.params == 27 + 729 + 36


class Steps(nn.Module):
    """A recurrent cell in a loop, as PyTorch scripts it: its results are appended to a list."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.out = nn.LSTMCell(8, 6), nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        h, c = torch.zeros(2, 6), torch.zeros(2, 6)
        found = []
        for i in range(x.size(0)):
            h, c = self.cell(x[i], (h, c))
            h = torch.relu(self.out(h))
            found.append(h)
        return torch.stack(found)


class Gated(nn.Module):
    """A branch on what flows."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow, self.up, self.down = nn.Linear(8, 4), nn.Linear(8, 64), nn.Linear(64, 4)

    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > 0):
            return self.narrow(x)  # type: ignore[no-any-return]
        return self.down(self.up(x))  # type: ignore[no-any-return]


def scripted(module: nn.Module, x: Tensor) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(torch.jit.script(module), (x,), file, dynamo=False, opset_version=17)  # type: ignore[arg-type]
    return file.getvalue()


def test_a_scripted_loop_counts_what_torch_counts() -> None:
    module, x = Steps(), torch.randn(5, 2, 8)
    report = macflops.count(read(scripted(module, x), "model.onnx"))
    assert report.unsupported == ()
    assert (report.totals.mult_adds, report.totals.params) == counted(module, x)
    assert report.network.tensors[report.network.outputs[0]].shape == (5, 2, 6)


def test_a_scripted_branch_counts_what_torch_counts_of_the_dearer() -> None:
    module, x = Gated(), torch.randn(3, 8)
    report = macflops.count(read(scripted(module, x), "model.onnx"))
    dearer = nn.Sequential(module.up, module.down)
    assert (report.totals.mult_adds, report.totals.params) == counted(dearer, x)
