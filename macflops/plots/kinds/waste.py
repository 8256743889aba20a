"""The memory access that a network wastes, by stage and guideline.

What the rules measure over their limits, stage by stage; the sums are the audit's own.
"""

from __future__ import annotations

from typing import Any

from macflops import api
from macflops.errors import Location, SourceError
from macflops.guidelines import find
from macflops.guidelines.findings import silenced
from macflops.plots._table import Table, shown
from macflops.wording import percent

RULES = ("G1", "G2", "G4")  # whose waste is memory access


def SIZE(table: Table) -> tuple[float, float]:
    """Return the figure's size: a bar for each stage."""
    return (4.8, min(1.5 + 0.3 * len(table.each("stage")), 9.0))


def data(source: Any, **options: Any) -> Table:
    """Return elements wasted by stage and rule, and their share of the network's memory access.

    Options are those of `macflops.count`. Raises SourceError.
    """
    report = api.audit(source, select=RULES, advice=False, **options)
    costs, blocks = report.costs, report.blocks
    stages: dict[str, dict[str, int]] = {block.stage: dict.fromkeys(RULES, 0) for block in blocks}
    at = {row.layer.name: block.stage for block in blocks for row in costs.rows[block.start : block.stop]}
    for code in RULES:
        rule = find(code)
        for measured in rule.check(costs, blocks, rule.limit):
            if measured.reaches(rule.limit) and not silenced(costs, rule, measured):
                assert measured.mac is not None
                assert measured.bound is not None
                stages[at[measured.rows[0].layer.name]][code] += measured.mac - measured.bound
    if not stages:
        raise SourceError(Location(report.network.source), "no layers", "name a network with layers")
    mac = costs.mac
    return Table(
        {
            "network": report.network.name,
            "stage": stage,
            "rule": code,
            "mac_elements_wasted": wasted,
            "mac_share": wasted / mac if mac else 0.0,
        }
        for stage, rules in stages.items()
        for code, wasted in rules.items()
    )


def finding(table: Table) -> str:
    """Return the whole waste, what most of it goes to and where."""
    name, total = shown(table.rows[0]["network"]), sum(table.column("mac_share"))
    if not total:
        return f"{name} wastes no memory access on {', '.join(RULES[:-1])} or {RULES[-1]}"
    by_rule = {code: sum(table.where(rule=code).column("mac_share")) for code in RULES}
    by_stage = {stage: sum(table.where(stage=stage).column("mac_share")) for stage in table.each("stage")}
    code, stage = max(by_rule, key=lambda c: by_rule[c]), max(by_stage, key=lambda s: by_stage[s])
    return (
        f"{name} wastes {percent(total, 1)} of its memory access: {percent(by_rule[code] / total)} of that on {code}, "
        f"{find(code).name}; {percent(by_stage[stage] / total)} in the stage at {stage}"
    )


def draw(ax: Any, table: Table, theme: Any) -> None:
    """Draw a bar for each stage, stacked by guideline."""
    stages = table.each("stage")
    left = [0.0] * len(stages)
    for index, code in enumerate(RULES):
        shares = [100 * share for share in table.where(rule=code).column("mac_share")]
        if not any(shares):
            continue
        label = f"{code} {find(code).name}"
        ax.barh(stages, shares, left=left, color=theme.series[index], label=label, height=0.68)
        left = [a + b for a, b in zip(left, shares, strict=True)]
    ax.invert_yaxis()
    for y, end in enumerate(left):
        ax.annotate(
            f"{end:.1f} %" if end else "none",
            (end, y),
            (3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color=theme.ink if end else theme.muted,
        )
    ax.set_xlim(0, max(*left, 0.1) * 1.14)
    if any(left):
        ax.legend(loc="lower right", frameon=False, fontsize=7.5, handlelength=1, handleheight=0.9)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_xlabel("wasted, % of the network's memory access")
    ax.set_ylabel("stage: output sides")
