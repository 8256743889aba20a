"""Single operators: what they write against what PyTorch writes, what is written in place, what has its own count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everywhere
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import macflops


class Of(nn.Module):
    """A module that is one function, with a weight at hand."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function
        self.w = nn.Parameter(torch.zeros(6, 6))

    def forward(self, x: Tensor) -> Any:
        """Return the function of the input."""
        return self.function(x, self.w)


FUNCTIONS: list[Callable[[Tensor, Tensor], Any]] = [
    lambda x, w: x @ w,
    lambda x, w: w @ x,
    lambda x, w: x @ x.transpose(-1, -2),
    lambda x, w: torch.einsum("bcij,jk->bcik", x, w),
    lambda x, w: torch.einsum("bcij,bckj->bik", x, x),
    lambda x, w: torch.einsum("...ij,...kj->...ik", x, x),
    lambda x, w: torch.einsum("bcij,jk,kl->bcil", x, w, w),
    lambda x, w: torch.fft.irfft(torch.fft.rfft(x, dim=2) * torch.conj(torch.fft.rfft(x, dim=2)), dim=2),
    lambda x, w: torch.fft.fftn(x, dim=(1, 2)).real,
    lambda x, w: torch.view_as_real(torch.view_as_complex(x.reshape(2, 4, 18, 2)) * 2).flatten(2),
    lambda x, w: x.as_strided((2, 3, 4, 6), (144, 36, 6, 1)),
    lambda x, w: (F.mse_loss(x, x * 2), F.smooth_l1_loss(x, -x, reduction="none"), F.huber_loss(x, x + w)),
    lambda x, w: F.binary_cross_entropy_with_logits(x, x.sigmoid()) + F.cross_entropy(x, x.softmax(1)),
    lambda x, w: F.nll_loss(x.log_softmax(1), x.argmax(1)),
    lambda x, w: (x.median(), *x.aminmax(dim=1), *x.mode(1), torch.isin(x, w)),
    lambda x, w: torch.block_diag(x[0, 0], w),  # type: ignore[no-untyped-call]
    lambda x, w: torch.baddbmm(x[0], x[0], x[1]),
    lambda x, w: torch.addmm(x[0, 0], w, w),
    lambda x, w: torch.tensordot(x, w, dims=1),
    lambda x, w: F.linear(x, w, x[0, 0, 0]),
    lambda x, w: F.conv2d(x, w.view(1, 1, 6, 6).expand(2, 4, 6, 6), padding=3, dilation=1),
    lambda x, w: F.conv1d(x[0], w[:, :, None].expand(6, 6, 3)[:3, :6]),
    lambda x, w: F.conv_transpose2d(x, w[:4, :4].reshape(4, 1, 2, 2), stride=2, groups=4),
    lambda x, w: F.scaled_dot_product_attention(x, x, x, is_causal=True),
    lambda x, w: F.scaled_dot_product_attention(x, x[:, :2], x[:, :2], enable_gqa=True),
    lambda x, w: F.multi_head_attention_forward(
        x[0], x[0], x[0], 6, 2, torch.cat([w, w, w]), None, None, None, False, 0.0, w, None
    )[0],
    lambda x, w: F.pad(x, (1, -1, 0, 2)),
    lambda x, w: F.interpolate(x, scale_factor=1.5, mode="bilinear"),
    lambda x, w: F.adaptive_max_pool2d(x, (3, 2), return_indices=True),
    lambda x, w: F.max_pool2d(x, 3, 2, 1, ceil_mode=True, return_indices=True),
    lambda x, w: F.local_response_norm(x, 3),
    lambda x, w: F.group_norm(x, 2),
    lambda x, w: F.unfold(x, 2),
    lambda x, w: x.unfold(2, 3, 2),
    lambda x, w: x.topk(2, dim=1),
    lambda x, w: x.max(dim=2),
    lambda x, w: x.var(dim=(2, 3), keepdim=True),
    lambda x, w: x.norm(dim=1),
    lambda x, w: torch.where(x > 0, x, w),
    lambda x, w: x.masked_fill(w > 0, 1.0).cumsum(1),
    lambda x, w: torch.stack([x, x], 2).unbind(2),
    lambda x, w: torch.split(x, [1, 3], 1),
    lambda x, w: x.chunk(3, 1),
    lambda x, w: torch.meshgrid(x[0, 0, 0], x[0, 0, 1], indexing="xy"),
    lambda x, w: x.movedim(1, -1).flatten(1, 2).repeat(1, 2, 1),
    lambda x, w: x.roll((1, 2), (2, 3)).flip(1).tril(),
    lambda x, w: x[:, [0, 2]] + x[:, torch.tensor([1, 3])],
    lambda x, w: x.new_zeros(x.shape).scatter(1, (x[:, :1] > 0).long(), x[:, :1]),
    lambda x, w: torch.index_select(x, 1, torch.tensor([1, 1, 0])),
    lambda x, w: x.square().clamp(min=0).rsqrt().nan_to_num().softmax(1).logsumexp(2),
    lambda x, w: F.grid_sample(x, x[:, :2].permute(0, 2, 3, 1)),
    lambda x, w: F.glu(F.leaky_relu(x * w), 1),
]


@pytest.mark.parametrize("number", range(len(FUNCTIONS)))
def test_an_operator_writes_the_shapes_and_counts_the_products_that_pytorch_does(number: int) -> None:
    module = Of(FUNCTIONS[number]).eval()
    x = torch.zeros(2, 4, 6, 6)
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        made = module(x)
    network = macflops.load(module, input_shape=(2, 4, 6, 6))
    report = macflops.count(network)
    assert report.unsupported == ()
    outputs = made if isinstance(made, (tuple, list)) else (made,)
    assert network.shapes_of(network.outputs) == [tuple(one.shape) for one in outputs]
    assert report.totals.mult_adds == counter.get_total_flops() // 2
    assert report.totals.params == 36


def counted(function: Callable[..., Any], shape: tuple[int, ...] = (2, 8)) -> list[tuple[str, int]]:
    """Return the operators of a function's run and the memory that each accesses."""
    layers = macflops.count(Of(lambda x, w: function(x)), input_shape=shape).layers
    return [(layer.op, layer.mac_elements) for layer in layers if layer.mac_elements]


def written(x: Tensor) -> Tensor:
    """Return halves that are written into a new tensor, one of them through a view."""
    y = torch.empty_like(x)
    y[:, :4] = x[:, 4:].exp()
    y[:, 4:] = x[:, :4]
    y[:, 4:] += 1
    return y


def seen(x: Tensor) -> Tensor:
    """Return a view of what was then written in place."""
    y = x.exp()
    view = y.view(-1)
    y.relu_()
    return view.neg()


def test_what_is_written_in_place_is_not_lost() -> None:
    assert counted(written) == [("exp", 16), ("copy", 16), ("copy", 16), ("add", 17)]
    assert counted(seen) == [("exp", 32), ("relu", 32), ("neg", 32)]


def test_patterns_are_the_operators_that_they_are() -> None:
    def shuffled(x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)

    assert counted(shuffled, (1, 4, 3, 3)) == [("shuffle", 72)]
    assert counted(lambda x: x * torch.sigmoid(x)) == [("silu", 32)]
    assert counted(lambda x: x @ x.T) == [("matmul", 16 + 16 + 4)]


def test_bilinear_is_two_products() -> None:
    layer = nn.Bilinear(5, 7, 3)

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = layer

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.layer(x[:, :5], x[:, 5:])
            return y

    totals = macflops.count(Both(), input_shape=(2, 12)).totals
    assert totals.mult_adds == 2 * (5 * 7 * 3 + 7 * 3)  # x · W for each output, then · y
    assert totals.params == 5 * 7 * 3 + 3


def stepwise(x: Tensor, w: Tensor) -> Tensor:
    """Return what is written step by step, from a state whose last value nothing needs."""
    y, state = torch.zeros_like(x), torch.zeros_like(x[:, 0])
    key, value = x @ w, x @ w.T
    for step in range(4):
        y[:, step] = key[:, step] + state
        state = state * w[0] + value[:, step]
    return y @ w


def halves(x: Tensor, w: Tensor) -> Tensor:
    """Return a tensor whose halves are written through views that were there before."""
    y = x.new_zeros(x.shape)
    first, second = y.chunk(2, 1)
    first.copy_(x[:, :2] @ w)
    second.copy_(x[:, 2:] @ w)
    return y @ w


def triangle(x: Tensor, w: Tensor) -> Tensor:
    """Return the products of the upper triangle of a mask that is too large to be kept with its numbers."""
    chosen = torch.ones(100, 100).triu().view(-1).nonzero().view(-1)
    wide = x.reshape(2, 144).repeat(1, 70)[:, :10_000]
    return wide[:, chosen] @ x.new_ones(100 * 101 // 2, 3)


@pytest.mark.parametrize("function", [stepwise, halves, triangle])
def test_what_is_written_through_views_and_chosen_by_masks_counts_as_it_runs(function: Any) -> None:
    x, module = torch.zeros(2, 4, 6, 6), Of(function).eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        made = module(x)
    network = macflops.load(module, input_shape=tuple(x.shape))
    totals = macflops.count(network).totals
    assert (totals.mult_adds, totals.params) == (counter.get_total_flops() // 2, 36)
    assert network.shapes_of(network.outputs) == [tuple(made.shape)]
