"""What is known of a value while a graph is read: its shape, its contents where they are few, what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple, TypeAlias

from macflops.arithmetic import Shape, is_integer
from macflops.readers.onnx.tensors import FLOATS, Tensor

Numbers: TypeAlias = tuple[Any, ...]  # integers, floats, booleans or symbols, row by row
Contents: TypeAlias = "Numbers | Callable[[], Numbers | None] | None"  # or what computes them when they are asked for

FEW = 16  # elements that are computed at once
DEEPEST = 32  # of contents that wait for others' that wait


class Leaf(NamedTuple):
    """A learnable tensor of the file: its elements, and whether the file keeps it as one (a Constant node does not).

    `declared` where the file itself says that it is a parameter.
    """

    elements: int
    kept: bool
    declared: bool = False


NO_LEAVES: Mapping[str, Leaf] = {}


class Value:
    """A value of the graph: one that flows (`tensor` is its index in the network), or a constant.

    A shape of None is not known: an operator that is not known made it. `written` tells that it is as it stands in the
    file, `parts` are those of a sequence, `depth` says how many values wait for one another's contents, `origin` is the
    constant that it repeats.
    """

    __slots__ = (
        "contents", "depth", "dtype", "given", "held", "leaves", "origin", "parts", "shape", "tensor", "written",
    )  # fmt: skip

    def __init__(
        self,
        shape: Shape | None,
        dtype: str = "float32",
        tensor: int | None = None,
        contents: Contents = None,
        held: Tensor | None = None,
        leaves: Mapping[str, Leaf] = NO_LEAVES,
        written: bool = False,
        parts: tuple[Value, ...] | None = None,
    ) -> None:
        self.shape, self.dtype, self.tensor, self.held = shape, dtype, tensor, held
        self.contents: Contents = contents
        self.leaves, self.written, self.parts = leaves, written, parts
        self.given: int | None = None  # of a constant that flows into something: its tensor in the network
        self.origin: Value | None = None
        self.depth = 0

    @property
    def constant(self) -> bool:
        """Whether it does not depend on the network's inputs."""
        return self.tensor is None and self.shape is not None

    @property
    def sides(self) -> Shape:
        """Its shape, known: nodes with inputs of unknown shape are not asked."""
        assert self.shape is not None
        return self.shape

    @property
    def numbers(self) -> Numbers | None:
        """Its elements in row-major order, or None where they are not known."""
        found = self.contents
        if found is None and self.held is not None:
            found = self.contents = self.held.numbers()
            if found is not None:
                self.held = None
        elif callable(found):
            found = self.contents = found()
        return found

    @property
    def zeros(self) -> bool:
        """Whether the file computes it, and all its elements are 0: what an exporter writes where there is nothing."""
        if not self.constant or self.leaves:
            return False
        numbers = (self.origin or self).numbers
        return numbers is not None and not any(numbers)

    @property
    def kept(self) -> bool:
        """Whether it is made of a tensor that the file keeps."""
        return bool(self.leaves) and any(leaf.kept for leaf in self.leaves.values())

    @property
    def declared(self) -> bool:
        """Whether it is made of a tensor that the file says is a parameter."""
        return bool(self.leaves) and any(leaf.declared for leaf in self.leaves.values())


def held(tensor: Tensor, name: str, kept: bool = True, said: bool | None = None) -> Value:
    """Return a tensor of the file as a value; one of floats with dimensions is learnable, unless the file says no."""
    elements = prod(tensor.shape)
    learnable = tensor.type in FLOATS and (bool(tensor.shape) and (kept or elements > 1) if said is None else said)
    leaves = {name: Leaf(elements, kept, said is True)} if learnable else {}
    return Value(tensor.shape, tensor.type, held=tensor, leaves=leaves, written=True)


def following(
    shape: Shape, dtype: str, contents: Callable[[], Numbers | None], made_of: Sequence[Value], leaves: Sequence[Value]
) -> Value:
    """Return a constant made of others: weights' elements, which are seldom asked for, are computed when they are."""
    found = Value(shape, dtype, leaves=merged(tuple(leaves)))
    depth = 1 + max((value.depth for value in made_of if callable(value.contents)), default=0)
    if dtype in FLOATS and depth <= DEEPEST and not (all(map(is_integer, shape)) and prod(shape) <= FEW):
        found.contents, found.depth = contents, depth
    else:
        found.contents = contents()
    return found


def merged(values: tuple[Value, ...]) -> dict[str, Leaf]:
    """Return all leaves that some values are made of."""
    return {name: leaf for value in values for name, leaf in value.leaves.items()}
