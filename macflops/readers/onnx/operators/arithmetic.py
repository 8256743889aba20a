"""Functions of two or more tensors, element by element, which broadcast. A tensor of the file can be one of them."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.errors import ShapeError
from macflops.ops._arithmetic import broadcast_shape, check_broadcast
from macflops.readers.onnx.arrays import followed, spread
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.scalars import BINARY, applied
from macflops.readers.onnx.values import Numbers, Value, merged


def element_wise(at: Place, operator: str, values: Sequence[Value], learnable: bool = True) -> Value:
    """Add an element-wise function of some tensors; where all are constant, so is it.

    A tensor of the file is its operand: learnable if the file keeps it and the function is one that networks learn.
    """
    try:
        check_broadcast(*(value.sides for value in values))
    except ShapeError as error:
        raise at.error(error) from None
    flowing = [value for value in values if value.tensor is not None]
    constants = [value for value in values if value.tensor is None]
    if not flowing:
        return folded(at, values)
    if len(values) == 1:
        return at.layer("identity", values[0])
    if not operator:
        raise Unread("")
    if len(constants) != 1:
        return at.layer(operator, *values)
    (constant,) = constants
    own = constant.declared or (learnable and constant.kept)
    weights = (constant,) if own else ()
    return at.layer(operator, *flowing, weights=weights, constant=constant.sides, learnable=own)


def folded(at: Place, values: Sequence[Value]) -> Value:
    """Return a function of constants, with its contents where theirs are known and few."""
    shape = broadcast_shape(*(value.sides for value in values))
    contents: Numbers | None = None
    function = BINARY.get(at.node.op)
    if function is not None and followed(shape):
        spreads = [spread(value.numbers, value.sides, shape) for value in values]
        if all(numbers is not None for numbers in spreads):
            found = spreads[0] or ()
            for more in spreads[1:]:
                found = tuple(applied(function, a, b) for a, b in zip(found, more or (), strict=True))
            contents = None if any(number is None for number in found) else found
    dtype = "bool" if at.node.op in COMPARISONS else values[0].dtype
    return Value(shape, dtype, contents=contents, leaves=merged(tuple(values)))


COMPARISONS = frozenset({"Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor"})


def Add(at: Place, a: Value, b: Value) -> Value:
    """a + b."""
    return element_wise(at, "add", (a, b))


def Mul(at: Place, a: Value, b: Value) -> Value:
    """a · b."""
    return element_wise(at, "mul", (a, b))


def Sub(at: Place, a: Value, b: Value) -> Value:
    """a − b."""
    return element_wise(at, "sub", (a, b), learnable=False)


def Div(at: Place, a: Value, b: Value) -> Value:
    """a ÷ b."""
    return element_wise(at, "div", (a, b), learnable=False)


def Pow(at: Place, a: Value, b: Value) -> Value:
    """a to the power of b."""
    return element_wise(at, "pow", (a, b), learnable=False)


def Max(at: Place, a: Value, *more: Value) -> Value:
    """The greatest of some tensors."""
    return element_wise(at, "maximum", (a, *more), learnable=False)


def Min(at: Place, a: Value, *more: Value) -> Value:
    """The least of some tensors."""
    return element_wise(at, "minimum", (a, *more), learnable=False)


def Sum(at: Place, a: Value, *more: Value) -> Value:
    """The sum of some tensors."""
    return element_wise(at, "add", (a, *more))


def Mod(at: Place, a: Value, b: Value, *, fmod: int = 0) -> Value:
    """a modulo b."""
    return element_wise(at, "", (a, b))


def Equal(at: Place, a: Value, b: Value) -> Value:
    """a = b."""
    return element_wise(at, "", (a, b))


def Less(at: Place, a: Value, b: Value) -> Value:
    """a < b."""
    return element_wise(at, "", (a, b))


def LessOrEqual(at: Place, a: Value, b: Value) -> Value:
    """a ≤ b."""
    return element_wise(at, "", (a, b))


def Greater(at: Place, a: Value, b: Value) -> Value:
    """a > b."""
    return element_wise(at, "", (a, b))


def GreaterOrEqual(at: Place, a: Value, b: Value) -> Value:
    """a ≥ b."""
    return element_wise(at, "", (a, b))


def And(at: Place, a: Value, b: Value) -> Value:
    """Both."""
    return element_wise(at, "", (a, b))


def Or(at: Place, a: Value, b: Value) -> Value:
    """One or both."""
    return element_wise(at, "", (a, b))


def Where(at: Place, condition: Value, a: Value, b: Value) -> Value:
    """a where the condition holds, else b."""
    values = (condition, a, b)
    if any(value.tensor is not None for value in values):
        raise Unread("")
    shape = broadcast_shape(*(value.sides for value in values))
    contents: Numbers | None = None
    spreads = [spread(value.numbers, value.sides, shape) for value in values] if followed(shape) else [None]
    if all(numbers is not None for numbers in spreads):
        chosen, yes, no = (numbers or () for numbers in spreads)
        contents = tuple(y if c else n for c, y, n in zip(chosen, yes, no, strict=True))
    return Value(shape, a.dtype, contents=contents, leaves=merged((a, b)))
