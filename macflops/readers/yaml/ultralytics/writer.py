"""Writes layers into the network, named as PyTorch names the modules around them, at the place of their row."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from macflops.arithmetic import Dim, Shape
from macflops.errors import Location, ShapeError, SourceError
from macflops.network import Builder
from macflops.ops._stated import Unused
from macflops.ops.add import Add
from macflops.ops.bn import BatchNorm
from macflops.ops.concat import Concat
from macflops.ops.conv import Conv
from macflops.ops.linear import Linear
from macflops.readers.yaml.limits import over
from macflops.readers.yaml.nodes import Node

if TYPE_CHECKING:
    from macflops.readers.yaml.ultralytics.rows import Model

Ints: TypeAlias = Sequence[int]
EPS = 1e-3  # of batch norms, in all of Ultralytics' networks


class Writer:
    """A place in the network's names, from where layers are added."""

    def __init__(self, model: Model, node: Node, name: str, modern: bool) -> None:
        self.model, self.node, self.name = model, node, name
        self.modern = modern  # whether heads have YOLO11's depthwise convolutions
        self.source, self.builder = model.source, model.builder
        self.location = Location(model.source.file, node.line, node.column)

    def under(self, name: str) -> Writer:
        """Return a writer of a module within this one."""
        made = copy.copy(self)
        made.name = f"{self.name}.{name}"
        return made

    def error(self, what: str, hint: str) -> SourceError:
        """Return an error at the row."""
        return self.source.error(self.node, f"{self.name}: {what}", hint)

    def times(self, n: int) -> int:
        """Return how often a module's part is there. Raises SourceError where that is less than once, or too often."""
        if n < 1:
            raise self.error(f"n is {n}", "write a whole number from 1")
        if n > self.source.limits.layers:
            raise self.error(f"{n:,} times", over("layers", self.source.limits.layers))
        return n

    def make_room(self, layers: int) -> None:
        """Raise SourceError where the network would have too many layers with as many more."""
        limit = self.source.limits.layers
        if len(self.builder.layers) + layers > limit:
            raise self.error(f"more than {limit:,} layers", over("layers", limit))

    def shape(self, x: int) -> Shape:
        """Return the shape of a tensor (N, C, H, W)."""
        return self.builder.shape(x)

    def width(self, x: int) -> Any:
        """Return the channels of a tensor."""
        return self.builder.shape(x)[1]

    def add(self, name: str, operator: Any, *inputs: int, shares: str | None = None) -> int:
        """Add a layer of one output; return its tensor."""
        return self.parts(name, operator, *inputs, shares=shares)[0]

    def parts(self, name: str, operator: Any, *inputs: int, shares: str | None = None) -> tuple[int, ...]:
        """Add a layer; return its tensors. It may share the weights of another layer of this module."""
        self.make_room(1)
        full = f"{self.name}.{name}" if name else self.name
        try:
            made = self.builder.add(full, operator, inputs, self.location, shares and f"{self.name}.{shares}")
        except ShapeError as error:
            raise self.source.error(self.node, f"{full}: {error.what}", error.hint) from None
        most = self.source.limits.magnitude
        for tensor in made:
            if any(type(dim) is int and dim > most for dim in self.builder.shape(tensor)):
                raise self.error("an output that is too large", over("magnitude", most))
        return made

    def conv2d(
        self, name: str, x: int, out: Dim, kernel: Any = 1, stride: int = 1, padding: Any = None, groups: Any = 1,
        dilation: int = 1, bias: bool = True,
    ) -> int:  # fmt: skip
        """Add a bare convolution, which keeps the sides at stride 1 where no padding is given."""
        kernels = tuple(kernel) if isinstance(kernel, list | tuple) else (kernel, kernel)
        if padding is None:
            around = tuple((dilation * (k - 1) + 1) // 2 for k in kernels)
        else:
            around = tuple(padding) if isinstance(padding, list | tuple) else (padding, padding)
        operator = Conv(out, kernels, (stride, stride), (dilation, dilation), (*around, *around), groups, bias)
        return self.add(name, operator, x)

    def conv(
        self, name: str, x: int, out: Dim, kernel: Any = 1, stride: int = 1, padding: Any = None, groups: Any = 1,
        dilation: int = 1, act: Any = True,
    ) -> int:  # fmt: skip
        """Add what Ultralytics calls Conv: a convolution without bias, its norm, and its activation if it has one."""
        at = self.under(name) if name else self
        x = at.conv2d("conv", x, out, kernel, stride, padding, groups, dilation, False)
        x = at.add("bn", BatchNorm(EPS), x)
        function = at.model.activation if act is True else act
        return x if function is None or function is False else at.add("act", function, x)

    def sum(self, name: str, *inputs: int) -> int:
        """Add an addition."""
        return self.add(name, Add(), *inputs)

    def concat(self, name: str, inputs: Sequence[int], dim: int = 1) -> int:
        """Add a concatenation."""
        return self.add(name, Concat(dim), *inputs)

    def linear(self, name: str, x: int, out: int, bias: bool = True, shares: str | None = None) -> int:
        """Add a linear map of the last dimension."""
        return self.add(name, Linear(out, bias), x, shares=shares)

    def unused(self, name: str, y: int, write: Callable[..., object], *shapes: Shape) -> int:
        """Carry along, with a tensor that the module returns, the parameters of what only its training runs.

        `write` writes that out, aside from the network, given a writer and tensors of these shapes.
        """
        aside = copy.copy(self)
        aside.builder = Builder("", self.source.file, "yaml")
        write(aside, *[aside.builder.input("", shape) for shape in shapes])
        elements = 0
        for layer in aside.builder.layers:
            tensors = [aside.builder.shape(tensor) for tensor in (*layer.inputs, *layer.outputs)]
            elements += layer.operator.cost(*tensors).params
        return self.add(name, Unused(elements), y)
