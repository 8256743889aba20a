"""What a figure shows: rows by column name, and how they are written beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from macflops.errors import printable

Row = Mapping[str, Any]
LONGEST = 36  # of a name in a figure
DIGITS = 6  # of a number that is no integer: what a figure can show, and every machine agrees on


class Table:
    """Rows of a figure's data, each a mapping of the same columns."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.rows[0]) if self.rows else ()

    def where(self, **values: Any) -> Table:
        """Return the rows that have these values."""
        return Table(row for row in self.rows if all(row[name] == value for name, value in values.items()))

    def column(self, name: str) -> list[Any]:
        """Return one column."""
        return [row[name] for row in self.rows]

    def each(self, name: str) -> list[Any]:
        """Return the different values of a column, in the order in which they come."""
        return list(dict.fromkeys(self.column(name)))

    def csv(self) -> str:
        """Return the table as CSV: integers in full, other numbers to six digits."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([written(row[name]) for name in self.columns] for row in self.rows)
        return text.getvalue()

    def __len__(self) -> int:
        return len(self.rows)


def shown(name: str) -> str:
    """Return a name as a figure shows it: names come from strangers."""
    return printable(name, LONGEST)


def written(value: Any) -> str:
    """Return a value as it stands in a CSV file."""
    if value is None:
        return ""
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)
