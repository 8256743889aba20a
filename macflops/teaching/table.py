"""A table that a notebook shows: as HTML where that is shown, as aligned text elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from math import floor, log10
from typing import Any

MOST_DECIMALS = 3
NUMBER = re.compile(r"[+−-]?[\d,.]*\d ?[%x]?")


class Table:
    """Rows under a header. Numbers are set right, integers in groups of three, the floats of a column alike."""

    def __init__(self, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Take the rows. Raises ValueError where one has not as many cells as the header."""
        self.header = tuple(header)
        self.rows = tuple(tuple(row) for row in rows)
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(f"a row of {len(row)} cells under a header of {len(self.header)}: {row}")

    def written(self) -> list[list[str]]:
        """Return all cells as text, row by row."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.header)
        decimals = [decimals_of([cell for cell in column if isinstance(cell, float)]) for column in columns]
        return [[written(cell, places) for cell, places in zip(row, decimals, strict=True)] for row in self.rows]

    def is_right(self) -> list[bool]:
        """Tell of each column whether it holds numbers."""
        return [any(is_number(row[i]) for row in self.rows) for i in range(len(self.header))]

    def __repr__(self) -> str:
        lines = [list(self.header), *self.written()]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.header))]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(line, widths, self.is_right(), strict=True)
            ).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        sides = ["right" if right else "left" for right in self.is_right()]

        def row(cells: Sequence[str], tag: str) -> str:
            parts = zip(cells, sides, strict=True)
            return "".join(f'<{tag} style="text-align: {side}">{escape(cell)}</{tag}>' for cell, side in parts)

        head = f"<thead>\n<tr>{row(self.header, 'th')}</tr>\n</thead>"
        body = "\n".join(f"<tr>{row(cells, 'td')}</tr>" for cells in self.written())
        return f"<table>\n{head}\n<tbody>\n{body}\n</tbody>\n</table>"


def is_number(cell: Any) -> bool:
    """Tell whether a cell is a number, or a text that is one with its unit: 1.41 x, +3.2 %."""
    if isinstance(cell, str):
        return NUMBER.fullmatch(cell) is not None
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def decimals_of(numbers: Sequence[float]) -> int:
    """Return how many decimals show the largest number to three digits and the least one to two, three at most."""
    sizes = [abs(number) for number in numbers if number]
    if not sizes:
        return 0
    wanted = max(2 - floor(log10(max(sizes))), 1 - floor(log10(min(sizes))))
    return min(max(wanted, 0), MOST_DECIMALS)


def written(cell: Any, decimals: int) -> str:
    """Return a cell as text."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:,.{decimals}f}"
    return "" if cell is None else str(cell)
