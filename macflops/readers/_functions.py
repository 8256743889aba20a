"""Known functions of one tensor, by what they make of a sample: however a network writes them, they are known by it.

A row stands for the elements along the axes of a function's reductions; without reductions it is just a sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Row: TypeAlias = "tuple[float, ...]"  # as long as SAMPLE, or of one element where it was reduced

SAMPLE: Row = (-4.1, 2.2, -1.2, 0.3, -2.3, 0.9, 7.3, -0.4, 3.7)
MOST = 16  # operators of one function
CLOSE = 1e-4  # relative: an ε below a root may change this much


def sigmoid(x: float) -> float:
    """Return 1 ÷ (1 + exp(−x))."""
    return 1 / (1 + math.exp(-x))


def clipped(x: float, low: float, high: float) -> float:
    """Return x within bounds."""
    return max(low, min(high, x))


ONE: dict[str, Callable[[float], float]] = {
    "Abs": abs,
    "Cast": lambda x: x,
    "Erf": math.erf,
    "Exp": math.exp,
    "Identity": lambda x: x,
    "Log": math.log,
    "Neg": lambda x: -x,
    "Reciprocal": lambda x: 1 / x,
    "Relu": lambda x: max(x, 0.0),
    "Sigmoid": sigmoid,
    "Softplus": lambda x: math.log1p(math.exp(x)),
    "Sqrt": math.sqrt,
    "Tanh": math.tanh,
}
TWO: dict[str, Callable[[float, float], float]] = {
    "Add": lambda a, b: a + b,
    "Div": lambda a, b: a / b,
    "Max": max,
    "Min": min,
    "Mul": lambda a, b: a * b,
    "Pow": lambda a, b: a**b,
    "Sub": lambda a, b: a - b,
}


def mean(row: Row) -> float:
    """Return the mean."""
    return sum(row) / len(row)


FOLDS: dict[str, Callable[[Row], float]] = {"ReduceMax": max, "ReduceMean": mean, "ReduceSum": sum}


def layer_norm(row: Row) -> Row:
    """Return a row normalized to mean 0 and variance 1."""
    centred = tuple(x - mean(row) for x in row)
    return rms_norm(centred)


def rms_norm(row: Row) -> Row:
    """Return a row normalized to a mean square of 1."""
    scale = math.sqrt(mean(tuple(x * x for x in row)))
    return tuple(x / scale for x in row)


def softmax(row: Row) -> Row:
    """Return exp(x) ÷ its sum."""
    powers = tuple(math.exp(x) for x in row)
    return tuple(x / sum(powers) for x in powers)


def each(function: Callable[[float], float]) -> Row:
    """Return what a function makes of the sample."""
    return tuple(map(function, SAMPLE))


def tanh_gelu(x: float) -> float:
    """Return GELU as approximated by tanh."""
    return x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


# What is known: the operator, its fields, and what it makes of the sample.
POINTWISE: tuple[tuple[str, dict[str, Any], Row], ...] = (
    ("gelu", {}, each(lambda x: x / 2 * (1 + math.erf(x / math.sqrt(2))))),
    ("gelu", {"approximate": "tanh"}, each(tanh_gelu)),
    ("gelu", {}, each(lambda x: x * sigmoid(1.702 * x))),  # the other approximation of its paper
    ("silu", {}, each(lambda x: x * sigmoid(x))),
    ("mish", {}, each(lambda x: x * math.tanh(math.log1p(math.exp(x))))),
    ("hardswish", {}, each(lambda x: x * clipped(x + 3, 0, 6) / 6)),
    ("hardsigmoid", {}, each(lambda x: clipped(x + 3, 0, 6) / 6)),
    ("sigmoid", {}, each(sigmoid)),
    ("softplus", {}, each(lambda x: math.log1p(math.exp(x)))),
    ("relu6", {}, each(lambda x: clipped(x, 0, 6))),
)
ALONG: tuple[tuple[str, Row], ...] = (
    ("layer_norm", layer_norm(SAMPLE)),
    ("rms_norm", rms_norm(SAMPLE)),
    ("softmax", softmax(SAMPLE)),
    ("log_softmax", tuple(math.log(x) for x in softmax(SAMPLE))),
)


def applied(function: Callable[..., float], rows: Sequence[Row]) -> Row | None:
    """Return what a function of numbers makes of rows, element by element; None where it has no value."""
    try:
        return tuple(float(function(*(row[i % len(row)] for row in rows))) for i in range(max(map(len, rows))))
    except (ArithmeticError, TypeError, ValueError):
        return None


def known(row: Row, reduced: bool) -> tuple[str, dict[str, Any]] | None:
    """Return the function that makes this row of the sample: its operator, and the operator's fields."""
    if len(row) != len(SAMPLE):
        return None
    if reduced:
        return next(((operator, {}) for operator, wanted in ALONG if alike(row, wanted)), None)
    return next(((operator, fields) for operator, fields, wanted in POINTWISE if alike(row, wanted)), None)


def alike(row: Row, wanted: Row) -> bool:
    """Tell whether two rows are about equal."""
    return all(abs(a - b) <= CLOSE * (1 + abs(b)) for a, b in zip(row, wanted, strict=True))
