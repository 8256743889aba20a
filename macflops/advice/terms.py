"""Under which terms advice is given, and the first change that keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import NamedTuple

from macflops.advice.judge import reasons
from macflops.advice.subject import Aims, Change, Subject
from macflops.blocks import blocks
from macflops.costs import Costs, count
from macflops.guidelines import find
from macflops.guidelines.findings import Finding, Thresholds, Verdict, judge


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


class Terms(NamedTuple):
    """Under which rules, limits and budgets advice is given."""

    rules: tuple[str, ...]
    thresholds: Thresholds
    held: Mapping[str, float]  # the budgets, as shares

    def aims(self, costs: Costs) -> Aims:
        """Return what rewrites are to hold and to reach, from this network on."""
        limit = self.thresholds.limit(find("G1"))
        within = (self.held["mult_adds"], self.held["params"])
        return Aims(costs.mult_adds, costs.params, *within, limit, costs.machine)

    def audited(self, costs: Costs) -> Audited:
        """Return what the rules say of a counted network."""
        return Audited(Subject(costs), *judge(costs, blocks(costs.network), self.rules, self.thresholds))

    def first_given(
        self, rewrite: ModuleType, current: Audited, aims: Aims, against: list[tuple[Change, str]] | None = None
    ) -> Given | None:
        """Return a rewrite's first change that nothing speaks against, where it answers a finding.

        What speaks against those before it is added to `against`.
        """
        if {finding.rule for finding in current.findings}.isdisjoint(rewrite.rules):
            return None
        costs = current.costs
        for change in rewrite.propose(current.subject, aims):
            after = count(change.network, costs.fusion, costs.dtype, costs.machine)
            why = reasons(costs, after, aims, exact=change.exact, may_move_more=may_move_more(rewrite))
            if not why:
                return Given(change, self.audited(after))
            if against is not None:
                against.append((change, "; ".join(why)))
        return None


def may_move_more(rewrite: ModuleType) -> bool:
    """Tell whether a rewrite may move more memory: it says so."""
    return getattr(rewrite, "may_move_more", False)
