"""Where one call stands while its operator is read: what it can ask, and how it adds layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from macflops import ops
from macflops.arithmetic import Shape, differ, size
from macflops.errors import ShapeError, SourceError
from macflops.network import Layer, settle
from macflops.ops import Operator
from macflops.ops._stated import Broadcast, Computed, Fold, Function, LookedUp, Moved, Stated
from macflops.readers.onnx._rows import Given
from macflops.readers.torch._rows import Fed
from macflops.readers.torch.calls import Call
from macflops.readers.torch.values import FLOATS, Value, merged

if TYPE_CHECKING:
    from macflops.readers.torch.build import Build


PRODUCTS = ("convolution", "linear", "matmul")  # a run computes them each time, of whatever


class Unread(Exception):
    """An operator, or a form of it, that is not known: what about it."""


class Place:
    """A call and the network so far. An operator's function is given it first, and adds its layers through it."""

    def __init__(self, build: Build, call: Call, name: str) -> None:
        self.build, self.call, self.name = build, call, name

    def layer(self, operator: str | Operator, *inputs: Value, **more: Any) -> Value:
        """Add a layer; return its output. Arguments are those of `layers`."""
        return self.layers(operator, *inputs, **more)[0]

    def layers(
        self,
        operator: str | Operator,
        *inputs: Value,
        weights: Sequence[Value | None] = (),
        part: str = "",
        dtype: str | None = None,
        **fields: Any,
    ) -> tuple[Value, ...]:
        """Add a layer of an operator of macflops, by name and fields or as it is; return its outputs.

        `weights` are the values that its own elements are; `part` is added to the name of a call's second layer. Where
        all inputs are the module's own, no layer is added: the outputs are its own too. But products of them count.
        """
        if isinstance(operator, str):
            kind = ops.find(operator)
            assert kind is not None, operator
            operator = kind(**fields)
        dtype = dtype or (inputs[0].dtype if inputs else "float32")
        present = [weight for weight in weights if weight is not None]
        computed = [weight for weight in present if weight.tensor is not None]
        if not computed and operator.role not in PRODUCTS and all(value.constant for value in inputs):
            try:
                shapes = [tensor.shape for tensor in settle(operator, tuple(value.shape for value in inputs))[1]]
            except ShapeError as error:
                raise self.error(error) from None
            leaves = merged((*inputs, *present))
            return tuple(Value(shape, dtype, leaves=leaves) for shape in shapes)
        tensors = [self.flowing(value) for value in inputs]
        if computed:  # weights that are computed from the input: operands as any other
            tensors += [self.flowing(weight) for weight in present]
            operator, present = Fed(operator, len(inputs)), []
        return self.add(self.name + part, operator, tensors, present, dtype)

    def add(
        self, name: str, operator: Operator, tensors: Sequence[int], weights: Sequence[Value], dtype: str
    ) -> tuple[Value, ...]:
        """Add an operator on tensors of the network; return its outputs."""
        build, builder = self.build, self.build.builder
        try:
            made = builder.add(build.unique(name), operator, tensors, self.call.place)
        except ShapeError as error:
            raise self.error(error) from None
        build.parameters.settle(builder, merged(weights))
        return tuple(Value(builder.shape(tensor), dtype, tensor) for tensor in made)

    def flowing(self, value: Value) -> int:
        """Return the tensor of a value; one of the module's own becomes a layer that holds it, once."""
        if value.tensor is None:
            name = next(iter(value.leaves), value.name) or f"{self.name}.constant"
            (made,) = self.add(
                name, Given(value.shape, value.learnt), (), (value,) if value.learnt else (), value.dtype
            )
            value.tensor = made.tensor
            self.build.given.append(value)
        assert value.tensor is not None
        return value.tensor

    def made(self, index: int = 0) -> Shape:
        """Return the shape of the call's output as torch has it. Raises Unread where it is not known."""
        found = self.call.made[index] if index < len(self.call.made) else None
        if found is None or found.shape is None:
            raise Unread("whose output's shape is not known")
        return found.shape

    def wants(self, index: int) -> bool:
        """Tell whether anything reads one of the call's outputs."""
        found = self.call.made[index] if index < len(self.call.made) else None
        return found is not None and found.key in self.build.read

    def made_dtype(self, index: int = 0) -> str:
        """Return the type of the call's output."""
        found = self.call.made[index] if index < len(self.call.made) else None
        return "float32" if found is None else found.dtype

    def function(self, name: str, x: Value) -> Value:
        """Add a function of one tensor, element by element, that may have no file in ops."""
        known = name in ops.names()
        return self.layer(name if known else Function(name=name), x, dtype=self.made_dtype())

    def element_wise(self, operator: str, *values: Value, learnable: bool = True) -> Value:
        """Add an element-wise function of some tensors, which broadcast.

        Where one of them is the module's own, it is the operator's constant: learnt if it is computed from parameters.
        """
        flowing = [value for value in values if value.tensor is not None]
        own = [value for value in values if value.tensor is None]
        fields: dict[str, Any] = {}
        weights: tuple[Value, ...] = ()
        if flowing and len(own) == 1:
            learnt = learnable and own[0].learnt
            fields, weights = {"constant": own[0].shape, "learnable": learnt}, (own[0],) if learnt else ()
            values = tuple(flowing)
        dtype = self.made_dtype()
        if operator in ops.names():
            return self.layer(operator, *values, weights=weights, dtype=dtype, **fields)
        return self.layer(Broadcast(name=operator, **fields), *values, weights=weights, dtype=dtype)

    def folded(self, name: str, x: Value, dim: tuple[int, ...] | None, keepdim: bool, part: str = "") -> Value:
        """Add a reduction along dimensions: all where none are given."""
        dims = tuple(d % max(1, len(x.shape)) for d in dim) if dim else tuple(range(len(x.shape)))
        if not x.shape:
            return x if x.constant else self.layer("identity", x, part=part)
        if name in ops.names():
            return self.layer(name, x, dim=dims, keepdim=keepdim, part=part, dtype=self.made_dtype())
        return self.layer(Fold(name=name, dim=dims, keepdim=keepdim), x, part=part, dtype=self.made_dtype())

    def stated(self, kind: type[Stated], *inputs: Value, name: str = "", outputs: int = 1, **more: Any) -> Any:
        """Add a layer by the general convention, its outputs as torch has them; return it, or all."""
        shapes = tuple(self.made(index) for index in range(outputs))
        operator = kind(name=name or self.call.op.rpartition(".")[2].strip("_"), outputs=shapes, **more)
        made = self.layers(operator, *inputs)
        for index, value in enumerate(made):
            value.dtype = self.made_dtype(index)
        return made if outputs > 1 else made[0]

    def computed(self, *inputs: Value, **more: Any) -> Any:
        """Add an operator that computes each output element."""
        return self.stated(Computed, *inputs, **more)

    def moved(self, *inputs: Value, **more: Any) -> Any:
        """Add an operator that moves elements."""
        return self.stated(Moved, *inputs, **more)

    def looked_up(self, *inputs: Value, **more: Any) -> Any:
        """Add an operator that takes elements of the first input by the indices in others."""
        return self.stated(LookedUp, *inputs, **more)

    def reshaped(self, x: Value, shape: Shape, part: str = "") -> Value:
        """Add a view of x as another shape of as many elements."""
        if len(shape) == len(x.shape) and all(a is b or a == b for a, b in zip(shape, x.shape, strict=True)):
            return x
        if x.constant:
            return Value(shape, x.dtype, leaves=x.leaves)
        return self.layer("reshape", x, shape=shape, part=part)

    def transposed(self, x: Value, dims: tuple[int, ...], part: str = "") -> Value:
        """Add x with its dimensions in another order."""
        return x if list(dims) == list(range(len(dims))) else self.layer("transpose", x, dims=dims, part=part)

    def last_layer(self, value: Value) -> Layer | None:
        """Return the layer that made a value, if it is the last one that was added."""
        layers = self.build.builder.layers
        return layers[-1] if layers and value.tensor is not None and layers[-1].outputs == (value.tensor,) else None

    def check(self, values: Sequence[Value | None]) -> None:
        """Raise Unread where an output has surely another shape than torch gave it."""
        for value, made in zip(values, self.call.made, strict=False):
            if value is None or made is None or made.shape is None:
                continue
            if len(value.shape) != len(made.shape) or any(map(differ, value.shape, made.shape)):
                raise Unread(f"whose output torch has as {list(made.shape)}, and not {list(value.shape)}")

    def error(self, error: ShapeError) -> SourceError:
        """Return what is wrong with this call, at its place."""
        return SourceError(self.call.place, f"{self.name} ({self.call.op}): {error.what}", error.hint)


def is_float(value: Value) -> bool:
    """Tell whether a value holds floats."""
    return value.dtype in FLOATS


__all__ = ["Place", "Unread", "is_float", "size"]
