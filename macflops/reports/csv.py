"""CSV: one row per layer, numbers in full, for a spreadsheet."""

from __future__ import annotations

import csv
import io

from macflops.report import Report, plain
from macflops.reports._layout import sized

COLUMNS = (
    "index",
    "name",
    "op",
    "block",
    "stage",
    "inputs",
    "outputs",
    "params",
    "mult_adds",
    "flops",
    "elementwise_ops",
    "mac_elements",
    "mac_bytes",
    "fused_into",
)


def render(report: Report) -> str:
    """Return a header and a row per layer. A cell that a spreadsheet would take for a formula is quoted with '."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for layer in report.layers:
        row = [plain(getattr(layer, column)) for column in COLUMNS]
        writer.writerow([shapes(cell) if isinstance(cell, list) else harmless(cell) for cell in row])
    return out.getvalue().rstrip("\n")


def shapes(cell: list[list[object]]) -> str:
    """Return shapes as 1x3x224x224, separated by spaces."""
    return " ".join(map(sized, cell))


def harmless(cell: object) -> object:
    """Return a cell that no spreadsheet executes."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
