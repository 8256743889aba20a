"""Text for a person at a terminal, 80 columns: what to know first stands first."""

from __future__ import annotations

from collections.abc import Iterator

from macflops.arithmetic import is_symbolic
from macflops.errors import printable
from macflops.kinds import shares_by_kind
from macflops.report import Budget, Report
from macflops.reports._findings import closing_lines, finding_lines
from macflops.reports._layout import WIDTH, Style, bars, plain_style, sized, wrapped
from macflops.wording import counted, quantity


def render(report: Report, style: Style = plain_style, top: int | None = None, by: str = "layer") -> str:
    """Return the report of an audit, or of a count with a table by layer, block, stage or op.

    `style` colours a piece of text as `click.style` does; `top` is how many findings are printed.
    """
    lines = [*head_lines(report), ""]
    if report.verdict is None:
        from macflops.reports._table import table

        lines += table(report, by)
    else:
        from macflops.reports._verdict import verdict_lines

        lines += verdict_lines(report, report.verdict, style)
        lines += [*finding_lines(report, style, top), "", *closing_lines(report)]
    lines += [line for budget in report.budgets for line in budget_lines(budget, style)]
    if report.unsupported:
        names = ", ".join(f"{printable(u.op, 60)} ({counted(len(u.layers), 'layer')})" for u in report.unsupported)
        lines += ["", *wrapped(f"NOT COUNTED: {names}, which macflops does not know. The totals are too low.")]
    return "\n".join(line.rstrip() for line in lines)


def head_lines(report: Report) -> Iterator[str]:
    """Yield the name, the conventions, the totals and where the memory access goes."""
    network, totals = report.network, report.totals
    shapes = ", ".join(sized(network.tensors[i.tensor].shape) for i in network.inputs)
    count = counted(len(network.layers), "layer")
    conventions = f"input {shapes} · {report.costs.dtype} · fusion {report.costs.fusion} · {count}"
    name = f"{printable(network.name, 40):24}  "
    yield from [name + conventions] if len(name + conventions) <= WIDTH else [name, *wrapped(conventions, "  ")]
    yield ""
    if is_symbolic(totals.mac_elements) or is_symbolic(totals.mult_adds):
        yield from closed_forms(report)
        return
    line = (
        f"  mult-adds {quantity(totals.mult_adds)}    params {quantity(totals.params)}    "
        f"peak {quantity(totals.peak_activation_bytes, 'B')}"
    )
    intensity = totals.arithmetic_intensity
    if intensity is not None:
        line += f"    {f'{intensity:.2f}' if intensity < 10_000 else quantity(int(intensity))} flops per byte"
    yield line
    if totals.mac_elements:
        yield f"  memory access {quantity(totals.mac_bytes, 'B')}, of which"
        yield from bars(shares_by_kind(report.costs))


def closed_forms(report: Report) -> Iterator[str]:
    """Yield each total as a closed form, on a line of its own however long: it is made to be copied."""
    from macflops.closed_form import written

    for name, value in report.totals._asdict().items():
        yield f"  {name} = {written(value)}"


def budget_lines(budget: Budget, style: Style) -> Iterator[str]:
    """Yield a budget, and whether the network keeps it."""
    state = style("exceeded", fg="red") if budget.exceeded else style("kept", fg="green")
    yield f"Budget {budget.name}: {budget.value:,} of {budget.most:,}, {state}."
