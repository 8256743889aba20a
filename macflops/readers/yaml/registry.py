"""Which tensors the entries' names stand for: one table of full names, in which a scope is a prefix."""

from __future__ import annotations

from macflops.arithmetic import one_number
from macflops.errors import SourceError
from macflops.readers.yaml.entries import Entry
from macflops.readers.yaml.nodes import Node
from macflops.readers.yaml.scope import Scope
from macflops.records import Record
from macflops.spelling import did_you_mean

Result = int | tuple[int, ...]  # a tensor, or the parts of a split


class Rows(Record):
    """What an entry became: its result, its rows from first to before last, and the line where it is written."""

    result: Result
    first: int
    last: int
    line: int = 0


class Registry:
    """Finds earlier entries by name: in a scope, then outwards."""

    def __init__(self) -> None:
        self.found: dict[str, Rows | Entry] = {}  # an Entry: it is left out, or still being built
        self.inputs: set[str] = set()  # names that are taken by inputs

    def name(self, entry: Entry, scope: Scope) -> str:
        """Return the full name of an entry, and keep it for it. Raises SourceError where it is given already.

        An unnamed one is called by its operator, block or join; the second of that name in its scope gets _2.
        """
        prefix, counts = scope.prefix, scope.counts
        if entry.name is not None:
            full = prefix + entry.name
            if full in self.found or (entry.name == "input" and scope.inputs is not None):
                self.twice(entry, scope, full)
            counts[entry.name] = counts.get(entry.name, 0) + 1
        else:
            word = entry.join or entry.word
            number = counts.get(word, 0) + 1
            full = f"{prefix}{word}_{number}" if number > 1 else prefix + word
            while full in self.found:  # somebody gave this very name
                number += 1
                full = f"{prefix}{word}_{number}"
            counts[word] = number
        self.found[full] = entry
        return full

    def twice(self, entry: Entry, scope: Scope, full: str) -> None:
        """Raise the error for a name that is given twice in one scope."""
        if full in self.inputs or (entry.name == "input" and scope.inputs is not None):
            raise scope.error(entry.node, f"{entry.name} is an input's name", "choose another name")
        other = self.found[full]
        line = other.line if isinstance(other, Rows) else other.node.line
        what = f"the name {entry.name} is given twice in one scope"
        if line == entry.node.line:
            raise scope.error(entry.node, what, "give the repeat around it a name: each repetition is a scope then")
        raise scope.error(entry.node, f"{what}, first in line {line}", "choose another")

    def reserve(self, entry: Entry, scope: Scope, times: int = 1) -> None:
        """Count the names within an entry that is left out, as written, so that others keep theirs."""
        if entry.kind == "branches":
            inner = [one for path in entry.paths for one in path]
        elif entry.kind == "repeat" and entry.name is None:
            inner = entry.layers
            times *= self.times(entry, scope)
        else:
            return
        for one in inner:
            word = one.name or one.join or one.word
            scope.counts[word] = scope.counts.get(word, 0) + times
            if one.name is not None:
                full = scope.prefix + one.name
                if full in self.found:
                    self.twice(one, scope, full)
                self.found[full] = one
            self.reserve(one, scope, times)

    def times(self, entry: Entry, scope: Scope) -> int:
        """Return how often a repeat that is left out would run, as far as can be told."""
        try:
            times = one_number(scope.value(entry.times))
        except SourceError:
            return 1
        return int(times) if isinstance(times, (int, float)) and 0 <= times <= scope.source.limits.repeats else 1

    def input(self, name: str, tensor: int) -> None:
        """Let a name stand for an input of the network."""
        self.found[name] = Rows(tensor, 0, 0)
        self.inputs.add(name)

    def find(self, name: str, node: Node, scope: Scope) -> Rows:
        """Return what a name stands for: in its scope, then outwards. Raises SourceError where it is nothing."""
        prefix, found = scope.prefix, self.found
        if scope.inputs is not None and name.startswith("input") and (own := self.entering(name, scope.inputs)):
            return own
        while True:
            rows = found.get(prefix + name)
            if rows is not None:
                if isinstance(rows, Rows):
                    return rows
                raise self.absent(name, rows, node, scope)
            if not prefix:
                break
            prefix = prefix[: prefix.rfind(".", 0, -1) + 1]
        visible = self.visible(scope)
        hint = did_you_mean(name, visible, "earlier ones are") if visible else "no layer stands before this one"
        raise scope.error(node, f"no layer {name} before this one", hint)

    def entering(self, name: str, inputs: tuple[int, ...]) -> Rows | None:
        """Return what came into a block: `input`, or `input.0`, `input.1` …"""
        if name == "input":
            return Rows(inputs[0] if len(inputs) == 1 else inputs, 0, 0)
        number = name.removeprefix("input.")
        if number.isdecimal() and len(number) < 9 and int(number) < len(inputs):
            return Rows(inputs[int(number)], 0, 0)
        return None

    def absent(self, name: str, entry: Entry, node: Node, scope: Scope) -> SourceError:
        """Return the error for a name whose entry is not there, or not finished."""
        line = entry.node.line
        if line > node.line or entry.when is None:
            return scope.error(node, f"{name} is not finished where this is wanted", "name a layer that ends before it")
        what = f"{name} is not there: its `when` in line {line} does not hold"
        return scope.error(node, what, "give this one the same condition, or name another layer")

    def visible(self, scope: Scope) -> list[str]:
        """Return the names that can be seen from a scope."""
        names: set[str] = set() if scope.inputs is None else {"input"}
        prefix = scope.prefix
        while True:
            for full, rows in self.found.items():
                if full.startswith(prefix) and "." not in full[len(prefix) :] and isinstance(rows, Rows):
                    names.add(full[len(prefix) :])
            if not prefix:
                return sorted(names)
            prefix = prefix[: prefix.rfind(".", 0, -1) + 1]
