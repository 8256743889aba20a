"""One function written as many nodes is one layer, however exporters and people write it."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import macflops
from macflops.network import Network
from macflops.readers.onnx import read
from tests.readers.onnx.torches import exported

Function = Callable[[Tensor], Tensor]

# How public code writes them, functions of one tensor.
WRITTEN: list[tuple[str, Function]] = [
    ("gelu", lambda x: x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))),  # BERT
    ("gelu", lambda x: 0.5 * x * (1 + torch.erf(x * math.sqrt(0.5)))),
    ("gelu", lambda x: 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))),  # GPT-2
    ("gelu", lambda x: 0.5 * x * (1.0 + torch.tanh(x * 0.7978845608 * (1.0 + 0.044715 * x * x)))),  # BLOOM, Megatron
    ("gelu", lambda x: functional.gelu(x, approximate="tanh")),
    ("gelu", lambda x: x * torch.sigmoid(1.702 * x)),  # CLIP
    ("silu", lambda x: torch.sigmoid(x) * x),
    ("silu", lambda x: x / (1 + torch.exp(-x))),
    ("mish", lambda x: x * torch.tanh(functional.softplus(x))),
    ("mish", lambda x: x * torch.tanh(torch.log(1 + torch.exp(x)))),  # YOLOv4
    ("hardswish", lambda x: x * functional.relu6(x + 3) / 6),
    ("hardswish", lambda x: x * (functional.relu6(x + 3.0) / 6.0)),
    ("hardswish", lambda x: x * functional.hardtanh(x + 3, 0.0, 6.0) * (1 / 6)),
    ("hardsigmoid", lambda x: functional.relu6(x + 3) / 6),
    ("hardsigmoid", lambda x: torch.clamp(x / 6 + 0.5, 0, 1)),
    ("softmax", lambda x: torch.exp(x) / torch.exp(x).sum(-1, keepdim=True)),
    ("softmax", lambda x: (x - x.amax(1, keepdim=True)).exp() / (x - x.amax(1, keepdim=True)).exp().sum(1, True)),
    ("log_softmax", lambda x: x - torch.log(torch.exp(x).sum(-1, keepdim=True))),
    ("layer_norm", lambda x: (x - x.mean(-1, True)) / torch.sqrt((x - x.mean(-1, True)).pow(2).mean(-1, True) + 1e-6)),
    ("layer_norm", lambda x: (x - x.mean(-1, True)) * torch.rsqrt(((x - x.mean(-1, True)) ** 2).mean(-1, True) + 1e-5)),
    ("layer_norm", lambda x: (x - x.mean((1, 2), True)) * ((x - x.mean((1, 2), True)) ** 2).mean((1, 2), True) ** -0.5),
    ("layer_norm", lambda x: (x - x.mean(-1, True)) / ((x * x).mean(-1, True) - x.mean(-1, True) ** 2).sqrt()),
    ("rms_norm", lambda x: x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)),  # LLaMA
    ("rms_norm", lambda x: x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6)),  # T5
]


class Written(nn.Module):
    """A function between two others, so that it is read and reads like a layer."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.function, self.first, self.last = function, nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.last(self.function(self.first(x)))
        return y


def layers(network: Network) -> list[str]:
    """Return the operators of the layers."""
    return [layer.operator.name for layer in network.layers]


@pytest.mark.parametrize(("name", "function"), WRITTEN)
def test_a_function_written_out_is_one_layer(name: str, function: Function) -> None:
    network = read(exported(Written(function), torch.randn(3, 5, 8)), "model.onnx")
    assert layers(network) == ["linear", name, "linear"]
    cost = macflops.count(network).layers[1]
    assert (cost.elementwise_ops, cost.mac_elements, cost.params) == (3 * 5 * 8, 2 * 3 * 5 * 8, 0)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * 0.5 * (1.0 + torch.erf(x / 2.0)),  # no GELU
        lambda x: x * torch.sigmoid(2 * x),
        lambda x: x * functional.relu6(x + 2) / 6,
        lambda x: x / torch.sqrt(x.pow(2).sum(-1, keepdim=True) + 1e-6),
    ],
)
def test_what_only_looks_alike_stays_as_it_is_written(function: Function) -> None:
    network = read(exported(Written(function), torch.randn(3, 5, 8)), "model.onnx")
    assert not {"gelu", "silu", "hardswish", "rms_norm", "layer_norm"} & set(layers(network))


def test_what_is_read_elsewhere_stays_a_layer_of_its_own() -> None:
    class Twice(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            inner = torch.erf(x / math.sqrt(2.0))
            return x * 0.5 * (1.0 + inner), inner

    network = read(exported(Twice(), torch.randn(3, 8)), "model.onnx")
    assert "gelu" not in layers(network)
    assert "erf" in layers(network)


class Scaled(nn.Module):
    """Root mean square norms as LLaMA and Gemma write them, with their scales."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.more = nn.Parameter(torch.randn(8)), nn.Parameter(torch.randn(8))

    def forward(self, x: Tensor) -> Tensor:
        y = self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6))
        return y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-6) * (1.0 + self.more)


def test_a_norm_takes_its_scale_up() -> None:
    network = read(exported(Scaled(), torch.randn(3, 5, 8)), "model.onnx")
    assert layers(network) == ["rms_norm", "rms_norm"]
    assert [layer.params for layer in macflops.count(network).layers] == [8, 8]


class OverChannels(nn.Module):
    """Norms over the channels, as ConvNeXt's first code and MobileNetV4's write them."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(6, 1, 1)), nn.Parameter(torch.randn(6, 1, 1))
        self.more = nn.Parameter(torch.randn(6, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(1, keepdim=True)
        y = (x - mean) / torch.sqrt((x - mean).pow(2).mean(1, keepdim=True) + 1e-6) * self.weight + self.bias
        return y * torch.rsqrt(y.pow(2).mean(1, keepdim=True) + 1e-6) * self.more


def test_norms_over_the_channels_are_norms() -> None:
    network = read(exported(OverChannels(), torch.randn(2, 6, 4, 5)), "model.onnx")
    assert layers(network) == ["layer_norm", "rms_norm"]
    assert [layer.operator.role for layer in network.layers] == ["norm", "norm"]
    costs = macflops.count(network).layers
    assert [cost.params for cost in costs] == [12, 6]
    assert [cost.mac_elements for cost in costs] == [2 * 240 + 12, 2 * 240 + 6]
    assert [cost.elementwise_ops for cost in costs] == [240, 240]
