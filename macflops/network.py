"""What was read: a network as a list of layers in execution order, every tensor with its shape.

It knows nothing of costs or files. Readers build one with `Builder`, which has operators check and shape as they come,
so that an error still has its place in the source.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple, Protocol

from macflops.arithmetic import MOST, Shape, is_beyond, size
from macflops.errors import Location, ShapeError
from macflops.records import Record


class Operator(Protocol):
    """What a network asks of an operator; `macflops.ops` holds them, one file each."""

    name: ClassVar[str]
    least_inputs: ClassVar[int]
    most_inputs: ClassVar[int | None]

    def resolve(self, *args: Any, **kwargs: Any) -> Operator:
        """Return the operator that this one is on such inputs: itself, but for short forms."""

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Raise ShapeError where the inputs do not fit."""

    def shapes(self, *args: Any, **kwargs: Any) -> tuple[Shape, ...]:
        """Return the shapes of the outputs."""


class Tensor(NamedTuple):
    """A tensor that flows between layers: its shape, and its type where that is not the network's own (indices)."""

    shape: Shape  # (N, C, H, W), or what its operator makes; integers or symbols
    dtype: str | None = None  # None: the network's own


class Input(NamedTuple):
    """An input of the network by name, and the index of its tensor."""

    name: str  # as the source calls it
    tensor: int  # its index


class Held(NamedTuple):
    """The parameters that are a layer's own, where its operator would count others: some may be another layer's."""

    params: int  # learnable elements
    hosts: tuple[str, ...]  # the layers whose the others are


class Layer(NamedTuple):
    """One operator at work: which tensors it reads and writes (by index), where it was written."""

    name: str  # its whole name, scopes included
    operator: Any  # an Operator; Any, for what else it can do (cost) is of no concern here
    inputs: tuple[int, ...]  # indices of tensors
    outputs: tuple[int, ...]  # indices of tensors
    location: Location  # where it is written
    shares: str | None = None  # the layer whose weights it uses
    held: Held | None = None  # its parameters, where they are not what its operator says


class Unsupported(NamedTuple):
    """An operator that macflops does not know, and the layers that want it."""

    op: str  # as the source calls it
    layers: tuple[str, ...]  # by name


class Network(Record):
    """A network, shaped: layers in execution order, tensors by index."""

    name: str  # as its source calls it
    source: str  # the file, or zoo:NAME
    format: str  # yaml, onnx
    tensors: tuple[Tensor, ...]  # all that flow, by index
    inputs: tuple[Input, ...]  # by name
    outputs: tuple[int, ...]  # indices of tensors
    layers: tuple[Layer, ...]  # in execution order
    unsupported: tuple[Unsupported, ...] = ()  # operators that were not known
    warnings: tuple[tuple[Location, str], ...] = ()  # what a reader noticed, and where
    ignored: Mapping[int, frozenset[str]] = {}  # rules silenced, by line of the source

    def shapes_of(self, tensors: Iterable[int]) -> list[Shape]:
        """Return the shapes of the tensors with these indices."""
        return [self.tensors[index].shape for index in tensors]

    @property
    def sharing(self) -> set[str]:
        """The names of the layers that share parameters with others, all or some."""
        whole = {name for layer in self.layers if layer.shares is not None for name in (layer.name, layer.shares)}
        return whole | self.partly_sharing

    @property
    def partly_sharing(self) -> set[str]:
        """The names of the layers that hold parameters of their own number, and of those that the others are of."""
        return {name for layer in self.layers if layer.held for name in (layer.name, *layer.held.hosts)}

    def readers(self) -> list[list[int]]:
        """Return for each tensor the indices of the layers that read it, in order."""
        found: list[list[int]] = [[] for _ in self.tensors]
        for index, layer in enumerate(self.layers):
            for tensor in dict.fromkeys(layer.inputs):
                found[tensor].append(index)
        return found

    def replace(self, operators: Mapping[int, Operator]) -> Network:
        """Return the network with other operators in the layers of these indices, shaped anew.

        Raises ShapeError, whose field is the layer's name, where the change does not fit.
        """
        return self.rewired(
            layer if index not in operators else layer._replace(operator=operators[index])
            for index, layer in enumerate(self.layers)
        )

    def without(self, gone: Collection[int], operators: Mapping[int, Operator] | None = None) -> Network:
        """Return the network without the layers of these indices, each of one input and one output, shaped anew.

        What read their outputs reads their inputs. `operators` are other ones, as in `replace`; raises ShapeError as
        that does.
        """
        instead: dict[int, int] = {}
        kept = []
        for index, layer in enumerate(self.layers):
            inputs = tuple(instead.get(tensor, tensor) for tensor in layer.inputs)
            if index in gone:
                instead[layer.outputs[0]] = inputs[0]
            else:
                operator = operators.get(index, layer.operator) if operators else layer.operator
                kept.append(layer._replace(operator=operator, inputs=inputs))
        return self.rewired(kept, [instead.get(tensor, tensor) for tensor in self.outputs])

    def reordered(self, moves: Mapping[int, int]) -> Network:
        """Return the network with each of the layers that are keys before the one that is its value, shaped anew.

        Between the two is a chain of layers, each of one input and one output that only the next one reads. Raises
        ShapeError as `replace` does.
        """
        movers = {before: mover for mover, before in moves.items()}
        writes = {self.layers[mover].inputs[0]: self.layers[mover].outputs for mover in moves}
        layers: list[Layer] = []
        for index, layer in enumerate(self.layers):
            if index in moves:
                continue
            outputs = writes.get(layer.outputs[0], layer.outputs)
            if index in movers:  # what the mover read names the tensor that it writes now
                mover = self.layers[movers[index]]
                layers.append(mover._replace(inputs=layer.inputs, outputs=mover.inputs))
                layer = layer._replace(inputs=mover.inputs)
            layers.append(layer._replace(outputs=outputs))
        return self.rewired(layers)

    def rewired(self, layers: Iterable[Layer], outputs: Sequence[int] | None = None) -> Network:
        """Return a network of these layers, in this order, shaped anew; their tensors are numbered as here.

        Raises ShapeError, whose field is the layer's name, where one does not fit.
        """
        builder = Builder(self.name, self.source, self.format)
        new = {i.tensor: builder.input(i.name, *self.tensors[i.tensor]) for i in self.inputs}
        for layer in layers:
            inputs = [new[i] for i in layer.inputs]
            try:
                made = builder.add(layer.name, layer.operator, inputs, layer.location, layer.shares, layer.held)
            except ShapeError as error:
                raise ShapeError(layer.name, error.what, error.hint) from None
            new.update(zip(layer.outputs, made, strict=True))
        ends = self.outputs if outputs is None else outputs
        return builder.network([new[o] for o in ends], self.unsupported, self.warnings, self.ignored)


class Builder:
    """Builds a network layer by layer, in execution order; each is checked and shaped as it comes."""

    def __init__(self, name: str, source: str, format: str) -> None:
        self.name, self.source, self.format = name, source, format
        self.tensors: list[Tensor] = []
        self.inputs: list[Input] = []
        self.layers: list[Layer] = []
        self.settled: dict[Any, tuple[Operator, tuple[Tensor, ...]]] = {}  # checked and shaped: each case once

    def input(self, name: str, shape: Shape, dtype: str | None = None) -> int:
        """Add an input of this shape; return the index of its tensor."""
        self.tensors.append(Tensor(shape, dtype))
        self.inputs.append(Input(name, len(self.tensors) - 1))
        return len(self.tensors) - 1

    def shape(self, tensor: int) -> Shape:
        """Return the shape of a tensor by index."""
        return self.tensors[tensor].shape

    def add(
        self,
        name: str,
        operator: Operator,
        inputs: Sequence[int],
        location: Location,
        shares: str | None = None,
        held: Held | None = None,
    ) -> tuple[int, ...]:
        """Add a layer; return the indices of its outputs. Raises ShapeError where the inputs do not fit."""
        shapes = tuple([self.tensors[index].shape for index in inputs])
        case = (operator, *shapes)
        found = self.settled.get(case)
        if found is None:
            found = self.settled[case] = settle(operator, shapes)
        operator, made = found
        start = len(self.tensors)
        self.tensors.extend(made)
        outputs = tuple(range(start, start + len(made)))
        self.layers.append(Layer(name, operator, tuple(inputs), outputs, location, shares, held))
        return outputs

    def network(
        self,
        outputs: Sequence[int],
        unsupported: tuple[Unsupported, ...] = (),
        warnings: tuple[tuple[Location, str], ...] = (),
        ignored: Mapping[int, frozenset[str]] | None = None,
    ) -> Network:
        """Return the network with these outputs. Layers that none of them needs are left out, each with a warning."""
        needed = set(outputs)
        kept: list[Layer] = []
        idle: list[tuple[Location, str]] = []
        for layer in reversed(self.layers):
            if needed.isdisjoint(layer.outputs):
                idle.append((layer.location, f"no output needs {layer.name}: it is not counted"))
            else:
                needed.update(layer.inputs)
                kept.append(layer)
        return Network(
            self.name,
            self.source,
            self.format,
            tuple(self.tensors),
            tuple(self.inputs),
            tuple(outputs),
            tuple(reversed(kept)),
            unsupported,
            (*warnings, *reversed(idle)),
            ignored or {},
        )


def settle(operator: Operator, shapes: tuple[Shape, ...]) -> tuple[Operator, tuple[Tensor, ...]]:
    """Return the operator that this one is on inputs of these shapes, and its outputs. Raises ShapeError."""
    least, most = operator.least_inputs, operator.most_inputs
    if not least <= len(shapes) <= (len(shapes) if most is None else most):
        wanted = f"{least} or more" if most is None else str(least) if most == least else f"{least} to {most}"
        raise ShapeError("from", f"{operator.name} takes {wanted} inputs, not {len(shapes)}", "say which with from")
    refuse_beyond(operator, shapes)
    operator = operator.resolve(*shapes)
    operator.check(*shapes)
    made = operator.shapes(*shapes)
    refuse_beyond(operator, made)
    return operator, tuple(map(Tensor, made))


def refuse_beyond(operator: Operator, shapes: Iterable[Shape]) -> None:
    """Raise ShapeError where a tensor has more elements than are counted."""
    if is_beyond([size(dimension for dimension in shape if type(dimension) is int) for shape in shapes]):
        what = f"{operator.name} on or of a tensor of over 10**{len(str(MOST)) - 1} elements"
        raise ShapeError("from", what, "make it smaller")


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Pause the collector while a large network is built: its passes over all that lives make building quadratic."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
