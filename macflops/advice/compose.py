"""All advice for a network: the rewrites in order, each judged, budgets held against the original network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from macflops.advice import rewrites
from macflops.advice.edits import edits, touched, written
from macflops.advice.judge import reasons
from macflops.advice.result import Advice, Effect, Refused, Share, Step
from macflops.advice.subject import Aims, Change, Subject
from macflops.blocks import blocks
from macflops.costs import Costs, count, ratio
from macflops.guidelines import find
from macflops.guidelines.findings import Finding, Thresholds, Verdict, judge

HELD = {"mult_adds": 0.03, "params": 0.10}  # what a changed network keeps, ± so much


class Audited(NamedTuple):
    """A counted network and what the rules say of it."""

    subject: Subject
    findings: Sequence[Finding]
    verdict: Verdict

    @property
    def costs(self) -> Costs:
        """The network's costs."""
        return self.subject.costs


def advise(
    original: Audited, rules: Iterable[str], thresholds: Thresholds, held: Mapping[str, float] | None = None
) -> Advice:
    """Return what to write instead, each step carried out upon the one before. Rewrites answer findings alone.

    `held` are the budgets, as shares: mult_adds and params.
    """
    chosen = list(rules)
    current, steps, refused = original, [], []
    aims = aims_for(original.costs, thresholds, held or {})
    for name in rewrites.names():
        rewrite = rewrites.find(name)
        if not {finding.rule for finding in current.findings}.intersection(rewrite.rules):
            continue
        why: tuple[Change, list[str]] | None = None
        for change in rewrite.propose(current.subject, aims):
            after = counted_as(current.costs, change)
            against = reasons(current.costs, after, aims, exact=change.exact, may_move_more=name == "grid")
            if against:
                why = why or (change, against)
                continue
            audited = Audited(Subject(after), *judge(after, blocks(change.network), chosen, thresholds))
            steps.append(step(name, rewrite.rules, current, audited, change))
            current, why = audited, None
            if change.exact:  # the same function: what it saves is no room for others to fill
                aims = aims_for(current.costs, thresholds, held or {})
            break
        if why is not None:
            change, against = why
            text = written(change.text, edits(current.costs.network, change))
            refused.append(Refused(name, rewrite.rules, text, "; ".join(against)))
    return Advice(tuple(steps), effect(original, current), tuple(refused), current.costs.network)


def aims_for(costs: Costs, thresholds: Thresholds, held: Mapping[str, float]) -> Aims:
    """Return what rewrites are to hold and to reach."""
    within = {**HELD, **held}
    limit = thresholds.limit(find("G1"))
    return Aims(costs.mult_adds, costs.params, within["mult_adds"], within["params"], limit, costs.machine)


def counted_as(costs: Costs, change: Change) -> Costs:
    """Return the costs of a changed network, counted as the original was."""
    return count(change.network, costs.fusion, costs.dtype, costs.machine)


def step(name: str, rules: tuple[str, ...], before: Audited, after: Audited, change: Change) -> Step:
    """Return a step as it is told."""
    network = before.costs.network
    found = edits(network, change)
    return Step(name, rules, written(change.text, found), found, effect(before, after), touched(network, change))


def effect(before: Audited, after: Audited) -> Effect:
    """Return the recount of a change."""
    old, new = before.costs, after.costs
    return Effect(
        relative(old.mult_adds, new.mult_adds),
        relative(old.params, new.params),
        relative(old.mac, new.mac),
        relative(old.work, new.work),
        {
            code: Share(rule.mac_share, after.verdict.rules[code].mac_share)
            for code, rule in before.verdict.rules.items()
            if rule.mac_share is not None or after.verdict.rules[code].mac_share is not None
        },
    )


def relative(old: float, new: float) -> float | None:
    """Return a relative change: -0.197 is 19.7 % less."""
    return ratio(new - old, old)  # type: ignore[arg-type]
