"""What the native YAML is made of, before it is text: entries in scopes, numbers that may become arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


class Slot:
    """A value that may differ between the calls of a block: which field it is, and what is not written."""

    __slots__ = ("default", "name", "owner", "text", "value")

    def __init__(self, name: str, value: int | str, default: int | str | None = None) -> None:
        self.name, self.value, self.default = name, value, default
        self.owner = ""  # the name of the entry that it belongs to
        self.text: str | None = None  # the argument, or the expression of one, that stands for it in a block

    @property
    def shown(self) -> bool:
        """Tell whether it is written."""
        return self.text is not None or self.value != self.default


Epilogue = Slot | tuple[str, dict[str, Any]]  # a norm or an activation: by name, or with its fields


class Entry:
    """One entry of a list of layers: an operator, `se`, branches, a repeat or the call of a block."""

    __slots__ = (
        "act", "auto", "body", "fields", "ignored", "inputs", "layers", "name", "norm", "offsets", "outputs", "paths",
        "reads", "scope", "share", "split", "split_of", "starts", "times", "unrolled", "word",
    )  # fmt: skip
    scope: Scope

    def __init__(self, word: str, name: str, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> None:
        self.word, self.name, self.inputs, self.outputs = word, name, inputs, outputs  # tensors by index
        self.fields: dict[str, Any] = {}
        self.norm: Epilogue | None = None
        self.act: Epilogue | None = None
        self.share: Entry | None = None  # the entry whose weights it uses
        self.ignored: frozenset[str] = frozenset()  # rules that are silenced here
        self.body: Scope | None = None  # of the call of a block
        self.paths: list[list[Entry]] | None = None  # of branches, whose word is their join
        self.starts: tuple[int, ...] = ()  # of branches: what each path begins with
        self.split: Any = None  # of branches: into how many parts, or of which sizes
        self.split_of: str | None = None  # the name of the join whose branches this split may belong to
        self.layers: list[Entry] | None = None  # of a repeat
        self.times: Slot | None = None
        self.unrolled: list[tuple[int, ...]] = []  # of a repeat with a name: what its entries give
        self.auto = False  # whether it is called so without a name
        self.reads: tuple[str, ...] | None = None  # what `from` says, where it is needed
        self.offsets: tuple[int, ...] | None = None  # the same, counted back in its list


class Scope:
    """What one prefix of names holds: later the body of a block, at the root the network's layers."""

    __slots__ = (
        "call", "entries", "externals", "folded", "listed", "name", "numbered", "parent", "produced",
        "slots", "taken",
    )  # fmt: skip
    call: Entry

    def __init__(self, name: str, parent: Scope | None) -> None:
        self.name, self.parent = name, parent
        self.entries: list[Entry] = []  # in the order of execution
        self.listed: list[Entry] = []  # the same, with branches
        self.folded: list[Entry] = []  # the same, with repeats
        self.taken: set[str] = set() if parent is None else {"input"}  # names within it
        self.externals: tuple[int, ...] = ()  # tensors that it reads of what lies before it
        self.produced: set[int] = set()  # tensors that are written in it
        self.numbered = False  # whether it is one repetition of a named repeat
        self.slots: list[Slot] = []

    def unique(self, name: str) -> str:
        """Return a name that nothing in this scope has yet, and take it."""
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"{name}_{number}"
        self.taken.add(found)
        return found

    def path(self) -> str:
        """Return the prefix of the names in it, from the root."""
        if self.parent is None:
            return ""
        return f"{self.parent.path()}{self.name}."

    def children(self) -> Iterator[Scope]:
        """Yield the scopes within this one."""
        return (entry.body for entry in self.entries if entry.body is not None)


def each(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield entries, and those within their branches and repeats."""
    for entry in entries:
        yield entry
        for inner in (*(entry.paths or ()), *([entry.layers] if entry.layers is not None else [])):
            yield from each(inner)
