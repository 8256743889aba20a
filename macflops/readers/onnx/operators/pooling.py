"""Poolings."""

from __future__ import annotations

from typing import Any

from macflops.readers.onnx.operators._common import Ints, padding
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value


def MaxPool(
    at: Place,
    x: Value,
    *,
    kernel_shape: Ints,
    strides: Ints | None = None,
    pads: Ints | None = None,
    dilations: Ints | None = None,
    ceil_mode: int = 0,
    storage_order: int = 0,
    auto_pad: str = "NOTSET",
) -> tuple[Value, ...]:
    """x (N, c, …sides): the greatest element of each window, and where it is. The stride is 1 where it is not given."""
    y = pooled(at, "maxpool", x, kernel_shape, strides, pads, dilations, ceil_mode, auto_pad)
    return (y, at.byproduct(y, y.sides, ".indices", "int64")) if at.wants(1) else (y,)


def AveragePool(
    at: Place,
    x: Value,
    *,
    kernel_shape: Ints,
    strides: Ints | None = None,
    pads: Ints | None = None,
    dilations: Ints | None = None,
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    auto_pad: str = "NOTSET",
) -> Value:
    """x (N, c, …sides): the mean of each window."""
    return pooled(at, "avgpool", x, kernel_shape, strides, pads, dilations, ceil_mode, auto_pad)


def LpPool(
    at: Place,
    x: Value,
    *,
    kernel_shape: Ints,
    strides: Ints | None = None,
    pads: Ints | None = None,
    dilations: Ints | None = None,
    ceil_mode: int = 0,
    p: int = 2,
    auto_pad: str = "NOTSET",
) -> Value:
    """x (N, c, …sides): the p-norm of each window."""
    return pooled(at, "lppool", x, kernel_shape, strides, pads, dilations, ceil_mode, auto_pad, norm_type=float(p))


def pooled(
    at: Place,
    operator: str,
    x: Value,
    kernel: Ints,
    strides: Ints | None,
    pads: Ints | None,
    dilations: Ints | None,
    ceil_mode: int,
    auto_pad: str,
    **fields: Any,
) -> Value:
    """Add a pooling."""
    ones = (1,) * len(kernel)
    strides, dilations = strides or ones, dilations or ones
    if not len(x.sides) - 2 == len(kernel) == len(strides) == len(dilations):
        raise at.wrong(f"a kernel {list(kernel)} on an input of shape {list(x.sides)}", "give one number for each side")
    return at.layer(
        operator,
        x,
        kernel=kernel,
        stride=strides,
        dilation=dilations,
        padding=padding(x.sides[2:], kernel, strides, dilations, pads, auto_pad),
        ceil_mode=bool(ceil_mode),
        **fields,
    )


def GlobalAveragePool(at: Place, x: Value) -> Value:
    """x (N, c, …sides): y (N, c, 1, …)."""
    return at.layer("global_avgpool", x)


def GlobalMaxPool(at: Place, x: Value) -> Value:
    """x (N, c, …sides): y (N, c, 1, …)."""
    return at.layer("global_maxpool", x)


def GlobalLpPool(at: Place, x: Value, *, p: int = 2) -> Value:
    """x (N, c, …sides): y (N, c, 1, …), the p-norm of each channel."""
    if len(x.sides) < 3:
        raise at.wrong(f"an input of shape {list(x.sides)}", "it needs dimensions N, C and sides")
    shape = (*x.sides[:2], *(1,) * (len(x.sides) - 2))
    return at.computed(x, outputs=[shape], dtypes=[x.dtype], name="global_lppool", more={"role": "pool"}, p=p)[0]
