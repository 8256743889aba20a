"""What a rewrite works on: a counted network with its widths, found once; what it aims at; what it proposes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from macflops.advice.polynomial import Polynomial, variable_of
from macflops.advice.recount import Recount, recount
from macflops.advice.widths import Widths, widths
from macflops.costs import Costs
from macflops.errors import ShapeError
from macflops.guidelines._rule import free_layers
from macflops.machine import Machine
from macflops.network import Network


class Aims(NamedTuple):
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


class Change(NamedTuple):
    """A changed network and what was done to it, in words; `{widths}` stands for the widths that changed.

    `moved` are layers that stand elsewhere, by name.
    """

    text: str
    network: Network
    exact: bool = False  # whether it computes the same function
    moved: tuple[tuple[str, str], ...] = ()  # and the layer that each stands before


class Subject:
    """A counted network. Its widths are found when a rewrite first asks."""

    def __init__(self, costs: Costs) -> None:
        self.costs = costs

    @property
    def network(self) -> Network:
        """The network."""
        return self.costs.network

    @cached_property
    def widths(self) -> Widths:
        """The widths of the network."""
        return widths(self.network)

    @cached_property
    def recount(self) -> Recount:
        """The counts of the network by its widths."""
        judged = (row.position for row in free_layers(self.costs))
        return recount(self.widths, self.costs.under("runtime").merged, judged)

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

    def changed(self, text: str, chosen: Mapping[int, int]) -> Iterator[Change]:
        """Yield the network with such widths; nothing where they are not legal."""
        try:
            yield Change(text, self.widths.changed(chosen))
        except (ShapeError, ArithmeticError):
            return
