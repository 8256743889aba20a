"""Where one node stands while its operator is read: what it can ask, and how it adds layers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from macflops import ops
from macflops.arithmetic import Dim, Shape, maximum, size
from macflops.errors import Location, ShapeError, SourceError
from macflops.network import settle
from macflops.ops import Cost, Operator
from macflops.readers.onnx._rows import Given, Unknown
from macflops.readers.onnx.model import Node
from macflops.readers.onnx.scalars import UNARY, applied, rounded
from macflops.readers.onnx.subgraphs import plain
from macflops.readers.onnx.tensors import FLOATS
from macflops.readers.onnx.values import Numbers, Value, following, merged

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
        operator: str | Operator,
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
        operator: str | Operator,
        *inputs: Value,
        weights: Sequence[Value | None] = (),
        part: str = "",
        numbers: Callable[[], Numbers | None] | None = None,
        dtype: str | None = None,
        learnable: Sequence[bool] | bool = True,
        **fields: Any,
    ) -> tuple[Value, ...]:
        """Add a layer as `layer` does; return all its outputs. `learnable`: which constant inputs can be weights."""
        if isinstance(operator, str):
            kind = ops.find(operator)
            assert kind is not None, operator
            operator = kind(**fields)
        dtype = dtype or (inputs[0].dtype if inputs else "float32")
        present = tuple(weight for weight in weights if weight is not None)
        if any(weight.tensor is not None for weight in present):
            return self.with_flowing_weights(operator, inputs, present, part, dtype)
        if inputs and all(value.constant for value in inputs):
            try:
                shapes = [tensor.shape for tensor in settle(operator, tuple(value.sides for value in inputs))[1]]
            except ShapeError as error:
                raise self.error(error) from None
            contents, sources = numbers or unknown, (*inputs, *present)
            return tuple(following(shape, dtype, contents, inputs, sources) for shape in shapes)
        flags = [learnable] * len(inputs) if isinstance(learnable, bool) else learnable
        tensors = [self.flowing(value, flag) for value, flag in zip(inputs, flags, strict=True)]
        return self.add(self.name + part, operator, tensors, present, dtype)

    def with_flowing_weights(
        self, operator: Operator, inputs: Sequence[Value], weights: Sequence[Value], part: str, dtype: str
    ) -> tuple[Value, ...]:
        """Add a layer whose weights, some or all, are computed from the network's input: read as inputs are."""
        shapes = tuple(value.sides for value in inputs)
        try:
            settled: Any
            settled, outputs = settle(operator, shapes)
        except ShapeError as error:
            raise self.error(error) from None
        cost: Cost = settled.cost(*shapes, *(tensor.shape for tensor in outputs))
        flowing = [weight for weight in weights if weight.tensor is not None]
        own = tuple(weight for weight in weights if weight.tensor is None)
        gone = sum(size(weight.sides) for weight in flowing)
        computed = stated(
            "Computed",
            name=operator.name,
            outputs=tuple(tensor.shape for tensor in outputs),
            settings=tuple(operator.attributes().items()),
            role="matmul" if operator.role in ("convolution", "linear") else operator.role,
            mult_adds=cost.mult_adds,
            weights=maximum(cost.weights - gone, 0),
            params=sum(leaf.elements for leaf in merged(own).values()),
        )
        tensors = [self.flowing(value) for value in (*inputs, *flowing)]
        return self.add(self.name + part, computed, tensors, own, dtype)

    def function(self, name: str, x: Value, dtype: str | None = None) -> Value:
        """Add a function of one tensor, element by element, that may have no file in ops; of a constant it is one."""

        def contents() -> Numbers | None:
            function = UNARY.get(self.node.op)
            if function is None or x.numbers is None:
                return None
            found = tuple(applied(function, number) for number in x.numbers)
            return None if None in found else rounded(found, x.dtype)

        known = name in ops.names()
        return self.layer(name if known else stated("Function", name=name), x, numbers=contents, dtype=dtype)

    def computed(
        self,
        *inputs: Value,
        outputs: Sequence[Shape],
        dtypes: Sequence[str] = (),
        name: str = "",
        kind: str = "Computed",
        part: str = "",
        numbers: Callable[[], Numbers | None] | None = None,
        learnable: bool = False,
        weights: Sequence[Value | None] = (),
        more: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> tuple[Value, ...]:
        """Add a layer by the general convention, whose output shapes are stated here; return all its outputs."""
        shapes, shown = tuple(map(tuple, outputs)), tuple(settings.items())
        operator = stated(kind, name=name or snake(self.node.op), outputs=shapes, settings=shown, **(more or {}))
        made = self.layers(
            operator, *inputs, part=part, numbers=numbers, learnable=learnable, dtype=dtypes[0] if dtypes else None,
            weights=weights,
        )  # fmt: skip
        for value, dtype in zip(made, dtypes, strict=False):
            value.dtype = dtype
        return made

    def byproduct(self, host: Value, shape: Shape, part: str, dtype: str | None = None, name: str = "") -> Value:
        """Add what an operator writes besides its output `host`, if anything reads it."""
        if host.constant:
            return Value(shape, dtype or host.dtype)
        dtypes = [dtype or host.dtype]
        return self.computed(host, outputs=[shape], dtypes=dtypes, kind="Byproduct", part=part, name=name)[0]

    def wants(self, output: int) -> bool:
        """Tell whether anything reads one of the node's outputs."""
        names = self.node.outputs
        return output < len(names) and self.build.is_read(names[output])

    def add(
        self, name: str, operator: Any, tensors: Sequence[int], weights: tuple[Value, ...], dtype: str
    ) -> tuple[Value, ...]:
        """Add an operator on tensors of the network; return its outputs."""
        build, builder = self.build, self.build.builder
        name = build.unique(name)
        try:
            made = builder.add(name, operator, tensors, build.location)
        except ShapeError as error:
            raise self.error(error) from None
        build.check_magnitudes(self, made)
        build.parameters.settle(builder, merged(weights))
        return tuple(Value(builder.shape(tensor), dtype, tensor) for tensor in made)

    def flowing(self, value: Value, learnable: bool = True) -> int:
        """Return the tensor of a value; a constant becomes a layer that holds it, once.

        Its elements are parameters if the file keeps them and `learnable` says that what reads it learns.
        """
        if value.tensor is not None:
            return value.tensor
        if value.parts is not None or value.shape is None:
            raise Unread("of a sequence")
        if value.given is None:
            name = plain(next(iter(value.leaves), "")) or f"{self.name}.constant"
            learnable = learnable and value.dtype in FLOATS and value.kept
            (made,) = self.add(name, Given(value.sides, learnable), (), (value,) if learnable else (), value.dtype)
            value.given = made.tensor
            self.build.given.append(value)
        assert value.given is not None
        return value.given

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


def unknown() -> None:
    """Return the contents of a value of which nothing is known."""


def stated(kind: str, **fields: Any) -> Operator:
    """Return an operator by the general convention, of a kind that `ops` has: imported only when met."""
    from macflops.ops import _stated

    found: Operator = getattr(_stated, kind)(**fields)
    return found


def snake(name: str) -> str:
    """Return an operator's name as macflops writes names: GridSample is grid_sample, DFT is dft."""
    found = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return found.lower()
