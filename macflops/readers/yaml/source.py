"""The text that is read, and errors that point into it."""

from __future__ import annotations

from macflops.errors import ExpressionError, Location, SourceError
from macflops.readers.yaml.limits import Limits
from macflops.readers.yaml.nodes import Node, Scalar
from macflops.readers.yaml.syntax import line_of

Calls = tuple[tuple[int, int], ...]


class Source:
    """A source: its name as the user gave it, its text, and how large it may be."""

    __slots__ = ("file", "limits", "text")

    def __init__(self, text: str, file: str, limits: Limits) -> None:
        self.text, self.file, self.limits = text, file, limits

    def at(self, line: int, column: int, what: str, hint: str, calls: Calls = ()) -> SourceError:
        """Return an error at a line and column, both from 1."""
        return SourceError(Location(self.file, line, column, calls), what, hint, line_of(self.text, line))

    def error(self, node: Node, what: str, hint: str, calls: Calls = ()) -> SourceError:
        """Return an error at a node."""
        return self.at(node.line, node.column, what, hint, calls)

    def within(self, node: Scalar, error: ExpressionError, calls: Calls = ()) -> SourceError:
        """Return an expression's error at its place within a scalar, where that is written in one line."""
        line = line_of(self.text, node.line)
        start = node.column - 1 if node.plain else node.column
        stripped = len(node.text) - len(node.text.lstrip())
        column = node.column
        if line[start : start + len(node.text)] == node.text:
            column = start + stripped + error.column + 1
        return self.at(node.line, column, error.what, error.hint, calls)
