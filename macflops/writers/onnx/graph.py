"""An ONNX graph as it is written: nodes, random weights and constants, each under a name of its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NoReturn

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from macflops.arithmetic import Shape, is_integer
from macflops.errors import Location, SourceError
from macflops.network import Layer, Network

MOST_BYTES = 2_000_000_000  # of weights: a protobuf message holds 2 GiB


class Node:
    """A node, whose last output may still get its layer's name."""

    __slots__ = ("attributes", "inputs", "kind", "name", "outputs")

    def __init__(self, kind: str, inputs: list[str], outputs: list[str], attributes: dict[str, Any]) -> None:
        self.kind, self.inputs, self.outputs, self.attributes = kind, inputs, outputs, attributes
        self.name = outputs[0]


class Graph:
    """Collects what a model is made of. `opset` is the least that all its nodes need."""

    def __init__(self, network: Network, seed: int) -> None:
        self.network = network
        self.random = np.random.default_rng(seed)
        self.nodes: list[Node] = []
        self.weights: dict[tuple[str, str], TensorProto] = {}  # by the layer that owns them, and what they are
        self.integers: dict[tuple[int, ...], TensorProto] = {}
        self.names: set[str] = set()
        self.opset = 18
        self.size = 0  # bytes of weights

    def unique(self, name: str) -> str:
        """Return a name that nothing in the graph has yet, and take it."""
        found, number = name, 1
        while found in self.names or not found:
            number += 1
            found = f"{name}_{number}"
        self.names.add(found)
        return found

    def rename(self, tensor: str, name: str) -> str:
        """Give a tensor that the last node wrote another name; return it."""
        last = self.nodes[-1]
        assert tensor in last.outputs
        last.outputs[last.outputs.index(tensor)] = name
        return name

    def identity(self, tensor: str, name: str) -> Node:
        """Return a node that gives a tensor another name."""
        return Node("Identity", [tensor], [name], {})

    def model(self, inputs: list[Any], outputs: list[Any]) -> onnx.ModelProto:
        """Return the model."""
        nodes = [
            helper.make_node(node.kind, node.inputs, node.outputs, name=node.name, **node.attributes)
            for node in self.nodes
        ]
        tensors = [*self.weights.values(), *self.integers.values()]
        graph = helper.make_graph(nodes, self.network.name, inputs, outputs, tensors)
        opset = helper.make_opsetid("", self.opset)
        version = helper.find_min_ir_version_for([opset])
        return helper.make_model(graph, opset_imports=[opset], ir_version=version, producer_name="macflops")


class Call:
    """One layer as it is written: its operator, the names and shapes of its inputs, and what nodes it needs."""

    def __init__(self, graph: Graph, layer: Layer, inputs: list[str]) -> None:
        self.graph, self.layer, self.inputs = graph, layer, inputs
        self.operator = layer.operator
        self.shapes: list[Shape] = graph.network.shapes_of(layer.inputs)
        self.outputs: list[Shape] = graph.network.shapes_of(layer.outputs)

    @property
    def x(self) -> str:
        """The name of the first input."""
        return self.inputs[0]

    @property
    def shape(self) -> Shape:
        """The shape of the first input."""
        return self.shapes[0]

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; return the name of its output."""
        return self.nodes(kind, 1, *inputs, **attributes)[0]

    def nodes(self, kind: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        """Add a node of several outputs; return their names."""
        names = [self.graph.unique(f"{self.layer.name}/{kind}") for _ in range(outputs)]
        self.graph.nodes.append(Node(kind, list(inputs), names, attributes))
        return names

    def needs(self, opset: int) -> None:
        """Raise the model's operator set to at least this version."""
        self.graph.opset = max(self.graph.opset, opset)

    def weight(self, role: str, shape: Shape, fan_in: int = 0, centre: float = 0.0) -> str:
        """Return the name of random weights: normal, of variance 2 ÷ fan_in where that is given, else near the centre.

        Source of the variance: He et al. 2015, Delving Deep into Rectifiers, equation (10).
        """
        key = (self.layer.shares or self.layer.name, role)
        if key not in self.graph.weights:
            sizes = self.integral(shape)
            self.graph.size += 4 * prod(sizes)
            if self.graph.size > MOST_BYTES:
                what = f"the weights up to {self.layer.name} have over {MOST_BYTES // 10**9} GB, too much for one file"
                raise SourceError(self.layer.location, what, "write a narrower network, or native YAML")
            spread = (2 / fan_in) ** 0.5 if fan_in else 0.1
            values = self.graph.random.standard_normal(sizes, dtype=np.float32) * np.float32(spread)
            name = self.graph.unique(f"{key[0]}.{role}")
            self.graph.weights[key] = numpy_helper.from_array(np.abs(values + centre) if centre else values, name)
        return self.graph.weights[key].name

    def constant(self, values: Any) -> str:
        """Return the name of constants that are no weights: a node, so that no reader takes them for such."""
        return self.node("Constant", value=numpy_helper.from_array(np.asarray(values, np.float32)))

    def ones(self, shape: Shape, value: float = 1.0) -> str:
        """Return the name of a constant tensor of equal elements."""
        return self.constant(np.full(self.integral(shape), value, np.float32))

    def integers(self, values: Sequence[Any]) -> str:
        """Return the name of a list of integers: axes, sizes, pads."""
        key = tuple(self.integral(values))
        if key not in self.graph.integers:
            name = self.graph.unique("integers/" + "_".join(map(str, key)))
            self.graph.integers[key] = numpy_helper.from_array(np.array(key, np.int64), name)
        return self.graph.integers[key].name

    def reshape(self, x: str, shape: Shape, target: Shape) -> str:
        """Return x of this shape as another. Dimensions that are no numbers are copied, or one is what is left."""
        sizes: list[int] = []
        for place, side in enumerate(target):
            if is_integer(side):
                sizes.append(side)
            else:
                sizes.append(0 if place < len(shape) and shape[place] == side else -1)
        if sizes.count(-1) > 1:
            self.integral(target)
        return self.node("Reshape", x, self.integers(sizes))

    def integral(self, numbers: Sequence[Any]) -> list[int]:
        """Return numbers that have to be known. Raises SourceError on a symbol."""
        for number in numbers:
            if not is_integer(number):
                symbols = " ".join(f"--set {name}=…" for name in sorted(map(str, number.free_symbols)))
                what = f"{self.operator.name} with the symbolic {number} cannot be written as ONNX"
                raise SourceError(self.layer.location, f"{self.layer.name}: {what}", f"give {symbols}")
        return list(numbers)

    def refuse(self, why: str, hint: str = "write native YAML") -> NoReturn:
        """Raise SourceError: ONNX cannot say this."""
        location = self.layer.location if self.layer.location.line else Location(self.graph.network.source)
        what = f"{self.operator.name} {why}".rstrip()
        raise SourceError(location, f"{self.layer.name}: {what} cannot be written as ONNX", hint)
