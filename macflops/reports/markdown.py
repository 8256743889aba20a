"""Markdown: for a pull request or a page. Names are escaped, for they come from strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from macflops.arithmetic import is_integer
from macflops.errors import printable
from macflops.guidelines import find
from macflops.report import Report, plain
from macflops.wording import percent, quantity


def render(report: Report) -> str:
    """Return totals and, of an audit, verdict, rules and findings; of a count a row per layer."""
    totals = report.totals
    lines = [f"## {escaped(report.network.name)}", "", "| total | |", "| --- | ---: |"]
    for name, value in totals._asdict().items():
        shown = f"{value:,}" if is_integer(value) else "-" if value is None else plain(value)
        lines.append(f"| {name.replace('_', ' ')} | {shown if not isinstance(value, float) else f'{value:.2f}'} |")
    lines += ["", *(audited(report) if report.verdict is not None else counted(report))]
    if report.unsupported:
        names = ", ".join(f"{escaped(u.op)} ({len(u.layers)})" for u in report.unsupported)
        lines += ["", f"**Not counted:** {names}. The totals are too low."]
    return "\n".join(lines)


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


def counted(report: Report) -> Iterator[str]:
    """Yield a row per layer, memory access in elements."""
    yield "| layer | op | params | mult-adds | memory access |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for layer in report.layers:
        numbers = (layer.params, layer.mult_adds, layer.mac_elements)
        shown = " | ".join(f"{n:,}" if is_integer(n) else f"`{plain(n)}`" for n in numbers)
        yield f"| {escaped(layer.name)} | {layer.op} | {shown} |"


def escaped(text: str) -> str:
    """Return text with what Markdown and HTML would take for markup escaped, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", printable(text, 400))
