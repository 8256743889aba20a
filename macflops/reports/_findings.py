"""The findings one by one: where, what was measured, how much it wastes."""

from __future__ import annotations

from collections.abc import Iterator

from macflops.costs import BYTES
from macflops.errors import printable
from macflops.guidelines import find
from macflops.guidelines.findings import Finding
from macflops.report import Report
from macflops.reports._layout import COLOURS, WIDTH, Style, across, wrapped
from macflops.wording import counted, percent, quantity

SHOWN = 5  # how many findings are printed unless --top says otherwise


def finding_lines(report: Report, style: Style, top: int | None) -> Iterator[str]:
    """Yield the worst findings, each with its place, and how many more there are."""
    shown = report.findings[: SHOWN if top is None else top]
    for number, finding in enumerate(shown, 1):
        yield ""
        yield from one_finding(number, finding, report, style)
    hidden = len(report.findings) - len(shown)
    if hidden:
        yield ""
        yield f"  and {hidden} more (--top {len(report.findings)} prints all)"


def one_finding(number: int, finding: Finding, report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of one finding."""
    count = len(finding.blocks) or len(finding.layers)
    what = counted(count, "block" if finding.blocks else "layer")
    if finding.mac_elements_wasted is not None:
        what = f"{quantity(finding.mac_elements_wasted * BYTES[report.costs.dtype], 'B')} in {what}"
    left = f"  {number}  {finding.rule}  {what}"
    room = WIDTH - len(left) - len(finding.severity) - 4
    place = printable(place_of(finding), 10_000)
    if len(place) > room:  # a path's end tells more than its beginning
        place = f"…{place[len(place) + 1 - room :]}"
    gap = across(left, f"{place}  {finding.severity}")
    yield f"{left}{gap}{style(place, dim=True)}  {style(finding.severity, **COLOURS[finding.severity])}"
    where = finding.blocks[0] if finding.blocks else finding.layer
    yield from wrapped(f"{printable(where, 60)}  {printable(finding.message)}", "     ")
    if report.advice is not None:
        from macflops.reports._advice import advice_lines

        yield from advice_lines(number, finding, report, report.advice, style)


def place_of(finding: Finding) -> str:
    """Return where a finding is: model.yaml:26, or model.yaml:26 and :30; a layer's name where there are no lines."""
    if not finding.location.line:
        return finding.layer
    first, *others = sorted({(place.file, place.line) for place in finding.places or (finding.location,)})
    numbers = [f":{line}" for _, line in others]
    if len(numbers) > 2:
        return f"{first[0]}:{first[1]} and {len(numbers)} more"
    return f"{first[0]}:{first[1]}{''.join(f', {n}' for n in numbers[:-1])}{''.join(f' and {n}' for n in numbers[-1:])}"


def closing_lines(report: Report) -> Iterator[str]:
    """Yield what to do first, and where to read on."""
    if report.verdict is not None and not report.verdict.rules:
        yield "No rule was checked."
        return
    if not report.findings:
        yield from wrapped(f"Nothing to change.{merged_share(report)}")
        return
    if report.advice is not None and report.advice.steps:
        from macflops.reports._advice import start

        yield from wrapped(start(report, report.advice))
        yield "Counted, not trained: macflops does not know your accuracy."
        return
    first = report.findings[0]
    what = first.message
    if first.mac_share is not None:
        what = f"{percent(first.mac_share, 1)} of the memory access is wasted on {find(first.rule).wasted_on}"
    yield from wrapped(f"Start with 1: {printable(what)}. What {first.rule} asks: macflops rule {first.rule}")
    yield "Counted, not trained: macflops does not know your accuracy."


def merged_share(report: Report) -> str:
    """Return what part of the memory access is left where the runtime merges layers, as a sentence."""
    if report.costs.fusion != "none" or not report.costs.mac:
        return ""
    share = report.costs.under("runtime").mac / report.costs.mac
    if share > 0.995:  # nothing to merge
        return ""
    return f" With runtime fusion (--fusion runtime) the network moves {percent(share)} of this."
