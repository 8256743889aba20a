"""Scopes become blocks: those that differ in numbers only are one block, and these numbers its arguments."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Sequence
from os.path import commonprefix

from macflops.expressions import RESERVED
from macflops.readers.yaml.vocabulary import OPERATORS, SETTINGS, STRUCTURES
from macflops.writers.yaml.entries import Scope, Slot, each
from macflops.writers.yaml.repeats import folded, signature, value_of
from macflops.writers.yaml.wiring import Homes, Results, connect, name

WIDTHS = ("out", "hidden")  # fields that may be written as quotients of each other
Values = tuple[int | str, ...]  # of one argument, call by call


class Block:
    """A block: how it is called, with its parameters, and the scope that is written as its body."""

    def __init__(self, name: str, parameters: list[str], body: Scope) -> None:
        self.name, self.parameters, self.body = name, parameters, body

    @property
    def head(self) -> str:
        """Its signature."""
        return f"{self.name}({', '.join(self.parameters)})" if self.parameters else self.name


class Blocks:
    """Makes blocks of scopes, the innermost first."""

    def __init__(self, homes: Homes, symbols: Collection[str]) -> None:
        self.homes = homes
        self.made: list[Block] = []
        self.words = {*OPERATORS, *STRUCTURES, *SETTINGS, *RESERVED}
        self.reserved = {*RESERVED, *symbols, "c_in", "input"}  # what no parameter may be called

    def make(self, root: Scope) -> None:
        """Make blocks of all scopes below the root, then finish the root's own list."""
        for level in levels(root):
            for scope in level:
                if not scope.numbered:
                    self.finish(scope)
            unequal = [scope for scope in level if is_numbered(scope) and not self.repeated(scope)]
            parts = [part for scope in unequal for part in scope.children()]
            for part in parts:
                part.call.name = part.name = named(part)
                self.finish(part)
            self.group(parts)
            for scope in unequal:
                self.finish(scope)
            numbered = set(map(id, parts))
            self.group([s for s in level if not s.numbered and s.call.body is s and id(s) not in numbered])
        self.finish(root)

    def finish(self, scope: Scope) -> None:
        """Name, connect and fold the entries of a scope whose blocks have their names."""
        inputs = {self.homes[tensor][0].name for tensor in scope.externals} if scope.parent is None else {"input"}
        name(scope.listed, inputs, {})
        connect(scope.listed, beginning(scope), scope, self.homes)
        scope.folded = folded(scope.listed)

    def repeated(self, scope: Scope) -> bool:
        """Make a named repeat of a scope whose parts are numbered, if they are equal and read what lies as far back."""
        results = before(scope)
        if not results or len(results[-1]) != 1:
            return False
        last, start = results[-1], len(results)
        parts = list(scope.children())
        try:
            for part in parts:
                name(part.listed, set(), {})
                connect(part.listed, results, part, self.homes)
                part.folded = folded(part.listed)
        except LookupError:
            return False
        if len({tuple(signature(entry, False, value_of) for entry in part.folded) for part in parts}) > 1:
            return False
        call = scope.call
        call.word, call.layers, call.times, call.body = "repeat", parts[0].folded, Slot("times", len(parts)), None
        call.inputs, call.unrolled = last, results[start:]
        return True

    def group(self, scopes: list[Scope]) -> None:
        """Make one block of all scopes that are alike."""
        groups: dict[Hashable, list[Scope]] = {}
        for scope in scopes:
            for entry in each(scope.folded):
                for value in (*entry.fields.values(), entry.act, entry.times):
                    if isinstance(value, Slot):
                        value.owner = entry.name
            collected: list[Slot] = []

            def see(slot: Slot, collected: list[Slot] = collected) -> str:
                collected.append(slot)
                return slot.name

            key = tuple(signature(entry, False, see) for entry in scope.folded)
            scope.slots = collected
            groups.setdefault((len(scope.externals), key), []).append(scope)
        found = sorted(groups.values(), key=len, reverse=True)  # the most frequent one has the best name
        for alike in found:
            block = Block(self.title([scope.name for scope in alike]), self.parametrized(alike), alike[0])
            self.made.append(block)
            for scope in alike:
                scope.call.word = block.name

    def title(self, calls: Sequence[str]) -> str:
        """Return a name for a block by those of its calls: what they have in common."""
        bases = [re.sub(r"[\d_]+\Z", "", re.sub(r"\W", "_", call)) or "block" for call in calls]
        common = re.sub(r"[\d_]+\Z", "", commonprefix(bases))  # noqa: RUF071  # of characters, indeed
        base = common if len(common) > 2 else max(set(bases), key=bases.count)
        if not re.match(r"[^\W\d]", base):
            base = f"_{base}"
        if base in OPERATORS or base in STRUCTURES or base in SETTINGS or base in RESERVED:
            base += "_block"
        found, number = base, 1
        while found in self.words:
            number += 1
            found = f"{base}_{number}"
        self.words.add(found)
        return found

    def parametrized(self, scopes: list[Scope]) -> list[str]:
        """Make arguments of the slots that differ between scopes; return the block's parameters as they are written."""
        groups: dict[Values, list[int]] = {}
        for place, column in enumerate(zip(*(scope.slots for scope in scopes), strict=True)):
            values = tuple(slot.value for slot in column)
            if len(set(values)) > 1:
                groups.setdefault(values, []).append(place)
        slots = scopes[0].slots
        main = next((v for v, places in reversed(groups.items()) if any(slots[p].name == "out" for p in places)), None)
        names: dict[Values, str] = {}
        for values in sorted(groups, key=lambda values: values is not main):
            of = [slots[place] for place in groups[values]]
            width = main is not None and values is not main and all(slot.name.startswith(WIDTHS) for slot in of)
            expression = ratio(values, main, names[main]) if width and main is not None else None
            names[values] = expression or self.parameter(of, names.values())
            if expression:
                for place in groups[values]:
                    slots[place].text = expression
        required: dict[str, list[int | str]] = {}
        optional: dict[str, list[int | str]] = {}
        defaults: dict[str, int | str] = {}
        for values, places in groups.items():
            if slots[places[0]].text is not None:
                continue
            named = names[values]
            found = {slots[place].default for place in places}
            default = found.pop() if len(found) == 1 else None
            if default is not None and default in values:
                defaults[named] = default
            (optional if named in defaults else required)[named] = list(values)
            for place in places:
                slots[place].text = named
        for named, given in {**required, **optional}.items():
            for scope, value in zip(scopes, given, strict=True):
                scope.call.fields[named] = Slot(named, value, defaults.get(named))
        return [*required, *(f"{named}={default}" for named, default in defaults.items())]

    def parameter(self, slots: Sequence[Slot], taken: Collection[str]) -> str:
        """Return a name for a parameter, by the fields that it is for and the entries that have them."""
        fields = [slot.name for slot in slots]
        field = max(fields, key=fields.count)
        owner = re.sub(r"\W", "_", slots[fields.index(field)].owner)
        longer = f"{owner}_{field}" if re.match(r"[^\W\d]", owner) else f"{field}_of_{owner}"
        for found in (field, longer, *(f"{longer}_{number}" for number in range(2, len(taken) + 3))):
            if found not in taken and found not in self.reserved:
                return found
        raise AssertionError(longer)


def ratio(values: Values, main: Values, name: str) -> str | None:
    """Return values as a quotient or a multiple of the main argument, where they are one in every call."""
    pairs = [(a, b) for a, b in zip(values, main, strict=True) if isinstance(a, int) and isinstance(b, int)]
    if len(pairs) < len(values) or min(map(min, pairs)) < 1:
        return None
    a, b = pairs[0]
    if b % a == 0 and all(b == a * (pairs[0][1] // pairs[0][0]) for a, b in pairs):
        return f"{name} // {b // a}"
    if a % b == 0 and all(a == b * (pairs[0][0] // pairs[0][1]) for a, b in pairs):
        return f"{a // b} * {name}"
    return None


def levels(root: Scope) -> list[list[Scope]]:
    """Return the scopes below the root, those without scopes within first."""
    found: list[list[Scope]] = []

    def height(scope: Scope) -> int:
        own = max((height(child) + (not child.numbered) for child in scope.children()), default=0)
        if scope.parent is not None:
            while len(found) <= own:
                found.append([])
            found[own].append(scope)
        return own

    height(root)
    return found


def is_numbered(scope: Scope) -> bool:
    """Tell whether a scope holds nothing but scopes called 0, 1, 2 …"""
    return bool(scope.entries) and all(
        entry.body is not None and entry.body.numbered and entry.name == str(number)
        for number, entry in enumerate(scope.entries)
    )


def beginning(scope: Scope) -> Results:
    """Return what comes before the first entry of a scope: its one input, or nothing where it has several."""
    return [scope.externals] if len(scope.externals) == 1 else []


def before(scope: Scope) -> Results:
    """Return what comes before the call of a scope in the list that holds it; from where on that is known."""
    assert scope.parent is not None
    lists = [(scope.parent.listed, beginning(scope.parent))]
    for entry in each(scope.parent.listed):
        lists += [(path, [(start,)]) for path, start in zip(entry.paths or (), entry.starts, strict=True)]
    for entries, results in lists:
        if scope.call not in entries:
            continue
        for entry in entries[: entries.index(scope.call)]:
            if entry.body is not None and is_numbered(entry.body):  # it may become a repeat, too: who knows how long
                results.clear()
            results.extend(entry.unrolled or [entry.outputs])
        return results
    return []


def named(part: Scope) -> str:
    """Let a scope that a number was to name have a name that the format allows; return it."""
    assert part.parent is not None
    part.numbered = False
    return part.parent.unique(f"_{part.name}")
