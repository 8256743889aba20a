"""`# macflops: ignore=G1,G2` at the end of a line: which rules are silenced where."""

from __future__ import annotations

import re
from typing import Any

import yaml

from macflops.errors import Location
from macflops.readers.yaml.nodes import EVENTS
from macflops.readers.yaml.source import Source
from macflops.readers.yaml.syntax import BREAK

MARK = re.compile(r"(?:^|(?<=\s))#\s*macflops\s*:\s*ignore\b(.*)")
CODES = re.compile(r"\s*=\s*([A-Za-z]+[0-9]+(?:\s*,\s*[A-Za-z]+[0-9]+)*)\s*(?:#.*)?\Z")


def ignored(source: Source) -> dict[int, frozenset[str]]:
    """Return the codes of rules by the line that silences them, from 1."""
    found = {}
    for line, _, rest in marks(source):
        if match := CODES.match(rest):
            found[line] = frozenset(code.strip().upper() for code in match[1].split(","))
    return found


def warnings(source: Source) -> list[tuple[Location, str]]:
    """Return a warning for each such comment that names no rule."""
    text = "this comment silences nothing (write # macflops: ignore=G1)"
    return [
        (Location(source.file, line, column), text) for line, column, rest in marks(source) if not CODES.match(rest)
    ]


def marks(source: Source) -> list[tuple[int, int, str]]:
    """Return line, column (both from 1) and the rest of each such comment, quoted texts left out."""
    if "macflops" not in source.text or "ignore" not in source.text:
        return []
    found = []
    quoted: dict[int, list[tuple[int, int]]] | None = None
    for number, line in enumerate(re.split(BREAK, source.text), 1):
        if "ignore" in line and (match := MARK.search(line)):
            if quoted is None:
                quoted = quotes(source)
            if not any(start <= match.start() < end for start, end in quoted.get(number, ())):
                found.append((number, match.start() + 1, match[1]))
    return found


def quotes(source: Source) -> dict[int, list[tuple[int, int]]]:
    """Return where quoted texts and block texts lie in each line: from which column to which, from 0."""
    found: dict[int, list[tuple[int, int]]] = {}
    events = EVENTS(source.text)
    endless = len(source.text)
    while type(event := events.get_event()) is not yaml.StreamEndEvent:
        if type(event) is yaml.ScalarEvent and event.style:
            start: Any = event.start_mark
            end: Any = event.end_mark
            for line in range(start.line, end.line + 1):
                first = start.column if line == start.line else 0
                last = end.column if line == end.line else endless
                if event.style in "|>" and line == start.line:
                    continue  # a comment may stand behind the | itself
                found.setdefault(line + 1, []).append((first, last))
    events.dispose()
    return found
