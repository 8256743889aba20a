"""Where one node stands while its operator is read: what it can ask, and how it adds layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from macflops import ops
from macflops.arithmetic import Dim
from macflops.errors import Location, ShapeError, SourceError
from macflops.network import settle
from macflops.readers.onnx._rows import Given, Unknown
from macflops.readers.onnx.model import Node
from macflops.readers.onnx.tensors import FLOATS
from macflops.readers.onnx.values import Numbers, Value, merged

if TYPE_CHECKING:
    from macflops.readers.onnx.build import Build


class Unread(Exception):
    """An operator, or a form of it, that is not known: what about it."""


class Place:
    """A node and the network so far. An operator's function is given it first, and adds its layers through it."""

    def __init__(self, build: Build, node: Node, name: str, opset: int) -> None:
        self.build, self.node, self.name, self.opset = build, node, name, opset
        self.outputs = len(node.outputs)

    def layer(
        self,
        operator: str,
        *inputs: Value,
        weights: Sequence[Value | None] = (),
        part: str = "",
        numbers: Callable[[], Numbers | None] | None = None,
        dtype: str | None = None,
        **fields: Any,
    ) -> Value:
        """Add a layer of an operator of macflops; return its output.

        `weights` are the learnable values that its parameters are; `part` is added to the name of a node's second
        layer. Where all inputs are constant none is added: the output is one too, its contents what `numbers` returns.
        """
        return self.layers(operator, *inputs, weights=weights, part=part, numbers=numbers, dtype=dtype, **fields)[0]

    def layers(
        self,
        operator: str,
        *inputs: Value,
        weights: Sequence[Value | None] = (),
        part: str = "",
        numbers: Callable[[], Numbers | None] | None = None,
        dtype: str | None = None,
        **fields: Any,
    ) -> tuple[Value, ...]:
        """Add a layer as `layer` does; return all its outputs."""
        kind = ops.find(operator)
        assert kind is not None, operator
        dtype = dtype or inputs[0].dtype
        made = kind(**fields)
        present = tuple(weight for weight in weights if weight is not None)
        if any(weight.tensor is not None for weight in present):
            raise Unread("with weights that are computed from its input")
        if all(value.constant for value in inputs):
            try:
                shapes = [tensor.shape for tensor in settle(made, tuple(value.sides for value in inputs))[1]]
            except ShapeError as error:
                raise self.error(error) from None
            contents = numbers() if numbers else None
            leaves = merged((*inputs, *present))
            return tuple(Value(shape, dtype, contents=contents, leaves=leaves) for shape in shapes)
        tensors = [self.flowing(value) for value in inputs]
        return self.add(self.name + part, made, tensors, present, dtype)

    def add(
        self, name: str, operator: Any, tensors: Sequence[int], weights: tuple[Value, ...], dtype: str
    ) -> tuple[Value, ...]:
        """Add an operator on tensors of the network; return its outputs."""
        build, builder = self.build, self.build.builder
        name = build.unique(name)
        try:
            made = builder.add(name, operator, tensors, Location(build.file))
        except ShapeError as error:
            raise self.error(error) from None
        build.check_magnitudes(self, made)
        build.parameters.settle(builder, merged(weights))
        return tuple(Value(builder.shape(tensor), dtype, tensor) for tensor in made)

    def flowing(self, value: Value) -> int:
        """Return the tensor of a value; a constant becomes a layer that holds it, once."""
        if value.tensor is None:
            name = next(iter(value.leaves), "") or f"{self.name}.constant"
            learnable = value.dtype in FLOATS and value.kept
            (made,) = self.add(name, Given(value.sides, learnable), (), (value,) if learnable else (), value.dtype)
            value.tensor = made.tensor
        assert value.tensor is not None
        return value.tensor

    def computing(self, x: Value, weights: Value) -> Value:
        """Return what a product or convolution works on: where all is constant, a tensor that flows.

        Such a layer runs whenever the network does (positions through a linear map, say): its mult-adds are the
        network's.
        """
        if not (x.constant and weights.constant and x.dtype in FLOATS):
            return x
        return Value(x.sides, x.dtype, self.flowing(x))

    def unsupported(self, inputs: Sequence[Value], why: str) -> list[Value]:
        """Add a layer that stands for an operator that is not known; its outputs are shaped as the file claims."""
        build, node = self.build, self.node
        claims = [build.claimed(name) for name in node.outputs]
        if inputs and not any(value.tensor is not None for value in inputs) and all(v.constant for v in inputs):
            if any(shape is None for shape in claims):
                build.note_unsupported(self.label(why), self.name)
            return [Value(shape, "unknown", leaves=merged(tuple(inputs))) for shape in claims]
        build.note_unsupported(self.label(why), self.name)
        tensors = [value.tensor for value in inputs if value.tensor is not None]
        known = Unknown(node.op, tuple(() if shape is None else shape for shape in claims))
        made = self.add(self.name, known, tensors, (), "unknown")
        return [
            value if shape is not None else Value(None, "unknown", value.tensor)
            for value, shape in zip(made, claims, strict=True)
        ]

    def label(self, why: str) -> str:
        """Return what the node's operator is called in the list of those that are not supported."""
        op = f"{self.node.domain}.{self.node.op}" if self.node.domain else self.node.op
        return f"{op} ({why})" if why else op

    def bias_behind(self, width: Dim) -> Value | None:
        """Return the bias (width) that the one reader of this node's output adds, or None; that node is then done."""
        build, output = self.build, self.node.outputs[0]
        readers = build.read_by.get(output, ())
        if len(readers) != 1 or output in build.ends or readers[0].op != "Add" or readers[0].domain:
            return None
        others = [name for name in readers[0].inputs if name != output]
        value = build.values.get(others[0]) if len(others) == 1 else None
        if value is None or value.tensor is not None or not value.leaves or value.shape != (width,):
            return None
        build.done[id(readers[0])] = output
        return value

    def error(self, error: ShapeError) -> SourceError:
        """Return what is wrong with this node, at its place."""
        return SourceError(Location(self.build.file), f"node {self.name} ({self.node.op}): {error.what}", error.hint)

    def wrong(self, what: str, hint: str) -> SourceError:
        """Return an error about this node."""
        return self.error(ShapeError("", what, hint))

    def needs(self, value: Value | None, what: str) -> Numbers:
        """Return the contents of a value. Raises Unread where they are not known."""
        numbers = None if value is None else value.numbers
        if numbers is None:
            raise Unread(f"whose {what} {'is' if what[-1] != 's' else 'are'} not known before it runs")
        return numbers
