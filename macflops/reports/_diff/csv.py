"""CSV: a row for each thing that differs, numbers in full, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from macflops.differences import COUNTS, Change, Diff
from macflops.report import plain
from macflops.reports._diff._changes import pieces, shapes
from macflops.reports.csv import harmless

COLUMNS = ("kind", "layer", "field", "base", "head")


def render(found: Diff) -> str:
    """Return a header, a row for each total, and rows of each layer that differs: what of it does.

    A layer that is in one network alone has rows of its operator, its outputs and its counts there. A cell that a
    spreadsheet would take for a formula is quoted with '.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, total in found.totals.items():
        writer.writerow(("total", "", name, plain(total.base), plain(total.head)))
    for change in found.layers:
        for field, base, head in fields(change):
            writer.writerow(map(cell, (change.kind, change.name, field, base, head)))
    return out.getvalue().rstrip("\n")


def fields(change: Change) -> Iterator[tuple[str, Any, Any]]:
    """Yield what differs of a layer, before and after."""
    if change.base is not None and change.head is not None:
        if change.kind == "renamed":
            yield "name", change.base.name, change.head.name
        yield from pieces(change)
        return
    layer = change.head or change.base
    for name in ("op", "outputs", *COUNTS):
        value = getattr(layer, name)
        value = shapes(value) if name == "outputs" else value
        yield (name, None, value) if change.base is None else (name, value, None)


def cell(value: Any) -> Any:
    """Return a value as a cell: sides side by side, as 3x3."""
    if isinstance(value, (tuple, list)):
        return "x".join(map(str, value))
    return harmless(plain(value))
