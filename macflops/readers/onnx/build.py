"""From a graph to a network: node by node, each operator read by the function that is named as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from macflops.arithmetic import Dim, Shape, is_integer
from macflops.errors import Location, SourceError
from macflops.network import Builder, Unsupported
from macflops.readers.onnx import operators
from macflops.readers.onnx.calls import arguments
from macflops.readers.onnx.inlined import Inlined
from macflops.readers.onnx.inputs import Dimensions
from macflops.readers.onnx.model import Claim, Function, Graph, Model, Node
from macflops.readers.onnx.parameters import Parameters
from macflops.readers.onnx.patterns import PATTERNS
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.signature import learnable
from macflops.readers.onnx.subgraphs import MOST_NESTED, Decoded, TooDeep, plain
from macflops.readers.onnx.values import Value, held
from macflops.readers.onnx.wire import Damaged

NEWEST = 28  # the operator set that this reader knows up to


class Build:
    """A network in the making, and what is known of the graph's values by name."""

    def __init__(
        self, model: Model, graph: Graph, builder: Builder, file: str, magnitude: int, most: int = 10**6
    ) -> None:
        self.location = Location(file)
        self.model, self.builder, self.file, self.magnitude, self.most = model, builder, file, magnitude, most
        self.opsets, self.total = model.opsets, 0
        self.decoded = Decoded()
        self.notes: list[tuple[Location, str]] = []
        self.dimensions = Dimensions({}, file)
        self.parameters = Parameters()
        self.values: dict[str, Value] = {}
        self.claims: dict[str, Claim] = {**graph.claims, **{claim.name: claim for claim in graph.outputs}}
        self.names: dict[str, int] = {}
        self.missing: dict[str, list[str]] = {}
        self.read_by: dict[str, list[Node]] = {}
        self.ends: set[str] = set()
        self.made_by: dict[str, Node] = {}
        self.given: list[Value] = []  # constants that became layers
        self.inner = Inlined(self)
        self.recurs = False  # whether there are recurrent layers
        self.done: dict[int, str] = {}  # nodes that others took up, by id, and whose output theirs is

    def run(self, graph: Graph) -> None:
        """Read the graph's tensors and its nodes, in order."""
        self.body(graph, graph.nodes, [claim.name for claim in graph.outputs])

    def body(self, graph: Graph | Function, nodes: Sequence[Node], ends: Iterable[str], prefix: str = "") -> None:
        """Read the nodes of a graph, or of one within it, whose names are told apart; constants first."""
        self.total += len(nodes)
        if self.total > self.most:
            what = f"over {self.most:,} nodes, with those of functions and inner graphs as often as they are used"
            raise SourceError(Location(self.file), what, f"[tool.macflops.limits] layers is {self.most:,}")
        said = learnable(getattr(graph, "metadata", {}))
        made: set[str] = set()
        for name in (name for node in nodes for name in node.outputs if name):
            if name in made:
                what = f"two nodes make {plain(name)}"
                raise SourceError(Location(self.file), what, "the file is damaged, or its writer in error")
            made.add(name)
        for name, tensor in getattr(graph, "initializers", {}).items():
            # beside those that it names, what the exporter's optimizer computed: a scale, a mask that hides nothing
            number = bool(said) and (all(side == 1 for side in tensor.shape) or tensor.filled)
            self.values[name] = held(tensor, name, said=said.get(name, False if number else None))
            self.parameters.note(self.values[name])
        try:
            reads = [tuple(name for name in self.decoded.reads(node) if name) for node in nodes]
        except TooDeep:
            raise self.too_deep() from None
        except Damaged as error:
            what = f"a graph within the graph is damaged: {error}"
            raise SourceError(Location(self.file), what, "download or export the file again") from None
        for node, names in zip(nodes, reads, strict=True):
            for name in names:
                self.read_by.setdefault(name, []).append(node)
        self.ends.update(ends)
        later = []
        for index, node in enumerate(nodes):
            self.made_by.update(dict.fromkeys(node.outputs, node))
            if all(name in self.values and self.values[name].constant for name in reads[index]):
                self.node(node, index, prefix)  # so that patterns see those that stand behind their readers
            else:
                later.append((node, index))
        for node, index in later:
            self.node(node, index, prefix)

    def node(self, node: Node, index: int, prefix: str = "") -> None:
        """Read one node: its outputs become values."""
        if id(node) in self.done:
            if self.done[id(node)]:
                self.values[node.outputs[0]] = self.values[self.done[id(node)]]
            return
        name = prefix + (node.name or f"{node.op}_{index}")
        place = Place(self, node, name, self.opsets.get(node.domain, NEWEST))
        inputs = [self.value(name, place) if name else None for name in node.inputs]
        made = self.made(place, inputs)
        if id(node) in self.done:  # a pattern begins with it, and has said what its last node makes
            return
        for name, value in zip(node.outputs, made, strict=False):
            if name:
                self.values[name] = value
        for name in node.outputs[len(made) :]:
            if self.is_read(name):
                self.note_unsupported(f"{node.op} (its output {plain(name)})", place.name)
            self.values[name] = Value(None)

    def made(self, place: Place, inputs: list[Value | None]) -> list[Value]:
        """Return the values that a node makes."""
        present = [value for value in inputs if value is not None]
        node = place.node
        own = self.model.functions.get((node.domain, node.op))
        function = operators.find(node.op, node.domain)
        if own is None and function is None:
            why = operators.refusal(node.op, node.domain)
            if why and node.op not in self.missing:
                self.note(place, f"it is not counted, {why}")
            return place.unsupported(present, "")
        if any(value.shape is None for value in present):
            return place.unsupported(present, "on a shape that is not known")
        try:
            if own is not None:
                return self.inner.call(place, own, inputs)
            assert function is not None
            named = arguments(function, place, inputs)
            flows = not node.domain and any(value.tensor is not None for value in present)
            pattern = PATTERNS.get(node.op) if flows else None
            found = pattern(place, *inputs) if pattern else None
            if found is None:
                found = function(place, *inputs, **named)
        except Unread as why:
            return place.unsupported(present, str(why))
        except SourceError:
            raise
        except TooDeep:
            raise self.too_deep() from None
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # of bytes that no exporter writes
            what = f"its inputs and attributes do not go together: {error}"
            raise place.wrong(what, "the file is damaged, or its writer in error") from error
        return [found] if isinstance(found, Value) else list(found)

    def too_deep(self) -> SourceError:
        """Return the error about graphs that are nested too deep."""
        hint = "write the model with less of them, or inline its functions"
        return SourceError(Location(self.file), f"graphs within graphs, over {MOST_NESTED} deep", hint)

    def value(self, name: str, place: Place) -> Value:
        """Return a value by name. Raises SourceError where nothing before has made it."""
        found = self.values.get(name)
        if found is None:
            what = f"node {place.name} ({place.node.op}) reads {plain(name)}, which nothing before it makes"
            raise SourceError(Location(self.file), what, "the file is damaged, or its nodes are out of order")
        return found

    def is_read(self, name: str) -> bool:
        """Tell whether a node, or the end of the graph, reads a value."""
        return bool(name) and (name in self.ends or bool(self.read_by.get(name)))

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

    def note(self, place: Place, what: str) -> None:
        """Note what a reader of the counts should know about a node."""
        self.notes.append((Location(self.file), f"node {place.name} ({place.node.op}): {what}"))


def outputs(build: Build, graph: Graph) -> list[int]:
    """Return the tensors that the graph's outputs are; of a sequence, its parts. Raises SourceError on one not made."""
    found = []
    for claim in graph.outputs:
        place = Place(build, Node("output", "", claim.name, (), (), {}), claim.name, NEWEST)
        value = build.value(claim.name, place)
        parts = value.parts if value.parts is not None else (value,)
        if any(part.shape is None and part.tensor is None for part in parts):
            build.note_unsupported("an output of which nothing is known", claim.name)
            continue
        found += [place.flowing(part) for part in parts]
    return found
