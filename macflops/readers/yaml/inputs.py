"""The network's inputs: their names and shapes, with symbols for dimensions that are no numbers yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from macflops.calculation import described
from macflops.errors import Location, SourceError
from macflops.expressions import RESERVED, Expression
from macflops.readers.yaml import nodes
from macflops.readers.yaml.fields import FieldError, dimension
from macflops.readers.yaml.nodes import Node, Scalar, kind
from macflops.readers.yaml.scope import Scope
from macflops.readers.yaml.source import Source
from macflops.spelling import closest, did_you_mean

Shapes = Mapping[str | None, Sequence[int | str]]
RANK = 16  # dimensions that an input may have


class Inputs:
    """The inputs as they are written."""

    def __init__(self, node: Node | None, source: Source) -> None:
        self.source = source
        self.batched = type(node) is nodes.Mapping  # whether the batch is written, too
        if node is None:
            raise source.at(1, 1, "input is missing", "write the shape of what comes in: input: [3, 224, 224]")
        if type(node) is nodes.Mapping:
            self.nodes = {key.text: self.dimensions(value, f"input {key.text}") for key, value in node.pairs}
            for key, _ in node.pairs:
                if "." in key.text or not key.text.strip():
                    raise source.error(key, f"{key.text!r} is no name", "use letters, digits and _")
            if not self.nodes:
                raise source.error(node, "no inputs", "write one: input: [3, 224, 224]")
        else:
            self.nodes = {"input": self.dimensions(node, "input")}

    def dimensions(self, node: Node, what: str) -> nodes.Sequence:
        """Return a shape's node."""
        if type(node) is not nodes.Sequence or not node.items:
            hint = "write a list of dimensions: [3, 224, 224], or by name with the batch first: {x: [1, 3, 224, 224]}"
            raise self.source.error(node, f"{what} is {kind(node)}", hint)
        if len(node.items) > RANK:
            raise self.source.error(node, f"{what} has {len(node.items)} dimensions", f"at most {RANK} are read")
        for item in node.items:
            if type(item) is not Scalar:
                raise self.source.error(item, f"a dimension is {kind(item)}", "write a number or a name")
        return node

    def symbols(self, params: Mapping[str, Any], shapes: Shapes) -> dict[str, Scalar | None]:
        """Return the names in the shapes that are no parameters, each with the place where it is written first."""
        scope = Scope(self.source, {})
        found: dict[str, Scalar | None] = {}
        for node in self.nodes.values():
            for item in node.items:
                assert type(item) is Scalar
                value = scope.read(item)
                for name in sorted(value.names) if type(value) is Expression else ():
                    if name not in params:
                        found.setdefault(name, item)
        for shape in shapes.values():
            for given in shape:
                if isinstance(given, str) and given not in params:
                    found.setdefault(given, None)
        for name, place in found.items():
            if name in RESERVED or name == "c_in" or not name.isidentifier():
                hint = "choose another name for the dimension"
                if place is None:
                    raise SourceError(Location("--input-shape"), f"{name} is no name for a dimension", hint)
                raise self.source.error(place, f"{name} is no name for a dimension", hint)
        return found

    def warnings(
        self, symbols: Mapping[str, Scalar | None], params: Mapping[str, Any], given: Shapes
    ) -> list[tuple[Location, str]]:
        """Return warnings: dimensions that look like misspelt parameters, a list that seems to hold the batch, or a
        shape that seems to leave it out.
        """
        found = []
        for name, written in self.nodes.items():
            shape = given.get(name, given.get(None, ()))
            if shape and len(shape) == len(written.items) + (not self.batched) - 1:
                sides = "x".join(map(str, shape))
                text = f"{sides} has the batch first, and a dimension less than the file (for a batch of 1: 1x{sides})"
                found.append((Location("--input-shape"), text))
        node = None if self.batched else self.nodes["input"]
        if node and [getattr(item, "text", "") for item in node.items[:2]] == ["1", "3"] and len(node.items) > 3:
            shown = " x ".join(getattr(item, "text", "") for item in node.items)
            text = f"a list leaves the batch out: this is 1 x {shown} (write the channels first)"
            found.append((Location(self.source.file, node.line, node.column), text))
        for name, place in symbols.items():
            meant = closest(name, params) if place is not None else None
            if place is not None and meant:
                location = Location(self.source.file, place.line, place.column)
                text = f"{name} is no parameter, so it is a symbolic dimension (did you mean {meant}?)"
                found.append((location, text))
        return found

    def shapes(self, scope: Scope, given: Shapes, batch: int | None) -> dict[str, tuple[Any, ...]]:
        """Return each input's shape, the batch first."""
        unknown = [name for name in given if name is not None and name not in self.nodes]
        if unknown:
            hint = did_you_mean(str(unknown[0]), self.nodes, "inputs are")
            raise SourceError(Location("--input-shape"), f"no input {unknown[0]}", hint)
        if None in given and len(self.nodes) > 1:
            names = " or ".join(self.nodes)
            raise SourceError(
                Location("--input-shape"), f"a shape for one of {len(self.nodes)} inputs", f"say which: {names}"
            )
        found: dict[str, tuple[Any, ...]] = {}
        for name, node in self.nodes.items():
            own = given.get(name, given.get(None))
            if own is None:
                written = [self.dimension(item, scope) for item in node.items]
                shape = tuple(written) if self.batched else (1, *written)
            else:
                shape = tuple(self.override(item, scope) for item in own)
            if batch is not None:
                if type(batch) is not int or not 1 <= batch <= self.source.limits.magnitude:
                    raise SourceError(
                        Location("--batch"),
                        f"a batch of {described(batch)}",
                        f"give a whole number from 1 to {self.source.limits.magnitude:,}",
                    )
                shape = (batch, *shape[1:])
            found[name] = shape
        return found

    def dimension(self, node: Node, scope: Scope) -> Any:
        """Return a dimension as it is written."""
        try:
            value = dimension("a dimension", scope.value(node), self.source.limits.magnitude)
        except FieldError as error:
            raise self.source.error(node, error.what, error.hint) from None
        if type(value) is int and value < 1:
            raise self.source.error(node, f"a dimension is {value}", "it has to be at least 1")
        return value

    def override(self, given: int | str, scope: Scope) -> Any:
        """Return a dimension that the user gives: a number, or the name of a parameter or symbol."""
        value = scope.names.get(given) if isinstance(given, str) else given
        try:
            value = dimension("a dimension", value, self.source.limits.magnitude)
        except FieldError as error:
            raise SourceError(Location("--input-shape"), error.what, error.hint) from None
        if type(value) is int and value < 1:
            raise SourceError(Location("--input-shape"), f"a dimension is {value}", "it has to be at least 1")
        return value
