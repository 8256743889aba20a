"""What is known of a value while a graph is read: its shape, its contents where they are few, what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from macflops.arithmetic import Shape
from macflops.readers.onnx.tensors import FLOATS, Tensor

Numbers: TypeAlias = tuple[Any, ...]  # integers, floats, booleans or symbols, row by row


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
    file, `parts` are those of a sequence, `fill` is the number that all elements are, where one was spread.
    """

    __slots__ = ("contents", "dtype", "fill", "given", "held", "leaves", "parts", "shape", "tensor", "written")

    def __init__(
        self,
        shape: Shape | None,
        dtype: str = "float32",
        tensor: int | None = None,
        contents: Numbers | None = None,
        held: Tensor | None = None,
        leaves: Mapping[str, Leaf] = NO_LEAVES,
        written: bool = False,
        parts: tuple[Value, ...] | None = None,
        fill: Any = None,
    ) -> None:
        self.shape, self.dtype, self.tensor, self.contents, self.held = shape, dtype, tensor, contents, held
        self.leaves, self.written, self.parts, self.fill = leaves, written, parts, fill
        self.given: int | None = None  # of a constant that flows into something: its tensor in the network

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
        if self.contents is None and self.held is not None:
            self.contents = self.held.numbers()
            self.held = None
        return self.contents

    @property
    def zeros(self) -> bool:
        """Whether the file computes it, and all its elements are 0: what an exporter writes where there is nothing."""
        if not self.constant or self.leaves:
            return False
        return self.fill == 0 if self.fill is not None else self.numbers is not None and not any(self.numbers)

    @property
    def kept(self) -> bool:
        """Whether it is made of a tensor that the file keeps."""
        return any(leaf.kept for leaf in self.leaves.values())

    @property
    def declared(self) -> bool:
        """Whether it is made of a tensor that the file says is a parameter."""
        return any(leaf.declared for leaf in self.leaves.values())


def held(tensor: Tensor, name: str, kept: bool = True, said: bool | None = None) -> Value:
    """Return a tensor of the file as a value; one of floats with dimensions is learnable, unless the file says no."""
    elements = 1
    for dim in tensor.shape:
        elements *= dim
    learnable = tensor.type in FLOATS and (bool(tensor.shape) and (kept or elements > 1) if said is None else said)
    leaves = {name: Leaf(elements, kept, said is True)} if learnable else {}
    return Value(tensor.shape, tensor.type, held=tensor, leaves=leaves, written=True)


def merged(values: tuple[Value, ...]) -> dict[str, Leaf]:
    """Return all leaves that some values are made of."""
    return {name: leaf for value in values for name, leaf in value.leaves.items()}
