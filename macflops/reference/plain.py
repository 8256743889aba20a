"""The primitives, a few lines each, to be read: arrays are (N, C, H, W), nothing is fused, nothing is kept.

A convolution is a loop over the taps of its kernel. Each tap sees the whole image, shifted and strided, and is a matrix
product over channels; groups are one more axis of that product. Depthwise is groups = channels, pointwise one tap.
Sources: ShuffleNet V1 (Zhang et al. 2017), section 3; V2 (Ma et al. 2018), section 3; batch norm: Ioffe & Szegedy 2015.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def conv2d(x: Array, weight: Array, *, stride: int = 1, padding: int = 0, groups: int = 1) -> Array:
    """Convolve x (N, C1, H, W) with weight (C2, C1/groups, kh, kw): (N, C2, H', W'). Raises ValueError on a misfit."""
    n, c1, _, _ = x.shape
    c2, each, kh, kw = weight.shape
    if groups < 1 or c1 != each * groups or c2 % groups:
        raise ValueError(f"{c1} channels in {groups} groups do not fit a weight of {weight.shape}")
    x = pad(x, padding)
    h, w = (x.shape[2] - kh) // stride + 1, (x.shape[3] - kw) // stride + 1
    if min(h, w) < 1:
        raise ValueError(f"a kernel of {kh} x {kw} does not fit into an image of {x.shape[2]} x {x.shape[3]}")
    y: Array = np.zeros((n, groups, c2 // groups, h * w), x.dtype)
    for i, j, window in taps(x, kh, kw, stride):
        tap = weight[:, :, i, j].reshape(groups, c2 // groups, each)
        y += tap @ window.reshape(n, groups, each, h * w)
    return y.reshape(n, c2, h, w)


def batch_norm(x: Array, weight: Array, bias: Array, mean: Array, variance: Array, *, epsilon: float) -> Array:
    """Normalize each channel of x (N, C, H, W) by its running mean and variance (C,), then scale and shift it."""
    scale = weight / np.sqrt(variance + np.float32(epsilon))
    y: Array = (x - mean[:, None, None]) * scale[:, None, None] + bias[:, None, None]
    return y


def relu(x: Array) -> Array:
    """Replace what is negative by zero, any shape."""
    return np.maximum(x, np.float32(0))


def max_pool(x: Array, *, kernel: int, stride: int, padding: int, ceil: bool = False) -> Array:
    """Take the largest of each window of x (N, C, H, W). ceil: a window may reach over the far border."""
    over = stride - 1 if ceil else 0
    x = pad(x, padding, over, value=-np.inf)
    h, w = (x.shape[2] - kernel) // stride + 1, (x.shape[3] - kernel) // stride + 1
    y = np.full((*x.shape[:2], h, w), -np.inf, x.dtype)
    for _, _, window in taps(x, kernel, kernel, stride):
        np.maximum(y, window, out=y)
    return y


def average_pool(x: Array, *, kernel: int, stride: int, padding: int) -> Array:
    """Average each window of x (N, C, H, W); the zeros of the padding are part of the average."""
    x = pad(x, padding)
    h, w = (x.shape[2] - kernel) // stride + 1, (x.shape[3] - kernel) // stride + 1
    y = np.zeros((*x.shape[:2], h, w), x.dtype)
    for _, _, window in taps(x, kernel, kernel, stride):
        y += window
    y /= kernel * kernel
    return y


def global_average_pool(x: Array) -> Array:
    """Average x (N, C, H, W) over all its pixels to (N, C, 1, 1)."""
    y: Array = x.mean(axis=(2, 3), keepdims=True)
    return y


def add(x: Array, y: Array) -> Array:
    """Add two of one shape, element by element."""
    return x + y


def concat(x: Array, y: Array) -> Array:
    """Put the channels of y (N, C2, H, W) behind those of x (N, C1, H, W)."""
    return np.concatenate([x, y], axis=1)


def split(x: Array) -> tuple[Array, Array]:
    """View the first and the second half of the channels of x (N, C, H, W); nothing is copied."""
    half = x.shape[1] // 2
    return x[:, :half], x[:, half:]


def flatten(x: Array) -> Array:
    """View x (N, C, 1, 1) as (N, C); nothing is copied."""
    return x.reshape(x.shape[0], -1)


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Multiply x (N, in) with weight (out, in) and add bias (out,): (N, out)."""
    y: Array = x @ weight.T
    return y if bias is None else y + bias


def pad(x: Array, padding: int, over: int = 0, value: float = 0.0) -> Array:
    """Put a border of value around each image of x (N, C, H, W), over pixels wider at the far sides."""
    if not padding and not over:
        return x
    sides = (padding, padding + over)
    return np.pad(x, ((0, 0), (0, 0), sides, sides), constant_values=np.float32(value))


def taps(x: Array, kh: int, kw: int, stride: int) -> Iterator[tuple[int, int, Array]]:
    """Yield i, j and what tap (i, j) of a kernel sees of x (N, C, H, W): a view of (N, C, H', W')."""
    h, w = (x.shape[2] - kh) // stride + 1, (x.shape[3] - kw) // stride + 1
    for i in range(kh):
        for j in range(kw):
            yield i, j, x[:, :, i : i + stride * (h - 1) + 1 : stride, j : j + stride * (w - 1) + 1 : stride]
