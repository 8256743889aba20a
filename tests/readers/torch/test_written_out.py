"""Functions that modules write out by hand are counted as PyTorch's own module of them, and as their ONNX file."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everywhere

import macflops
from macflops.network import Network
from macflops.readers.onnx import read
from tests.readers.onnx.torches import exported

SHAPE = (2, 5, 6, 8)
Function = Callable[[Tensor], Tensor]


class By(nn.Module):
    """A convolution, a function, and a layer behind it."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.first, self.last, self.function = nn.Conv2d(5, 5, 1), nn.Linear(8, 3), function

    def forward(self, x: Tensor) -> Tensor:
        """Return the layers one after the other."""
        found: Tensor = self.last(self.function(self.first(x)))
        return found


class Rms(nn.Module):
    """Root mean square norm as language models write it."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """Return x over its root mean square, scaled."""
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6))


class Layer(nn.Module):
    """Layer norm, written out."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """Return x less its mean over its deviation, scaled and shifted."""
        centred = x - x.mean(-1, keepdim=True)
        return centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5) * self.weight + self.bias


def softmax(x: Tensor) -> Tensor:
    """Return softmax along the last dimension."""
    powers = torch.exp(x - x.amax(-1, keepdim=True))
    return powers / powers.sum(-1, keepdim=True)


def in_place(x: Tensor) -> Tensor:
    """Return x · hardsigmoid(x), its gate written over itself."""
    gate = x + 3
    gate.clamp_(0, 6).div_(6)
    return x * gate


WRITTEN: list[tuple[Function, Function]] = [  # by hand, and PyTorch's own
    (lambda x: x * F.relu6(x + 3) / 6, nn.Hardswish()),
    (lambda x: x * (F.relu6(x + 3.0, inplace=True) / 6.0), nn.Hardswish()),
    (in_place, nn.Hardswish()),
    (lambda x: torch.clamp(3 + x, 0, 6) / 6, nn.Hardsigmoid()),
    (lambda x: x * (x + 3).clamp(min=0, max=6) / 6, nn.Hardswish()),
    (lambda x: x * x.sigmoid(), nn.SiLU()),
    (lambda x: x.mul(F.hardsigmoid(x)), nn.Hardswish()),
    (lambda x: 1 / (1 + torch.exp(-x)), nn.Sigmoid()),
    (lambda x: x * 0.5 * (1.0 + torch.erf(x / 2**0.5)), nn.GELU()),
    (lambda x: 0.5 * x * (1 + torch.tanh(0.7978845608 * (x + 0.044715 * torch.pow(x, 3)))), nn.GELU("tanh")),
    (lambda x: x * torch.tanh(F.softplus(x)), nn.Mish()),
    (softmax, nn.Softmax(-1)),
    (Rms(), nn.RMSNorm(8)),
    (Layer(), nn.LayerNorm(8)),
]


def live(module: nn.Module) -> Network:
    """Return a module as it is read."""
    return macflops.load(module, input_shape=SHAPE)


def kinds(network: Network) -> list[str]:
    """Return the operators of a network."""
    return [layer.operator.name for layer in network.layers]


@pytest.mark.parametrize("index", range(len(WRITTEN)))
def test_a_function_written_out_counts_as_pytorch_s_own_and_as_its_file(index: int) -> None:
    torch.manual_seed(1)
    by_hand, own = (By(function) for function in WRITTEN[index])
    for norm in by_hand.parameters():
        nn.init.normal_(norm)
    assert kinds(live(by_hand)) == kinds(live(own))
    totals = macflops.count(live(by_hand)).totals
    assert totals == macflops.count(live(own)).totals
    assert totals == macflops.count(read(exported(by_hand, torch.rand(SHAPE)), "net.onnx")).totals


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (lambda x: x * F.relu6(x + 2) / 6, ["add", "relu6", "mul", "div"]),  # no function that is known
        (lambda x: (gate := torch.sigmoid(x)) * x + gate, ["sigmoid", "mul", "add"]),  # the gate is read elsewhere
        (lambda x: x * torch.sigmoid(x[:, :1]), ["slice", "sigmoid", "mul"]),  # of another tensor
    ],
)
def test_what_is_another_function_stays_as_it_is_written(function: Function, found: list[str]) -> None:
    assert kinds(live(By(function))) == ["conv", *found, "linear"]


class Twice(nn.Module):
    """Two norms, each used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.rms, self.layer = Rms(), Layer()

    def forward(self, x: Tensor) -> Tensor:
        """Return one after the other."""
        found: Tensor = self.layer(self.rms(self.layer(self.rms(x))))
        return found


def test_norms_that_share_their_weights_count_them_once() -> None:
    module = By(Twice())
    network = live(module)
    assert kinds(network).count("rms_norm") == 2
    assert macflops.count(network).totals.params == sum(p.numel() for p in module.parameters())
