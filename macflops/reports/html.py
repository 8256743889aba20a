"""HTML: one page that stands by itself, without scripts and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from macflops.arithmetic import is_integer
from macflops.errors import printable
from macflops.guidelines import find
from macflops.kinds import shares_by_kind
from macflops.report import Report, plain
from macflops.reports._layout import sized
from macflops.wording import percent, quantity

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{margin:0}h2{margin-top:2rem}.verdict{font-size:1.25rem;font-weight:600}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.25rem .5rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}tr{border-bottom:1px solid #ddd}
.bar{display:inline-block;height:.7rem;background:#4477aa}.wide{overflow-x:auto}
.error{color:#b3261e}.warning{color:#8a5a00}.note{color:#555}.ok{color:#1b6e3c}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}tr{border-color:#444}.error{color:#ff8a80}
.warning{color:#ffcf66}.note{color:#aaa}.ok{color:#7bd88f}.bar{background:#77aadd}}
"""


def render(report: Report) -> str:
    """Return the page of an audit or a count. Names are escaped, for they come from strangers."""
    name = escape(printable(report.network.name, 80))
    body = [f"<h1>{name}</h1>", *totals(report)]
    if report.verdict is not None:
        body = [*body, *audited(report)]
    body += layers(report)
    return page(name, body)


def page(title: str, body: Iterable[str]) -> str:
    """Return a page of its own; its title has been escaped."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>"
    )


def amount(value: Any) -> str:
    """Return a total in full: an integer, a ratio or a closed form; - where it has no value."""
    if isinstance(value, float):
        return f"{value:.2f}"
    return f"{value:,}" if is_integer(value) else "-" if value is None else str(plain(value))


def not_counted(report: Report) -> Iterator[str]:
    """Yield what macflops does not know, if there is anything."""
    if report.unsupported:
        names = ", ".join(escape(f"{u.op} ({len(u.layers)})") for u in report.unsupported)
        yield f'<p class="error">Not counted: {names}. The totals are too low.</p>'


def totals(report: Report) -> Iterator[str]:
    """Yield the totals, and where the memory access goes."""
    yield "<table>"
    for name, value in report.totals._asdict().items():
        yield f'<tr><th>{name.replace("_", " ")}</th><td class="n">{escape(amount(value))}</td></tr>'
    yield "</table>"
    yield from not_counted(report)
    if is_integer(report.totals.mac_elements) and report.totals.mac_elements:
        yield "<h2>Where the memory access goes</h2><table>"
        for kind, share in shares_by_kind(report.costs):
            bar = f'<span class="bar" style="width:{30 * share:.2f}rem"></span>'
            yield f'<tr><th>{escape(kind)}</th><td class="n">{percent(share, 1)}</td><td>{bar}</td></tr>'
        yield "</table>"


def audited(report: Report) -> Iterator[str]:
    """Yield the verdict, a row per rule and a row per finding."""
    assert report.verdict is not None
    yield f'<h2>Verdict</h2><p class="verdict">{escape(printable(report.verdict.summary, 400))}</p><table>'
    yield '<tr><th>rule</th><th class="n">wasted</th><th class="n">worst</th><th class="n">limit</th><th></th></tr>'
    for code, rule in report.verdict.rules.items():
        kind, severity = find(code), rule.severity or "ok"
        share = "-" if rule.mac_share is None else percent(rule.mac_share, 1)
        worst = "-" if rule.worst is None else kind.written(rule.worst)
        cells = "".join(f'<td class="n">{cell}</td>' for cell in (share, worst, kind.written(rule.limit)))
        yield f'<tr><th>{code} {kind.name}</th>{cells}<td class="{severity}">{severity}</td></tr>'
    yield "</table>"
    if report.findings:
        yield '<h2>Findings</h2><div class="wide"><table>'
        for finding in report.findings:
            place = f"{finding.location.file}:{finding.location.line}" if finding.location.line else ""
            wasted = "-" if finding.mac_share is None else percent(finding.mac_share, 1)
            cells = "".join(f"<td>{escape(printable(c))}</td>" for c in (place, finding.layer, finding.message))
            shown = f'<td class="{finding.severity}">{finding.rule} {finding.severity}</td>'
            yield f'<tr>{shown}{cells}<td class="n">{wasted}</td></tr>'
        yield "</table></div>"
    for budget in report.budgets:
        state = "exceeded" if budget.exceeded else "kept"
        yield f"<p>Budget {budget.name}: {quantity(budget.value)} of {quantity(budget.most)}, {state}.</p>"


def layers(report: Report) -> Iterator[str]:
    """Yield a row per layer, memory access in elements."""
    yield '<h2>Layers</h2><div class="wide"><table><tr><th>layer</th><th>op</th><th>output</th>'
    yield "".join(f'<th class="n">{head}</th>' for head in ("params", "mult-adds", "memory access")) + "</tr>"
    for layer in report.layers:
        outputs = " ".join(map(sized, layer.outputs))
        numbers = (layer.params, layer.mult_adds, layer.mac_elements)
        cells = "".join(f'<td class="n">{escape(amount(n))}</td>' for n in numbers)
        name = escape(printable(layer.name, 80))
        yield f"<tr><td>{name}</td><td>{layer.op}</td><td>{escape(outputs)}</td>{cells}</tr>"
    yield "</table></div>"
