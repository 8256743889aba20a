"""Operators that exporters write as several nodes, read as the one that they are.

A pattern is known at its first node (all that it reads is there: x and constants), or where the shapes have to be known
at its last, and then takes back the layers before it. What stands between is read by nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from macflops.arithmetic import Shape, differ, is_integer, size
from macflops.readers.onnx.model import Node
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.regions import STARTS, Region, source_of
from macflops.readers.onnx.values import Value

if TYPE_CHECKING:
    from macflops.readers.onnx.build import Build


class Chain:
    """The nodes behind a place's node, each the only reader of the one before it."""

    def __init__(self, at: Place) -> None:
        self.at, self.nodes = at, [at.node]

    @property
    def output(self) -> str:
        """What the last node makes."""
        return self.nodes[-1].outputs[0]

    def then(self, op: str) -> bool:
        """Go on to the only reader of the last node, if it is this operator."""
        readers = self.readers()
        if len(readers) != 1 or readers[0].op != op or readers[0].domain or self.output in self.at.build.ends:
            return False
        self.nodes.append(readers[0])
        return True

    def readers(self) -> list[Node]:
        """Return what reads the last node."""
        return self.at.build.read_by.get(self.output, [])

    def other(self) -> str:
        """Return what the last node reads besides the one before it, "" where it is not one value."""
        before = self.nodes[-2].outputs[0]
        names = [name for name in self.nodes[-1].inputs if name != before]
        return names[0] if len(names) == 1 else ""

    def constant(self) -> Value | None:
        """Return what the last node reads besides the one before it, if it is a constant."""
        found = self.at.build.values.get(self.other())
        return found if found is not None and found.constant else None

    def done(self, value: Value) -> Value:
        """Say that all these nodes are read, and that the last one makes this value."""
        build = self.at.build
        for node in self.nodes:
            build.done[id(node)] = ""
        build.values[self.output] = value
        return value


def one_function(at: Place, *inputs: Value | None) -> Value | None:
    """Nodes that compute one known function of one tensor: GELU, hard-swish, layer norm, softmax …"""
    build = at.build
    behind = build.read_by.get(at.node.outputs[0], ())
    if at.node.outputs[0] in build.ends or not behind or any(node.op not in STARTS for node in behind):
        return None  # what a function's first node makes, only its others read
    source = source_of(at, inputs)
    if not source:
        return None
    x = build.value(source, at)
    region = Region(at, source, len(x.sides))
    found = region.known()
    if found is None:
        return None
    nodes, operator, fields = found
    if at.name.startswith(f"{nodes[-1].name}/"):  # as parts of the last one, whose name is the whole's
        at = Place(build, at.node, nodes[-1].name, at.opset)
    axes, rank, chain = region.axes or (), len(x.sides), Chain(at)
    chain.nodes = [at.node, *(node for node in nodes if node is not at.node)]
    last = tuple(range(rank - len(axes), rank))
    if operator in ("softmax", "log_softmax"):
        return chain.done(at.layer(operator, x, dim=axes[0])) if len(axes) == 1 else None
    if operator not in ("layer_norm", "rms_norm"):
        return chain.done(at.layer(operator, x, **fields))
    shape = tuple(x.sides[axis] for axis in axes)
    weights = affine(chain, shape, ("Mul", "Add") if operator == "layer_norm" else ("Mul",))
    if axes != last:  # along the channels, say
        own = size(shape) * len(weights)
        more = {"role": "norm", "weights": own, "params": own}
        return chain.done(at.computed(x, outputs=[x.sides], name=operator, weights=weights, more=more, dim=axes)[0])
    fields = {"bias": len(weights) > 1} if operator == "layer_norm" else {}
    made = at.layer(operator, x, weights=weights, normalized_shape=shape, elementwise_affine=bool(weights), **fields)
    return chain.done(made)


def affine(chain: Chain, shape: tuple[int, ...], ops: Sequence[str] = ("Mul", "Add")) -> tuple[Value, ...]:
    """Go on over a scale and a shift of as many elements, if they are there; return them."""
    found = []
    for op in ops:
        before = len(chain.nodes)
        value = chain.constant() if chain.then(op) else None
        if value is None or not value.kept or not fits(value.sides, shape):
            del chain.nodes[before:]
            break
        found.append(value)
    return tuple(found)


def fits(weights: Shape, shape: Shape) -> bool:
    """Tell whether weights have as many elements as a shape; of a symbolic one, whether nothing speaks against it."""
    if is_integer(size(shape)):
        return bool(size(weights) == size(shape))
    return len(weights) == len(shape) and size(weights) != 1 and not differ(size(weights), size(shape))


def regrouped(at: Place, x: Value, shape: Value) -> Value | None:
    """A last reshape to what a first one began with: of a channel shuffle, or of a group norm."""
    build, layers = at.build, at.build.builder.layers
    if x.tensor is None or shape.numbers is None or len(layers) < 2:
        return None
    first, middle = layers[-2:]
    inner, source = middle.outputs[0], first.inputs[0] if first.inputs else -1
    chained = first.operator.name == "reshape" and middle.inputs == first.outputs and inner == x.tensor
    maker = build.made_by.get(at.node.inputs[0])
    between = (at.node.inputs[0], *(maker.inputs[:1] if maker else ()))
    if not chained or any(len(build.read_by.get(name, ())) != 1 or name in build.ends for name in between):
        return None
    sides, split = build.builder.shape(source), build.builder.shape(first.outputs[0])
    wanted = settled(shape.numbers, sides)
    if wanted != sides or len(sides) < 3 or split[0] != sides[0]:
        return None
    origin = Value(sides, x.dtype, source)
    if middle.operator.name == "transpose":
        swapped = (0, 2, 1, *range(3, len(split)))
        if middle.operator.dims != swapped or split[3:] != sides[2:] or len(split) != len(sides) + 1:
            return None
        del layers[-2:]
        if 1 in split[1:3]:  # one group, or of one channel each: nothing moves
            return at.layer("identity", origin)
        return at.layer("shuffle", origin, groups=split[1])
    plain = middle.operator.name == "instance_norm" and (not middle.operator.affine or is_dummy(build, maker))
    if not plain or sides[1] % split[1]:
        return None
    del layers[-2:]
    build.parameters.forget(middle.name)
    chain = Chain(at)
    weights = affine(chain, sides[1:2])
    if len(weights) == 1:
        del chain.nodes[1:]
        weights = ()
    return chain.done(at.layer("group_norm", origin, weights=weights, num_groups=split[1], affine=bool(weights)))


def is_dummy(build: Build, node: Node | None) -> bool:
    """Tell whether a norm scales by ones and shifts by zeros."""
    values = [build.values[name].numbers for name in node.inputs[1:3]] if node else []
    return len(values) == 2 and set(values[0] or (0,)) == {1} and set(values[1] or (1,)) == {0}


def settled(numbers: tuple[int, ...], sides: tuple[int, ...]) -> tuple[int, ...]:
    """Return a reshape's shape where it keeps the dimensions that it says 0 of, and leaves -1 to be what fits."""
    if len(numbers) != len(sides):
        return ()
    return tuple(side if isinstance(n, int) and n in (0, -1) else n for n, side in zip(numbers, sides, strict=True))


PATTERNS: dict[str, Callable[..., Value | None]] = {
    **dict.fromkeys(STARTS, one_function),
    "Reshape": regrouped,
}
