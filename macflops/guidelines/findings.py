"""From what rules measure to findings by place, and a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from macflops.arithmetic import Dim
from macflops.blocks import Block
from macflops.costs import Costs, ratio
from macflops.errors import Location
from macflops.guidelines import codes, find
from macflops.guidelines._rule import Measured, Rule, least_dense
from macflops.records import Record
from macflops.wording import percent

Severity: TypeAlias = Literal["note", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")


class Thresholds(Record):
    """What makes a finding, and how severe it is. The defaults are justified in docs/thresholds.md."""

    limits: Mapping[str, float] = {}  # by rule, where not its own
    warning_share: float = 0.01  # of the network's memory access wasted: a warning from here, a note under it
    error_share: float = 0.10  # an error from here

    def limit(self, rule: Rule) -> float:
        """Return the limit of a rule."""
        return self.limits.get(rule.code, rule.limit)


class Finding(Record):
    """What one rule found at one place to edit. MAC in elements, summed over all its layers or blocks; worst first."""

    rule: str  # its code: G1
    severity: Severity  # by mac_share: note, warning or error
    layer: str  # the worst one
    layers: tuple[str, ...]  # all of them, the worst first
    blocks: tuple[str, ...]  # those that were measured, where blocks are judged
    location: Location  # of the worst layer
    message: str  # what was measured, in a line
    measured: float  # the worst measure: a ratio, a share or a number of operators
    limit: float  # at or over it a measure is a finding
    mac_elements: Dim | None  # moved by all these layers or blocks; None where no memory access is measured
    mac_bound_elements: Dim | None  # the least that they could move
    mac_elements_wasted: Dim | None  # the difference
    mac_share: float | None  # wasted, of the network's memory access under the chosen fusion
    places: tuple[Location, ...] = ()  # all that one piece of advice edits together; `location` is the worst layer's
    tied_by: tuple[str, ...] = ()  # joins that tie the width to others
    advice: int | None = None  # index of the step that answers it
    no_advice: str | None = None  # why there is none


class RuleVerdict(Record):
    """What one rule found in all. `worst` is its greatest measure, over the limit or not, and None without any."""

    severity: Severity | None  # None where nothing was found
    mac_elements_wasted: Dim | None  # over all findings; None where no memory access is measured
    mac_share: float | None  # of the network's memory access
    worst: float | None  # the greatest measure, over the limit or not
    limit: float  # the rule's
    places: int  # findings
    worst_layer: str | None  # where the greatest measure is
    worst_block: str | None  # where blocks are judged
    worst_message: str | None  # what it says


class Verdict(Record):
    """The judgement on the network. `efficiency` is ΣB2 ÷ ΣMAC over its free layers, None where there is none."""

    efficiency: float | None  # 1 where no free layer could move less
    summary: str  # one sentence: what to do first
    rules: Mapping[str, RuleVerdict]  # by code


def judge(
    costs: Costs, blocks: Sequence[Block], rules: Iterable[str] | None = None, thresholds: Thresholds | None = None
) -> tuple[tuple[Finding, ...], Verdict]:
    """Return the findings, worst first, and the verdict, under these rules (all by default)."""
    thresholds = thresholds or Thresholds()
    findings: list[Finding] = []
    verdicts: dict[str, RuleVerdict] = {}
    for rule in map(find, codes() if rules is None else rules):
        limit = thresholds.limit(rule)
        measures = [m for m in rule.check(costs, blocks, limit) if not silenced(costs, rule, m)]
        over = [m for m in measures if m.reaches(limit)]
        found = [finding(costs, rule, thresholds, measures) for measures in by_place(costs, over)]
        findings += found
        verdicts[rule.code] = rule_verdict(costs, rule, thresholds, measures, found)
    findings = worst_first(findings)
    efficiency = efficiency_of(costs)
    return tuple(findings), Verdict(efficiency, summary(efficiency, findings, verdicts), verdicts)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by severity, then by the memory access that they waste."""
    return sorted(findings, key=lambda f: (-SEVERITIES.index(f.severity), -(f.mac_elements_wasted or 0), -f.measured))


def silenced(costs: Costs, rule: Rule, measured: Measured) -> bool:
    """Tell whether a comment at the measure's place, or around it, silences the rule there."""
    ignored = costs.network.ignored
    if not ignored:
        return False
    place = measured.rows[0].layer.location
    lines = (place.line, *(line for line, _ in place.calls))
    return any(rule.code in ignored.get(line, ()) for line in lines)


def by_place(costs: Costs, measures: Iterable[Measured]) -> list[list[Measured]]:
    """Group measures by the place to edit, each group's worst first.

    A place is a line of the source, where it has lines; elsewhere layers of equal operator, attributes and shapes.
    """
    places: dict[Any, list[Measured]] = {}
    for measured in measures:
        layer = measured.rows[0].layer
        key: Any = (layer.location.file, layer.location.line)
        if not layer.location.line:
            network = costs.network
            attributes = (layer.operator.name, *layer.operator.attributes().items())
            key = (attributes, *network.shapes_of(layer.inputs), *network.shapes_of(layer.outputs))
        places.setdefault(key, []).append(measured)
    return [sorted(group, key=lambda m: -m.value) for group in places.values()]


def finding(costs: Costs, rule: Rule, thresholds: Thresholds, measures: Sequence[Measured]) -> Finding:
    """Return the one finding of measures that share a place, the worst first."""
    worst, limit = measures[0], thresholds.limit(rule)
    mac = total(m.mac for m in measures)
    bound = total(m.bound for m in measures)
    wasted = None if mac is None or bound is None else mac - bound
    share = None if wasted is None else ratio(wasted, costs.mac)
    layer = worst.rows[0].layer
    return Finding(
        rule=rule.code,
        severity=severity(rule, thresholds, share, worst.value),
        layer=layer.name,
        layers=tuple(dict.fromkeys(row.layer.name for m in measures for row in m.rows)),
        blocks=tuple(m.block for m in measures if m.block is not None),
        location=layer.location,
        message=rule.describe(worst, costs, limit),
        measured=worst.value,
        limit=limit,
        mac_elements=mac,
        mac_bound_elements=bound,
        mac_elements_wasted=wasted,
        mac_share=share,
        places=(layer.location,),
    )


def rule_verdict(
    costs: Costs, rule: Rule, thresholds: Thresholds, measures: Sequence[Measured], found: Sequence[Finding]
) -> RuleVerdict:
    """Return what a rule says of the whole network."""
    worst = max(measures, key=lambda m: m.value, default=None)
    limit = thresholds.limit(rule)
    memory = rule.error_from is None and not rule.note
    wasted = sum(f.mac_elements_wasted or 0 for f in found) if memory else None
    share = ratio(wasted, costs.mac) if wasted is not None else None
    return RuleVerdict(
        severity=severity(rule, thresholds, share, worst.value) if worst and found else None,
        mac_elements_wasted=wasted,
        mac_share=share,
        worst=worst and worst.value,
        limit=limit,
        places=len(found),
        worst_layer=worst and worst.rows[0].layer.name,
        worst_block=worst and worst.block,
        worst_message=worst and rule.describe(worst, costs, limit),
    )


def severity(rule: Rule, thresholds: Thresholds, share: float | None, measured: float) -> Severity:
    """Return how severe a waste of this share is, or a measure that is no memory access."""
    if rule.note:
        return "note"
    if share is None:
        return "error" if rule.error_from is not None and measured >= rule.error_from else "warning"
    return "error" if share >= thresholds.error_share else "warning" if share >= thresholds.warning_share else "note"


def efficiency_of(costs: Costs) -> float | None:
    """Return what the free layers would move at least ÷ what they move: ΣB2 ÷ ΣMAC."""
    rows = costs.free_layers
    return ratio(sum(map(least_dense, rows)), sum(row.own.mac for row in rows))


def total(numbers: Iterable[Dim | None]) -> Dim | None:
    """Return the sum of numbers, or None where one is missing."""
    found = list(numbers)
    return None if None in found else sum(n for n in found if n is not None)


def summary(
    efficiency: float | None,
    findings: Sequence[Finding],
    verdicts: Mapping[str, RuleVerdict],
    first: str | None = None,
) -> str:
    """Return the verdict as one sentence that says what to do first: `first`, or where the worst finding is."""
    standing = "No layer's width is free to judge" if efficiency is None else f"{percent(efficiency)} efficient"
    guidelines = [code for code in verdicts if not find(code).note]
    broken = any(finding.rule in guidelines for finding in findings)
    if verdicts and not broken:
        standing = f"{standing}: within the limits of {', '.join(guidelines if guidelines else verdicts)}"
    if not findings:
        return f"{standing}; nothing to change." if verdicts else f"{standing}."
    return f"{standing}{':' if broken else ';'} start with {first or worst_place(findings[0])}."


def worst_place(finding: Finding) -> str:
    """Return where a finding is and what it wastes."""
    where = f"{finding.rule} at {finding.location}"
    if finding.mac_share is None:
        return f"{where}, {finding.message}"
    share = f"{percent(finding.mac_share, 1)} of the memory access is wasted on {find(finding.rule).wasted_on}"
    return f"{where}, where {share}"
