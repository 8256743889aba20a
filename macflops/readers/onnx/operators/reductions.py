"""Reductions along axes: all where none are given."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from macflops import ops
from macflops.arithmetic import is_symbolic, size
from macflops.readers.onnx.arrays import groups
from macflops.readers.onnx.operators._common import Ints, axes_of, axis_of
from macflops.readers.onnx.place import Place, stated
from macflops.readers.onnx.scalars import BINARY, rounded
from macflops.readers.onnx.values import Numbers, Value


def folded(function: Callable[[Any, Any], Any]) -> Callable[[Numbers], Any]:
    """Return the function of several elements that one of two makes."""

    def fold(numbers: Numbers) -> Any:
        found = numbers[0]
        for number in numbers[1:]:
            found = function(found, number)
        return found

    return fold


def mean(numbers: Numbers) -> Any:
    """Return the mean of elements; of symbols it is not followed."""
    return None if any(map(is_symbolic, numbers)) else type(numbers[0])(sum(numbers) / len(numbers))


FOLDS: dict[str, Callable[[Numbers], Any]] = {
    "sum": sum,
    "prod": size,
    "amax": folded(BINARY["Max"]),
    "amin": folded(BINARY["Min"]),
    "mean": mean,
    "sum_square": lambda numbers: sum(n * n for n in numbers),
    "l1_norm": lambda numbers: sum(map(abs, numbers)),
    "l2_norm": lambda numbers: None if any(map(is_symbolic, numbers)) else math.hypot(*numbers),
}


def reduced(
    at: Place, operator: str, x: Value, given: Value | None, axes: Ints | None, keepdims: int, noop: int
) -> Value:
    """Add a reduction. Of a constant whose elements are followed, so are those of the result."""
    wanted = axes_of(at, given, axes)
    if not wanted:
        if noop:
            return x if x.constant else at.layer("identity", x)
        wanted = tuple(range(len(x.sides)))
    dims = tuple(axis_of(at, axis, len(x.sides)) for axis in wanted)
    if not dims:  # of a scalar
        return x if x.constant else at.layer("identity", x)

    def contents() -> Numbers | None:
        fold, parts = FOLDS.get(operator), groups(x.numbers, x.sides, dims)
        if fold is None or not parts or not parts[0]:
            return None
        try:
            found = tuple(map(fold, parts))
        except (ArithmeticError, TypeError, ValueError):
            return None
        return None if None in found else rounded(found, x.dtype)

    if operator in ("amax", "amin") and x.dtype == "bool":
        contents = lambda: None  # noqa: E731
    kind = ops.find(operator)
    made = stated("Fold", name=operator, dim=dims, keepdim=bool(keepdims)) if kind is None else None
    if made is not None:
        return at.layer(made, x, numbers=contents)
    return at.layer(operator, x, numbers=contents, dim=dims, keepdim=bool(keepdims))


def reduction(operator: str) -> Callable[..., Value]:
    """Return the reader of a reduction by an operator: all of ONNX's have the same inputs and attributes."""

    def read(
        at: Place,
        x: Value,
        given: Value | None = None,
        *,
        axes: Ints | None = None,
        keepdims: int = 1,
        noop_with_empty_axes: int = 0,
    ) -> Value:
        return reduced(at, operator, x, given, axes, keepdims, noop_with_empty_axes)

    return read


ReduceMean = reduction("mean")
ReduceSum = reduction("sum")
ReduceMax = reduction("amax")
ReduceMin = reduction("amin")
ReduceProd = reduction("prod")
ReduceL1 = reduction("l1_norm")  # the sum of the absolute values
ReduceL2 = reduction("l2_norm")  # the root of the sum of squares
ReduceSumSquare = reduction("sum_square")  # the sum of squares
ReduceLogSum = reduction("log_sum")  # the logarithm of the sum
ReduceLogSumExp = reduction("logsumexp")  # the logarithm of the sum of exponentials


def ArgMax(at: Place, x: Value, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Value:
    """Where along an axis the greatest element is."""
    return place_of(at, "argmax", x, axis, keepdims)


def ArgMin(at: Place, x: Value, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Value:
    """Where along an axis the least element is."""
    return place_of(at, "argmin", x, axis, keepdims)


def place_of(at: Place, operator: str, x: Value, axis: int, keepdims: int) -> Value:
    """Add the index of one element along an axis."""
    dim = axis_of(at, axis, len(x.sides))
    return at.layer(stated("Fold", name=operator, dim=(dim,), keepdim=bool(keepdims)), x, dtype="int64")
