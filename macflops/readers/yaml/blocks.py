"""Blocks: layers to reuse, with arguments and defaults."""

from __future__ import annotations

from macflops.expressions import RESERVED
from macflops.readers.yaml.entries import Entry, Preparer
from macflops.readers.yaml.nodes import Mapping, Node, Scalar, kind
from macflops.readers.yaml.source import Source
from macflops.readers.yaml.vocabulary import OPERATORS, SETTINGS, STRUCTURES
from macflops.records import Record


class Parameter(Record):
    """A block's parameter, and its default where it has one."""

    name: str
    default: Scalar | None


class Block(Record):
    """A block, as it is written."""

    name: str
    node: Scalar
    parameters: tuple[Parameter, ...]
    layers: list[Entry]


def read(node: Node | None, source: Source) -> tuple[dict[str, Block], Preparer]:
    """Return the blocks by name, and what prepares entries that may call them."""
    if node is None or (type(node) is Scalar and node.plain and not node.text):
        return {}, Preparer(source, {})
    if type(node) is not Mapping:
        raise source.error(
            node, f"blocks is {kind(node)}", "write a mapping: unit(out, stride=1): and its layers below"
        )
    signatures: dict[str, tuple[Scalar, tuple[Parameter, ...], Node]] = {}
    for key, body in node.pairs:
        name, parameters = signature(key, source)
        if name in OPERATORS or name in STRUCTURES or name in SETTINGS:
            raise source.error(key, f"a block called {name}, as an operator is", "choose another name")
        if name in signatures:
            raise source.error(key, f"the block {name} is here twice", "choose another name for one of them")
        signatures[name] = key, parameters, body
    blocks: dict[str, Block] = {}
    preparer = Preparer(source, signatures)
    for name, (key, parameters, body) in signatures.items():
        layers = preparer.entries(body, key, f"the block {name}")
        blocks[name] = Block(name, key, parameters, layers)
    return blocks, preparer


def signature(key: Scalar, source: Source) -> tuple[str, tuple[Parameter, ...]]:
    """Read `unit(out, stride=1, enters=c_in)`: the block's name and its parameters."""
    name, opened, rest = key.text.partition("(")
    name, rest = name.rstrip(), rest.rstrip()
    if not name.isidentifier() or (opened and rest[-1:] != ")"):
        hint = "write a name with its arguments: unit(out, stride=1)"
        if key.text.count("(") != key.text.count(")"):
            hint = "put quotes around it, or write the blocks in lines of their own: a comma within { } ends it"
        raise source.error(key, f"{key.text} is no block", hint)
    if not rest[:-1].strip():
        return name, ()
    start = key.column + key.text.index("(") + (1 if key.plain else 2)
    found: dict[str, Parameter] = {}
    optional = False
    for offset, text in split(rest[:-1]):
        place = Scalar(text, key.plain, key.line, start + offset)
        one = parameter(text, place, source)
        if one.name in found:
            raise source.error(place, f"the argument {one.name} is here twice", "choose another name for one of them")
        if optional and one.default is None:
            what = f"{one.name} has no default, and the argument before it has one"
            raise source.error(place, what, "put arguments without defaults first")
        optional = one.default is not None
        found[one.name] = one
    return name, tuple(found.values())


def parameter(text: str, place: Scalar, source: Source) -> Parameter:
    """Read one parameter, and its default where there is one."""
    name, equals, default = text.partition("=")
    name = name.strip()
    if not name.isidentifier():
        raise source.error(place, f"{text.strip() or 'nothing'} is no argument", "write name or name=default")
    if name in RESERVED or name in ("c_in", "input"):
        raise source.error(place, f"an argument called {name}", "the name has a meaning of its own: choose another")
    if not equals:
        return Parameter(name, None)
    if not default.strip():
        raise source.error(place, f"{name} has an empty default", "write a value behind the =")
    column = place.column + len(text) - len(default.lstrip())
    return Parameter(name, Scalar(default.strip(), True, place.line, column))


def split(text: str) -> list[tuple[int, str]]:
    """Return the parts between commas outside of parentheses, each with its offset."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and not depth:
            parts.append((start, text[start:at]))
            start = at + 1
    return [*parts, (start, text[start:])]
