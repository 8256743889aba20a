"""The table of a count: a row per layer, block, stage or kind of operator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from macflops.arithmetic import Dim, is_integer
from macflops.errors import printable
from macflops.layers import LayerReport
from macflops.report import Report
from macflops.wording import counted

COLUMNS = ("params", "mult-adds", "elementwise", "mac elements")


class Line(NamedTuple):
    """A row of the table: its name, what it is, and its sums (memory access in elements)."""

    name: str
    what: str
    sums: tuple[Dim, Dim, Dim, Dim]


def table(report: Report, by: str) -> Iterator[str]:
    """Yield the table's lines: names cut to fit, numbers in full, memory access in elements."""
    lines = list(grouped(report, by))
    if not all(is_integer(number) for line in lines for number in line.sums):
        yield from closed_forms(lines)
        return
    shown = [[f"{number:,}" for number in line.sums] for line in lines]
    totals = report.totals
    total = (totals.params, totals.mult_adds, totals.elementwise_ops, totals.mac_elements)
    last = [f"{number:,}" for number in total]
    widths = [max(len(head), *(len(row[i]) for row in [*shown, last])) for i, head in enumerate(COLUMNS)]
    name_width = max([len(by), 5, *(min(len(line.name), 40) for line in lines)])
    what_width = max([2, *(min(len(line.what), 18) for line in lines)])

    def one(name: str, what: str, numbers: list[str]) -> str:
        cells = "  ".join(f"{number:>{width}}" for number, width in zip(numbers, widths, strict=True))
        return f"{printable(name, 40):{name_width}}  {printable(what, 18):{what_width}}  {cells}"

    yield one(by, "op" if by == "layer" else "", list(COLUMNS))
    for line, numbers in zip(lines, shown, strict=True):
        yield one(line.name, line.what, numbers)
    yield one("total", "", last)


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


def sums(layer: LayerReport) -> tuple[Dim, Dim, Dim, Dim]:
    """Return what a layer adds to each column."""
    return layer.params, layer.mult_adds, layer.elementwise_ops, layer.mac_elements
