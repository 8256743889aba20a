"""Graphs within a graph, read in its place: branches, bodies of loops, functions of the file's own."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from macflops.readers._control import Trials
from macflops.readers.onnx.model import Function, Node, Subgraph
from macflops.readers.onnx.subgraphs import MARK, MOST_NESTED, TooDeep, renamed
from macflops.readers.onnx.values import Value

if TYPE_CHECKING:
    from macflops.readers.onnx.build import Build
    from macflops.readers.onnx.place import Place


class Inlined(Trials):
    """Reads inner graphs into the network around them."""

    def __init__(self, build: Build) -> None:
        Trials.__init__(self, build.builder, build.parameters, build.given, "given")
        self.build = build
        self.number = 0
        self.active: list[tuple[str, str]] = []  # functions that are being read
        self.depth = 0

    def names_for(self, defined: Mapping[str, str] | set[str]) -> dict[str, str]:
        """Return new names for those of an inner graph, told apart from all others."""
        self.number += 1
        return {name: f"{MARK}{self.number}{MARK}{name}" for name in defined if name}

    def graph(self, place: Place, subgraph: Subgraph, inputs: Sequence[Value], part: str) -> list[Value]:
        """Read a subgraph whose inputs are these values; return its outputs. Raises TooDeep."""
        build = self.build
        inner = build.decoded.inner(subgraph).graph
        if len(inputs) != len(inner.inputs):
            what = f"{len(inputs)} values for an inner graph of {len(inner.inputs)} inputs"
            raise place.wrong(what, "the file is damaged, or its writer in error")
        made = {*inner.initializers, *(claim.name for claim in inner.inputs)}
        made.update(name for node in inner.nodes for name in node.outputs)
        own = self.names_for(made)
        names: Mapping[str, str] = ChainMap(own, dict(subgraph.names)) if subgraph.names else own
        for claim, value in zip(inner.inputs, inputs, strict=True):
            build.values[own[claim.name]] = value
        tensors = {own[name]: tensor for name, tensor in inner.initializers.items()}
        build.claims.update((own[name], claim) for name, claim in inner.claims.items() if name in own)
        ends = [names.get(claim.name, claim.name) for claim in inner.outputs]
        nodes = [renamed(node, names, subgraph.bound) for node in inner.nodes]
        self.read(inner._replace(initializers=tensors), nodes, ends, f"{place.name}.{part}" if part else place.name)
        return [build.value(name, place) for name in ends]

    def call(self, place: Place, function: Function, inputs: Sequence[Value | None]) -> list[Value]:
        """Read a function of the file's own in place of a node that calls it; return its outputs. Raises TooDeep."""
        build, node, key = self.build, place.node, (function.domain, function.name)
        if key in self.active:
            raise place.wrong(f"the function {function.name} calls itself", "write it without")
        if len(inputs) > len(function.inputs) or len(node.outputs) > len(function.outputs):
            what = f"{len(inputs)} inputs and {len(node.outputs)} outputs"
            raise place.wrong(what, f"the function takes {len(function.inputs)} and makes {len(function.outputs)}")
        bound = {**function.attributes, **node.attributes}
        made = {*function.inputs, *(name for inner in function.nodes for name in inner.outputs)}
        names = self.names_for(made)
        given = dict(zip(function.inputs, inputs, strict=False))
        for name in function.inputs:
            value = given.get(name)
            if value is None:
                names[name] = ""  # an input that is left out is left out of what reads it
            else:
                build.values[names[name]] = value
        for inner, outer in zip(function.outputs, node.outputs, strict=False):
            if outer and inner not in given:
                names[inner] = outer  # so that patterns are seen from the inside to the outside
        nodes = [renamed(inner, names, bound) for inner in function.nodes]
        opsets, build.opsets = build.opsets, {**build.opsets, **function.opsets}
        self.active.append(key)
        try:
            self.read(function, nodes, (), place.name)
        finally:
            self.active.pop()
            build.opsets = opsets
        return [build.value(names.get(name, name), place) for name in function.outputs[: len(node.outputs)]]

    def read(self, graph: Any, nodes: Sequence[Node], ends: Sequence[str], name: str) -> None:
        """Read the nodes of an inner graph. Raises TooDeep."""
        if self.depth >= MOST_NESTED:
            raise TooDeep
        self.depth += 1
        try:
            self.build.body(graph, nodes, ends, f"{name}.")
        finally:
            self.depth -= 1
