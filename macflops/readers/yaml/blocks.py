"""Blocks: layers to reuse, with arguments and defaults."""

from __future__ import annotations

import re
from typing import NamedTuple

from macflops.expressions import RESERVED
from macflops.readers.yaml.entries import Entry, Preparer
from macflops.readers.yaml.nodes import Mapping, Node, Scalar, kind
from macflops.readers.yaml.source import Source
from macflops.readers.yaml.vocabulary import OPERATORS, SETTINGS, STRUCTURES

SIGNATURE = re.compile(r"([^\W\d]\w*)\s*(?:\((.*)\))?\s*\Z", re.DOTALL)
PARAMETER = re.compile(r"\s*([^\W\d]\w*)\s*(?:=(.*))?\Z", re.DOTALL)


class Parameter(NamedTuple):
    """A block's parameter, and its default where it has one."""

    name: str
    default: Scalar | None


class Block(NamedTuple):
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
    match = SIGNATURE.match(key.text)
    if match is None:
        hint = "write a name with its arguments: unit(out, stride=1)"
        if key.text.count("(") != key.text.count(")"):
            hint = "put quotes around it, or write the blocks in lines of their own: a comma within { } ends it"
        raise source.error(key, f"{key.text} is no block", hint)
    if not (match[2] or "").strip():
        return match[1], ()
    start = match.start(2) + (0 if key.plain else 1)
    found: list[Parameter] = []
    for offset, text in split(match[2]):
        parameter = PARAMETER.match(text)
        place = Scalar(text, key.plain, key.line, key.column + start + offset)
        if parameter is None:
            raise source.error(place, f"{text.strip() or 'nothing'} is no argument", "write name or name=default")
        name, default = parameter[1], parameter[2]
        if name in RESERVED or name in ("c_in", "input"):
            raise source.error(place, f"an argument called {name}", "the name has a meaning of its own: choose another")
        if name in (one.name for one in found):
            raise source.error(place, f"the argument {name} is here twice", "choose another name for one of them")
        if default is None:
            if found and found[-1].default is not None:
                what = f"{name} has no default, and the argument before it has one"
                raise source.error(place, what, "put arguments without defaults first")
            found.append(Parameter(name, None))
            continue
        column = place.column + parameter.start(2)
        if not default.strip():
            raise source.error(place, f"{name} has an empty default", "write a value behind the =")
        leading = len(default) - len(default.lstrip())
        found.append(Parameter(name, Scalar(default.strip(), True, key.line, column + leading)))
    return match[1], tuple(found)


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
