"""What exporters write as several nodes is read as the one operator that it is, and a network written reads back."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

import macflops
from macflops.readers.onnx import read
from macflops.writers import written
from macflops.zoo import names
from tests.readers.onnx.torches import exported

LARGE = ("vgg", "resnet101", "resnet152", "resnext101", "_164", "alexnet")  # a second and more to write each


class Normed(nn.Module):
    """Norms and activations that older versions of the operators do not have."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.group = nn.LayerNorm(16), nn.GroupNorm(2, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.hardswish(functional.silu(self.group(functional.gelu(self.layer(x)))))
        return functional.mish(x)


class Shuffled(nn.Module):
    """A channel shuffle as the papers' code writes it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, c, h, w = x.shape
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


@pytest.mark.parametrize("opset", [11, 13, 16, 18, 20])
def test_decomposed_norms_and_activations_are_one_layer_each(opset: int) -> None:
    network = read(exported(Normed(), torch.randn(2, 4, 8, 16), opset_version=opset), "model.onnx")
    assert [layer.operator.name for layer in network.layers] == [
        "layer_norm",
        "gelu",
        "group_norm",
        "silu",
        "hardswish",
        "mish",
    ]
    assert macflops.count(network).totals.params == 2 * 16 + 2 * 4


@pytest.mark.parametrize("axes", [{}, {"x": {0: "N", 2: "H"}}])
def test_a_shuffle_written_as_reshapes_is_a_shuffle(axes: dict[str, dict[int, str]]) -> None:
    data = exported(Shuffled(), torch.randn(2, 6, 5, 7), input_names=["x"], dynamic_axes=axes)
    network = read(data, "model.onnx")
    assert [(row.operator.name, row.operator.groups) for row in network.layers] == [("shuffle", 2)]


def test_a_shuffle_of_one_group_moves_nothing() -> None:
    class One(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            n, c, h, w = x.shape
            return torch.relu(x.view(n, 1, c, h, w).transpose(1, 2).contiguous().view(n, c, h, w))

    network = read(exported(One(), torch.randn(2, 6, 5, 7)), "model.onnx")
    assert [row.operator.name for row in network.layers] == ["identity", "relu"]
    live = macflops.count(One(), input_shape=(2, 6, 5, 7)).totals
    assert macflops.count(network).totals == live
    assert live.mac_elements == 2 * (2 * 6 * 5 * 7)  # the activation's


def test_a_product_takes_its_second_operand_transposed_as_it_is() -> None:
    class Scores(nn.Module):
        def forward(self, q: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return q @ (q * 2).transpose(1, 2), (q * 3).transpose(1, 2) @ q

    network = read(exported(Scores(), torch.randn(2, 5, 4)), "model.onnx")
    products = [row for row in network.layers if row.operator.name == "matmul"]
    assert [row.operator.transpose_b for row in products] == [True, False]
    assert [row.operator.name for row in network.layers].count("transpose") == 1  # a first operand's is a copy
    assert macflops.count(network).totals == macflops.count(Scores(), input_shape=(2, 5, 4)).totals


def test_what_is_read_elsewhere_is_no_part_of_a_pattern() -> None:
    class Twice(nn.Module):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            gate = torch.sigmoid(x)
            return x * gate, gate

    network = read(exported(Twice(), torch.randn(2, 3)), "model.onnx")
    assert [row.operator.name for row in network.layers] == ["sigmoid", "mul"]


@pytest.mark.parametrize("name", [n for n in names() if not any(part in n for part in LARGE)])
def test_a_network_of_the_zoo_written_as_onnx_reads_back_with_the_same_totals(name: str) -> None:
    network = macflops.load(f"zoo:{name}")
    report = macflops.count(read(written(network, "onnx"), "model.onnx"))
    assert report.unsupported == ()
    assert report.totals == macflops.count(network).totals
