"""Reductions along axes: all where none are given."""

from __future__ import annotations

from macflops.arithmetic import is_symbolic, maximum, minimum, size
from macflops.readers.onnx.operators._common import Ints, axes_of, axis_of
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.values import Numbers, Value


def reduced(
    at: Place, operator: str, x: Value, given: Value | None, axes: Ints | None, keepdims: int, noop: int
) -> Value:
    """Add a reduction. Of a constant along all its axes, its contents are known too."""
    wanted = axes_of(at, given, axes)
    if not wanted:
        if noop:
            return x if x.constant else at.layer("identity", x)
        wanted = tuple(range(len(x.sides)))
    dims = tuple(axis_of(at, axis, len(x.sides)) for axis in wanted)

    def contents() -> Numbers | None:
        numbers = x.numbers
        if not numbers or len(dims) < len(x.sides):
            return None
        if operator == "sum":
            return (sum(numbers),)
        if operator in ("amax", "amin"):
            found = numbers[0]
            for number in numbers[1:]:
                found = (maximum if operator == "amax" else minimum)(found, number)
            return (found,)
        return None if any(map(is_symbolic, numbers)) else (sum(numbers) / len(numbers),)

    return at.layer(operator, x, numbers=contents, dim=dims, keepdim=bool(keepdims))


def ReduceMean(
    at: Place,
    x: Value,
    given: Value | None = None,
    *,
    axes: Ints | None = None,
    keepdims: int = 1,
    noop_with_empty_axes: int = 0,
) -> Value:
    """The mean."""
    return reduced(at, "mean", x, given, axes, keepdims, noop_with_empty_axes)


def ReduceSum(
    at: Place,
    x: Value,
    given: Value | None = None,
    *,
    axes: Ints | None = None,
    keepdims: int = 1,
    noop_with_empty_axes: int = 0,
) -> Value:
    """The sum."""
    return reduced(at, "sum", x, given, axes, keepdims, noop_with_empty_axes)


def ReduceMax(
    at: Place,
    x: Value,
    given: Value | None = None,
    *,
    axes: Ints | None = None,
    keepdims: int = 1,
    noop_with_empty_axes: int = 0,
) -> Value:
    """The greatest element."""
    return reduced(at, "amax", x, given, axes, keepdims, noop_with_empty_axes)


def ReduceMin(
    at: Place,
    x: Value,
    given: Value | None = None,
    *,
    axes: Ints | None = None,
    keepdims: int = 1,
    noop_with_empty_axes: int = 0,
) -> Value:
    """The least element."""
    return reduced(at, "amin", x, given, axes, keepdims, noop_with_empty_axes)


def ReduceProd(
    at: Place,
    x: Value,
    given: Value | None = None,
    *,
    axes: Ints | None = None,
    keepdims: int = 1,
    noop_with_empty_axes: int = 0,
) -> Value:
    """The product: of shapes only."""
    wanted = axes_of(at, given, axes)
    if x.constant and x.numbers is not None and len(wanted or x.sides) == len(x.sides):
        shape = (1,) * len(x.sides) if keepdims else ()
        return Value(shape, x.dtype, contents=(size(x.numbers),))
    raise Unread("of what flows")
