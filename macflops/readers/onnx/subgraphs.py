"""Graphs within a graph: decoded once, and their names told apart from those around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from macflops.readers.onnx.model import Graph, Node, Reference, Subgraph, graph
from macflops.readers.onnx.wire import Bytes

MOST_NESTED = 24  # graphs within graphs, and functions that call functions
MARK = "\x1f"  # in names of inner values, which no exporter writes


class TooDeep(Exception):
    """Graphs are nested more than MOST_NESTED deep."""


class Inner(NamedTuple):
    """A graph within a graph, and the names that it reads of those around it."""

    graph: Graph
    outer: frozenset[str]


class Decoded:
    """The inner graphs of a file, each decoded once."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Bytes, Inner]] = {}

    def inner(self, subgraph: Subgraph, depth: int = 0) -> Inner:
        """Return a subgraph, decoded. Raises TooDeep, and Damaged."""
        if depth > MOST_NESTED:
            raise TooDeep
        key = id(subgraph.data)
        if key not in self.known:
            found = graph([subgraph.data])
            made = {*found.initializers, *(claim.name for claim in found.inputs)}
            made.update(name for node in found.nodes for name in node.outputs)
            wanted = {name for node in found.nodes for name in self.reads(node, depth + 1)}
            wanted.update(claim.name for claim in found.outputs)
            self.known[key] = subgraph.data, Inner(found, frozenset(wanted - made - {""}))
        return self.known[key][1]

    def reads(self, node: Node, depth: int = 0) -> Iterable[str]:
        """Return all names that a node reads: its inputs, and what graphs in its attributes read of those around."""
        yield from node.inputs
        for value in node.attributes.values():
            if isinstance(value, Subgraph):
                yield from (value.names.get(name, name) for name in self.inner(value, depth).outer)


def renamed(node: Node, names: Mapping[str, str], bound: Mapping[str, Any]) -> Node:
    """Return a node with other names, and with the values of attributes that refer to the function's around it.

    An attribute that refers to one that was not given is left out.
    """
    attributes = {}
    for key, value in node.attributes.items():
        if isinstance(value, Reference):
            value = bound.get(value.name)
            if value is None:
                continue
        if isinstance(value, Subgraph):
            value = Subgraph(value.data, names, bound)
        attributes[key] = value
    inputs, outputs = (tuple(names.get(name, name) for name in side) for side in (node.inputs, node.outputs))
    return node._replace(inputs=inputs, outputs=outputs, attributes=attributes)


def plain(name: str) -> str:
    """Return an inner value's name as the file has it."""
    return name.rpartition(MARK)[2]
