"""A network's parameters: declared, changed by a variant, changed by the user; each sees the ones before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, SupportsIndex

from macflops.arithmetic import is_varying
from macflops.calculation import described, is_number
from macflops.errors import Location, SourceError
from macflops.expressions import RESERVED
from macflops.readers.yaml import nodes
from macflops.readers.yaml.nodes import Node, Scalar, kind
from macflops.readers.yaml.scope import Scope
from macflops.readers.yaml.source import Source
from macflops.spelling import did_you_mean

WHOLE = re.compile(r"[0-9]{1,19}(\.0*)?\Z", re.ASCII)


class Params:
    """The parameters of one reading."""

    def __init__(self, declared: Node | None, source: Source) -> None:
        self.source = source
        self.nodes: dict[str, Node] = {}
        for key, node in pairs(declared, source, "params", "{width: 1.0}"):
            if key.text in RESERVED or key.text in ("c_in", "input"):
                what = f"a parameter called {key.text}"
                raise source.error(key, what, "the name has a meaning of its own: choose another")
            if not key.text.isidentifier():
                raise source.error(key, f"{key.text!r} is no name", "use letters, digits and _")
            self.nodes[key.text] = node

    def values(self, symbols: Mapping[str, Any], variant: Node | None, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters' values, and those of the symbolic dimensions: symbols, unless given."""
        overriding = {key.text: (key, node) for key, node in pairs(variant, self.source, "a variant", "{width: 0.5}")}
        self.check_known(overriding)
        chosen = self.paths(given, symbols)
        values: dict[str, Any] = dict(symbols)
        for name in symbols.keys() & chosen.keys():
            values[name] = whole(name, chosen[name])
        scope = Scope(self.source, values)
        later = set(self.nodes)
        for name, node in self.nodes.items():
            later.discard(name)
            override = chosen.get(name)
            if isinstance(override, Given):
                values[name] = override.value(scope)
                continue
            changed = overriding.get(name)
            if changed and not (type(changed[1]) is nodes.Mapping and type(node) is nodes.Mapping):
                value = self.evaluated(changed[1], scope, later)
            else:
                value = self.evaluated(node, scope, later)
                if changed:
                    value = self.merged(value, changed[1], name, scope, later)
            values[name] = placed(value, override, name, scope) if override else value
        return values

    def check_known(self, overriding: Mapping[str, tuple[Scalar, Node]]) -> None:
        """Raise SourceError where a variant sets what is no parameter."""
        for name, (key, _) in overriding.items():
            if name not in self.nodes:
                raise self.source.error(
                    key, f"{name} is no parameter", did_you_mean(name, self.nodes, "parameters are")
                )

    def evaluated(self, node: Node, scope: Scope, later: set[str]) -> Any:
        """Return a parameter's value; a name that is declared later is an error, not a text."""
        if type(node) is Scalar:
            wanted: frozenset[str] = getattr(scope.read(node), "names", frozenset()) & later
            if wanted and (node.plain or len(wanted) > 1 or node.text not in wanted):
                what = f"{min(wanted)} is declared later"
                raise self.source.error(node, what, "a parameter sees the ones before it: move this one down")
        return scope.text(node, True)

    def merged(self, value: Any, node: Node, name: str, scope: Scope, later: set[str]) -> Any:
        """Return a mapping with the values that a variant changes."""
        if type(node) is not nodes.Mapping or not isinstance(value, dict):
            return self.evaluated(node, scope, later)
        result = dict(value)
        for key, item in node.pairs:
            index = scope.key(key)
            if index not in result:
                hint = did_you_mean(key.text, result, f"keys of {name} are")
                raise self.source.error(key, f"{key.text} is no key of {name}", hint)
            result[index] = self.merged(result[index], item, f"{name}.{key.text}", scope, later)
        return result

    def paths(self, given: Mapping[str, Any], symbols: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the user gives as nested mappings, each value as a Given. Raises SourceError on unknown names."""
        found: dict[str, Any] = {}
        for path, value in given.items():
            name, *rest = path.split(".")
            if name not in self.nodes and name not in symbols:
                known = [*self.nodes, *symbols]
                what = f"{name} is no parameter and no symbolic dimension"
                raise SourceError(Location("--set"), what, did_you_mean(name, known, "known are"))
            inner = found
            for part in (name, *rest)[:-1]:
                inner = inner.setdefault(part, {})
                if isinstance(inner, Given):
                    raise SourceError(Location("--set"), f"{path} is set within what is set already", "set one of them")
            if (name, *rest)[-1] in inner:
                raise SourceError(Location("--set"), f"{path} is set twice", "set it once")
            inner[(name, *rest)[-1]] = Given(path, value)
        return found


class Given:
    """A value that the user gives: text as it would stand in YAML, or a Python value."""

    def __init__(self, path: str, given: Any) -> None:
        self.path, self.given = path, given

    def error(self, what: str, hint: str) -> SourceError:
        """Return an error about it."""
        return SourceError(Location(f"--set {self.path}={described(self.given)}"), what, hint)

    def value(self, scope: Scope) -> Any:
        """Return the value."""
        if not isinstance(self.given, str):
            return self.plain(self.given)
        file, limits = f"--set {self.path}={self.given[:60]}", scope.source.limits
        node = nodes.parse(self.given, file, limits)
        if node is None:
            return None
        return Scope(Source(self.given, file, limits), scope.names).text(node, True)

    def plain(self, value: Any) -> Any:
        """Return a Python value with lists for sequences. Raises SourceError on what no parameter can be."""
        if value is None or isinstance(value, (bool, str)) or is_number(value):
            return value
        if isinstance(value, Mapping):
            return {key: self.plain(item) for key, item in value.items()}
        if isinstance(value, Iterable):
            return [self.plain(item) for item in value]
        if hasattr(value, "__index__"):  # NumPy's integers
            return int(value.__index__())
        raise self.error(
            f"a parameter cannot be a {type(value).__name__}", "give a number, a text, a list or a mapping"
        )


def placed(value: Any, override: Any, name: str, scope: Scope) -> Any:
    """Return a parameter's value with what the user sets within it."""
    if isinstance(override, Given):
        return override.value(scope)
    result = dict(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else None
    for part, inner in override.items():
        key: Any = int(part) if part.lstrip("-").isdigit() else part
        location = Location(f"--set {name}.{part}")
        if result is None:
            raise SourceError(location, f"{name} is {described(value)}: nothing is in it", f"set {name} itself")
        if isinstance(result, list) and not (isinstance(key, int) and -len(result) <= key < len(result)):
            raise SourceError(location, f"{name} has no element {part}", f"it has {len(result)}, and the first is 0")
        if isinstance(result, dict) and key not in result:
            raise SourceError(location, f"{part} is no key of {name}", did_you_mean(part, result, "keys are"))
        result[key] = placed(result[key], inner, f"{name}.{part}", scope)
    return result


def whole(name: str, given: Any) -> Any:
    """Return the number that a symbolic dimension is set to."""
    value: Any = given.given if isinstance(given, Given) else None
    if is_varying(value):
        value = value.whole()
        if is_varying(value) and value >= 1:
            return value
    if isinstance(value, str) and WHOLE.match(value.strip()):
        value = int(value.partition(".")[0])
    elif isinstance(value, SupportsIndex) and not isinstance(value, bool):  # NumPy's integers
        value = int(value.__index__())
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or value < 1:
        location = Location(f"--set {name}")
        raise SourceError(
            location, f"{name} is a dimension, and {described(value)} is none", "give a whole number from 1"
        )
    return value


def pairs(node: Node | None, source: Source, what: str, example: str) -> list[tuple[Scalar, Node]]:
    """Return the pairs of a mapping, or none where nothing is written."""
    if node is None or (type(node) is Scalar and node.plain and node.text in ("", "~", "null")):
        return []
    if type(node) is not nodes.Mapping:
        raise source.error(node, f"{what} is {kind(node)}", f"write a mapping: {example}")
    return node.pairs
