"""Functions of two or more tensors, element by element, which broadcast. A tensor of the file can be one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from macflops import ops
from macflops.errors import ShapeError
from macflops.ops._arithmetic import broadcast_shape, check_broadcast
from macflops.readers.onnx.arrays import followed, spread
from macflops.readers.onnx.place import Place, stated
from macflops.readers.onnx.scalars import BINARY, applied, rounded
from macflops.readers.onnx.values import Numbers, Value, following


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
    kind: Any = ops.find(operator) or partial(stated, "Broadcast", name=operator)
    if len(constants) != 1:
        return at.layers(kind(), *values, learnable=learnable)[0]
    (constant,) = constants
    own = constant.declared or (learnable and constant.kept)
    weights = (constant,) if own else ()
    return at.layer(kind(constant=constant.sides, learnable=own), *flowing, weights=weights)


def folded(at: Place, values: Sequence[Value]) -> Value:
    """Return a function of constants, with its contents where theirs are known and few."""
    shape, dtype = broadcast_shape(*(value.sides for value in values)), values[0].dtype
    function = BINARY.get(at.node.op)

    def contents() -> Numbers | None:
        if function is None or not followed(shape):
            return None
        spreads = [spread(value.numbers, value.sides, shape) for value in values]
        if any(numbers is None for numbers in spreads):
            return None
        found = spreads[0] or ()
        for more in spreads[1:]:
            found = tuple(applied(function, a, b) for a, b in zip(found, more or (), strict=True))
        return None if any(number is None for number in found) else rounded(found, dtype)

    return following(shape, dtype, contents, values, values)


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


def Mean(at: Place, a: Value, *more: Value) -> Value:
    """The mean of some tensors."""
    made = element_wise(at, "mean_of", (a, *more), learnable=False)
    if made.tensor is None:
        made.contents = None
    return made
