"""Rows of many networks: a table for a terminal, CSV, or JSON Lines; line by line, as they come."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from macflops.arithmetic import Dim, is_integer
from macflops.errors import printable
from macflops.many import TOTALS, Row
from macflops.reports._layout import WIDTH, wrapped
from macflops.reports.csv import harmless
from macflops.wording import quantity

COLUMNS = ("source", "name", "dtype", "fusion", "options", "complete", "layers", *TOTALS, "unsupported", "error")
NUMBERS = (
    ("mult-adds", 9, "mult_adds", ""),
    ("params", 8, "params", ""),
    ("memory access", 13, "mac_bytes", "B"),
    ("peak", 8, "peak_activation_bytes", "B"),
)
NAMED = WIDTH - sum(width + 1 for _, width, _, _ in NUMBERS)


def as_text(rows: Iterable[Row], sources: Sequence[str]) -> Iterator[str]:
    """Yield a table's lines: a network each; below it what is wrong with it."""
    widest = min(max((len(source) for source in sources), default=6), NAMED)
    head = " ".join(f"{title:>{width}}" for title, width, _, _ in NUMBERS)
    yield f"{'source':{widest}} {head}"
    for row in rows:
        if row.error is not None:
            yield from wrapped(printable(row.error), "", "    ")
            continue
        shown = printable(row.source)
        if len(shown) > widest:
            yield shown
            shown = ""
        totals = row.totals
        numbers = " ".join(f"{amount(totals[name], unit):>{width}}" for _, width, name, unit in NUMBERS)
        yield f"{shown:{widest}} {numbers}"
        if row.unsupported:
            listed = ", ".join(f"{op} ({number})" for op, number in row.unsupported.items())
            yield from wrapped(f"not counted, since macflops does not know them: {printable(listed)}", "    ")


def amount(number: Dim, unit: str) -> str:
    """Return a total in short; of a closed form only that it is one."""
    return quantity(number, unit) if is_integer(number) else "symbolic"


def as_csv(rows: Iterable[Row], sources: Sequence[str] = ()) -> Iterator[str]:
    """Yield lines of CSV, numbers in full. A cell that a spreadsheet would take for a formula is quoted with '."""
    yield ",".join(COLUMNS)
    yield from map(csv_line, rows)


def csv_line(row: Row) -> str:
    """Return a row's line of CSV."""
    found = row.to_dict()
    found["unsupported"] = " ".join(f"{op}:{number}" for op, number in row.unsupported.items())
    found["complete"] = str(row.complete).lower()
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([harmless(found[name]) for name in COLUMNS])
    return out.getvalue().rstrip("\n")


def as_jsonl(rows: Iterable[Row], sources: Sequence[str] = ()) -> Iterator[str]:
    """Yield a JSON document for each network, on a line of its own (`macflops schema row`)."""
    yield from map(json_line, rows)


def json_line(row: Row) -> str:
    """Return a row's document on one line."""
    return json.dumps({"schema": "macflops.row/1", **row.to_dict()}, ensure_ascii=False, allow_nan=False)


STYLES: dict[str, Callable[..., Iterator[str]]] = {"text": as_text, "csv": as_csv, "jsonl": as_jsonl}
