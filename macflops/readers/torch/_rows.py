"""Layers that only a program has: weights that are computed, and tensors that are written in place."""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import Shape, size
from macflops.ops import Cost, Operator


class Fed(Operator):
    """An operator whose weights are computed from the network's input: a product of two activations.

    The first `tensors` inputs are the operator's, the others its weights: read as inputs, and no parameters.
    """

    role = "matmul"
    least_inputs = 1
    most_inputs = None

    operator: Any
    tensors: int

    @property
    def name(self) -> str:  # type: ignore[override]
        """The operator's name."""
        return str(self.operator.name)

    def check(self, *inputs: Shape) -> None:
        """Raise ShapeError where the inputs do not fit the operator."""
        self.operator.check(*inputs[: self.tensors])

    def shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shapes of the operator's outputs."""
        return self.operator.shapes(*inputs[: self.tensors])  # type: ignore[no-any-return]

    def cost(self, *tensors: Shape) -> Cost:
        """Return the operator's cost, its weights read as inputs."""
        outputs = len(self.operator.shapes(*tensors[: self.tensors]))
        inputs = tensors[: len(tensors) - outputs]
        cost: Cost = self.operator.cost(*inputs[: self.tensors], *tensors[len(inputs) :])
        return cost._replace(reads=sum(map(size, inputs)), weights=0, params=0)

    def attributes(self) -> dict[str, Any]:
        """Return the operator's fields."""
        return dict(self.operator.attributes())


class Updated(Operator):
    """A tensor after another that shares its memory was written in place: the first input, as the second left it."""

    role = "view"
    least_inputs = most_inputs = 2
    name = "alias"

    def shape(self, x: Shape, written: Shape) -> Shape:
        """Return the shape of the first input."""
        return x

    def cost(self, *tensors: Shape) -> Cost:
        """Return no cost: what was written has been counted."""
        return Cost()
