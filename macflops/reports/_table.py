"""The table of a count: a row per layer, block, stage or kind of operator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from macflops.arithmetic import Dim, is_integer
from macflops.errors import printable
from macflops.layers import LayerReport
from macflops.report import Report
from macflops.reports._layout import WIDTH
from macflops.wording import counted

COLUMNS = ("params", "mult-adds", "elementwise", "mac elements")
LEAST = 8  # columns that a name has, however long the numbers
SEPARATORS = re.compile(r"(?<=.)[./]")  # between the parts of a name
DEEPEST = 6  # parts of a name that stand above its row, at most


class Line(NamedTuple):
    """A row of the table: its name, what it is, and its sums (memory access in elements)."""

    name: str
    what: str
    sums: tuple[Dim, Dim, Dim, Dim]


def table(report: Report, by: str) -> Iterator[str]:
    """Yield the table's lines: numbers in full, memory access in elements, names whole, on 80 columns.

    Where the names leave no room for the numbers, what the names of neighbours begin with stands on a line above them.
    """
    lines = list(grouped(report, by))
    if not all(is_integer(number) for line in lines for number in line.sums):
        yield from closed_forms(lines)
        return
    last = totals(report)
    most = [max(column) for column in zip(last, *(line.sums for line in lines), strict=True)]  # none is negative
    widths = [max(len(head), len(f"{number:,}")) for head, number in zip(COLUMNS, most, strict=True)]
    what_width = max(2, max((len(printable(line.what, 18)) for line in lines), default=2))
    gap, width, rows = placed([printable(line.name) for line in lines], by, WIDTH - sum(widths) - what_width)

    def one(name: str, what: str, numbers: Sequence[Dim]) -> Iterator[str]:
        cells = [f"{number:>{width},}" for number, width in zip(numbers, widths, strict=True)]
        if len(name) > width:
            yield name
            name = ""
        yield (" " * gap).join((f"{name:{width}}", f"{printable(what, 18):{what_width}}", *cells))

    heads = (f"{head:>{width}}" for head, width in zip(COLUMNS, widths, strict=True))
    yield (" " * gap).join((f"{by:{width}}", f"{'op' if by == 'layer' else '':{what_width}}", *heads))
    for (scope, name), line in zip(rows, lines, strict=True):
        if scope:
            yield scope
        yield from one(name, line.what, line.sums)
    yield from one("total", "", last)


def placed(names: Sequence[str], by: str, room: int) -> tuple[int, int, list[tuple[str, str]]]:
    """Return how wide gaps and the column of names are, and the rows, where so much is left for names and gaps.

    Two spaces stand between columns if everything fits so, else one; what then does not fit has a line of its own.
    """
    for gap in (2, 1):
        left = max(LEAST, room - gap * (len(COLUMNS) + 1))
        rows = scoped(names, left)
        needed = max(len(name) for _, name in [*rows, ("", by), ("", "total")])
        if needed <= left:
            return gap, needed, rows
    return gap, max(len(name) for _, name in [*rows, ("", by)] if len(name) <= left), rows


def scoped(names: Sequence[str], room: int) -> list[tuple[str, str]]:
    """Return for each name the scope to be printed above it, empty if there is none, and what stands in its row.

    A scope is as many of a name's parts for all names: as many as give the fewest lines.
    """
    best: list[tuple[str, str]] = []
    least = 0
    for parts in range(DEEPEST):
        rows = list(cut(names, parts))
        lines = sum((scope != "") + 1 + (len(name) > room) for scope, name in rows)
        if not best or lines < least:
            best, least = rows, lines
        if least <= len(names):
            break
    return best


def cut(names: Sequence[str], parts: int) -> Iterator[tuple[str, str]]:
    """Yield each name's first parts where they are new, and the name without them. Parts end before a `.` or `/`."""
    last = ""
    for name in names:
        ends = [match.start() for match in SEPARATORS.finditer(name)]
        if not 0 < parts <= len(ends):
            last = ""
            yield "", name
            continue
        end = ends[parts - 1]
        yield name[:end] if name[:end] != last else "", f"  {name[end:].removeprefix('.')}"
        last = name[:end]


def closed_forms(lines: list[Line]) -> Iterator[str]:
    """Yield what each row costs as closed forms, each on a line of its own: no table could hold them."""
    from macflops.closed_form import written

    for line in lines:
        yield f"{printable(line.name, 60)}  {printable(line.what, 18)}"
        for head, number in zip(COLUMNS, line.sums, strict=True):
            if not is_integer(number) or number:
                yield f"    {head} = {written(number)}"


def grouped(report: Report, by: str) -> Iterator[Line]:
    """Yield a line for each layer, or for each block, stage or operator with its layers summed."""
    if by == "layer":
        for layer in report.layers:
            yield Line(layer.name, layer.op, sums(layer))
        return
    groups: dict[str, list[LayerReport]] = {}
    for layer in report.layers:
        groups.setdefault(getattr(layer, by), []).append(layer)
    for name, layers in groups.items():
        columns = zip(*map(sums, layers), strict=True)
        params, mult_adds, elementwise, mac = (sum(column) for column in columns)
        what = counted(len(layers), "layer")
        yield Line(name, what, (params, mult_adds, elementwise, mac))


def totals(report: Report) -> tuple[Dim, Dim, Dim, Dim]:
    """Return each column's sum over the network; a shared weight counts once."""
    found = report.totals
    return found.params, found.mult_adds, found.elementwise_ops, found.mac_elements


def sums(layer: LayerReport) -> tuple[Dim, Dim, Dim, Dim]:
    """Return what a layer adds to each column."""
    return layer.params, layer.mult_adds, layer.elementwise_ops, layer.mac_elements
