"""What to write instead, and what that changes; or what ties a width, and why there is no advice."""

from __future__ import annotations

from collections.abc import Iterator

from macflops.advice.result import Advice, Effect
from macflops.errors import printable
from macflops.guidelines.findings import Finding
from macflops.report import Report
from macflops.reports._layout import Style, wrapped
from macflops.wording import counted

SHORT = 60  # what is longer is told once


def advice_lines(number: int, finding: Finding, report: Report, advice: Advice, style: Style) -> Iterator[str]:
    """Yield the lines of advice on one finding. A step is told where it is first met."""
    if finding.advice is not None:
        told = next(n for n, f in enumerate(report.findings, 1) if f.advice == finding.advice)
        if told != number:
            yield from labelled("write", f"as {told} says", style, fg="cyan")
            return
        step = advice.steps[finding.advice]
        before = "; ".join(where(report, n) for n in range(finding.advice))
        yield from labelled("after", printable(before, 600), style, dim=True)
        yield from labelled("write", printable(step.text, 600), style, fg="cyan")
        yield from labelled("recount", recounted(step.recount), style, fg="green" if fell(step.recount) else "red")
        yield from labelled("trades", trades(step.recount), style, dim=True)
        return
    if finding.tied_by:
        yield from labelled("tied", ties(finding, report), style, dim=True)
    told = next(n for n, f in enumerate(report.findings, 1) if f.no_advice == finding.no_advice)
    if told != number and len(finding.no_advice or "") > SHORT:
        yield from labelled("no fix", f"as {told} says", style, dim=True)
        return
    yield from labelled("no fix", printable(finding.no_advice or "", 600), style, dim=True)


def labelled(label: str, text: str, style: Style, **colours: object) -> Iterator[str]:
    """Yield text behind a label, on lines of 80 columns; nothing where there is none."""
    if text:
        first, *others = wrapped(text, f"     {label:7} ", " " * 13)
        yield first.replace(label, style(label, **colours), 1)
        yield from others


def where(report: Report, number: int) -> str:
    """Return which finding a step is told at, or the step itself, where it is told at none."""
    told = next((n for n, f in enumerate(report.findings, 1) if f.advice == number), None)
    if told is not None:
        return f"what {told} says"
    return report.advice.steps[number].text if report.advice is not None else ""


def recounted(effect: Effect) -> str:
    """Return a recount in a line: memory access -19.7 %   mult-adds +1.0 %   params +1.7 %.

    Where memory access does not fall the work tells what is gained: full vectors.
    """
    shown = [("memory access", effect.mac_elements), ("mult-adds", effect.mult_adds), ("params", effect.params)]
    if effect.mac_elements is not None and effect.mac_elements > -0.01:
        shown[2] = ("work", effect.work)
    return "   ".join(f"{name} {signed(change)}" for name, change in shown if change is not None)


def signed(change: float) -> str:
    """Return a relative change with its sign, in percent."""
    return f"{100 * change:+.1f} %"


def fell(effect: Effect) -> bool:
    """Tell whether the work fell."""
    return effect.work is not None and effect.work < 0


def trades(effect: Effect) -> str:
    """Return the rules that find more wasted than before."""
    worse = [
        f"{code} {100 * share.before:.1f} -> {100 * share.after:.1f} %"
        for code, share in effect.rules.items()
        if share.before is not None and share.after is not None and share.after - share.before >= 0.001
    ]
    lower = effect.mac_elements is not None and effect.mac_elements < 0
    return f"{', '.join(worse)}{': the total is lower' if lower else ''}" if worse else ""


def ties(finding: Finding, report: Report) -> str:
    """Return what ties a finding's widths: 3 adds and 2 concats hold its widths: they change as one."""
    names = set(finding.tied_by)
    kinds: dict[str, int] = {}
    for layer in report.network.layers:
        if layer.name in names:
            kinds[layer.operator.name] = kinds.get(layer.operator.name, 0) + 1
    listed = " and ".join(counted(count, kind) for kind, count in kinds.items())
    return f"{listed} {'shares' if len(names) == 1 else 'share'} its width: they change as one"


def start(report: Report, advice: Advice) -> str:
    """Return what to do first: the first step, and what all of them come to."""
    step = advice.steps[0]
    told = next((n for n, f in enumerate(report.findings, 1) if f.advice == 0), None)
    first = f"Start with {step.rewrite if told is None else told}: {recounted(step.recount)}."
    if len(advice.steps) == 1:
        return first.replace("   ", ", ")
    return f"{first} All {len(advice.steps)} steps: {recounted(advice.recount)}.".replace("   ", ", ")
