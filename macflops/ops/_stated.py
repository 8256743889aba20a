"""Operators that no file here describes: by the general convention, with the output shapes that their reader states.

Formats have operators that no network is described with (sorting, scattering, transforms). What they compute decides
nothing of what they cost: one operation per output element, each operand read whole and once, each output written.
"""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import Shape, is_integer, size
from macflops.errors import ShapeError
from macflops.ops._activation import Activation
from macflops.ops._arithmetic import Arithmetic
from macflops.ops._operator import Cost, Operator, Role
from macflops.ops._reduction import Reduction


class Function(Activation):
    """A function of one tensor, element by element."""

    fuses_as = None

    name: str = ""  # type: ignore[misc]  # of the instance: one class for all


class Broadcast(Arithmetic):
    """A function of two or more tensors that broadcast, element by element."""

    name: str = ""  # type: ignore[misc]


class Fold(Reduction):
    """A function of the elements along dimensions."""

    name: str = ""  # type: ignore[misc]


class Stated(Operator):
    """What the others share: a name, the shapes of the outputs, and settings to show."""

    least_inputs = 0
    most_inputs = None

    name: str  # type: ignore[misc]
    outputs: tuple[Shape, ...]
    settings: tuple[tuple[str, Any], ...] = ()

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Raise ShapeError on a shape with a negative dimension."""
        for shape in self.outputs:
            if any(is_integer(side) and side < 0 for side in shape):
                raise ShapeError("outputs", f"an output of shape {list(shape)}", "no dimension can be negative")

    def shapes(self, *args: Any, **kwargs: Any) -> tuple[Shape, ...]:
        """Return the stated shapes."""
        return self.outputs

    def attributes(self) -> dict[str, Any]:
        """Return the settings."""
        return dict(self.settings)

    def inputs(self, tensors: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the inputs' shapes out of all."""
        return tensors[: len(tensors) - len(self.outputs)]


class Computed(Stated):
    """One operation per output element; every input read, every output written. Mult-adds are the reader's to state.

    `weights` are elements of its own that it reads, `params` those of them that are learnable.
    """

    role: Role = "reduction"  # type: ignore[misc]
    mult_adds: int = 0
    weights: int = 0
    params: int = 0

    def cost(self, *tensors: Shape) -> Cost:
        """Return the cost for the inputs and the outputs."""
        written = sum(map(size, self.outputs))
        return Cost(
            mult_adds=self.mult_adds,
            elementwise_ops=0 if self.role == "matmul" else written,
            reads=sum(map(size, self.inputs(tensors))),
            writes=written,
            weights=self.weights,
            params=self.params,
        )


class Moved(Stated):
    """Data movement: every input read, every output written, nothing computed."""

    role = "copy"

    def cost(self, *tensors: Shape) -> Cost:
        """Return the cost for the inputs and the outputs."""
        return Cost(reads=sum(map(size, self.inputs(tensors))), writes=sum(map(size, self.outputs)))


class LookedUp(Stated):
    """Elements of the first input by the indices in the others: as many read as written, and the indices."""

    role = "lookup"

    def cost(self, *tensors: Shape) -> Cost:
        """Return the cost for the inputs and the outputs."""
        written = sum(map(size, self.outputs))
        return Cost(reads=sum(map(size, self.inputs(tensors)[1:])) + written, writes=written)


class Byproduct(Stated):
    """What an operator writes besides its output, which is the input here: indices, statistics, last states."""

    role = "lookup"

    def cost(self, *tensors: Shape) -> Cost:
        """Return the cost of writing it."""
        written = sum(map(size, self.outputs))
        return Cost(elementwise_ops=written, writes=written)


class Seen(Stated):
    """A view: the input's elements in another shape, or some of them."""

    role = "view"

    def cost(self, *tensors: Shape) -> Cost:
        """Return no cost."""
        return Cost()


class Unused(Operator):
    """Parameters that a module holds and its run does not use, carried along by a view of what it returns."""

    role = "view"
    name = "unused"

    elements: int

    def shape(self, x: Shape) -> Shape:
        """Return the input's shape."""
        return x

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return no cost but the parameters."""
        return Cost(params=self.elements)


class Repeated(Operator):
    """An operator that runs a number of times, on tensors of the same shapes: the body of a loop, never unrolled.

    Everything counts as often, but the parameters once. Guidelines judge no convolution or linear layer in a loop, and
    advice leaves it: both are products here.
    """

    least_inputs = 0
    most_inputs = None

    operator: Any
    times: int

    def __getattr__(self, name: str) -> Any:
        """Return what the operator itself has: its fields."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.__dict__["operator"], name)

    @property
    def role(self) -> Role:  # type: ignore[override]
        """The operator's role."""
        return "matmul" if self.operator.role in ("convolution", "linear") else self.operator.role

    @property
    def name(self) -> str:  # type: ignore[override]
        """The operator's name."""
        return str(self.operator.name)

    def shapes(self, *args: Any, **kwargs: Any) -> tuple[Shape, ...]:
        """Return the shapes of the operator's outputs."""
        return self.operator.shapes(*args)  # type: ignore[no-any-return]

    def cost(self, *args: Any, **kwargs: Any) -> Cost:
        """Return the operator's cost, as often."""
        once: Cost = self.operator.cost(*args)
        return Cost(*(number * self.times for number in once))._replace(params=once.params)

    def attributes(self) -> dict[str, Any]:
        """Return the operator's fields, and how often it runs."""
        return {**self.operator.attributes(), "times": self.times}
