"""Places that one piece of advice edits together are one place: their findings of a rule are one finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from macflops.advice.result import Step
from macflops.costs import Costs, ratio
from macflops.guidelines import find
from macflops.guidelines.findings import Finding, Thresholds, severity, total, worst_first


def merged(findings: Iterable[Finding], costs: Costs, steps: Sequence[Step], thresholds: Thresholds) -> list[Finding]:
    """Return the findings, worst first, with those of one rule as one where one step changes layers at their places."""
    lines: dict[Any, int] = {}  # the first step that changes a line, or a layer without one
    for number, step in enumerate(steps):
        for layer in costs.network.layers:
            if layer.name in step.layers:
                lines.setdefault(layer.location[:2] if layer.location.line else layer.name, number)
    together: dict[Any, list[Finding]] = {}
    for order, finding in enumerate(findings):
        place = finding.location[:2] if finding.location.line else finding.layer
        step_number = lines.get(place)
        key = (finding.rule, order) if step_number is None else (finding.rule, "step", step_number)
        together.setdefault(key, []).append(finding)
    return worst_first(one(group, costs, thresholds) if len(group) > 1 else group[0] for group in together.values())


def one(findings: Sequence[Finding], costs: Costs, thresholds: Thresholds) -> Finding:
    """Return findings of one rule as one: its sums, and its worst layer."""
    worst = max(findings, key=lambda finding: finding.measured)
    wasted = total(finding.mac_elements_wasted for finding in findings)
    advice = next((finding.advice for finding in findings if finding.advice is not None), None)
    share = None if wasted is None else ratio(wasted, costs.mac)
    return worst._replace(
        severity=severity(find(worst.rule), thresholds, share, worst.measured),
        layers=tuple(dict.fromkeys(name for finding in findings for name in finding.layers)),
        blocks=tuple(dict.fromkeys(name for finding in findings for name in finding.blocks)),
        mac_elements=total(finding.mac_elements for finding in findings),
        mac_bound_elements=total(finding.mac_bound_elements for finding in findings),
        mac_elements_wasted=wasted,
        mac_share=share,
        places=tuple(place for finding in findings for place in finding.places),
        advice=advice,
        no_advice=worst.no_advice if advice is None else None,
    )
