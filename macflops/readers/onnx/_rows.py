"""Layers that only a file has: a tensor of its own that flows, and an operator that is not known."""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import Shape, size
from macflops.ops import Cost, Operator


class Given(Operator):
    """A tensor of the file itself as an input of what follows: a class token, a bias of attention.

    Costs nothing by itself: what reads it counts it whole. Its elements are parameters if it is learnable.
    """

    role = "lookup"
    least_inputs = 0
    most_inputs = 0
    name = "constant"

    constant: Shape
    learnable: bool

    def shapes(self, *args: Any, **kwargs: Any) -> tuple[Shape, ...]:
        """Return its shape."""
        return (self.constant,)

    def cost(self, *args: Any, **kwargs: Any) -> Cost:
        """Return its parameters."""
        return Cost(params=size(self.constant) if self.learnable else 0)


class Unknown(Operator):
    """An operator that macflops does not know: nothing is counted, and the network's `unsupported` lists it."""

    role = "lookup"
    least_inputs = 0
    most_inputs = None
    name = "unsupported"

    op: str
    outputs: tuple[Shape, ...]

    def shapes(self, *args: Any, **kwargs: Any) -> tuple[Shape, ...]:
        """Return the shapes that the file claims."""
        return self.outputs

    def cost(self, *args: Any, **kwargs: Any) -> Cost:
        """Return no cost: it is not known."""
        return Cost()


class Stacked(Operator):
    """What all rounds of a loop write, one beside the other. Costs nothing by itself: each round writes its own."""

    role = "lookup"
    name = "stack"

    outputs: Shape

    def shapes(self, *args: Any, **kwargs: Any) -> tuple[Shape, ...]:
        """Return the rounds, and the shape of what each makes."""
        return (self.outputs,)

    def cost(self, *args: Any, **kwargs: Any) -> Cost:
        """Return no cost."""
        return Cost()
