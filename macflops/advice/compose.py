"""All advice for a network: the rewrites in order, each judged, budgets held against the original network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from macflops.advice import rewrites
from macflops.advice.edits import edits, touched, written
from macflops.advice.result import Advice, Effect, Refused, Share, Step
from macflops.advice.settle import Taken, lasting, settled
from macflops.advice.subject import Change
from macflops.advice.terms import Attempt, Audited, Terms
from macflops.costs import ratio
from macflops.guidelines.findings import Thresholds

HELD = {"mult_adds": 0.03, "params": 0.10}  # what a changed network keeps, ± so much


def advise(
    original: Audited, rules: Iterable[str], thresholds: Thresholds, held: Mapping[str, float] | None = None
) -> Advice:
    """Return what to write instead, each step carried out upon the one before. Rewrites answer findings alone.

    `held` are the budgets, as shares: mult_adds and params.
    """
    terms = Terms(tuple(rules), thresholds, {**HELD, **(held or {})})
    current, aims = original, terms.aims(original.costs)
    taken: list[Taken] = []
    refused: list[Refused] = []
    for name in rewrites.names():
        rewrite = rewrites.find(name)
        against: list[Attempt] = []
        given = terms.first_given(rewrite, current, aims, against)
        if given is not None:
            given = settled(rewrite, current, given, aims, terms, against)
        if given is None:
            first = next((attempt for attempt in against if attempt.change.fits), None)
            refused += [] if first is None else [told(name, rewrite.rules, current, first.change, first.why)]
            continue
        taken.append(Taken(name, rewrite, current, given))
        current = given.audited
        if given.change.exact:  # the same function: what it saves is no room for others to fill
            aims = terms.aims(current.costs)
    taken, left_out = lasting(taken, terms)
    told_later = {t.name for t in (*taken, *(t for t, _ in left_out))}  # a later change may have opened the way
    refused = [r for r in refused if r.rewrite not in told_later]
    refused += [told(t.name, t.rewrite.rules, t.before, t.given.change, why) for t, why in left_out]
    final = taken[-1].given.audited if taken else original
    return Advice(tuple(map(step, taken)), effect(original, final), tuple(refused), final.costs.network)


def told(name: str, rules: tuple[str, ...], current: Audited, change: Change, why: str) -> Refused:
    """Return a refusal as it is told."""
    return Refused(name, rules, written(change.text, edits(current.costs.network, change)), why)


def step(taken: Taken) -> Step:
    """Return a step as it is told."""
    change, network = taken.given.change, taken.before.costs.network
    found = edits(network, change)
    recount = effect(taken.before, taken.given.audited)
    text = written(change.text, found)
    return Step(taken.name, taken.rewrite.rules, text, found, recount, touched(network, change))


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
