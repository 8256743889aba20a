"""Sequences of tensors, where it is known which are in them."""

from __future__ import annotations

from macflops.arithmetic import ceil_div, is_integer
from macflops.readers.onnx.operators._common import axis_of, plain_integers
from macflops.readers.onnx.operators.copies import Concat
from macflops.readers.onnx.operators.views import Split, reshaped
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.values import Value

MOST = 10_000  # tensors of one sequence


GROWING = "growing sequence"  # that a loop carries: its parts are those that one round adds


def sequence(*parts: Value) -> Value:
    """Return a sequence of tensors as one value."""
    return Value((), "sequence", parts=parts)


def parts_of(at: Place, value: Value) -> tuple[Value, ...]:
    """Return the tensors of a sequence. Raises Unread where they are not known."""
    if value.parts is None or value.dtype == GROWING:
        raise Unread("of a sequence that is not known before it runs")
    return value.parts


def SequenceConstruct(at: Place, *values: Value) -> Value:
    """A sequence of these tensors."""
    return sequence(*values)


def SplitToSequence(at: Place, x: Value, split: Value | None = None, *, axis: int = 0, keepdims: int = 1) -> Value:
    """Consecutive parts of x: of these sizes, all of one size, or of size 1 each, then with or without the axis."""
    along = axis_of(at, axis, len(x.sides))
    side = x.sides[along]
    sizes = (1,) if split is None else plain_integers(at, split, "sizes")
    if split is None or not split.sides:
        if not is_integer(side) or sizes[0] < 1:
            raise Unread("along a symbolic dimension")
        number = ceil_div(side, sizes[0])
        if number > MOST:
            raise at.wrong(f"a sequence of {number:,} tensors", f"{MOST:,} are the most that are followed")
        sizes = (*sizes * (number - 1), side - sizes[0] * (number - 1))
    parts = Split(at, x, Value((len(sizes),), "int64", contents=sizes), axis=axis)
    if split is None and not keepdims:
        shape = (*x.sides[:along], *x.sides[along + 1 :])
        parts = tuple(reshaped(at, part, shape) for part in parts)
    return sequence(*parts)


def SequenceAt(at: Place, values: Value, position: Value) -> Value:
    """One tensor of a sequence."""
    parts, index = parts_of(at, values), at.needs(position, "position")[0]
    if not isinstance(index, int) or not -len(parts) <= index < len(parts):
        raise at.wrong(f"position {index} of {len(parts)} tensors", "the file is damaged, or its writer in error")
    return parts[index]


def SequenceLength(at: Place, values: Value) -> Value:
    """How many tensors a sequence has."""
    return Value((), "int64", contents=(len(parts_of(at, values)),))


def ConcatFromSequence(at: Place, values: Value, *, axis: int, new_axis: int = 0) -> Value:
    """The tensors of a sequence, one after the other along an axis, or along a new one."""
    parts = parts_of(at, values)
    if not parts:
        raise at.wrong("a concatenation of nothing", "the file is damaged, or its writer in error")
    if new_axis:
        along = axis_of(at, axis, len(parts[0].sides) + 1)
        parts = tuple(reshaped(at, p, (*p.sides[:along], 1, *p.sides[along:])) for p in parts)
    return Concat(at, *parts, axis=axis)


def SequenceEmpty(at: Place, *, dtype: int | None = None) -> Value:
    """A sequence of nothing."""
    return sequence()


def SequenceInsert(at: Place, values: Value, x: Value, position: Value | None = None) -> Value:
    """A sequence with one tensor more: at a position, or at the end."""
    if values.dtype == GROWING and values.parts is not None and position is None:
        return Value((), GROWING, parts=(*values.parts, x))
    parts = parts_of(at, values)
    index = len(parts) if position is None else at.needs(position, "position")[0]
    if not isinstance(index, int) or not -len(parts) <= index <= len(parts):
        raise at.wrong(f"position {index} of {len(parts)} tensors", "the file is damaged, or its writer in error")
    if len(parts) >= MOST:
        raise at.wrong(f"a sequence of over {MOST:,} tensors", f"{MOST:,} are the most that are followed")
    index = index + len(parts) if index < 0 else index
    return sequence(*parts[:index], x, *parts[index:])


def SequenceErase(at: Place, values: Value, position: Value | None = None) -> Value:
    """A sequence with one tensor less: at a position, or at the end."""
    parts = parts_of(at, values)
    index = -1 if position is None else at.needs(position, "position")[0]
    if not isinstance(index, int) or not -len(parts) <= index < len(parts):
        raise at.wrong(f"position {index} of {len(parts)} tensors", "the file is damaged, or its writer in error")
    index %= len(parts)
    return sequence(*parts[:index], *parts[index + 1 :])


def Optional(at: Place, x: Value | None = None, *, type: object | None = None) -> Value:
    """x, or nothing."""
    if x is None:
        return Value(None, "nothing")
    return x


def OptionalGetElement(at: Place, x: Value) -> Value:
    """What an optional value holds."""
    return x


def OptionalHasElement(at: Place, x: Value | None = None) -> Value:
    """Whether an optional value holds something."""
    return Value((), "bool", contents=(x is not None and x.dtype != "nothing",))
