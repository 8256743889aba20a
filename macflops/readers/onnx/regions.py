"""Several nodes that compute one known function of one tensor, however they are written.

What the nodes compute is tried on one row of numbers and compared with the known functions, so that no form of writing
them (exporters have many) has to be listed. A row stands for the elements along the axes of the nodes' reductions;
without reductions it is just a sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from macflops.readers._functions import FOLDS, MOST, ONE, SAMPLE, TWO, Row, applied, clipped, known
from macflops.readers.onnx.model import Node
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value

OTHERS = ("Clip", "HardSigmoid")
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
        return applied(function, given)

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
            found = known(self.rows[nodes[-1].outputs[0]], any(node.op in FOLDS for node in nodes))
            if found:
                return nodes, *found
        return None


def number(value: Value) -> Row | None:
    """Return a single number as a row."""
    numbers = value.numbers
    if not numbers or len(numbers) != 1 or not isinstance(numbers[0], (int, float)):
        return None
    return (float(numbers[0]),)


def source_of(at: Place, inputs: Sequence[Value | None]) -> str:
    """Return the name of the one tensor that flows into a node, "" where there is none, or more."""
    names = {n for n, v in zip(at.node.inputs, inputs, strict=False) if v is not None and v.tensor is not None}
    return names.pop() if len(names) == 1 else ""
