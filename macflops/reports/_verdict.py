"""The verdict at a glance: one quotable percentage, then the rules by what they waste."""

from __future__ import annotations

from collections.abc import Iterator

from macflops.errors import printable
from macflops.guidelines import find
from macflops.guidelines.findings import RuleVerdict, Verdict
from macflops.report import Report
from macflops.reports._layout import COLOURS, Style, wrapped
from macflops.wording import percent

# Efficiencies of well-known networks, as a yardstick beside the verdict; a test audits each anew.
YARDSTICKS = (
    ("shufflenet_v2_x1_0", "ShuffleNet V2 1.0x", 0.990),
    ("resnet50", "ResNet-50", 0.932),
    ("mobilenet_v2", "MobileNetV2", 0.797),
)
GOOD = 0.95  # an efficiency from here on is shown in green
ALL_FOUR = {"G1", "G2", "G3", "G4"}


def verdict_lines(report: Report, verdict: Verdict, style: Style) -> Iterator[str]:
    """Yield the verdict with its neighbours as a yardstick, and a line for each rule."""
    yield from efficiency_lines(report, verdict, style)
    if verdict.rules:
        yield ""
    if report.findings:
        yield f"  {'share of memory access wasted':58}worst  layers"
        for code, rule in sorted(verdict.rules.items(), key=lambda item: -(item[1].mac_share or 0)):
            if rule.places or not find(code).note:
                yield wasted_line(report, code, rule, style)
    else:
        for code, rule in verdict.rules.items():
            first, *others = wrapped(nearness(code, rule), f"  {code} ok  ", " " * 9)
            yield first.replace("ok", style("ok", fg="green"), 1)
            yield from others


def efficiency_lines(report: Report, verdict: Verdict, style: Style) -> Iterator[str]:
    """Yield how efficient the network is, and how others are."""
    if verdict.efficiency is None:
        yield f"  {style('VERDICT', bold=True)}  no layer's width is free to judge: data fix them all"
        return
    good = verdict.efficiency >= GOOD
    roles = {row.layer.operator.role for row in report.costs.free_layers}
    those = "convolutions" if "convolution" in roles else "linear layers"
    told = f"its {those} move hardly more than they need to"
    if verdict.rules and all(find(finding.rule).note for finding in report.findings):
        guidelines = [code for code in verdict.rules if not find(code).note]
        checked = "all four guidelines" if set(guidelines) >= ALL_FOUR else ", ".join(guidelines or verdict.rules)
        told = f"within the limits of {checked}"
    elif not good:
        told = f"its {those} move {1 / verdict.efficiency:.1f} times what they need to"
    bold = style(f"VERDICT  {percent(verdict.efficiency)} efficient", bold=True, **({"fg": "green"} if good else {}))
    yield f"  {bold}: {told}"
    if report.findings:
        others = [f"{label}: {percent(value)}" for name, label, value in YARDSTICKS if name != report.network.name]
        yield f"           ({', '.join(others)})"


def wasted_line(report: Report, code: str, verdict: RuleVerdict, style: Style) -> str:
    """Return a rule's line: its share of waste as a number and a bar, how severe it is, its worst measure."""
    rule = find(code)
    severity = verdict.severity or "ok"
    share = "-" if verdict.mac_share is None or not verdict.places else percent(verdict.mac_share, 1)
    bar = "█" * min(20, round(200 * (verdict.mac_share or 0)))
    worst = "-" if verdict.worst is None else rule.written(verdict.worst)
    layers = len({name for finding in report.findings if finding.rule == code for name in finding.layers})
    coloured = style(f"{bar:20}  {severity:8}", **COLOURS[severity])
    return f"  {code} {rule.name:14} {share:>7}  {coloured} {worst:>8}  {layers or '-':>6}"


def nearness(code: str, verdict: RuleVerdict) -> str:
    """Return how near a rule's limit the network comes."""
    rule = find(code)
    if verdict.worst is None or verdict.worst_layer is None:
        return rule.nothing
    place = printable(verdict.worst_block or verdict.worst_layer, 36)
    limit = rule.written(verdict.limit)
    if verdict.worst_block:
        return f"worst {rule.written(verdict.worst)} (limit {limit})  {place}"
    widths = printable((verdict.worst_message or "").partition(":")[0], 30)
    return f"worst {verdict.worst:.3f} x (limit {limit})  {place}  {widths}"
