"""Markdown: for a pull request or a page. Names are escaped, for they come from strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from macflops.arithmetic import is_integer
from macflops.errors import printable
from macflops.guidelines import find
from macflops.report import Report, plain
from macflops.reports._table import COLUMNS, grouped, totals
from macflops.wording import percent, quantity


def render(report: Report, by: str = "layer") -> str:
    """Return totals and, of an audit, verdict, rules and findings; of a count a row by layer, block, stage or op."""
    lines = [f"## {escaped(report.network.name)}", "", "| total | |", "| --- | ---: |"]
    for name, value in report.totals._asdict().items():
        lines.append(f"| {name.replace('_', ' ')} | {amount(value)} |")
    lines += ["", *(audited(report) if report.verdict is not None else counted(report, by))]
    for line in not_counted(report):
        lines += ["", line]
    return "\n".join(lines)


def amount(value: Any) -> str:
    """Return a total in full: an integer, a ratio, or a closed form as code; - where it has no value."""
    if isinstance(value, float):
        return f"{value:.2f}"
    return f"{value:,}" if is_integer(value) else "-" if value is None else f"`{plain(value)}`"


def not_counted(report: Report) -> Iterator[str]:
    """Yield what macflops does not know, if there is anything."""
    if report.unsupported:
        names = ", ".join(f"{escaped(u.op)} ({len(u.layers)})" for u in report.unsupported)
        yield f"**Not counted:** {names}. The totals are too low."


def audited(report: Report) -> Iterator[str]:
    """Yield the verdict, a row per rule and a row per finding."""
    assert report.verdict is not None
    yield f"**{escaped(report.verdict.summary)}**"
    yield ""
    yield "| rule | memory access wasted | worst | limit | severity | places |"
    yield "| --- | ---: | ---: | ---: | --- | ---: |"
    for code, rule in report.verdict.rules.items():
        kind = find(code)
        share = "-" if rule.mac_share is None else percent(rule.mac_share, 1)
        worst = "-" if rule.worst is None else kind.written(rule.worst)
        severity = rule.severity or "ok"
        yield f"| {code} {kind.name} | {share} | {worst} | {kind.written(rule.limit)} | {severity} | {rule.places} |"
    if report.findings:
        yield ""
        yield "| finding | place | layer | measured | wasted |"
        yield "| --- | --- | --- | --- | ---: |"
        for finding in report.findings:
            place = f"{finding.location.file}:{finding.location.line}" if finding.location.line else ""
            wasted = "-" if finding.mac_share is None else percent(finding.mac_share, 1)
            cells = (f"{finding.rule} {finding.severity}", place, finding.layer, finding.message)
            yield f"| {' | '.join(map(escaped, cells))} | {wasted} |"
    for budget in report.budgets:
        yield ""
        state = "exceeded" if budget.exceeded else "kept"
        yield f"Budget {budget.name}: {quantity(budget.value)} of {quantity(budget.most)}, {state}."


def counted(report: Report, by: str) -> Iterator[str]:
    """Yield a row by layer, block, stage or op, and the total: the columns of the text's table, as closed forms too."""
    yield f"| {by} | {'op' if by == 'layer' else 'layers'} | {' | '.join(COLUMNS)} |"
    yield f"| --- | --- |{' ---: |' * len(COLUMNS)}"
    for line in grouped(report, by):
        what = escaped(line.what) if by == "layer" else line.what.partition(" ")[0]
        yield f"| {escaped(line.name)} | {what} | {' | '.join(map(amount, line.sums))} |"
    yield f"| **total** | | {' | '.join(map(amount, totals(report)))} |"


def escaped(text: str) -> str:
    """Return text with what Markdown and HTML would take for markup escaped, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", printable(text, 400))
