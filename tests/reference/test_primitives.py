"""The primitives, plain and fast, against PyTorch on random shapes, strides and groups, odd sizes included."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from macflops.reference import plain
from macflops.reference.fast.buffers import Flat, Padded, Split, as_map
from macflops.reference.fast.fold import Folded, folded
from macflops.reference.fast.kernels import Plan, blocks_of
from macflops.reference.fast.routes import routes
from macflops.reference.fast.stem import stem

Array = NDArray[np.float32]


def drawn(*shape: int) -> Array:
    return np.random.default_rng(shape).standard_normal(shape).astype(np.float32)


def same(got: Array, expected: torch.Tensor, tolerance: float = 1e-5) -> None:
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected.numpy(), rtol=tolerance, atol=tolerance * float(expected.abs().max() + 1))


def normed(x: torch.Tensor, weight: Array, bias: Array, mean: Array, variance: Array) -> torch.Tensor:
    mean_, variance_, weight_, bias_ = (torch.from_numpy(array) for array in (mean, variance, weight, bias))
    return F.batch_norm(x, mean_, variance_, weight_, bias_, eps=1e-5)


def channels_last(x: Array) -> Array:
    return np.ascontiguousarray(x.transpose(1, 2, 0))


@given(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.sampled_from([1, 2, 3]),
    st.sampled_from([(1, 1), (3, 3), (3, 1), (5, 2)]), st.integers(5, 9), st.integers(5, 9), st.integers(0, 2),
)  # fmt: skip
@settings(deadline=None)
def test_plain_convolution_is_pytorch_s(
    n: int, groups: int, each: int, out: int, stride: int, kernel: tuple[int, int], h: int, w: int, padding: int
) -> None:
    x, weight = drawn(n, groups * each, h, w), drawn(groups * out, each, *kernel)
    expected = F.conv2d(torch.from_numpy(x), torch.from_numpy(weight), stride=stride, padding=padding, groups=groups)
    same(plain.conv2d(x, weight, stride=stride, padding=padding, groups=groups), expected)


@given(st.integers(1, 3), st.integers(1, 5), st.integers(2, 9), st.integers(2, 9))
@settings(deadline=None)
def test_the_other_plain_primitives_are_pytorch_s(n: int, c: int, h: int, w: int) -> None:
    x, y, weight, bias, mean = drawn(n, c, h, w), drawn(n, c, h, w) + 1, drawn(c), drawn(c) + 1, drawn(c) - 1
    variance = np.abs(drawn(c)) + np.float32(0.1)
    t = torch.from_numpy(x)
    same(
        plain.batch_norm(x, weight, bias, mean, variance, epsilon=1e-5),
        normed(t, weight, bias, mean, variance),
    )
    same(plain.relu(x), F.relu(t))
    same(plain.add(x, y), t + torch.from_numpy(y))
    same(plain.concat(x, y), torch.cat([t, torch.from_numpy(y)], 1))
    same(plain.max_pool(x, kernel=3, stride=2, padding=1), F.max_pool2d(t, 3, 2, 1))
    same(plain.average_pool(x, kernel=3, stride=2, padding=1), F.avg_pool2d(t, 3, 2, 1))
    same(plain.global_average_pool(x), F.adaptive_avg_pool2d(t, 1))
    same(plain.flatten(x[:, :, :1, :1]), t[:, :, :1, :1].flatten(1))
    if min(h, w) >= 3:
        same(plain.max_pool(x, kernel=3, stride=2, padding=0, ceil=True), F.max_pool2d(t, 3, 2, ceil_mode=True))


def test_plain_linear_is_pytorch_s() -> None:
    x, weight, bias = drawn(3, 5), drawn(7, 5), drawn(7)
    same(plain.linear(x, weight, bias), F.linear(*(torch.from_numpy(a) for a in (x, weight, bias))))
    same(plain.linear(x, weight), F.linear(torch.from_numpy(x), torch.from_numpy(weight)))


def test_plain_split_views_both_halves() -> None:
    x = drawn(2, 6, 3, 4)
    left, right = plain.split(x)
    assert np.shares_memory(left, x)
    assert np.shares_memory(right, x)
    assert (np.concatenate([left, right], 1) == x).all()


@pytest.mark.parametrize(
    ("x", "weight", "groups"),
    [((1, 6, 4, 4), (4, 2, 1, 1), 2), ((1, 6, 4, 4), (4, 2, 1, 1), 3), ((1, 6, 4, 4), (3, 6, 5, 1), 1)],
)
def test_a_convolution_that_does_not_fit_is_refused(x: Any, weight: Any, groups: int) -> None:
    with pytest.raises(ValueError, match="fit"):
        plain.conv2d(drawn(*x), drawn(*weight), groups=groups)


@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4), st.integers(1, 300))
@settings(deadline=None)
def test_fast_pointwise_is_pytorch_s(groups: int, each: int, out: int, pixels: int) -> None:
    x, weight = drawn(groups * each, 1, pixels), drawn(groups * out, each, 1, 1)
    y = np.empty((pixels, groups * out), np.float32)
    plan = Plan()
    plan.pointwise(channels_last(x)[0], weight, y, groups)
    plan.run()
    same(y.T[:, None], F.conv2d(torch.from_numpy(x), torch.from_numpy(weight), groups=groups))


@given(st.integers(48, 5000), st.integers(1, 60_000))
@settings(deadline=None)
def test_a_product_is_cut_into_equal_blocks_that_are_small_but_not_flat(rows: int, mult_adds: int) -> None:
    blocks = blocks_of(rows, mult_adds)
    assert rows % blocks == 0
    assert blocks == 1 or (rows // blocks >= 48 and rows // blocks * mult_adds <= 1_000_000)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 5), st.sampled_from([Padded, Split]))
@settings(deadline=None)
def test_fast_depthwise_is_pytorch_s(h: int, w: int, c: int, kind: type[Padded | Split]) -> None:
    stride = 1 if kind is Padded else 2
    x, weight = drawn(c, h, w), drawn(c, 1, 3, 3)
    buffer, plan = kind(h, w, c), Plan()
    y, spare = np.empty((*buffer.out, c), np.float32), np.empty((*buffer.out, c), np.float32)
    plan.copy(channels_last(x), buffer.parts())
    plan.depthwise(buffer, weight, y, spare)
    plan.run()
    expected = F.conv2d(torch.from_numpy(x), torch.from_numpy(weight), stride=stride, padding=1, groups=c)
    same(y.transpose(2, 0, 1), expected)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(2, 5), st.sampled_from([Flat, Padded, Split]))
@settings(deadline=None)
def test_a_buffer_gives_back_what_was_written_to_parts_of_its_channels(
    h: int, w: int, c: int, kind: type[Flat]
) -> None:
    x, buffer = drawn(h, w, c), kind(h, w, c)
    for channels in (slice(1, None), slice(0, 1)):
        for columns, view in buffer.parts(channels):
            view[...] = x[:, columns, channels]
    assert (as_map(buffer) == x).all()


@given(st.integers(2, 9), st.integers(2, 9))
@settings(deadline=None)
def test_clearing_the_borders_of_a_split_map_clears_nothing_else(h: int, w: int) -> None:
    x, buffer, plan = drawn(h, w, 3), Split(h, w, 3), Plan()
    buffer.surround(np.ones(3, np.float32))
    plan.copy(x, buffer.parts())
    plan.clear(buffer.borders())
    plan.run()
    assert (as_map(buffer) == x).all()
    plan, y = Plan(), np.empty((*buffer.out, 3), np.float32)
    plan.depthwise(buffer, np.ones((3, 1, 3, 3), np.float32), y, np.empty_like(y))
    plan.run()
    expected = F.avg_pool2d(torch.from_numpy(x.transpose(2, 0, 1)), 3, 2, 1) * 9
    same(y.transpose(2, 0, 1), expected)


@pytest.mark.parametrize(("groups", "each"), [(1, 6), (2, 3), (3, 4), (8, 2)])
@pytest.mark.parametrize("kind", [Padded, Split])
def test_fast_shuffle_is_pytorch_s(groups: int, each: int, kind: type[Flat]) -> None:
    x, buffer, plan = drawn(groups * each, 5, 7), kind(5, 7, groups * each), Plan()
    plan.copy_shuffled(channels_last(x), buffer.parts(), groups)
    plan.run()
    expected = torch.nn.functional.channel_shuffle(torch.from_numpy(x)[None], groups)[0]
    same(as_map(buffer).transpose(2, 0, 1), expected)


@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize(("h", "w"), [(32, 32), (33, 34), (35, 36), (37, 39), (64, 65), (131, 62), (225, 40)])
def test_the_fast_stem_is_pytorch_s(h: int, w: int, ceil: bool) -> None:
    x, conv, plan = drawn(3, h, w), Folded(drawn(5, 3, 3, 3), drawn(5)), Plan()
    image, out = stem(plan, conv, h, w, ceil)
    image[...] = x
    plan.run()
    y = F.relu(F.conv2d(torch.from_numpy(x), torch.from_numpy(conv.weight), torch.from_numpy(conv.shift), 2, 1))
    expected = F.max_pool2d(y, 3, 2, 0 if ceil else 1, ceil_mode=ceil)
    same((as_map(out) + conv.shift).transpose(2, 0, 1), expected)


@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4))
@settings(deadline=None)
def test_folding_and_travelling_shifts_change_nothing(groups: int, each: int, out: int) -> None:
    """A convolution, its batch norm, and an input of which an offset was left out."""
    c1, c2 = groups * each, groups * out
    parts = {
        "weight": drawn(c2, each, 1, 1),
        "norm.weight": drawn(c2),
        "norm.bias": drawn(c2) + 1,
        "norm.mean": drawn(c2) - 1,
    }
    parts["norm.variance"] = np.abs(drawn(c2)) + np.float32(0.1)
    x, offset = drawn(2, c1, 3, 5), drawn(c1)
    conv = folded({f"a.{part}": array for part, array in parts.items()}, "a").behind(offset, groups)
    left_out = torch.from_numpy(x - offset[:, None, None])
    got = F.conv2d(left_out, torch.from_numpy(conv.weight), torch.from_numpy(conv.shift), groups=groups)
    expected = F.conv2d(torch.from_numpy(x), torch.from_numpy(parts["weight"]), groups=groups)
    norm = [parts[f"norm.{part}"] for part in ("weight", "bias", "mean", "variance")]
    same(got.numpy(), normed(expected, *norm), 1e-4)


def test_a_shift_travels_through_a_depthwise_convolution_and_its_border() -> None:
    x, conv, offset = drawn(1, 4, 5, 7), Folded(drawn(4, 1, 3, 3), drawn(4)), drawn(4) + 2
    u = torch.nn.functional.pad(torch.from_numpy(x), (1, 1, 1, 1)) - torch.from_numpy(offset)[:, None, None]
    got = F.conv2d(u, torch.from_numpy(conv.weight), torch.from_numpy(conv.bordered(offset).shift), groups=4)
    weight, shift = (torch.from_numpy(a) for a in conv)
    same(got.numpy(), F.conv2d(torch.from_numpy(x), weight, shift, padding=1, groups=4))


@given(st.integers(1, 9), st.integers(1, 17), st.integers(1, 12), st.booleans())
@settings(deadline=None)
def test_routes_bring_every_channel_where_shuffling_it_along_would(
    left: int, half: int, units: int, authors: bool
) -> None:
    """Carry labels through concatenations and PyTorch's shuffle, one unit after the other."""
    outputs = [min(left, 2 * half - 1)]
    outputs += [2 * half - outputs[0], *[half] * units]
    found = routes(outputs, authors)
    labels = [torch.arange(count) + 1000 * maker for maker, count in enumerate(outputs)]
    shuffle: Callable[..., torch.Tensor] = torch.nn.functional.channel_shuffle
    read = []
    state = torch.cat(labels[:2])
    for unit in range(units):
        state = shuffle(state.reshape(1, -1, 1, 1), half if authors else 2).ravel()
        read.append(state[half:])
        state = torch.cat([state[:half], labels[2 + unit]])
    read.append(state if authors else shuffle(state.reshape(1, -1, 1, 1), 2).ravel())
    written = [np.full(len(labels_read), -1) for labels_read in read]
    for maker, writes in enumerate(found.writes):
        made = labels[maker].numpy()[found.makes[maker]]
        for reader, first, which in writes:
            written[reader][first : first + which.stop - which.start] = made[which]
    for places, wanted, order in zip(written, read, found.reads, strict=True):
        assert (places == wanted.numpy()[order]).all()
    assert sum(len(writes) for writes in found.writes) <= len(outputs) * (len(bin(half)) + 1)


def test_all_windows_of_a_kernel_are_seen_once() -> None:
    seen = [(i, j) for i, j, _ in plain.taps(drawn(1, 1, 5, 5), 3, 2, 1)]
    assert seen == list(itertools.product(range(3), range(2)))
