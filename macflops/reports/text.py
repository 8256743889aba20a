"""Text for a person at a terminal, 80 columns: what to know first stands first. Colours are left to the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from macflops.errors import printable
from macflops.guidelines import find
from macflops.guidelines.findings import Finding
from macflops.report import Report
from macflops.reports._kinds import shares_by_kind
from macflops.wording import percent, quantity

WIDTH = 80
# Efficiencies of well-known networks, as a yardstick beside the verdict; a test audits each anew.
YARDSTICKS = (
    ("shufflenet_v2_x1_0", "ShuffleNet V2 1.0x", 0.990),
    ("resnet50", "ResNet-50", 0.932),
    ("mobilenet_v2", "MobileNetV2", 0.797),
)

Style = Callable[..., str]


def plain_style(text: str, **_: object) -> str:
    """Return text as it is."""
    return text


def render(report: Report, style: Style = plain_style, top: int | None = None, by: str | None = None) -> str:
    """Return the report of an audit, or of a count. `style` colours a piece of text as `click.style` does."""
    lines = [*head(report, style)]
    if report.verdict is None:
        from macflops.reports._table import table

        lines += ["", *table(report, by or "layer")]
    else:
        lines += ["", *verdict(report, style), "", *rules(report, style), *findings(report, style, top)]
        lines += ["", *closing(report)]
    lines += [line for budget in report.budgets for line in budget_lines(budget, style)]
    if report.unsupported:
        names = ", ".join(f"{printable(u.op, 60)} ({len(u.layers)})" for u in report.unsupported)
        lines += ["", *wrapped(f"NOT COUNTED  macflops does not know {names}: the totals are too low.", "  ")]
    return "\n".join(line.rstrip() for line in lines)


def head(report: Report, style: Style) -> Iterator[str]:
    """Yield the name, the conventions, the totals and where the memory access goes."""
    network, totals = report.network, report.totals
    shapes = ", ".join("x".join(map(str, network.tensors[i.tensor].shape)) for i in network.inputs)
    conventions = f"input {shapes} · {report.costs.dtype} · fusion {report.costs.fusion} · {len(network.layers)} layers"
    name = printable(network.name, 40)
    gap = max(2, 26 - len(name))
    line = f"{name}{' ' * gap}{conventions}"
    yield from [line] if len(line) <= WIDTH else [name, *wrapped(conventions, "  ")]
    yield ""
    if symbolic(totals.mac_bytes):
        yield from symbolic_totals(report)
        return
    intensity = f"{totals.arithmetic_intensity:.2f} flops per byte" if totals.arithmetic_intensity is not None else ""
    yield (
        f"  mult-adds {quantity(totals.mult_adds)}    params {quantity(totals.params)}    "
        f"peak {quantity(totals.peak_activation_bytes, 'B')}    {intensity}"
    )
    if totals.mac_elements:
        yield f"  memory access {quantity(totals.mac_bytes, 'B')}, of which"
        yield from in_columns([(kind, share) for kind, share in shares_by_kind(report.costs)], style)


def symbolic(number: object) -> bool:
    """Tell whether a number is a closed form."""
    return not isinstance(number, (int, float))


def symbolic_totals(report: Report) -> Iterator[str]:
    """Yield each total as a closed form, on a line of its own however long: it is made to be copied."""
    from macflops.closed_form import written

    for name, value in report.totals._asdict().items():
        yield f"  {name.replace('_', ' '):22} {written(value)}"


def in_columns(shares: Sequence[tuple[str, float]], style: Style) -> Iterator[str]:
    """Yield shares with bars, two or three on a line."""
    cells = []
    for kind, share in shares:
        bar = "█" * round(40 * share)
        cells.append((f"{kind} {percent(share, 1)}", bar))
    width = max(len(text) for text, _ in cells)
    line = "   "
    for text, bar in cells:
        cell = f" {text:{width}}  {bar:10}"
        if len(line) + len(cell.rstrip()) > WIDTH:
            yield line
            line = "   "
        line += cell
    yield line


def verdict(report: Report, style: Style) -> Iterator[str]:
    """Yield the one quotable percentage with its neighbours as a yardstick."""
    assert report.verdict is not None
    efficiency = report.verdict.efficiency
    if efficiency is None:
        yield "  VERDICT  no layer's width is free to judge: data fix them all"
        return
    good = efficiency >= 0.95
    if report.findings:
        told = "its convolutions move hardly more than they need to"
        if not good:
            told = f"its convolutions move {1 / efficiency:.1f} times what they need to"
    else:
        told = f"within the limits of {rule_count(report)}"
    bold = style(f"VERDICT  {percent(efficiency)} efficient", bold=True, **({"fg": "green"} if good else {}))
    yield f"  {bold}: {told}"
    if report.findings:
        others = [f"{label}: {percent(value)}" for name, label, value in YARDSTICKS if name != report.network.name]
        yield f"           ({', '.join(others)})"


def rule_count(report: Report) -> str:
    """Return which guidelines were checked, in words."""
    assert report.verdict is not None
    rules = report.verdict.rules
    return "all four guidelines" if {"G1", "G2", "G3", "G4"} <= set(rules) else ", ".join(rules)


def rules(report: Report, style: Style) -> Iterator[str]:
    """Yield a line for each rule: the most wasteful first, or, where nothing was found, how near each limit is."""
    assert report.verdict is not None
    judged = report.verdict.rules
    if not report.findings:
        for code, rule in judged.items():
            yield f"  {code} {style('ok', fg='green')}  {near(code, rule.worst, rule.limit, rule.worst_layer, rule.worst_message)}"
        return
    yield f"  {'share of memory access wasted':58}{'worst':>7}  layers"
    counts = {code: len({n for f in report.findings if f.rule == code for n in f.layers}) for code in judged}
    for code, rule in sorted(judged.items(), key=lambda item: -(item[1].mac_share or 0)):
        share = "-" if rule.mac_share is None or not rule.places else percent(rule.mac_share, 1)
        bar = "█" * min(20, round(200 * (rule.mac_share or 0)))
        severity = rule.severity or "ok"
        worst = "-" if rule.worst is None else find(code).written(rule.worst)
        severity_shown = style(f"{severity:8}", **colour(severity))
        number = str(counts[code]) if counts[code] else "-"
        yield f"  {code} {find(code).name:14} {share:>7}  {style(f'{bar:20}', **colour(severity))} {severity_shown} {worst:>8}  {number:>6}"


def near(code: str, worst: float | None, limit: float, layer: str | None, message: str | None) -> str:
    """Return how near a rule's limit the network comes."""
    if worst is None:
        return {"G1": "no layer to judge", "G2": "no grouped convolution", "G3": "nothing side by side"}.get(
            code, "none"
        )
    rule = find(code)
    detail = (message or "").split(":")[0] if code in ("G1", "G2") else ""
    shown = f"{worst:.3f} x" if code in ("G1", "G2") else rule.written(worst)
    written = f"{limit:g}" if code in ("G1", "G2") else rule.written(limit)
    return f"worst {shown} (limit {written})  {printable(layer or '', 40)}  {detail}".rstrip()


def findings(report: Report, style: Style, top: int | None) -> Iterator[str]:
    """Yield each finding: where, what was measured, how much it wastes."""
    shown = report.findings if top is None else report.findings[:top]
    for number, finding in enumerate(shown, 1):
        yield ""
        yield from one_finding(number, finding, report, style)
    if len(shown) < len(report.findings):
        yield ""
        yield f"  and {len(report.findings) - len(shown)} more (--top {len(report.findings)})"


def one_finding(number: int, finding: Finding, report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of one finding."""
    places = len(finding.blocks) or len(finding.layers)
    what = ("block" if finding.blocks else "layer") + ("s" if places > 1 else "")
    wasted = finding.mac_elements_wasted
    bytes_wasted = "" if wasted is None else f"{quantity(wasted * width_of(report), 'B')} in "
    left = f"  {number}  {finding.rule}  {bytes_wasted}{places} {what}"
    place = printable(str(finding.location).rpartition(":")[0] if finding.location.line else finding.layer, 44)
    right = f"{style(place, dim=True)}  {style(finding.severity, **colour(finding.severity))}"
    gap = WIDTH - len(left) - len(place) - 2 - len(finding.severity)
    yield f"{left}{' ' * max(2, gap)}{right}"
    where = finding.blocks[0] if finding.blocks else finding.layer
    yield from wrapped(f"{printable(where, 60)}  {finding.message}", "     ")


def width_of(report: Report) -> int:
    """Return the bytes of an element."""
    return report.totals.mac_bytes // report.totals.mac_elements if report.totals.mac_elements else 0


def closing(report: Report) -> Iterator[str]:
    """Yield what to do first, in one sentence."""
    assert report.verdict is not None
    if report.findings:
        first = report.findings[0]
        what = (
            first.message
            if first.mac_share is None
            else f"{percent(first.mac_share, 1)} of the memory access is wasted on {find(first.rule).wasted_on}"
        )
        yield from wrapped(f"Start with 1: {printable(what)}.", "")
    else:
        yield "Nothing to change."
    yield from wrapped(
        f"`macflops rule {report.findings[0].rule if report.findings else 'G1'}` explains; counted, not trained: macflops does not know your accuracy.",
        "",
    )


def budget_lines(budget: object, style: Style) -> Iterator[str]:
    """Yield a budget, and whether the network keeps it."""
    name, most, value = budget.name, budget.most, budget.value  # type: ignore[attr-defined]
    state = style("over", fg="red") if value > most else style("ok", fg="green")
    yield f"  budget {name} {value:,} of {most:,}  {state}"


def colour(severity: str) -> dict[str, object]:
    """Return how a severity is coloured."""
    return {"error": {"fg": "red"}, "warning": {"fg": "yellow"}, "note": {"dim": True}, "ok": {"fg": "green"}}[severity]


def wrapped(text: str, indent: str) -> list[str]:
    """Return text on lines of up to 80 columns, at spaces."""
    lines = [indent]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) + 1 > WIDTH and lines[-1].strip():
            lines.append(indent)
        lines[-1] += word if lines[-1] == indent else f" {word}"
    return lines
