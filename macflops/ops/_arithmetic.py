"""What additions and products of tensors share: operands that broadcast against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import ClassVar

from macflops.arithmetic import Dim, Shape, differ, is_integer, maximum, size, surely
from macflops.errors import ShapeError
from macflops.ops._operator import Cost, Operator, require_at_least


class Arithmetic(Operator):
    """An element-wise function of two or more tensors, broadcast as in NumPy. Reads each whole and once, writes one.

    One operation per element of the output, however many the operands are. `constant` is the shape of an operand of
    its own beside the inputs ([] is one number): parameters if it is learnable, as layer scale and position embeddings.
    """

    role = "arithmetic"
    follows = True
    joins: ClassVar[bool] = True
    most_inputs: ClassVar[int | None] = None

    constant: tuple[Dim, ...] | None = None
    learnable: bool = False

    def operands(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the inputs' shapes and the constant's."""
        return inputs if self.constant is None else (*inputs, self.constant)

    def check(self, *inputs: Shape) -> None:
        """Raise ShapeError for a single operand, or where two dimensions differ and neither is 1."""
        operands = self.operands(inputs)
        if len(operands) < 2:
            raise ShapeError("from", f"{self.name} takes 2 inputs, not {len(inputs)}", "say which with from")
        if self.most_inputs is not None and len(operands) > self.most_inputs:
            raise ShapeError("constant", f"{self.name} of {len(operands)} operands", f"it takes {self.most_inputs}")
        require_at_least(self, 1, ("constant",))
        check_broadcast(*operands)

    def shape(self, *inputs: Shape) -> Shape:
        """Return the shape that all operands broadcast to."""
        return broadcast_shape(*self.operands(inputs))

    def ties(self, *inputs: Shape) -> Iterator[tuple[Dim, Dim]]:
        """Yield the dimensions that broadcast against each other, but for those that are 1."""
        operands = self.operands(inputs)
        rank = max(map(len, operands))
        for dimensions in zip(*((1,) * (rank - len(s)) + tuple(s) for s in operands), strict=True):
            wide = [d for d in dimensions if not (is_integer(d) and d == 1)]
            yield from pairwise(wide)

    def at_widths(self, before: Sequence[Shape], after: Sequence[Shape], width: Dim | None) -> Arithmetic:
        """Return it with a constant that follows the first operand, where it is as wide."""
        if self.constant is None or len(self.constant) > len(before[0]):
            return self
        start = len(before[0]) - len(self.constant)
        sides = zip(self.constant, before[0][start:], after[0][start:], strict=True)
        return self._replace(constant=tuple(new if c == old and c != 1 else c for c, old, new in sides))

    def cost(self, *tensors: Shape) -> Cost:
        """Return the cost for the inputs and the output."""
        *inputs, y = tensors
        own = 0 if self.constant is None else size(self.constant)
        reads = sum(map(size, inputs))
        return Cost(
            elementwise_ops=size(y), reads=reads, writes=size(y), weights=own, params=own if self.learnable else 0
        )


def check_broadcast(*shapes: Shape) -> None:
    """Raise ShapeError where two dimensions differ and neither is 1."""
    so_far: Shape = ()
    for shape in shapes:
        for one, other in zip(so_far[::-1], shape[::-1], strict=False):
            if differ(one, other) and differ(one, 1) and differ(other, 1):
                what = f"shapes {list(so_far)} and {list(shape)} do not broadcast"
                raise ShapeError("from", what, "make the dimensions equal, or 1")
        so_far = broadcast_shape(so_far, shape)


def broadcast_shape(*shapes: Shape) -> Shape:
    """Return the shape that all of these broadcast to, aligned at their last dimensions."""
    rank = max(map(len, shapes))
    aligned = [(1,) * (rank - len(s)) + tuple(s) for s in shapes]
    return tuple(broadcast(dimensions) for dimensions in zip(*aligned, strict=True))


def broadcast(dimensions: tuple[Dim, ...]) -> Dim:
    """Return what equal dimensions, or ones, broadcast to: the integer over 1 where one is known, else the greatest."""
    found: Dim = 1
    for dimension in dimensions:
        if is_integer(found) and found != 1:
            break
        if is_integer(dimension) and dimension == 1:
            continue
        known = is_integer(found) or is_integer(dimension) or surely(found == dimension) is True
        found = dimension if known else maximum(found, dimension)
    return found
