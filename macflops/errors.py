"""What can be wrong: a shape (an operator says what), an expression, a source (a reader says where, and what to do)."""

from __future__ import annotations

from typing import NamedTuple


class Location(NamedTuple):
    """A place in a source: file, line and column from 1 (0: the file as a whole), and the calls around it."""

    file: str  # or what stands for one: zoo:NAME, an option
    line: int = 0  # from 1; 0: the file as a whole
    column: int = 0  # from 1
    calls: tuple[tuple[int, int], ...] = ()  # line and column of each block call around it, outermost first

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class ShapeError(ValueError):
    """An operator does not fit its inputs: which of its fields is wrong, what is, and what to do. It knows no place."""

    def __init__(self, field: str, what: str, hint: str) -> None:
        super().__init__(field, what, hint)  # its fields are its arguments, so it pickles
        self.field, self.what, self.hint = field, what, hint

    def __str__(self) -> str:
        return f"{self.what} ({self.hint})"


class ExpressionError(ValueError):
    """An expression cannot be read or has no value: at which column of its text (from 0), what is wrong, what to do."""

    def __init__(self, column: int, what: str, hint: str) -> None:
        super().__init__(column, what, hint)
        self.column, self.what, self.hint = column, what, hint

    def __str__(self) -> str:
        return f"{self.what} ({self.hint})"


class SourceError(ValueError):
    """What is wrong with a source, where, and what to do.

    Reads as `model.yaml:14:18: error: groups: 5 does not divide 48 and 96 (use one of 1, 2, 3, …)`.
    """

    def __init__(self, location: Location, what: str, hint: str, excerpt: str = "") -> None:
        super().__init__(location, what, hint, excerpt)
        self.location, self.what, self.hint = location, what, hint
        self.excerpt = excerpt  # the source line, where there is one

    def __str__(self) -> str:
        return f"{printable(str(self.location))}: error: {printable(self.what)} ({printable(self.hint)})"

    def shown(self) -> str:
        """Return the error with its source line and a caret under the place, for a person at a terminal."""
        if not self.excerpt or not self.location.column:
            return str(self)
        start = max(0, self.location.column - 60)  # a line of a megabyte is shown around its fault
        line = printable(self.excerpt[start : start + 100].replace("\t", " "), 400)
        before = printable(self.excerpt[start : self.location.column - 1].replace("\t", " "), 400)
        return f"{self}\n    {line}\n    {' ' * len(before)}^"


def printable(text: str, most: int = 300) -> str:
    """Return text with control and other unprintable characters escaped and cut to `most` characters."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)
