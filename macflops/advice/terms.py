"""Under which terms advice is given, and the first change that keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import ModuleType

from macflops.advice.judge import LEAST_SAVED, reasons, share_saved
from macflops.advice.subject import Aims, Change, Subject
from macflops.blocks import blocks
from macflops.costs import Costs, count
from macflops.guidelines import find
from macflops.guidelines.findings import Finding, Thresholds, Verdict, judge
from macflops.records import Record


class Audited(Record):
    """A counted network and what the rules say of it."""

    subject: Subject
    findings: Sequence[Finding]
    verdict: Verdict

    @property
    def costs(self) -> Costs:
        """The network's costs."""
        return self.subject.costs


class Given(Record):
    """A change that nothing speaks against, and what the rules say of the network that it leads to."""

    change: Change
    audited: Audited


class Attempt:
    """A change to a counted network, and what speaks against it: counted when someone asks.

    `beyond` is what speaks against it beyond its own counts.
    """

    def __init__(
        self, change: Change, rewrite: ModuleType, before: Costs, aims: Aims, beyond: str | None = None
    ) -> None:
        self.change, self.rewrite, self.before, self.aims, self.beyond = change, rewrite, before, aims, beyond

    @property
    def surely_saves_too_little(self) -> bool:
        """Tell whether its work is known without carrying it out, and too much."""
        work = self.change.work
        return work is not None and share_saved(self.before.work, work) < LEAST_SAVED

    @cached_property
    def after(self) -> Costs:
        """The costs of the changed network."""
        return count(self.change.network, self.before.fusion, self.before.dtype, self.before.machine)

    @cached_property
    def reasons(self) -> list[str]:
        """What speaks against it, the weightiest first."""
        more = may_move_more(self.rewrite)
        return reasons(self.before, self.after, self.aims, exact=self.change.exact, may_move_more=more)

    @property
    def why(self) -> str:
        """What speaks against it, in a line."""
        return self.beyond or "; ".join(self.reasons)


class Terms(Record):
    """Under which rules, limits and budgets advice is given."""

    rules: tuple[str, ...]
    thresholds: Thresholds
    held: Mapping[str, float]  # the budgets, as shares

    def aims(self, costs: Costs) -> Aims:
        """Return what rewrites are to hold and to reach, from this network on."""
        limit = self.thresholds.limit(find("G1"))
        within = (self.held["mult_adds"], self.held["params"])
        return Aims(costs.mult_adds, costs.params, *within, limit, costs.machine)

    def audited(self, costs: Costs, widths_of: Subject | None = None) -> Audited:
        """Return what the rules say of a counted network, which may be another one with other widths."""
        return Audited(Subject(costs, widths_of), *judge(costs, blocks(costs.network), self.rules, self.thresholds))

    def first_given(
        self, rewrite: ModuleType, current: Audited, aims: Aims, against: list[Attempt] | None = None
    ) -> Given | None:
        """Return a rewrite's first change that nothing speaks against, where it answers a finding.

        Those before it are added to `against`. What is known to save too little is refused without carrying it out.
        """
        if {finding.rule for finding in current.findings}.isdisjoint(rewrite.rules):
            return None
        for change in rewrite.propose(current.subject, aims):
            attempt = Attempt(change, rewrite, current.costs, aims)
            if not attempt.surely_saves_too_little and change.fits and not attempt.reasons:
                return Given(change, self.audited(attempt.after, change.widths_of))
            if against is not None:
                against.append(attempt)
        return None


def may_move_more(rewrite: ModuleType) -> bool:
    """Tell whether a rewrite may move more memory: it says so."""
    return getattr(rewrite, "may_move_more", False)
