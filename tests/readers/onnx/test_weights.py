"""Weights that operators make of others are weights; states, tables and statistics are none; shared ones count once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

import macflops
from macflops.network import Network
from macflops.readers.onnx import read
from tests.readers.onnx.torches import counted, exported, exported_anew

FLOAT = TensorProto.FLOAT


def tensor(name: str, kind: int, *shape: int, value: float = 1) -> Any:
    elements = 1
    for side in shape:
        elements *= side
    return helper.make_tensor(name, kind, shape, [value] * elements)


def network(nodes: Sequence[Any], *tensors: Any, x: Sequence[int] = (2, 8)) -> Network:
    """Return the network of some nodes from x to y."""
    ends = [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in (("x", x), ("y", None))]
    graph = helper.make_graph(list(nodes), "g", ends[:1], ends[1:], list(tensors))
    return read(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]).SerializeToString(), "m.onnx")


node = helper.make_node
COLUMNS = helper.make_tensor("axes", TensorProto.INT64, [1], [0])


@pytest.mark.parametrize(
    ("nodes", "tensors"),
    [
        ([node("Identity", ["v"], ["w"])], [tensor("v", FLOAT, 8, 4)]),
        ([node("Transpose", ["v"], ["w"])], [tensor("v", FLOAT, 4, 8)]),
        ([node("Cast", ["v"], ["w"], to=FLOAT)], [tensor("v", TensorProto.FLOAT16, 8, 4)]),
        (
            [node("DequantizeLinear", ["v", "s", "z"], ["w"])],
            [
                tensor("v", TensorProto.INT8, 8, 4),
                tensor("s", FLOAT, value=0.5),
                tensor("z", TensorProto.INT8, value=0),
            ],
        ),
        (
            [node("QuantizeLinear", ["v", "s"], ["q"]), node("DequantizeLinear", ["q", "s"], ["w"])],
            [tensor("v", FLOAT, 8, 4), tensor("s", FLOAT, value=0.5)],
        ),
        (
            [node("ReduceMean", ["v", "axes"], ["m"]), node("Sub", ["v", "m"], ["w"])],  # weight standardization
            [tensor("v", FLOAT, 8, 4), COLUMNS],
        ),
        (
            [node("ConstantOfShape", ["n"], ["w"])],
            [helper.make_tensor("n", TensorProto.INT64, [2], [8, 4])],
        ),
        (
            [node("Where", ["c", "v", "o"], ["w"])],
            [tensor("c", TensorProto.BOOL, 8, 1), tensor("v", FLOAT, 8, 4), tensor("o", FLOAT)],
        ),
    ],
)
def test_weights_made_of_others_count_the_elements_that_they_are_made_of(nodes: Any, tensors: Any) -> None:
    made = network([*nodes, node("MatMul", ["x", "w"], ["y"])], *tensors)
    assert [layer.operator.name for layer in made.layers] == ["linear"]
    totals = macflops.count(made).totals
    assert (totals.mult_adds, totals.params) == (2 * 32, 32)


def test_a_scale_that_is_folded_into_weights_is_a_parameter_too() -> None:
    nodes = [node("Mul", ["v", "scale"], ["w"]), node("MatMul", ["x", "w"], ["y"])]
    made = network(nodes, tensor("v", FLOAT, 8, 4), tensor("scale", FLOAT, 4))
    assert macflops.count(made).totals.params == 32 + 4


def test_weights_computed_from_the_input_are_read_as_an_input_and_are_no_parameters() -> None:
    nodes = [node("MatMul", ["x", "v"], ["a"]), node("Reshape", ["a", "n"], ["k"]), node("Conv", ["image", "k"], ["y"])]
    shape = helper.make_tensor("n", TensorProto.INT64, [4], [2, 2, 2, 2])
    image = tensor("image", FLOAT, 1, 2, 5, 5)
    made = network(nodes, tensor("v", FLOAT, 8, 8), shape, image)
    report = macflops.count(made)
    assert report.unsupported == ()
    conv = report.layers[-1]
    assert (conv.mult_adds, conv.params) == (16 * 16, 0)
    assert conv.mac_elements == 50 + 16 + 2 * 16


def test_a_table_and_a_mask_that_nothing_learns_are_no_parameters() -> None:
    nodes = [node("GridSample", ["x", "grid"], ["a"]), node("Greater", ["a", "least"], ["m"])]
    nodes += [node("Cast", ["m"], ["y"], to=FLOAT)]
    made = network(nodes, tensor("grid", FLOAT, 1, 4, 4, 2), tensor("least", FLOAT, 4), x=(1, 3, 8, 8))
    report = macflops.count(made)
    assert report.totals.params == 0
    assert report.totals.mac_elements == (192 + 32 + 48) + (48 + 4 + 48)


class Wrapped(nn.Module):
    """A recurrent layer that returns all steps, or the last state."""

    def __init__(self, inner: nn.Module, last: bool = False) -> None:
        super().__init__()
        self.inner, self.last = inner, last

    def forward(self, x: Tensor) -> Any:
        y, state = self.inner(x)
        return (state[0] if isinstance(state, tuple) else state) if self.last else y


@pytest.mark.parametrize("form", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize(
    "options",
    [{}, {"bidirectional": True}, {"batch_first": True}, {"bias": False}, {"num_layers": 2, "bidirectional": True}],
)
@pytest.mark.parametrize("last", [False, True])
def test_recurrent_layers_count_what_torch_counts(form: Any, options: dict[str, Any], last: bool) -> None:
    module, x = Wrapped(form(6, 5, **options), last), torch.randn(3, 4, 6)
    report = macflops.count(read(exported(module, x, opset_version=17), "model.onnx"))
    with torch.backends.mkldnn.flags(enabled=False):  # whose LSTM its counter does not see
        wanted = counted(module, x)
    assert report.unsupported == ()
    assert (report.totals.mult_adds, report.totals.params) == wanted


class Sampled(nn.Module):
    """A spatial transformer's grid."""

    def forward(self, x: Tensor, theta: Tensor) -> Tensor:
        return nn.functional.grid_sample(x, nn.functional.affine_grid(theta, [2, 3, 6, 7]), align_corners=False)


class Product(nn.Module):
    """What makes the grid: the places of all pixels, times the matrices."""

    def forward(self, places: Tensor, theta: Tensor) -> Tensor:
        return places @ theta.mT


def test_an_affine_grid_counts_its_product_as_torch_does() -> None:
    x, theta = torch.randn(2, 3, 6, 7), torch.randn(2, 2, 3)
    report = macflops.count(read(exported(Sampled(), x, theta, opset_version=20), "model.onnx"))
    assert report.unsupported == ()
    assert report.totals.mult_adds == counted(Product(), torch.ones(2, 6 * 7, 3), theta)[0]


class Scaled(nn.Module):
    """Single numbers: a temperature and a scale that are learnt, and one that is arithmetic's."""

    def __init__(self) -> None:
        super().__init__()
        self.logit_scale, self.scale = nn.Parameter(torch.tensor(2.5)), nn.Parameter(torch.tensor(0.7))
        self.head = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.logit_scale.exp() * self.head(x * self.scale) * 1.7
        return y


class Frozen(nn.Module):
    """A batch norm as detectors freeze it: arithmetic on buffers."""

    def __init__(self, width: int) -> None:
        super().__init__()
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, torch.rand(width) + 0.5)

    def forward(self, x: Tensor) -> Tensor:
        weight, bias, mean, var = (one.reshape(1, -1, 1, 1) for one in self.buffers())
        scale = weight * (var + 1e-5).rsqrt()
        return x * scale + (bias - mean * scale)


@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (Scaled(), (2, 8)),
        (nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), Frozen(4), nn.Conv2d(4, 5, 1), nn.BatchNorm2d(5)), (1, 3, 6, 6)),
    ],
    ids=("single numbers", "frozen norms"),
)
def test_the_older_exporter_s_names_tell_parameters_from_buffers(module: nn.Module, shape: Sequence[int]) -> None:
    x = torch.randn(*shape)
    totals = macflops.count(read(exported(module, x), "model.onnx")).totals
    assert (totals.mult_adds, totals.params) == counted(module, x)


class Triangle(nn.Module):
    """Second-order pooling: the upper triangle of products of channels, by a mask of 100 by 100."""

    def __init__(self, masked: bool) -> None:
        super().__init__()
        self.head, self.masked = nn.Linear(100 * 101 // 2, 3), masked

    def forward(self, x: Tensor) -> Tensor:
        y = (x @ x.transpose(1, 2)).flatten(1)
        if self.masked:
            places = torch.arange(100)
            mask = (places[:, None] <= places).flatten()
        else:
            mask = torch.ones(100, 100).triu().view(-1)
        z: Tensor = self.head(y[:, mask.nonzero().view(-1)])
        return z


@pytest.mark.parametrize("write", [exported, exported_anew])
@pytest.mark.parametrize("masked", [False, True])
def test_the_elements_of_a_large_mask_are_computed(masked: bool, write: Any) -> None:
    module, x = Triangle(masked), torch.randn(2, 100, 5)
    report = macflops.count(read(write(module, x), "model.onnx"))
    assert report.unsupported == ()
    assert (report.totals.mult_adds, report.totals.params) == counted(module, x)
