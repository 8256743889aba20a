"""What PyTorch exports counts as PyTorch does: mult-adds as FlopCounterMode, parameters as the module's own."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Any

import onnx
import pytest
import torch
from torch import nn
from torch.nn import functional

import macflops
from macflops.readers.onnx import read
from tests.readers.onnx.torches import counted, exported, exported_anew


def agrees(module: nn.Module, *inputs: torch.Tensor, **options: Any) -> macflops.Network:
    """Assert that a module's file counts as the module does; return the network."""
    network = read(exported(module, *inputs, **options), "model.onnx")
    report = macflops.count(network)
    mult_adds, params = counted(module, *inputs)
    assert report.unsupported == ()
    assert report.totals.mult_adds == mult_adds
    assert report.totals.params == params
    return network


class Residual(nn.Module):
    """Plain, grouped and depthwise convolutions, with a residual and a gate."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 12, 3, 2, 1, bias=False), nn.Conv2d(12, 12, (3, 5), padding=(1, 2), groups=3)
        self.c, self.norm = nn.Conv2d(12, 12, 3, padding="same", dilation=2, groups=12), nn.BatchNorm2d(12)
        self.gate, self.head = nn.Conv2d(12, 12, 1), nn.Linear(12, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu6(self.norm(self.a(x)))
        y = x + self.c(functional.hardswish(self.b(x)))
        y = y * functional.hardsigmoid(self.gate(functional.adaptive_avg_pool2d(y, 1)))
        out: torch.Tensor = self.head(y.mean((2, 3)))
        return out


class UNet(nn.Module):
    """Norms of all kinds, a transposed convolution, a skip."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, 2, 1), nn.Conv2d(16, 2, 1)
        self.group, self.instance = nn.GroupNorm(2, 8), nn.InstanceNorm2d(16, affine=True)
        self.plain, self.up = nn.InstanceNorm2d(2), nn.ConvTranspose2d(16, 8, 2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = functional.gelu(self.group(self.a(x)))
        b = functional.silu(self.instance(self.b(a)))
        out: torch.Tensor = self.plain(self.c(torch.cat([a, self.up(b)], 1)))
        return out


class Transformer(nn.Module):
    """Patches, a class token, position embeddings, layer scale, attention."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 32, 8, 8)
        self.token, self.place = nn.Parameter(torch.randn(1, 1, 32)), nn.Parameter(torch.randn(1, 17, 32))
        self.scale, self.head = nn.Parameter(torch.randn(32)), nn.Linear(32, 10)
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(32), enable_nested_tensor=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.place
        out: torch.Tensor = self.head((self.encoder(x) * self.scale)[:, 0])
        return out


class Shared(nn.Module):
    """A convolution used twice, and a table that is also the last layer's weights."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.table, self.head = nn.Conv2d(4, 4, 3, padding=1), nn.Embedding(11, 6), nn.Linear(6, 11)
        self.head.weight = self.table.weight

    def forward(self, x: torch.Tensor, i: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.conv(self.conv(x)), self.head(self.table(i))


class Standardized(nn.Module):
    """A convolution whose weights are computed from others: their arithmetic is not the network's."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.gain = nn.Parameter(torch.randn(8, 3, 3, 3)), nn.Parameter(torch.ones(8, 1, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        w = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return functional.conv2d(x, w / (w.var((1, 2, 3), keepdim=True) + 1e-5).sqrt() * self.gain)


class Attention(nn.Module):
    """Products of what flows, one of them as an Einstein sum."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(16, 48)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        n, t, c = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, 4, 4).permute(2, 0, 3, 1, 4).unbind(0)
        y = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, c)
        return y, torch.einsum("bhid,bhjd->bhij", q, k), torch.einsum("bhid,bhie->bdhe", q, v)


class Same(nn.Module):
    """Sides that are computed: halves, sums, and resizing to them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b = self.conv(x).chunk(2, 1)
        h, w = x.shape[-2:]
        small = functional.interpolate(a * b, size=(h // 3, w // 3), mode="bilinear")
        return functional.interpolate(small, scale_factor=2.0)[:, :, : h // 3 + 1]


def one_sided() -> nn.Module:
    """Return a network on sequences."""
    pools = nn.MaxPool1d(2, ceil_mode=True), nn.ConvTranspose1d(8, 4, 3, 2, 1, 1), nn.AdaptiveAvgPool1d(1)
    first = nn.Conv1d(4, 8, 5, 2, 2, groups=2), nn.BatchNorm1d(8), nn.PReLU(8)
    return nn.Sequential(*first, *pools, nn.Flatten(), nn.Linear(4, 3))


def three_sided() -> nn.Module:
    """Return a network on volumes."""
    first = nn.Conv3d(2, 6, (3, 1, 3), padding=(1, 0, 1), bias=False), nn.BatchNorm3d(6), nn.Hardswish()
    return nn.Sequential(*first, nn.AvgPool3d(2), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(6, 3, bias=False))


CASES: list[tuple[Callable[[], nn.Module], tuple[int, ...]]] = [
    (Residual, (2, 3, 33, 25)),
    (UNet, (2, 3, 32, 24)),
    (Transformer, (2, 3, 32, 32)),
    (Standardized, (1, 3, 9, 10)),
    (Attention, (2, 5, 16)),
    (Same, (2, 3, 31, 37)),
    (one_sided, (2, 4, 101)),
    (three_sided, (2, 2, 8, 9, 10)),
]


@pytest.mark.parametrize(("make", "shape"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_an_exported_module_counts_as_it_runs(make: Callable[[], nn.Module], shape: tuple[int, ...]) -> None:
    agrees(make(), torch.randn(shape))


@pytest.mark.parametrize("opset", [9, 11, 13, 16, 18, 20])
def test_every_version_of_the_operators_counts_alike(opset: int) -> None:
    agrees(UNet(), torch.randn(2, 3, 32, 24), opset_version=opset)


def test_a_weight_that_two_layers_use_counts_once() -> None:
    agrees(Shared(), torch.randn(1, 4, 8, 8), torch.randint(0, 11, (2, 5)))


def test_dynamic_dimensions_give_closed_forms_in_their_own_names() -> None:
    module, image = Same(), torch.randn(2, 3, 31, 37)
    axes = {"x": {0: "N", 2: "H", 3: "W"}}
    data = exported(module, image, input_names=["x"], dynamic_axes=axes)
    network = read(data, "model.onnx")
    closed: Any = macflops.count(network).totals.mult_adds
    assert {str(symbol) for symbol in closed.free_symbols} == {"N", "H", "W"}
    for sides in ((2, 31, 37), (1, 64, 48)):
        values = dict(zip("NHW", sides, strict=True))
        mult_adds, _ = counted(module, torch.randn(sides[0], 3, *sides[1:]))
        assert closed.subs({s: values[str(s)] for s in closed.free_symbols}) == mult_adds
        assert macflops.count(read(data, "model.onnx", set=values)).totals.mult_adds == mult_adds


class Positions(nn.Module):
    """What only looks like a parameter: tables of numbers, a fixed filter, a bias of zeros; some are computed with."""

    def __init__(self) -> None:
        super().__init__()
        self.map, self.conv, self.qkv = nn.Linear(2, 4), nn.Conv2d(4, 4, 3, padding=1), nn.Linear(16, 48, bias=False)
        self.q, self.v = nn.Parameter(torch.randn(16)), nn.Parameter(torch.randn(16))
        self.k: torch.Tensor
        self.places: torch.Tensor
        self.blur: torch.Tensor
        self.register_buffer("k", torch.zeros(16), persistent=False)
        self.register_buffer("places", torch.randn(4, 4, 2), persistent=False)
        self.register_buffer("blur", torch.ones(4, 1, 3, 3) / 9, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        places = self.conv(self.map(self.places).permute(2, 0, 1)[None])
        y = functional.conv2d(x + places, self.blur, padding=1, groups=4).flatten(2)
        return functional.linear(y, self.qkv.weight, torch.cat([self.q, self.k, self.v]))


@pytest.mark.parametrize("dynamo", [False, True])
def test_tables_and_fixed_filters_are_no_parameters_and_what_is_computed_with_them_counts(dynamo: bool) -> None:
    module, image = Positions(), torch.randn(2, 4, 4, 4)
    if not dynamo:
        agrees(module, image)
        return
    data = exported_anew(module, image)
    report = macflops.count(read(data, "model.onnx"))
    assert (report.totals.mult_adds, report.totals.params) == counted(module, image)


def test_a_scale_that_the_newer_exporter_computes_is_no_parameter() -> None:
    module, tokens = Attention(), torch.randn(2, 5, 16)
    report = macflops.count(read(exported_anew(module, tokens, optimize=True), "model.onnx"))
    assert (report.totals.mult_adds, report.totals.params) == counted(module, tokens)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("resnet", "resnet18"),
        ("mobilenetv2", "mobilenetv2_w1"),
        ("mobilenetv3", "mobilenetv3_small_w1"),
        ("shufflenet", "shufflenet_g3_w1"),
        ("shufflenetv2", "shufflenetv2_w1"),
        ("efficientnet", "efficientnet_b0"),
        ("densenet", "densenet121"),
        ("seresnet", "seresnet10"),
        ("regnet", "regnetx002"),
        ("squeezenet", "squeezenet_v1_1"),
    ],
)
def test_published_networks_of_pytorchcv_count_as_they_run(file: str, name: str) -> None:
    pytest.importorskip("pytorchcv")
    module = getattr(importlib.import_module(f"pytorchcv.models.{file}"), name)()
    agrees(module, torch.randn(1, 3, 224, 224))


@pytest.mark.parametrize("make", [Residual, Transformer, Attention, one_sided])
def test_an_export_for_inference_counts_as_the_file_s_own_weights(make: Callable[[], nn.Module]) -> None:
    module, image = make(), torch.randn(dict(CASES)[make])
    options = {"training": torch.onnx.TrainingMode.EVAL, "do_constant_folding": True}
    data = exported(module, image, **options)
    report = macflops.count(read(data, "model.onnx"))
    kept = onnx.load_model_from_string(data).graph.initializer
    floats = [math.prod(t.dims) for t in kept if t.data_type == onnx.TensorProto.FLOAT]
    assert report.unsupported == ()
    assert report.totals.mult_adds == counted(module, image)[0]
    assert report.totals.params == sum(floats)
