"""From a graph to a network: node by node, each operator read by the function that is named as it is."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, is_integer
from macflops.errors import Location, SourceError
from macflops.network import Builder, Unsupported
from macflops.readers.onnx import operators
from macflops.readers.onnx.calls import arguments
from macflops.readers.onnx.inputs import Dimensions
from macflops.readers.onnx.model import Claim, Graph, Model, Node
from macflops.readers.onnx.parameters import Parameters
from macflops.readers.onnx.patterns import PATTERNS
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.signature import learnable
from macflops.readers.onnx.values import Value, held

NEWEST = 25  # the operator set that this reader knows up to


class Build:
    """A network in the making, and what is known of the graph's values by name."""

    def __init__(self, model: Model, graph: Graph, builder: Builder, file: str, magnitude: int) -> None:
        self.model, self.builder, self.file, self.magnitude = model, builder, file, magnitude
        self.dimensions = Dimensions({}, file)
        self.parameters = Parameters()
        self.values: dict[str, Value] = {}
        self.claims: dict[str, Claim] = {**graph.claims, **{claim.name: claim for claim in graph.outputs}}
        self.names: dict[str, int] = {}
        self.missing: dict[str, list[str]] = {}
        self.read_by: dict[str, list[Node]] = {}
        self.ends: set[str] = set()
        self.made_by: dict[str, Node] = {}
        self.done: dict[int, str] = {}  # nodes that others took up, by id, and whose output theirs is

    def run(self, graph: Graph) -> None:
        """Read the graph's tensors and its nodes, in order."""
        said = learnable(graph.metadata)
        for name, tensor in graph.initializers.items():
            self.values[name] = held(tensor, name, said=said.get(name))
        self.parameters.kept = any(v.kept and len(v.sides) > 1 for v in self.values.values())
        for node in graph.nodes:
            for name in node.inputs:
                self.read_by.setdefault(name, []).append(node)
        self.ends = {claim.name for claim in graph.outputs}
        later = []
        for index, node in enumerate(graph.nodes):
            self.made_by.update(dict.fromkeys(node.outputs, node))
            if all(name in self.values and self.values[name].constant for name in node.inputs if name):
                self.node(node, index)  # constants first, so that patterns see those that stand behind their readers
            else:
                later.append((node, index))
        for node, index in later:
            self.node(node, index)

    def node(self, node: Node, index: int) -> None:
        """Read one node: its outputs become values."""
        if id(node) in self.done:
            if self.done[id(node)]:
                self.values[node.outputs[0]] = self.values[self.done[id(node)]]
            return
        place = Place(self, node, node.name or f"{node.op}_{index}", self.model.opsets.get(node.domain, NEWEST))
        inputs = [self.value(name, place) if name else None for name in node.inputs]
        made = self.made(place, inputs)
        for name, value in zip(node.outputs, made, strict=False):
            if name:
                self.values[name] = value
        for name in node.outputs[len(made) :]:
            if self.read_by.get(name) or name in self.ends:
                self.note_unsupported(f"{node.op} (its output {name})", place.name)
            self.values[name] = Value(None)

    def made(self, place: Place, inputs: list[Value | None]) -> list[Value]:
        """Return the values that a node makes."""
        present = [value for value in inputs if value is not None]
        if place.node.domain:
            return place.unsupported(present, "")
        function = operators.find(place.node.op)
        if function is None:
            return place.unsupported(present, "")
        if any(value.shape is None for value in present):
            return place.unsupported(present, "on a shape that is not known")
        try:
            named = arguments(function, place, inputs)
            pattern = PATTERNS.get(place.node.op) if any(value.tensor is not None for value in present) else None
            found = pattern(place, *inputs) if pattern else None
            if found is None:
                found = function(place, *inputs, **named)
        except Unread as why:
            return place.unsupported(present, str(why))
        except SourceError:
            raise
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # of bytes that no exporter writes
            what = f"its inputs and attributes do not go together: {error}"
            raise place.wrong(what, "the file is damaged, or its writer in error") from error
        return [found] if isinstance(found, Value) else list(found)

    def value(self, name: str, place: Place) -> Value:
        """Return a value by name. Raises SourceError where nothing before has made it."""
        found = self.values.get(name)
        if found is None:
            what = f"node {place.name} ({place.node.op}) reads {name}, which nothing before it makes"
            raise SourceError(Location(self.file), what, "the file is damaged, or its nodes are out of order")
        return found

    def unique(self, name: str) -> str:
        """Return a name that no layer has yet."""
        number = self.names[name] = self.names.get(name, 0) + 1
        return name if number == 1 else self.unique(f"{name}_{number}")

    def claimed(self, name: str) -> Shape | None:
        """Return the shape that the file claims for a value, or None."""
        claim = self.claims.get(name)
        if claim is None or claim.shape is None or any(dim is None for dim in claim.shape):
            return None
        shape: list[Dim] = []
        for dim in claim.shape:
            known = self.dimensions.symbols.get(dim) if isinstance(dim, str) else dim
            if known is None or (is_integer(known) and known < 0):
                return None
            shape.append(known)
        return tuple(shape)

    def check_magnitudes(self, place: Place, tensors: tuple[int, ...]) -> None:
        """Raise SourceError where a dimension is beyond all limits."""
        for tensor in tensors:
            for dim in self.builder.shape(tensor):
                if is_integer(dim) and dim > self.magnitude:
                    hint = f"[tool.macflops.limits] magnitude is {self.magnitude:,}"
                    raise place.wrong(f"an output with a dimension of over {self.magnitude:,}", hint)

    def note_unsupported(self, op: str, layer: str) -> None:
        """Note that an operator is not known, and which layer wants it."""
        self.missing.setdefault(op, []).append(layer)

    def unsupported(self) -> tuple[Unsupported, ...]:
        """Return all operators that are not known."""
        return tuple(Unsupported(op, tuple(layers)) for op, layers in self.missing.items())


def outputs(build: Build, graph: Graph) -> list[int]:
    """Return the tensors that the graph's outputs are. Raises SourceError where one is not made."""
    found = []
    for claim in graph.outputs:
        place = Place(build, Node("output", "", claim.name, (), (), {}), claim.name, NEWEST)
        found.append(place.flowing(build.value(claim.name, place)))
    return found
