"""Convolutions."""

from __future__ import annotations

from typing import Any

from macflops.readers.torch.operators._common import Dim, Ints, Place, Value, sides


def _convolved(
    at: Place, x: Value, w: Value, bias: Value | None, stride: Ints, padding: Ints | str, dilation: Ints, groups: int
) -> Value:
    """Add a convolution of x (N, c1, …sides), or (c1, …sides), with w (c2, c1/groups, …kernel)."""
    number = len(w.shape) - 2
    single = len(x.shape) == number + 1
    if single:
        x = at.reshaped(x, (1, *x.shape), ".unsqueeze")
    kernel, dilations = w.shape[2:], sides(dilation, number)
    before: tuple[Dim, ...]
    after: tuple[Dim, ...]
    if padding == "same":  # what is left over goes behind, as torch has it
        totals = [d * (k - 1) for k, d in zip(kernel, dilations, strict=True)]
        before, after = tuple(t // 2 for t in totals), tuple(t - t // 2 for t in totals)
    else:
        before = after = (0,) * number if isinstance(padding, str) else sides(padding, number)
    y = at.layer(
        "conv",
        x,
        weights=(w, bias),
        out=w.shape[0],
        kernel=kernel,
        stride=sides(stride, number),
        dilation=dilations,
        padding=(*before, *after),
        groups=groups,
        bias=bias is not None,
    )
    return at.reshaped(y, y.shape[1:], ".squeeze") if single else y


def conv2d(
    at: Place,
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Ints = 1,
    padding: Ints | str = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Value:
    """x (N, c1, …sides), w (c2, c1/groups, …kernel), b (c2): y (N, c2, …sides)."""
    return _convolved(at, input, weight, bias, stride, padding, dilation, groups)


def _transposed(
    at: Place,
    x: Value,
    w: Value,
    bias: Value | None,
    stride: Ints,
    padding: Ints,
    output_padding: Ints,
    groups: int,
    dilation: Ints,
) -> Value:
    """Add a transposed convolution of x with w (c1, c2/groups, …kernel)."""
    number = len(w.shape) - 2
    single = len(x.shape) == number + 1
    if single:
        x = at.reshaped(x, (1, *x.shape), ".unsqueeze")
    y = at.layer(
        "conv_transpose",
        x,
        weights=(w, bias),
        out=w.shape[1] * groups,
        kernel=w.shape[2:],
        stride=sides(stride, number),
        dilation=sides(dilation, number),
        padding=sides(padding, number) * 2,
        output_padding=sides(output_padding, number),
        groups=groups,
        bias=bias is not None,
    )
    return at.reshaped(y, y.shape[1:], ".squeeze") if single else y


def conv_transpose2d(
    at: Place,
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Value:
    """x (N, c1, …sides), w (c1, c2/groups, …kernel), b (c2): y (N, c2, …sides)."""
    return _transposed(at, input, weight, bias, stride, padding, output_padding, groups, dilation)


def convolution(
    at: Place,
    input: Value,
    weight: Value,
    bias: Value | None,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    transposed: bool,
    output_padding: Ints,
    groups: int,
    *more: Any,
) -> Value:
    """Either of the two."""
    if transposed:
        return _transposed(at, input, weight, bias, stride, padding, output_padding, groups, dilation)
    return _convolved(at, input, weight, bias, stride, padding, dilation, groups)


MADE = {
    "conv1d": conv2d,
    "conv3d": conv2d,
    "conv_transpose1d": conv_transpose2d,
    "conv_transpose3d": conv_transpose2d,
    "_convolution": convolution,
}
