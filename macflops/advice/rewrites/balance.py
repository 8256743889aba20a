"""balance: the least change of tied widths that brings convolutions under G1's limit, at equal mult-adds."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TypeAlias

from macflops.advice.polynomial import Along, at
from macflops.advice.recount import Product
from macflops.advice.subject import Aims, Change, Subject

rules = ("G1",)
within = 2  # each width stays in [½, 2] of its own
MOST_MOVES = 120
STARTS = 8  # widths that are moved first, those with most waste beside them
EXAMINED = 24  # pairs that are examined exactly before a move is given up
Move: TypeAlias = tuple[float, tuple[tuple[int, int], ...]]  # waste removed per relative change, and what changes
WITHIN = 2 / 3  # of the budget for mult-adds: what is left is for those that come after


def propose(subject: Subject, aims: Aims) -> Iterator[Change]:
    """Yield the network at the end of the search, then the one of least work on the way, where that is another."""
    if len(subject.movable) == 0:
        return
    search = Search(subject, aims)
    best, least = dict(search.chosen), search.work()
    for _ in range(MOST_MOVES):
        if not search.move():
            break
        if (work := search.work()) < least:
            best, least = dict(search.chosen), work
    for chosen in [search.chosen] if best == search.chosen else [search.chosen, best]:
        if any(subject.widths.roles[v].width != width for v, width in chosen.items()):
            yield subject.foreseen("{widths}", chosen)


class Search:
    """A walk in the widths: one moves by a granule, another answers so that the mult-adds stay what they were."""

    def __init__(self, subject: Subject, aims: Aims) -> None:
        self.subject, self.aims, self.counts = subject, aims, subject.recount
        self.today = {v: subject.widths.roles[v].width for v in subject.movable}
        self.chosen = dict(self.today)
        self.values = list(subject.widths.equations.values)
        judged = [(product, count) for product, count in self.counts.products if product.judged]
        self.products: list[Product] = [product for product, _ in judged]
        self.counted = [count for _, count in judged]
        self.touched: dict[int, list[int]] = {v: [] for v in self.today}  # products, by variable
        for number, product in enumerate(self.products):
            for variable in product.variables:
                if variable in self.touched:
                    self.touched[variable].append(number)
        self.mult_adds = Along(self.counts.mult_adds)
        self.alone: dict[tuple[int, int], float] = {}  # waste that a width removes by itself, while it holds
        self.measured = [product.excess(self.values) for product in self.products]
        self.allowed = [max(aims.limit, ratio) for ratio, _ in self.measured]

    def work(self) -> float:
        """Return the work at the chosen widths, endless where they are not legal."""
        try:
            return self.counts.work(self.values, self.aims.machine)
        except ArithmeticError:
            return inf

    def move(self) -> bool:
        """Make the move that removes most waste for how far it goes. Return whether there was one."""
        for promise, widths in sorted(self.moves(), reverse=True)[:EXAMINED]:
            if promise <= 0:
                return False
            removed, measured = self.effect(dict(widths))
            if removed > 0 and measured is not None and self.keeps(dict(widths)):
                for variable, width in widths:
                    self.chosen[variable] = self.values[variable] = width
                for number, excess in measured.items():
                    self.measured[number] = excess
                beside = {v for number in measured for v in self.products[number].variables}
                self.alone = {case: removed for case, removed in self.alone.items() if case[0] not in beside}
                return True
        return False

    def moves(self) -> Iterator[Move]:
        """Yield moves with what they promise: the waste that each width removes by itself."""
        limit = self.aims.limit
        waste = {
            v: sum(self.counted[n] * self.measured[n][1] for n in numbers if self.measured[n][0] >= limit)
            for v, numbers in self.touched.items()
        }
        starting = sorted((v for v in waste if waste[v]), key=lambda v: -waste[v])[:STARTS]
        values, today, grain = self.values, self.today, self.aims.machine.grain
        short = self.aims.mult_adds - self.mult_adds.value(values)
        slopes = {v: slope for v in today if (slope := self.mult_adds.growth(values, v, values[v] + grain))}
        for variable in starting:
            for width in self.steps(variable):
                removed = self.by_itself(variable, width)
                far = abs(width - values[variable]) / today[variable]
                missing = short - self.mult_adds.growth(values, variable, width)
                for answer, slope in slopes.items():
                    own = values[answer]
                    new = self.on_grain(own, own + missing / slope * grain)
                    if answer == variable:
                        continue
                    if new == own:
                        yield removed / far, ((variable, width),)
                    elif today[answer] <= 2 * new <= 4 * today[answer]:
                        gained = removed + self.by_itself(answer, new)
                        yield gained / (far + abs(new - own) / today[answer]), ((variable, width), (answer, new))

    def by_itself(self, variable: int, width: int) -> float:
        """Return the waste that one width removes by itself."""
        if (variable, width) not in self.alone:
            self.alone[variable, width] = self.effect({variable: width}, exact=False)[0]
        return self.alone[variable, width]

    def steps(self, variable: int) -> Iterator[int]:
        """Yield the next widths on the grain, by a granule down and up: a sixteenth of the width, or the grain."""
        grain, width = self.aims.machine.grain, self.values[variable]
        granule = max(grain, width // 16 // grain * grain)
        for new in ((width - 1) // grain * grain - granule + grain, width // grain * grain + granule):
            if self.today[variable] <= 2 * new <= 4 * self.today[variable]:
                yield new

    def on_grain(self, own: int, width: float) -> int:
        """Return the nearest width on the grain; its own where that is as near."""
        grain = self.aims.machine.grain
        nearest = max(grain, round(width / grain) * grain)
        return own if abs(own - width) <= abs(nearest - width) else nearest

    def keeps(self, changed: dict[int, int]) -> bool:
        """Tell whether both budgets hold with other widths."""
        values = self.with_widths(changed)
        try:
            mult_adds, params = at(self.counts.mult_adds, values), at(self.counts.params, values)
        except ArithmeticError:
            return False
        narrow = self.aims._replace(mult_adds_within=WITHIN * self.aims.mult_adds_within)
        return narrow.keeps(mult_adds, params) and self.subject.fits(values, self.aims.machine.grain)

    def with_widths(self, changed: dict[int, int]) -> list[int]:
        """Return the values with others of some."""
        values = list(self.values)
        for variable, width in changed.items():
            values[variable] = width
        return values

    def effect(
        self, changed: dict[int, int], exact: bool = True
    ) -> tuple[float, dict[int, tuple[float, float]] | None]:
        """Return the waste that other widths remove, in elements, and what each touched product then measures.

        None where one would be worse than the limit and than it was; not asked unless exact.
        """
        values = self.with_widths(changed)
        removed, measured = 0.0, {}
        for number in {number for variable in changed for number in self.touched[variable]}:
            ratio, waste = measured[number] = self.products[number].excess(values)
            if exact and ratio > self.allowed[number]:
                return 0.0, None
            before_ratio, before = self.measured[number]
            removed += self.counted[number] * (
                (before if before_ratio >= self.aims.limit else 0) - (waste if ratio >= self.aims.limit else 0)
            )
        return removed, measured
