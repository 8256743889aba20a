"""What a rewrite works on: a counted network with its widths, found once; what it aims at; what it proposes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial

from macflops.advice.polynomial import Polynomial, variable_of
from macflops.advice.recount import Recount, recount
from macflops.advice.widths import Widths, widths
from macflops.costs import Costs
from macflops.errors import ShapeError
from macflops.fusion import Merged
from macflops.machine import Machine
from macflops.network import Network
from macflops.records import Record


class Aims(Record):
    """What is held, against the *original* network: step by step its counts would drift."""

    mult_adds: int
    params: int
    mult_adds_within: float  # a share: 0.03 is ± 3 %
    params_within: float
    limit: float  # G1's: a convolution is to move less than this many times the least
    machine: Machine

    def keeps(self, mult_adds: int, params: int) -> bool:
        """Tell whether counts are within both budgets."""
        return (
            abs(mult_adds - self.mult_adds) <= self.mult_adds_within * self.mult_adds
            and abs(params - self.params) <= self.params_within * self.params
        )


class Change(Record):
    """What is done to a network, in words, and how; carried out once, when someone asks.

    `{widths}` in the words stands for the widths that change; `moved` are layers that stand elsewhere, by name.
    """

    text: str
    carry_out: Callable[[], Network]
    exact: bool = False  # whether it computes the same function
    moved: tuple[tuple[str, str], ...] = ()  # and the layer that each stands before
    widths_of: Subject | None = None  # the network whose widths change, where nothing else does
    work: float | None = None  # of the changed network, exactly, where that is known before

    @cached_property
    def network(self) -> Network:
        """The changed network. Raises ShapeError or ArithmeticError where the widths do not fit."""
        return self.carry_out()

    @property
    def fits(self) -> bool:
        """Tell whether it can be carried out: a proposal need not be perfect."""
        try:
            return bool(self.network.layers)
        except (ShapeError, ArithmeticError):
            return False

    def carried_on(self, more: Change) -> Change:
        """Return this change, and another one upon it, as one that is told as this one."""
        return more._replace(text=self.text, moved=(*self.moved, *more.moved), carry_out=lambda: more.network)


class Subject:
    """A counted network. Its widths are found when a rewrite first asks.

    `widths_of` is a network that differs in its widths alone, where there is one: what was found of it mostly holds.
    """

    def __init__(self, costs: Costs, widths_of: Subject | None = None) -> None:
        self.costs, self.widths_of = costs, widths_of

    @property
    def network(self) -> Network:
        """The network."""
        return self.costs.network

    @cached_property
    def widths(self) -> Widths:
        """The widths of the network."""
        known = None if self.widths_of is None else self.widths_of.widths.moved_to(self.network)
        return known or widths(self.network)

    @cached_property
    def recount(self) -> Recount:
        """The counts of the network by its widths."""
        known = self.widths_of
        if known is None or "recount" not in vars(known) or known.widths.own is not self.widths.own:
            return recount(self.widths, *self.counted_as)
        return known.recount if known.counted_as == self.counted_as else recount(self.widths, *self.counted_as)

    @cached_property
    def counted_as(self) -> tuple[Merged, list[int]]:
        """What a runtime merges, and the layers that the guideline on widths judges, by index."""
        return self.costs.under("runtime").merged, [row.position for row in self.costs.free_layers]

    @cached_property
    def movable(self) -> list[int]:
        """The free variables that touch no grouped convolution: there a width is also a number of groups."""
        grouped = {v for product, _ in self.recount.products if product.grouped for v in product.variables}
        return [variable for variable in self.widths.free if variable not in grouped]

    @cached_property
    def followers(self) -> list[tuple[Polynomial, int]]:
        """The widths that follow from free ones, each with what it is today."""
        equations = self.widths.equations
        solved = ((equations.resolved(variable_of(v)), equations.values[v]) for v in equations.solved)
        return [(width, today) for width, today in solved if isinstance(width, Polynomial)]

    def fits(self, values: list[int], grain: int) -> bool:
        """Tell whether the widths that follow are what a change may choose: on the grain if changed, in [½, 2]."""
        for width, today in self.followers:
            try:
                new = width.value(values)
            except ArithmeticError:
                return False
            if new != today and (new % grain or not today <= 2 * new <= 4 * today):
                return False
        return True

    def changed(self, text: str, chosen: Mapping[int, int]) -> Change:
        """Return the change to such widths."""
        return Change(text, partial(self.widths.changed, chosen), widths_of=self)

    def foreseen(self, text: str, chosen: Mapping[int, int]) -> Change:
        """Return the change to such widths with its work, which the recount in polynomials tells."""
        try:
            work = self.recount.work(self.widths.equations.complete(dict(chosen)), self.costs.machine)
        except ArithmeticError:
            return self.changed(text, chosen)
        return self.changed(text, chosen)._replace(work=work)
