"""All advice for a network: the rewrites in order, each judged, budgets held against the original network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import NamedTuple

from macflops.advice import rewrites
from macflops.advice.edits import edits, touched, written
from macflops.advice.judge import reasons, too_far
from macflops.advice.result import Advice, Effect, Refused, Share, Step
from macflops.advice.subject import Aims, Change, Subject
from macflops.blocks import blocks
from macflops.costs import Costs, count, ratio
from macflops.guidelines import find
from macflops.guidelines.findings import Finding, Thresholds, Verdict, judge

MOST_ROUNDS = 4  # in which a change settles
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


class Given(NamedTuple):
    """A change that nothing speaks against, and what the rules say of the network that it leads to."""

    change: Change
    audited: Audited


def advise(
    original: Audited, rules: Iterable[str], thresholds: Thresholds, held: Mapping[str, float] | None = None
) -> Advice:
    """Return what to write instead, each step carried out upon the one before. Rewrites answer findings alone.

    `held` are the budgets, as shares: mult_adds and params.
    """
    terms = Terms(tuple(rules), thresholds, {**HELD, **(held or {})})
    current, steps, refused = original, [], []
    aims = terms.aims(original.costs)
    for name in rewrites.names():
        rewrite = rewrites.find(name)
        if not answers(rewrite, current):
            continue
        against: list[tuple[Change, str]] = []
        given = first_given(rewrite, current, aims, terms, against)
        if given is not None:
            given = settled(rewrite, current, given, aims, terms, against)
        if given is None:
            refused += [told(name, rewrite.rules, current, *why) for why in against[:1]]
            continue
        steps.append(step(name, rewrite.rules, current, given.audited, given.change))
        current = given.audited
        if given.change.exact:  # the same function: what it saves is no room for others to fill
            aims = terms.aims(current.costs)
    return Advice(tuple(steps), effect(original, current), tuple(refused), current.costs.network)


class Terms(NamedTuple):
    """Under which rules, limits and budgets advice is given."""

    rules: tuple[str, ...]
    thresholds: Thresholds
    held: Mapping[str, float]

    def aims(self, costs: Costs) -> Aims:
        """Return what rewrites are to hold and to reach, from this network on."""
        limit = self.thresholds.limit(find("G1"))
        within = (self.held["mult_adds"], self.held["params"])
        return Aims(costs.mult_adds, costs.params, *within, limit, costs.machine)

    def audited(self, costs: Costs) -> Audited:
        """Return what the rules say of a counted network."""
        return Audited(Subject(costs), *judge(costs, blocks(costs.network), self.rules, self.thresholds))


def answers(rewrite: ModuleType, audited: Audited) -> bool:
    """Tell whether a rewrite answers one of the findings."""
    return not {finding.rule for finding in audited.findings}.isdisjoint(rewrite.rules)


def first_given(
    rewrite: ModuleType, current: Audited, aims: Aims, terms: Terms, against: list[tuple[Change, str]]
) -> Given | None:
    """Return the first change that nothing speaks against; note what speaks against those before it."""
    costs = current.costs
    for change in rewrite.propose(current.subject, aims):
        after = count(change.network, costs.fusion, costs.dtype, costs.machine)
        why = reasons(costs, after, aims, exact=change.exact, may_move_more=may_move_more(rewrite))
        if not why:
            return Given(change, terms.audited(after))
        against.append((change, "; ".join(why)))
    return None


def settled(
    rewrite: ModuleType, current: Audited, given: Given, aims: Aims, terms: Terms, against: list[tuple[Change, str]]
) -> Given | None:
    """Return a change after which the same advice would not be given again: carried on where it would be.

    None where carrying on breaks what is held: advice that follows advice is none.
    """
    for _ in range(MOST_ROUNDS):
        costs = given.audited.costs
        if not answers(rewrite, given.audited):
            return given
        again = first_given(rewrite, given.audited, terms.aims(costs), terms, [])
        if again is None:
            return given
        after = again.audited.costs
        why = reasons(current.costs, after, aims, exact=given.change.exact, may_move_more=may_move_more(rewrite))
        why += too_far(current.costs, after, getattr(rewrite, "within", None))
        if why:
            against.insert(0, (given.change, f"it would be advised again, and then {why[0]}"))
            return None
        moved = (*given.change.moved, *again.change.moved)
        given = again._replace(change=again.change._replace(text=given.change.text, moved=moved))
    against.insert(0, (given.change, "it would be advised again and again"))
    return None


def may_move_more(rewrite: ModuleType) -> bool:
    """Tell whether a rewrite may move more memory: it says so."""
    return getattr(rewrite, "may_move_more", False)


def told(name: str, rules: tuple[str, ...], current: Audited, change: Change, why: str) -> Refused:
    """Return a refusal as it is told."""
    return Refused(name, rules, written(change.text, edits(current.costs.network, change)), why)


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
