"""What the functions of several operators need."""

from __future__ import annotations

from typing import TypeAlias

from macflops.arithmetic import Dim, ceil_div, is_integer, maximum
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.values import Value

Ints: TypeAlias = tuple[int, ...]


def axis_of(place: Place, axis: int, rank: int) -> int:
    """Return an axis counted from the first. Raises SourceError where it is not there."""
    if not -rank <= axis < rank:
        raise place.wrong(f"axis {axis} of {rank} dimensions", "the file is damaged, or its writer in error")
    return axis % rank


def axes_of(place: Place, given: Value | None, attribute: Ints | None) -> Ints | None:
    """Return axes, which newer versions take as an input and older ones as an attribute."""
    if given is None:
        return attribute
    return tuple(int(axis) for axis in place.needs(given, "axes"))


def integers(place: Place, value: Value, what: str) -> tuple[Dim, ...]:
    """Return a tensor's elements as dimensions. Raises Unread where they are not known."""
    return tuple(int(n) if isinstance(n, (bool, float)) else n for n in place.needs(value, what))


def plain_integers(place: Place, value: Value, what: str) -> Ints:
    """Return a tensor's elements as integers. Raises Unread where they are symbols, or not known."""
    found = integers(place, value, what)
    if not all(map(is_integer, found)):
        raise Unread(f"whose {what} depend on a symbolic dimension")
    return found


def padding(
    sides: tuple[Dim, ...], kernel: Ints, strides: Ints, dilations: Ints, pads: Ints | None, auto_pad: str
) -> tuple[Dim, ...]:
    """Return the padding before each side, then after each: as given, or as auto_pad has it."""
    if auto_pad not in ("SAME_UPPER", "SAME_LOWER"):
        return pads if pads and auto_pad in ("NOTSET", "") else (0,) * (2 * len(kernel))
    short, long = [], []
    for side, k, s, d in zip(sides, kernel, strides, dilations, strict=True):
        total = maximum((ceil_div(side, s) - 1) * s + d * (k - 1) + 1 - side, 0)
        half = total // 2
        short.append(half)
        long.append(total - half)
    return (*short, *long) if auto_pad == "SAME_UPPER" else (*long, *short)
