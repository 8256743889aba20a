"""Operators that exporters write as several nodes, read as the one that they are.

A pattern is known at its first node (all that it reads is there: x and constants), or where the shapes have to be known
at its last, and then takes back the layers before it. What stands between is read by nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from macflops.arithmetic import size
from macflops.readers.onnx.model import Node
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value


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

    def scalar(self, wanted: float) -> bool:
        """Tell whether the last node's other operand is this number."""
        found = self.constant()
        return found is not None and is_number(found, wanted)

    def done(self, value: Value) -> Value:
        """Say that all these nodes are read, and that the last one makes this value."""
        build = self.at.build
        for node in self.nodes[1:]:
            build.done[id(node)] = ""
        build.values[self.output] = value
        return value


def is_number(value: Value, wanted: float) -> bool:
    """Tell whether a value is a single number, about the wanted one."""
    numbers = value.numbers
    return bool(numbers) and len(numbers or ()) == 1 and abs(float((numbers or (0,))[0]) - wanted) < 1e-3


def gated(at: Place, x: Value) -> Value | None:
    """x · sigmoid(x), x · hardsigmoid(x), x · tanh(softplus(x))."""
    chain = Chain(at)
    if at.node.op == "Softplus" and not chain.then("Tanh"):
        return None
    if not chain.then("Mul") or chain.other() != at.node.inputs[0]:
        return None
    names = {"Sigmoid": "silu", "HardSigmoid": "hardswish", "Softplus": "mish"}
    return chain.done(at.layer(names[at.node.op], x))


def gelu(at: Place, x: Value, by: Value) -> Value | None:
    """x ÷ √2, erf, + 1, · x, · ½: the last two in either order."""
    if not by.constant or not is_number(by, 2**0.5 if at.node.op == "Div" else 0.5**0.5):
        return None
    chain, name = Chain(at), at.node.inputs[0]
    if not (chain.then("Erf") and chain.then("Add") and chain.scalar(1) and chain.then("Mul")):
        return None
    first = chain.other() == name
    if not (first or chain.scalar(0.5)) or not chain.then("Mul"):
        return None
    return chain.done(at.layer("gelu", x)) if (chain.scalar(0.5) if first else chain.other() == name) else None


def layer_norm(at: Place, x: Value, axes: Value | None = None) -> Value | None:
    """(x − mean) ÷ √(mean of its square + ε), then a scale and a shift: over the last dimension."""
    given = at.node.attributes.get("axes") if axes is None else axes.numbers
    if given not in ((-1,), (len(x.sides) - 1,)) or at.node.attributes.get("keepdims", 1) != 1:
        return None
    chain, build = Chain(at), at.build
    if not chain.then("Sub") or chain.nodes[-1].inputs[0] != at.node.inputs[0]:
        return None
    centred = chain.output
    readers = chain.readers()
    if sorted(node.op for node in readers) != ["Div", "Pow"] or centred in build.ends:
        return None
    chain.nodes.append(next(node for node in readers if node.op == "Pow"))
    if not (chain.scalar(2) and chain.then("ReduceMean") and chain.then("Add") and chain.constant()):
        return None
    if not (chain.then("Sqrt") and chain.then("Div") and chain.nodes[-1].inputs[0] == centred):
        return None
    weights = affine(chain, x.sides[-1:])
    last, scaled, shifted = x.sides[-1:], bool(weights), len(weights) > 1
    made = at.layer("layer_norm", x, weights=weights, normalized_shape=last, elementwise_affine=scaled, bias=shifted)
    return chain.done(made)


def affine(chain: Chain, shape: tuple[int, ...]) -> tuple[Value, ...]:
    """Go on over a scale and a shift of as many elements, if they are there; return them."""
    found = []
    for op in ("Mul", "Add"):
        before = len(chain.nodes)
        value = chain.constant() if chain.then(op) else None
        if value is None or not value.kept or size(value.sides) != size(shape):
            del chain.nodes[before:]
            break
        found.append(value)
    return tuple(found)


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
        return at.layer("shuffle", origin, groups=split[1])
    if middle.operator.name != "instance_norm" or middle.operator.affine or sides[1] % split[1]:
        return None
    del layers[-2:]
    chain = Chain(at)
    weights = affine(chain, sides[1:2])
    if len(weights) == 1:
        del chain.nodes[1:]
        weights = ()
    return chain.done(at.layer("group_norm", origin, weights=weights, num_groups=split[1], affine=bool(weights)))


def settled(numbers: tuple[int, ...], sides: tuple[int, ...]) -> tuple[int, ...]:
    """Return a reshape's shape where it keeps the dimensions that it says 0 of, and leaves -1 to be what fits."""
    if len(numbers) != len(sides):
        return ()
    return tuple(side if isinstance(n, int) and n in (0, -1) else n for n, side in zip(numbers, sides, strict=True))


PATTERNS: dict[str, Callable[..., Value | None]] = {
    "Sigmoid": gated,
    "HardSigmoid": gated,
    "Softplus": gated,
    "Div": gelu,
    "Mul": gelu,
    "ReduceMean": layer_norm,
    "Reshape": regrouped,
}
