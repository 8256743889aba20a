"""What two reports of one network have to agree on, however it was read."""

from __future__ import annotations

from typing import Any

import macflops
from macflops.network import Network
from macflops.report import Report

FUSIONS = ("none", "runtime")


def findings(report: Report) -> dict[str, list[Any]]:
    """Return by rule what was found, in whatever places: layers, blocks, waste, the worst measure."""
    found: dict[str, list[Any]] = {}
    for finding in report.findings:
        sums = found.setdefault(finding.rule, [0, 0, 0, 0.0])
        sums[0] += len(finding.layers)
        sums[1] += len(finding.blocks)
        sums[2] += finding.mac_elements_wasted or 0
        sums[3] = max(sums[3], finding.measured)
    return found


def judged(network: Network, fusion: str) -> tuple[Any, ...]:
    """Return a network's totals, the peak among them, and what its audit says: findings, and the verdict by rule."""
    report = macflops.audit(network, advice=False, fusion=fusion)
    assert report.unsupported == ()
    assert report.verdict is not None
    rules = {
        code: (one.severity, one.mac_elements_wasted, one.mac_share, one.worst)
        for code, one in report.verdict.rules.items()
    }
    return report.totals, findings(report), rules, report.verdict.efficiency


def agree(first: Network, second: Network, peak: bool = True) -> None:
    """Assert that two networks count and are judged alike, without fusion and as a runtime fuses."""
    for fusion in FUSIONS:
        (ours, *judgement), (theirs, *other) = judged(first, fusion), judged(second, fusion)
        if not peak:
            theirs = theirs._replace(peak_activation_bytes=ours.peak_activation_bytes)
        assert (ours, judgement) == (theirs, other), fusion
