"""A table that a notebook shows: as HTML where that is shown, as aligned text elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any


class Table:
    """Rows under a header. Numbers are set right and written in full: integers in groups of three, floats as given."""

    def __init__(self, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self.header = tuple(header)
        self.rows = tuple(tuple(row) for row in rows)
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(f"a row of {len(row)} cells under a header of {len(self.header)}: {row}")

    def __repr__(self) -> str:
        lines = [self.header, *([written(cell) for cell in row] for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.header))]
        right = [any(is_number(row[i]) for row in self.rows) for i in range(len(self.header))]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if is_right else cell.ljust(width)
                for cell, width, is_right in zip(line, widths, right, strict=True)
            ).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.header)
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align: {"right" if is_number(cell) else "left"}">{escape(written(cell))}</td>'
                for cell in row
            )
            + "</tr>\n"
            for row in self.rows
        )
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def is_number(cell: Any) -> bool:
    """Tell whether a cell is a number, or a text that begins as one: 1.41 x, +3.2 %, - for none."""
    if isinstance(cell, str):
        return cell == "-" or cell.lstrip("+-−")[:1].isdigit()
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def written(cell: Any) -> str:
    """Return a cell as text."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:.3g}"
    return "" if cell is None else str(cell)
