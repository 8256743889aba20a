"""Rows: an operator with its fields is made, checked and shaped, its norm and activation behind it."""

from __future__ import annotations

from typing import Any

from macflops.errors import Location, ShapeError, SourceError
from macflops.network import Builder, Operator
from macflops.readers.yaml.entries import Entry
from macflops.readers.yaml.fields import FieldError, Spec, completed, converted, spec
from macflops.readers.yaml.limits import over
from macflops.readers.yaml.nodes import Node
from macflops.readers.yaml.registry import Registry, Result, Rows
from macflops.readers.yaml.scope import Scope
from macflops.readers.yaml.source import Source
from macflops.readers.yaml.vocabulary import OPERATORS, instead_of
from macflops.spelling import closest, did_you_mean

EXAMPLES = {"norm": "bn", "act": "relu"}


class RowWriter:
    """Adds rows to a network, and keeps what their names stand for."""

    def __init__(self, source: Source, builder: Builder) -> None:
        self.source, self.builder = source, builder
        self.registry = Registry()
        self.operators: dict[Any, Operator] = {}  # each is made once

    def layer(self, entry: Entry, full: str, inputs: tuple[int, ...], scope: Scope) -> Result:
        """Add an operator's row, and those of its norm and activation."""
        of = entry.spec
        sides = len(self.builder.tensors[inputs[0]].shape) - 2
        norm = act = None
        if entry.norm is not None:
            norm = self.chosen("norm", entry.norm, scope, sides)
        if entry.act is not None:
            act = self.chosen("act", entry.act, scope, sides)
        values = self.values_of(entry, scope, sides)
        if of.biased and "bias" not in values:
            values["bias"] = norm is None
        operator = self.operator(of, values, sides, entry, scope)
        result = self.add(full, operator, inputs, entry, entry.node, scope)
        if norm is not None and entry.norm is not None:
            result = self.add(f"{full}.norm", norm, (result,), entry, entry.norm, scope)  # type: ignore[arg-type]
        if act is not None and entry.act is not None:
            result = self.add(f"{full}.act", act, (result,), entry, entry.act, scope)  # type: ignore[arg-type]
        return result

    def values_of(self, entry: Entry, scope: Scope, sides: int) -> dict[str, Any]:
        """Return the fields that an entry gives."""
        values: dict[str, Any] = {}
        most = self.source.limits.magnitude
        for field, node in entry.fields:
            value = scope.word(node) if field.text else scope.value(node)
            try:
                values[field.name] = converted(field, value, sides, most)
            except FieldError as error:
                raise self.refused(error, value, node, scope) from None
        return values

    def refused(self, error: FieldError, value: Any, node: Node, scope: Scope) -> SourceError:
        """Return the error for a value that a field does not take; a name may be meant for another."""
        if isinstance(value, str) and (meant := closest(value, scope.names)):
            return scope.error(node, error.what, f"did you mean {meant}?")
        return scope.error(node, error.what, error.hint)

    def operator(self, of: Spec, values: dict[str, Any], sides: int, entry: Entry, scope: Scope) -> Operator:
        """Return the operator with these fields; equal ones are the same object."""
        key = (of.name, sides if of.sided or of.padded else 0, *values.items())
        operator = self.operators.get(key)
        if operator is None:
            operator = self.operators[key] = of.operator(**completed(of, values, sides))
        return operator

    def add(
        self, name: str, operator: Operator, inputs: tuple[int, ...], entry: Entry, node: Node, scope: Scope
    ) -> Result:
        """Add a row; return its output, or its outputs where it has several."""
        builder = self.builder
        if len(builder.layers) >= self.source.limits.layers:
            limit = self.source.limits.layers
            raise scope.error(node, f"more than {limit:,} layers", over("layers", limit))
        try:
            outputs = builder.add(
                name, operator, inputs, Location(self.source.file, node.line, node.column, scope.calls)
            )
        except RecursionError:
            what = "a symbolic dimension has become too deep an expression"
            raise scope.error(node, what, "give it a number with --set") from None
        except ShapeError as error:
            place = entry.place_of(error.field) if node is entry.node else node
            raise scope.error(place, error.what, error.hint) from None
        number = len(builder.layers)
        if len(outputs) == 1:
            self.registry.found[name] = Rows(outputs[0], number - 1, number)
            return outputs[0]
        for part, output in enumerate(outputs):
            self.registry.found[f"{name}.{part}"] = Rows(output, number - 1, number)
        return outputs

    def chosen(self, role: str, node: Node, scope: Scope, sides: int) -> Operator | None:
        """Return the norm or activation that a name, or a mapping of one name to fields, stands for; None for none."""
        value = scope.text(node)
        if value is None or value is False or value == "none":
            return None
        given: Any = {}
        if isinstance(value, dict) and len(value) == 1:
            ((value, given),) = value.items()
        if not isinstance(value, str):
            raise scope.error(node, f"{role} is no operator", f"write a name: {role}: {EXAMPLES[role]}")
        wanted = "norm" if role == "norm" else "activation"
        if value not in OPERATORS:
            meant = f"did you mean {near}?" if (near := closest(value, scope.names)) else instead_of(value)
            raise scope.error(node, f"{value} is no {wanted}", meant)
        of = spec(value)
        if getattr(of.operator, "role", "") != wanted and value != "softmax":
            raise scope.error(
                node, f"{value} is no {wanted}", f"write it as an entry of its own, or {role}: {EXAMPLES[role]}"
            )
        return self.detailed(of, {} if given is None else given, node, scope, sides)

    def detailed(self, of: Spec, given: Any, node: Node, scope: Scope, sides: int) -> Operator:
        """Return a norm or activation with its fields."""
        if not isinstance(given, dict):
            raise scope.error(node, f"{of.name} with {given!r} for a mapping of fields", "write {field: value}")
        values: dict[str, Any] = {}
        for name, value in given.items():
            field = of.fields.get(str(name))
            if field is None:
                raise scope.error(
                    node, f"{name} is no field of {of.name}", did_you_mean(str(name), of.fields, "it has")
                )
            try:
                values[field.name] = converted(field, value, sides, self.source.limits.magnitude)
            except FieldError as error:
                raise self.refused(error, value, node, scope) from None
        if missing := [name for name in of.required if name not in values]:
            hint = f"write {{{of.name}: {{{missing[0]}: …}}}}"
            raise scope.error(node, f"{of.name} needs {' and '.join(missing)}", hint)
        return self.operator(of, values, sides, Entry(node), scope)
