"""YAML as light nodes that know their places, from libyaml's events: three times as fast as PyYAML's own nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml

from macflops.errors import Location, SourceError
from macflops.readers.yaml import syntax
from macflops.readers.yaml.limits import Limits, over

EVENTS = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml where PyYAML was built with it


UNREAD: Any = object()


class Scalar:
    """Text in one place. `value` keeps what it was read as, once it was."""

    __slots__ = ("column", "line", "plain", "text", "value")

    def __init__(self, text: str, plain: bool, line: int, column: int) -> None:
        self.text, self.plain, self.line, self.column = text, plain, line, column
        self.value: Any = UNREAD


class Sequence:
    """A list of nodes. `entries` keeps what they were prepared as, once they were."""

    __slots__ = ("column", "entries", "items", "line")

    def __init__(self, line: int, column: int) -> None:
        self.items: list[Node] = []
        self.entries: Any = UNREAD
        self.line, self.column = line, column


class Mapping:
    """A mapping from scalars to nodes, as they are written; no key is there twice."""

    __slots__ = ("column", "flow", "line", "pairs")

    def __init__(self, line: int, column: int, flow: bool) -> None:
        self.pairs: list[tuple[Scalar, Node]] = []
        self.line, self.column, self.flow = line, column, flow

    def get(self, key: str) -> Node | None:
        """Return the node of a key, or None."""
        return next((value for name, value in self.pairs if name.text == key), None)

    def keys(self) -> Iterator[str]:
        """Yield the keys' texts."""
        return (key.text for key, _ in self.pairs)


Node: TypeAlias = Scalar | Sequence | Mapping


def kind(node: Node) -> str:
    """Return what a node is, as a person would say."""
    if type(node) is Scalar:
        return repr(node.text) if node.text and len(node.text) < 40 else "text" if node.text else "nothing"
    if type(node) is Sequence:
        return "a list" if node.items else "an empty list"
    return "a mapping" if type(node) is Mapping and node.pairs else "an empty mapping"


def parse(text: str, file: str, limits: Limits) -> Node | None:
    """Return the one document of a text, or None where there is nothing. Raises SourceError at what is no YAML.

    Anchors and aliases are resolved (an alias is the very node of its anchor), up to `limits.aliases`.
    """
    if len(text) > limits.source:
        raise SourceError(Location(file), f"a source of {len(text):,} characters", over("source", limits.source))
    try:
        return Composer(text, file, limits).document()
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise syntax.explained(error, text, file) from None


class Composer:
    """Makes nodes of events. Not recursive: depth is bounded by a limit, not by Python's stack."""

    def __init__(self, text: str, file: str, limits: Limits) -> None:
        self.text, self.file, self.limits = text, file, limits
        self.events = EVENTS(text)
        self.anchors: dict[str, tuple[Node, int | None]] = {}  # each with its number of nodes; None while it is open
        self.count = self.aliases = 0  # nodes, and those of them that aliases stand for

    def document(self) -> Node | None:
        """Read all events; return the node of the one document."""
        root: Node | None = None
        documents = 0
        try:
            while True:
                event = self.events.get_event()
                name = type(event)
                if name is yaml.StreamEndEvent:
                    return root
                if name is yaml.DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        raise self.error(event, "a second document begins here", "one file holds one network")
                    root = self.node()
        finally:
            self.events.dispose()

    def node(self) -> Node:
        """Read one node with all that is in it."""
        get, limits = self.events.get_event, self.limits
        scalar, alias = yaml.ScalarEvent, yaml.AliasEvent
        sequence_start, mapping_start = yaml.SequenceStartEvent, yaml.MappingStartEvent
        stack: list[tuple[Any, Scalar | None, str | None, int]] = []  # what is open: node, its key, anchor, first count
        around: Any = None  # the innermost open collection
        key: Scalar | None = None  # the key whose value comes next, in a mapping
        while True:
            event = get()
            kind = type(event)
            self.count += 1
            made: Node
            if kind is scalar:
                mark = event.start_mark
                made = Scalar(event.value, event.implicit[0], mark.line + 1, mark.column + 1)
                if event.tag is not None:
                    raise self.tagged(event)
                if event.anchor is not None:
                    self.anchors[event.anchor] = (made, 1)
            elif kind is alias:
                made = self.aliased(event)
            elif kind is mapping_start or kind is sequence_start:
                mark = event.start_mark
                if kind is mapping_start:
                    made = Mapping(mark.line + 1, mark.column + 1, bool(event.flow_style))
                else:
                    made = Sequence(mark.line + 1, mark.column + 1)
                if event.tag is not None:
                    raise self.tagged(event)
                if event.anchor is not None:
                    self.anchors[event.anchor] = (made, None)
                if type(around) is Mapping and key is None:
                    raise self.error(event, "a key that is no text", "write a name before the colon")
                stack.append((around, key, event.anchor, self.count))
                if len(stack) > limits.nesting:
                    what = f"more than {limits.nesting} levels of lists and mappings"
                    raise self.error(event, what, over("nesting", limits.nesting))
                around, key = made, None
                continue
            else:  # the innermost collection ends
                made = around
                if type(made) is Mapping and len(made.pairs) > 1:
                    self.check_keys(made)
                around, key, anchor, first = stack.pop()
                if anchor is not None:
                    self.anchors[anchor] = (made, self.count - first + 1)
            if around is None:
                return made
            if type(around) is Sequence:
                around.items.append(made)
            elif key is not None:
                around.pairs.append((key, made))
                key = None
            elif type(made) is Scalar:
                if made.text == "<<" and made.plain:
                    raise self.error(
                        event, "merge keys (<<) are not read", "write the keys out, or make a block of them"
                    )
                key = made
            else:
                raise self.error(event, "a key that is no text", "write a name before the colon")

    def aliased(self, event: Any) -> Node:
        """Return the node that an alias stands for, and count all that is in it."""
        node, size = self.anchors.get(event.anchor, (None, 0))
        if node is None:
            raise self.error(
                event, f"no anchor &{event.anchor} before this alias", "write the anchor where the value is"
            )
        if size is None:
            raise self.error(event, f"*{event.anchor} contains itself", "an alias stands for what ended before it")
        self.count += size - 1
        self.aliases += size
        limit = self.limits.aliases
        if self.aliases > limit:
            raise self.error(event, f"aliases that stand for more than {limit:,} values", over("aliases", limit))
        return node

    def check_keys(self, mapping: Mapping) -> None:
        """Raise SourceError where a key is there twice."""
        keys = {key.text for key, _ in mapping.pairs}
        if len(keys) == len(mapping.pairs):
            return
        first: dict[str, Scalar] = {}
        for key, _ in mapping.pairs:
            if key.text in first:
                location = Location(self.file, key.line, key.column)
                what = f"the key {key.text} is here twice, first in line {first[key.text].line}"
                raise SourceError(location, what, "leave one of them out", syntax.line_of(self.text, key.line))
            first[key.text] = key

    def tagged(self, event: Any) -> SourceError:
        """Return the error for a tag."""
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        return self.error(event, f"the tag {tag}", "write the value without a tag")

    def error(self, event: Any, what: str, hint: str) -> SourceError:
        """Return an error at an event."""
        mark = event.start_mark
        location = Location(self.file, mark.line + 1, mark.column + 1)
        return SourceError(location, what, hint, syntax.line_of(self.text, mark.line + 1))
