"""Entries of a list of layers, as they are written: everything about them that needs no numbers yet."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, NoReturn

from macflops.readers.yaml.fields import Field, Spec, spec
from macflops.readers.yaml.nodes import UNREAD, Mapping, Node, Scalar, Sequence, kind
from macflops.readers.yaml.source import Source
from macflops.readers.yaml.vocabulary import JOINS, OPERATORS, SETTINGS, STRUCTURES, instead_of
from macflops.spelling import did_you_mean


class Entry:
    """One entry. Which of the later attributes hold something depends on its kind."""

    __slots__ = (
        "act", "body", "fields", "join", "kind", "layers", "name", "node", "norm", "paths", "reads", "reads_node",
        "share", "spec", "split", "times", "variable", "when", "word", "word_node",
    )  # fmt: skip
    spec: Spec
    fields: list[tuple[Field, Node]]  # of an operator; of `se`, too
    layers: list[Entry]  # of a repeat
    paths: list[list[Entry]]  # of branches
    times: Node
    variable: str | None  # the name that a repeat's `as` gives
    split: Node | None

    def __init__(self, node: Node) -> None:
        self.node = node
        self.kind = self.word = ""
        self.word_node: Node = node
        self.body: Node | None = None
        self.name: str | None = None
        self.reads: list[tuple[int | str, Node]] | None = None  # what `from` says: names, or how far back
        self.reads_node: Node = node
        self.when: Node | None = None
        self.share: Scalar | None = None
        self.norm: Node | None = None
        self.act: Node | None = None
        self.join: str | None = None

    def place_of(self, field: str) -> Node:
        """Return the node that an operator's field was read from, or else the entry's."""
        if field == "from":
            return self.reads_node
        return next((node for of, node in getattr(self, "fields", ()) if of.name == field), self.node)


class Preparer:
    """Makes entries of nodes, each list once, however often it is aliased. Knows the names of blocks."""

    def __init__(self, source: Source, blocks: Container[str]) -> None:
        self.source, self.blocks = source, blocks

    def entries(self, node: Node | None, where: Node, what: str) -> list[Entry]:
        """Return the entries of a list."""
        if type(node) is not Sequence:
            given = "nothing" if node is None else kind(node)
            raise self.source.error(node or where, f"{what} is a list of entries, not {given}", "begin each with '- '")
        if node.entries is UNREAD:
            node.entries = [self.entry(item) for item in node.items]
        return node.entries  # type: ignore[no-any-return]

    def entry(self, node: Node) -> Entry:
        """Return one entry."""
        entry = Entry(node)
        if type(node) is Scalar:
            entry.word = node.text
        elif type(node) is Mapping:
            for key, value in node.pairs:
                if key.text in SETTINGS:
                    self.setting(entry, key.text, value)
                elif entry.word:
                    self.second_word(entry, key)
                else:
                    entry.word, entry.word_node, entry.body = key.text, key, value
            if not entry.word:
                raise self.source.error(node, "an entry without an operator or a block", "write one: - conv: {out: 64}")
        else:
            raise self.source.error(node, "a list where an entry belongs", "take one level of '- ' or [ ] away")
        word = entry.word
        if word in self.blocks:
            entry.kind = "block"
            self.arguments(entry)
        elif word in OPERATORS:
            entry.kind = "operator"
            entry.spec = spec(word)
            self.fields(entry)
        elif word in STRUCTURES:
            entry.kind = word
            getattr(self, word)(entry)
        else:
            self.unknown(entry)
        return entry

    def second_word(self, entry: Entry, key: Scalar) -> NoReturn:
        """Raise the error for a second operator, or a field that stands beside its operator, in an entry."""
        known = key.text in OPERATORS or key.text in STRUCTURES or key.text in self.blocks
        if not known and entry.word in OPERATORS and key.text in (*spec(entry.word).fields, "norm", "act"):
            hint = f"put it into the operator's mapping: {entry.word}: {{{key.text}: …}}"
            raise self.source.error(key, f"{key.text} stands beside {entry.word}", hint)
        if known:
            raise self.source.error(key, f"{entry.word} and {key.text} in one entry", "begin a new entry with '- '")
        hint = did_you_mean(key.text, SETTINGS, f"beside {entry.word} may stand")
        raise self.source.error(key, f"{key.text} is not known beside {entry.word}", hint)

    def unknown(self, entry: Entry) -> NoReturn:
        """Raise the error for a word that is neither an operator nor a block."""
        if not entry.word:
            raise self.source.error(entry.word_node, "an empty entry", "write an operator behind the -: - relu")
        what = f"{entry.word} is no operator and no block"
        names = self.blocks if isinstance(self.blocks, dict) else ()
        raise self.source.error(entry.word_node, what, instead_of(entry.word, names))

    def setting(self, entry: Entry, key: str, node: Node) -> None:
        """Read name, from, when or share."""
        if key == "when":
            if type(node) is not Scalar or not node.text:
                raise self.source.error(node, "when is a condition", "write an expression: when: stride > 1")
            entry.when = node
        elif key == "from":
            entry.reads_node = node
            items = node.items if type(node) is Sequence else [node]
            entry.reads = [self.read(item) for item in items]
            if not items:
                raise self.source.error(node, "from an empty list", "name at least one layer")
        elif type(node) is not Scalar or not node.text:
            raise self.source.error(node, f"{key} is {kind(node)}", "write a name")
        elif key == "share":
            entry.share = node
        else:
            entry.name = node.text
            if not is_name(node.text):
                hint = "use letters, digits, _ and -, but not digits alone: dots come from the scopes around it"
                raise self.source.error(node, f"{node.text} is no name", hint)

    def read(self, node: Node) -> tuple[int | str, Node]:
        """Read what one input comes from."""
        if type(node) is not Scalar or not node.text:
            raise self.source.error(node, f"from {kind(node)}", "name a layer, or write -1, -2 … for entries back")
        if node.plain and node.text.lstrip("+-").isdigit():
            if node.text[0] == "-" and len(node.text) < 11 and node.text[1:].isdecimal() and int(node.text):
                return int(node.text), node
            raise self.source.error(node, f"from {node.text}", "-1 is the entry before, -2 the one before that")
        return node.text, node

    def fields(self, entry: Entry) -> None:
        """Read which fields an operator is given."""
        entry.fields = []
        of = entry.spec
        for key, node in self.pairs(entry):
            field = of.fields.get(key.text)
            if field is not None:
                entry.fields.append((field, node))
            elif of.epilogue and key.text in ("norm", "act"):
                setattr(entry, key.text, node)
            else:
                known = [*of.fields, *(("norm", "act") if of.epilogue else ())]
                self.unknown_key(entry, key, known, "field")
        if len(of.required) > len(entry.fields) or of.required:
            given = {field.name for field, _ in entry.fields}
            if missing := [name for name in of.required if name not in given]:
                what = f"{entry.word} needs {' and '.join(missing)}"
                raise self.source.error(entry.word_node, what, f"write {entry.word}: {{{missing[0]}: …}}")

    def arguments(self, entry: Entry) -> None:
        """Read which arguments a block is called with; whether it has them, the call finds out."""
        self.pairs(entry)

    def pairs(self, entry: Entry) -> list[tuple[Scalar, Node]]:
        """Return the fields of an entry's body, which is a mapping or nothing."""
        body = entry.body
        if type(body) is Mapping:
            return body.pairs
        if body is None or (type(body) is Scalar and body.plain and body.text in ("", "~", "null")):
            return []
        hint = f"name the field: {entry.word}: {{out: {body.text}}}" if type(body) is Scalar else "write {field: value}"
        if entry.word in OPERATORS and entry.spec.required[:1]:
            hint = hint.replace("out:", f"{entry.spec.required[0]}:")
        raise self.source.error(body, f"{entry.word} with {kind(body)} for a mapping of fields", hint)

    def unknown_key(self, entry: Entry, key: Scalar, known: list[str], what: str) -> NoReturn:
        """Raise the error for a field that is not known."""
        text = key.text
        if text.count(")") > text.count("(") or text.isdigit():
            hint = "put quotes around an expression that holds a comma: 'max(8, 16)'"
            raise self.source.error(key, f"{text} is no {what} of {entry.word}", hint)
        if text in SETTINGS:
            hint = f"write it beside {entry.word}, not among its fields"
        elif not known:
            hint = "it has none"
        else:
            hint = did_you_mean(text, known, f"{what}s of {entry.word} are")
        raise self.source.error(key, f"{text} is no {what} of {entry.word}", hint)

    def chosen(self, entry: Entry, known: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Node]:
        """Return the fields of a structure by name."""
        found: dict[str, Node] = {}
        for key, node in self.pairs(entry):
            if key.text not in known:
                self.unknown_key(entry, key, list(known), "field")
            found[key.text] = node
        for name in required:
            if name not in found:
                example = "{" + ", ".join(f"{n}: …" for n in required) + "}"
                raise self.source.error(entry.word_node, f"{entry.word} needs {name}", f"write {entry.word}: {example}")
        return found

    def repeat(self, entry: Entry) -> None:
        """Read a repeat."""
        given = self.chosen(entry, ("times", "as", "layers"), ("times", "layers"))
        entry.times, entry.variable = given["times"], None
        if (node := given.get("as")) is not None:
            if type(node) is not Scalar or not node.text.isidentifier():
                raise self.source.error(
                    node, f"as {kind(node)}", "write a name for the number of the repetition: as: i"
                )
            entry.variable = node.text
        entry.layers = self.entries(given["layers"], entry.word_node, "layers")

    def branches(self, entry: Entry) -> None:
        """Read branches."""
        given = self.chosen(entry, ("split", "join", "paths"), ("join", "paths"))
        join, paths = given["join"], given["paths"]
        if type(join) is not Scalar or join.text not in JOINS:
            raise self.source.error(join, f"join is {kind(join)}", f"use one of {', '.join(JOINS)}")
        if type(paths) is not Sequence or not paths.items:
            raise self.source.error(paths, f"paths is {kind(paths)}", "write a list of paths, each a list of entries")
        entry.join, entry.split = join.text, given.get("split")
        entry.paths = [self.entries(path, paths, "a path") for path in paths.items]

    def se(self, entry: Entry) -> None:
        """Read a squeeze-and-excitation."""
        given: dict[str, Any] = self.chosen(entry, ("hidden", "reduction", "act", "gate"), ())
        if ("hidden" in given) == ("reduction" in given):
            what = "se with both hidden and reduction" if given.get("hidden") else "se needs hidden or reduction"
            raise self.source.error(entry.word_node, what, "give one: se: {reduction: 16} is hidden: c_in // 16")
        entry.fields = [(Field(name, frozenset({"Dim"}), None, False), node) for name, node in given.items()]


def is_name(text: str) -> bool:
    """Tell whether a text may name an entry: one word without dots, and no number."""
    word = text.replace("-", "").replace("+", "").replace("/", "")
    return ("_" + word).isidentifier() and not word.isdecimal() and text[0] not in "-+/"
