"""What the functions of several operators need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from macflops.arithmetic import Dim
from macflops.readers.torch.place import Place, Unread
from macflops.readers.torch.values import Value

Ints: TypeAlias = "int | Sequence[int]"


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text: a list of names that fills its lines."""
    return tuple(text.split())


def sides(given: Ints, number: int) -> tuple[Dim, ...]:
    """Return one number or several as one for each side."""
    if isinstance(given, (tuple, list)):
        return tuple(given) * number if len(given) == 1 else tuple(given)
    return (given,) * number  # type: ignore[return-value]


def axis_of(dim: int, rank: int) -> int:
    """Return a dimension counted from the first."""
    return dim % max(rank, 1)


def operand(given: Any) -> Value:
    """Return a number as a value: of no dimensions, the module's own."""
    return given if isinstance(given, Value) else Value(())


def tensors(given: Any) -> tuple[Value, ...]:
    """Return a list of tensors. Raises Unread where it holds anything else."""
    if isinstance(given, Value):
        return (given,)
    if not all(isinstance(part, Value) for part in given):
        raise Unread("of what are no tensors")
    return tuple(given)


__all__ = ["Dim", "Ints", "Place", "Unread", "Value", "axis_of", "operand", "sides", "tensors", "words"]
