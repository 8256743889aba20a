"""Tensors out of nothing, or out of shapes; and what changes only the type."""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import is_integer, size
from macflops.readers.onnx.arrays import followed
from macflops.readers.onnx.operators._common import Ints, integers
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.scalars import cast, rounded
from macflops.readers.onnx.tensors import FLOATS, TYPES, Tensor
from macflops.readers.onnx.tensors import MOST as MOST_FOLLOWED
from macflops.readers.onnx.values import Leaf, Numbers, Value, following, held

Floats = tuple[float, ...]
Strings = tuple[str, ...]


def Constant(
    at: Place,
    *,
    value: Tensor | None = None,
    sparse_value: Tensor | None = None,
    value_int: int | None = None,
    value_float: float | None = None,
    value_ints: Ints | None = None,
    value_floats: Floats | None = None,
    value_string: str | None = None,
    value_strings: Strings | None = None,
) -> Value:
    """A tensor that the node holds: arithmetic's constant, unless a convolution or a product takes it for weights."""
    tensor = value or sparse_value
    if tensor is not None:
        return held(tensor, at.node.outputs[0], kept=False)
    number: Any = value_int if value_int is not None else value_float
    if number is not None:
        return Value((), "int64" if value_int is not None else "float32", contents=(number,))
    numbers: Any = value_ints if value_ints is not None else value_floats
    if numbers is not None:
        return Value((len(numbers),), "int64" if value_ints is not None else "float32", contents=tuple(numbers))
    return Value(() if value_strings is None else (len(value_strings),), "string")


def ConstantOfShape(at: Place, shape: Value, *, value: Tensor | None = None) -> Value:
    """A tensor of this shape and one number. Of floats it stands for weights, where a file has left them out."""
    sides = integers(at, shape, "shape")
    if any(is_integer(side) and side < 0 for side in sides):
        raise at.wrong(f"a tensor of shape {list(sides)}", "no dimension can be negative")
    dtype = "float32" if value is None else value.type
    numbers = (0.0,) if value is None else value.numbers()
    contents: Numbers | None = None
    if numbers and followed(sides):
        contents = numbers[:1] * int(size(sides))
    learnable = dtype in FLOATS and bool(sides) and all(map(is_integer, sides)) and not from_shapes(shape)
    leaves = {at.node.outputs[0]: Leaf(size(sides), not at.build.parameters.kernels)} if learnable else {}
    return Value(sides, dtype, contents=contents, leaves=leaves)


def from_shapes(shape: Value) -> bool:
    """Tell whether a shape was computed, rather than written in the file."""
    return not shape.written


def Shape(at: Place, x: Value, *, start: int = 0, end: int | None = None) -> Value:
    """The shape of x, or a part of it."""
    sides = x.sides[start:end]
    return Value((len(sides),), "int64", contents=sides)


def Size(at: Place, x: Value) -> Value:
    """The number of x's elements."""
    return Value((), "int64", contents=(size(x.sides),))


def Range(at: Place, start: Value, limit: Value, delta: Value, *, stash_type: int = 1) -> Value:
    """Numbers from start to limit, without it, in steps of delta."""
    first, last, step = (at.needs(value, "bounds")[0] for value in (start, limit, delta))
    if step == 0:
        raise at.wrong("a range in steps of 0", "the file is damaged, or its writer in error")
    if not all(isinstance(n, (int, float)) for n in (first, last, step)):
        if first != 0 or step != 1:
            raise Unread("whose bounds depend on a symbolic dimension")
        return Value((last,), start.dtype)
    length = max(0, int(-((first - last) // step)))
    contents = tuple(first + i * step for i in range(length)) if length <= MOST_FOLLOWED else None
    return Value((length,), start.dtype, contents=contents)


def Identity(at: Place, x: Value) -> Value:
    """x itself; of a constant no layer, so that shared weights stay shared."""
    return x if x.constant else at.layer("identity", x)


def Dropout(
    at: Place,
    x: Value,
    probability: Value | None = None,
    training_mode: Value | None = None,
    *,
    ratio: float = 0.5,
    seed: int = 0,
) -> tuple[Value, ...]:
    """x itself, in inference; and a mask that keeps all of it."""
    y = x if x.constant else at.layer("dropout", x)
    if x.constant and training_mode is not None:  # its elements would not be x's
        y = Value(x.shape, x.dtype, leaves=x.leaves)
    return (y, Value(x.shape, "bool"))[: at.outputs]


def Cast(at: Place, x: Value, *, to: int, saturate: int = 1, round_mode: str = "up") -> Value:
    """x in another type: a view here, for what type a tensor is kept in is the count's own convention."""
    dtype = TYPES.get(to, ("unknown", ""))[0]
    if not x.constant:
        return at.layer("identity", x, dtype=dtype)

    def contents() -> Numbers | None:
        if x.numbers is None:
            return None
        found = tuple(cast(number, dtype) for number in x.numbers)
        return None if any(number is None for number in found) else rounded(found, dtype)

    return following(x.sides, dtype, contents, (x,), (x,))


def CastLike(at: Place, x: Value, like: Value, *, saturate: int = 1, round_mode: str = "up") -> Value:
    """x in the type of another tensor."""
    code = next((code for code, (name, _) in TYPES.items() if name == like.dtype), 1)
    return Cast(at, x, to=code)
