"""Several nodes that compute one known function of one tensor, however they are written.

What the nodes compute is tried on one row of numbers and compared with the known functions, so that no form of writing
them (exporters have many) has to be listed. A row stands for the elements along the axes of the nodes' reductions;
without reductions it is just a sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from macflops.readers.onnx.model import Node
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value

Row: TypeAlias = "tuple[float, ...]"  # as long as SAMPLE, or of one element where it was reduced

SAMPLE: Row = (-4.1, 2.2, -1.2, 0.3, -2.3, 0.9, 7.3, -0.4, 3.7)
MOST = 16  # nodes of one function
CLOSE = 1e-4  # relative: an ε below a root may change this much


def sigmoid(x: float) -> float:
    """Return 1 ÷ (1 + exp(−x))."""
    return 1 / (1 + math.exp(-x))


def clipped(x: float, low: float, high: float) -> float:
    """Return x within bounds."""
    return max(low, min(high, x))


ONE: dict[str, Callable[[float], float]] = {
    "Abs": abs,
    "Cast": lambda x: x,
    "Erf": math.erf,
    "Exp": math.exp,
    "Identity": lambda x: x,
    "Log": math.log,
    "Neg": lambda x: -x,
    "Reciprocal": lambda x: 1 / x,
    "Relu": lambda x: max(x, 0.0),
    "Sigmoid": sigmoid,
    "Softplus": lambda x: math.log1p(math.exp(x)),
    "Sqrt": math.sqrt,
    "Tanh": math.tanh,
}
TWO: dict[str, Callable[[float, float], float]] = {
    "Add": lambda a, b: a + b,
    "Div": lambda a, b: a / b,
    "Max": max,
    "Min": min,
    "Mul": lambda a, b: a * b,
    "Pow": lambda a, b: a**b,
    "Sub": lambda a, b: a - b,
}
FOLDS: dict[str, Callable[[Row], float]] = {
    "ReduceMax": max,
    "ReduceMean": lambda row: sum(row) / len(row),
    "ReduceSum": sum,
}
OTHERS = ("Clip", "HardSigmoid")


def mean(row: Row) -> float:
    """Return the mean."""
    return sum(row) / len(row)


def layer_norm(row: Row) -> Row:
    """Return a row normalized to mean 0 and variance 1."""
    centred = tuple(x - mean(row) for x in row)
    return rms_norm(centred)


def rms_norm(row: Row) -> Row:
    """Return a row normalized to a mean square of 1."""
    scale = math.sqrt(mean(tuple(x * x for x in row)))
    return tuple(x / scale for x in row)


def softmax(row: Row) -> Row:
    """Return exp(x) ÷ its sum."""
    powers = tuple(math.exp(x) for x in row)
    return tuple(x / sum(powers) for x in powers)


def each(function: Callable[[float], float]) -> Row:
    """Return what a function makes of the sample."""
    return tuple(map(function, SAMPLE))


def tanh_gelu(x: float) -> float:
    """Return GELU as approximated by tanh."""
    return x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


# What is known: the operator, its fields, and what it makes of the sample.
POINTWISE: tuple[tuple[str, dict[str, Any], Row], ...] = (
    ("gelu", {}, each(lambda x: x / 2 * (1 + math.erf(x / math.sqrt(2))))),
    ("gelu", {"approximate": "tanh"}, each(tanh_gelu)),
    ("gelu", {}, each(lambda x: x * sigmoid(1.702 * x))),  # the other approximation of its paper
    ("silu", {}, each(lambda x: x * sigmoid(x))),
    ("mish", {}, each(lambda x: x * math.tanh(math.log1p(math.exp(x))))),
    ("hardswish", {}, each(lambda x: x * clipped(x + 3, 0, 6) / 6)),
    ("hardsigmoid", {}, each(lambda x: clipped(x + 3, 0, 6) / 6)),
    ("sigmoid", {}, each(sigmoid)),
    ("softplus", {}, each(lambda x: math.log1p(math.exp(x)))),
    ("relu6", {}, each(lambda x: clipped(x, 0, 6))),
)
ALONG: tuple[tuple[str, Row], ...] = (
    ("layer_norm", layer_norm(SAMPLE)),
    ("rms_norm", rms_norm(SAMPLE)),
    ("softmax", softmax(SAMPLE)),
    ("log_softmax", tuple(math.log(x) for x in softmax(SAMPLE))),
)
STARTS = frozenset((*ONE, *TWO, *FOLDS, *OTHERS))


class Region:
    """The nodes behind a tensor that compute with it and single numbers alone, and what they make of the sample."""

    def __init__(self, at: Place, source: str, rank: int) -> None:
        self.at, self.rank = at, rank
        self.axes: tuple[int, ...] | None = None
        self.rows: dict[str, Row] = {source: SAMPLE}
        self.nodes: list[Node] = []
        self.inner: dict[str, frozenset[int]] = {source: frozenset()}  # by value: the nodes that it takes, by position
        self.grow(source)

    def grow(self, source: str) -> None:
        """Take up node after node, as long as all that one reads is there."""
        build, waiting, seen = self.at.build, [source], set()
        while waiting and len(self.nodes) < MOST:
            for node in build.read_by.get(waiting.pop(0), ()):
                if id(node) in seen or node.op not in STARTS or node.domain or len(node.outputs) != 1:
                    continue
                name = node.outputs[0]
                if name in build.values or id(node) in build.done:
                    continue
                row = self.made(node)
                if row is None:
                    continue
                seen.add(id(node))
                self.rows[name] = row
                before = (self.inner[n] for n in node.inputs if n in self.inner)
                self.inner[name] = frozenset((len(self.nodes),)).union(*before)
                self.nodes.append(node)
                waiting.append(name)

    def made(self, node: Node) -> Row | None:
        """Return what a node makes of the sample; None where it reads something else, or is another operator."""
        if node.op in FOLDS:
            return self.folded(node)
        rows = [self.operand(name) for name in node.inputs]
        if node.op in ("Clip", "HardSigmoid"):
            return self.bounded(node, rows)
        if any(row is None for row in rows):
            return None
        given: list[Row] = [row for row in rows if row is not None]
        function: Any = ONE.get(node.op) if len(given) == 1 else TWO.get(node.op) if len(given) == 2 else None
        if function is None:
            return None
        length = max(map(len, given))
        try:
            return tuple(float(function(*(row[i % len(row)] for row in given))) for i in range(length))
        except (ArithmeticError, TypeError, ValueError):
            return None

    def operand(self, name: str) -> Row | None:
        """Return what is known of an operand: a row, or a single number."""
        if name in self.rows:
            return self.rows[name]
        value = self.at.build.values.get(name)
        known = value is not None and value.constant and all(side == 1 for side in value.sides) and not value.kept
        return number(value) if known and value is not None else None

    def bounded(self, node: Node, rows: Sequence[Row | None]) -> Row | None:
        """Return a row within the bounds that inputs or attributes give."""
        if not rows or rows[0] is None:
            return None
        attributes = node.attributes
        if node.op == "HardSigmoid":
            alpha, beta = attributes.get("alpha", 0.2), attributes.get("beta", 0.5)
            return tuple(clipped(alpha * x + beta, 0, 1) for x in rows[0])
        bounds = [attributes.get("min", -math.inf), attributes.get("max", math.inf)]
        for i, name in enumerate(node.inputs[1:3]):
            row = rows[i + 1]
            if name and row is None:
                return None
            if row is not None:
                bounds[i] = row[0]
        return tuple(clipped(x, *bounds) for x in rows[0])

    def folded(self, node: Node) -> Row | None:
        """Return a reduction of a row to one element, along the axes that all reductions here have."""
        row = self.rows.get(node.inputs[0])
        if row is None or node.attributes.get("keepdims", 1) != 1:
            return None
        given = node.attributes.get("axes")
        if len(node.inputs) > 1:
            value = self.at.build.values.get(node.inputs[1])
            given = None if value is None else value.numbers
        if not given or not all(isinstance(axis, int) for axis in given):
            return None
        axes = tuple(sorted(axis % self.rank for axis in given))
        if self.axes not in (None, axes):
            return None
        self.axes = axes
        return (FOLDS[node.op](row),)

    def closed(self) -> Iterator[list[Node]]:
        """Yield the nodes of each value that takes two or more of which nothing else is read: the most first."""
        build = self.at.build
        for name in sorted(self.inner, key=lambda name: -len(self.inner[name])):
            nodes = [self.nodes[i] for i in sorted(self.inner[name])]
            if len(nodes) < 2 or not any(node is self.at.node for node in nodes):
                continue
            inside = {id(node) for node in nodes}
            hidden = [node.outputs[0] for node in nodes if node.outputs[0] != name]
            if not any(n in build.ends or any(id(r) not in inside for r in build.read_by.get(n, ())) for n in hidden):
                yield nodes

    def known(self) -> tuple[list[Node], str, dict[str, Any]] | None:
        """Return the largest known function here: its nodes, its operator and the operator's fields."""
        for nodes in self.closed():
            row = self.rows[nodes[-1].outputs[0]]
            if len(row) != len(SAMPLE):
                continue
            if any(node.op in FOLDS for node in nodes):
                for operator, wanted in ALONG:
                    if alike(row, wanted):
                        return nodes, operator, {}
            else:
                for operator, fields, wanted in POINTWISE:
                    if alike(row, wanted):
                        return nodes, operator, fields
        return None


def number(value: Value) -> Row | None:
    """Return a single number as a row."""
    numbers = value.numbers
    if not numbers or len(numbers) != 1 or not isinstance(numbers[0], (int, float)):
        return None
    return (float(numbers[0]),)


def alike(row: Row, wanted: Row) -> bool:
    """Tell whether two rows are about equal."""
    return all(abs(a - b) <= CLOSE * (1 + abs(b)) for a, b in zip(row, wanted, strict=True))


def source_of(at: Place, inputs: Sequence[Value | None]) -> str:
    """Return the name of the one tensor that flows into a node, "" where there is none, or more."""
    names = {n for n, v in zip(at.node.inputs, inputs, strict=False) if v is not None and v.tensor is not None}
    return names.pop() if len(names) == 1 else ""
