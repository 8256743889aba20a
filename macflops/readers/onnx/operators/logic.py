"""Comparisons, logic, bits and remainders of two tensors that broadcast; and the choice between two."""

from __future__ import annotations

from collections.abc import Sequence
from math import fmod as remainder
from typing import Any

from macflops.arithmetic import is_symbolic
from macflops.errors import ShapeError
from macflops.ops._arithmetic import broadcast_shape, check_broadcast
from macflops.readers.onnx.arrays import followed, spread
from macflops.readers.onnx.operators.arithmetic import element_wise
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.scalars import rounded
from macflops.readers.onnx.values import Numbers, Value, following


def compared(at: Place, name: str, a: Value, b: Value) -> Value:
    """Add a function whose results are booleans. Of a tensor of the file nothing is learnt through it."""
    made = element_wise(at, name, (a, b), learnable=False)
    made.dtype = "bool"
    return made


def Equal(at: Place, a: Value, b: Value) -> Value:
    """a = b."""
    return compared(at, "equal", a, b)


def Less(at: Place, a: Value, b: Value) -> Value:
    """a < b."""
    return compared(at, "less", a, b)


def LessOrEqual(at: Place, a: Value, b: Value) -> Value:
    """a ≤ b."""
    return compared(at, "less_or_equal", a, b)


def Greater(at: Place, a: Value, b: Value) -> Value:
    """a > b."""
    return compared(at, "greater", a, b)


def GreaterOrEqual(at: Place, a: Value, b: Value) -> Value:
    """a ≥ b."""
    return compared(at, "greater_or_equal", a, b)


def And(at: Place, a: Value, b: Value) -> Value:
    """Both."""
    return compared(at, "logical_and", a, b)


def Or(at: Place, a: Value, b: Value) -> Value:
    """One or both."""
    return compared(at, "logical_or", a, b)


def Xor(at: Place, a: Value, b: Value) -> Value:
    """One of both."""
    return compared(at, "logical_xor", a, b)


def BitwiseAnd(at: Place, a: Value, b: Value) -> Value:
    """The bits of both."""
    return element_wise(at, "bitwise_and", (a, b), learnable=False)


def BitwiseOr(at: Place, a: Value, b: Value) -> Value:
    """The bits of one or both."""
    return element_wise(at, "bitwise_or", (a, b), learnable=False)


def BitwiseXor(at: Place, a: Value, b: Value) -> Value:
    """The bits of one of both."""
    return element_wise(at, "bitwise_xor", (a, b), learnable=False)


def BitShift(at: Place, a: Value, b: Value, *, direction: str) -> Value:
    """a's bits, b places to the LEFT or RIGHT."""
    if direction not in ("LEFT", "RIGHT"):
        raise at.wrong(f"direction is {direction}", "it is LEFT or RIGHT")
    made = element_wise(at, "bit_shift", (a, b), learnable=False)

    def moved(x: int, by: int) -> int | None:
        return None if not 0 <= by < 64 else x << by if direction == "LEFT" else x >> by

    return with_contents(made, (a, b), moved)


def Mod(at: Place, a: Value, b: Value, *, fmod: int = 0) -> Value:
    """a modulo b, with b's sign, or with a's."""
    made = element_wise(at, "remainder", (a, b), learnable=False)
    if not fmod:
        return made

    def left(x: Any, y: Any) -> Any:
        if is_symbolic(x) or is_symbolic(y) or not y:
            return None
        return type(x)(remainder(x, y))

    return with_contents(made, (a, b), left)


def with_contents(made: Value, values: Sequence[Value], function: Any) -> Value:
    """Return a constant with what a function makes of its operands' elements, where they are known and few."""
    if made.tensor is None and followed(made.sides):
        spreads = [spread(value.numbers, value.sides, made.sides) for value in values]
        made.contents = None
        if all(numbers is not None for numbers in spreads):
            found = tuple(map(function, *(numbers or () for numbers in spreads)))
            made.contents = None if None in found else rounded(found, values[0].dtype)
    return made


def Where(at: Place, condition: Value, a: Value, b: Value) -> Value:
    """a where the condition holds, else b. A tensor of the file can be either, and learnt; no condition is."""
    values = (condition, a, b)
    if any(value.tensor is not None for value in values):
        made = element_wise(at, "where", values, learnable=condition.tensor is not None)
        made.dtype = a.dtype
        return made
    try:
        check_broadcast(*(value.sides for value in values))
    except ShapeError as error:
        raise at.error(error) from None
    shape = broadcast_shape(*(value.sides for value in values))

    def contents() -> Numbers | None:
        if not followed(shape):
            return None
        spreads = [spread(value.numbers, value.sides, shape) for value in values]
        if any(numbers is None for numbers in spreads):
            return None
        chosen, yes, no = (numbers or () for numbers in spreads)
        if any(map(is_symbolic, chosen)):
            return None
        return tuple(y if c else n for c, y, n in zip(chosen, yes, no, strict=True))

    return following(shape, a.dtype, contents, values, (a, b))
