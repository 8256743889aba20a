"""Poolings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from macflops.arithmetic import is_integer
from macflops.ops._stated import Byproduct
from macflops.readers.torch.operators._common import Ints, Place, Value, sides


def _pooled(
    at: Place, kind: str, x: Value, kernel: Ints, stride: Any, padding: Ints, dilation: Ints, ceil_mode: bool, n: int
) -> Value:
    """Add a pooling of x (N, c, …sides), or (c, …sides)."""
    single = len(x.shape) == n + 1
    if single:
        x = at.reshaped(x, (1, *x.shape), ".unsqueeze")
    size = sides(kernel, n)
    y = at.layer(
        kind,
        x,
        kernel=size,
        stride=sides(stride, n) if isinstance(stride, int) or stride else size,
        dilation=sides(dilation, n),
        padding=sides(padding, n) * 2,
        ceil_mode=ceil_mode,
    )
    return at.reshaped(y, y.shape[1:], ".squeeze") if single else y


def _max(n: int) -> Callable[..., Value]:
    """Return the reader of maximum pooling along so many sides."""

    def read(
        at: Place,
        self: Value,
        kernel_size: Ints,
        stride: Any = (),
        padding: Ints = 0,
        dilation: Ints = 1,
        ceil_mode: bool = False,
    ) -> Value:
        return _pooled(at, "maxpool", self, kernel_size, stride, padding, dilation, ceil_mode, n)

    return read


def _max_with_indices(n: int) -> Callable[..., tuple[Value, ...]]:
    """Return the reader of maximum pooling that also says where each maximum was."""
    pool = _max(n)

    def read(at: Place, *args: Any, **kwargs: Any) -> tuple[Value, ...]:
        y = pool(at, *args, **kwargs)
        return (y, *at.layers(Byproduct(name="indices", outputs=(y.shape,)), y, part=".indices", dtype="int64"))

    return read


def _average(n: int) -> Callable[..., Value]:
    """Return the reader of average pooling along so many sides."""

    def read(
        at: Place,
        self: Value,
        kernel_size: Ints,
        stride: Any = (),
        padding: Ints = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Value:
        return _pooled(at, "avgpool", self, kernel_size, stride, padding, 1, ceil_mode, n)

    return read


def _adaptive(kind: str, n: int) -> Callable[..., Any]:
    """Return the reader of an adaptive pooling: to one element a side it is global."""

    def read(at: Place, self: Value, output_size: Ints) -> Any:
        x = self
        single = len(x.shape) == n + 1
        if single:
            x = at.reshaped(x, (1, *x.shape), ".unsqueeze")
        out = sides(output_size, n)
        if all(is_integer(side) and side == 1 for side in out):
            y = at.layer(f"global_{kind}", x)
        else:
            y = at.layer(f"adaptive_{kind}", x, out=out)
        return at.reshaped(y, y.shape[1:], ".squeeze") if single else y

    return read


def _adaptive_with_indices(n: int) -> Callable[..., tuple[Value, ...]]:
    """Return the reader of adaptive maximum pooling, which always says where each maximum was."""
    pool = _adaptive("maxpool", n)

    def read(at: Place, self: Value, output_size: Ints) -> tuple[Value, ...]:
        y = pool(at, self, output_size)
        return (y, *at.layers(Byproduct(name="indices", outputs=(y.shape,)), y, part=".indices", dtype="int64"))

    return read


MADE: dict[str, Any] = {
    f"{kind}{n}d{ending}": make(n)
    for kind, make, ending in (
        ("max_pool", _max, ""),
        ("max_pool", _max_with_indices, "_with_indices"),
        ("avg_pool", _average, ""),
        ("adaptive_max_pool", _adaptive_with_indices, ""),
    )
    for n in (1, 2, 3)
}
MADE |= {f"{mark}adaptive_avg_pool{n}d": _adaptive("avgpool", n) for n in (1, 2, 3) for mark in ("", "_")}


def max_unpool2d(at: Place, self: Value, indices: Value, output_size: Ints, *more: Any) -> Value:
    """Elements put back where their maxima were."""
    return at.moved(self, indices)  # type: ignore[no-any-return]
