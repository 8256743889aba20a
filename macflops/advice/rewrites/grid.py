"""grid: widths on multiples of the machine's grain, at equal mult-adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product as combinations_of
from math import inf
from typing import TypeAlias

from macflops.advice.polynomial import at
from macflops.advice.subject import Aims, Change, Subject

rules = ("M1",)
may_move_more = True  # rounding up does, and gains nonetheless
within = 2  # each width stays in [½, 2] of its own
TRIED_ALL = 256  # combinations; of more, the best is looked for width by width
YIELDED = 3

Choice: TypeAlias = dict[int, int]  # widths by variable


def propose(subject: Subject, aims: Aims) -> Iterator[Change]:
    """Yield the networks of least work whose widths off the grain are a multiple beside them, budgets and G1 kept."""
    options = roundings(subject, aims.machine.grain)
    if not options:
        return
    combinations = 1
    for either in options.values():
        combinations *= len(either)
    if combinations <= TRIED_ALL:
        choices = [dict(zip(options, chosen, strict=True)) for chosen in combinations_of(*options.values())]
    else:
        choices = [nearest(subject, aims, options)]
    rated = sorted((rate(subject, aims, choice), number) for number, choice in enumerate(choices))
    for _, number in rated[:YIELDED]:
        yield subject.foreseen(f"{{widths}}: multiples of {aims.machine.grain}", choices[number])


def roundings(subject: Subject, grain: int) -> dict[int, tuple[int, ...]]:
    """Return for each width off the grain the multiples beside it that are in [½, 2] of it."""
    found = {}
    for variable in subject.movable:
        width = subject.widths.roles[variable].width
        below = width // grain * grain
        either = tuple(new for new in (below, below + grain) if width <= 2 * new <= 4 * width)
        if width % grain and either:
            found[variable] = either
    return found


def rate(subject: Subject, aims: Aims, choice: Mapping[int, int]) -> tuple[float, float, float]:
    """Return by how much a choice exceeds the budgets, its work, and how far it moves the widths: less is better.

    Work is per mult-add, so that none is saved by saving mult-adds, and in whole percents: of what is as good the
    nearest is taken.
    """
    counts = subject.recount
    try:
        values = subject.widths.equations.complete(dict(choice))
        mult_adds, params = at(counts.mult_adds, values), at(counts.params, values)
        work = counts.work(values, aims.machine)
    except ArithmeticError:
        return inf, 0.0, 0.0
    if not subject.fits(values, aims.machine.grain):
        return inf, 0.0, 0.0
    over = max(0.0, abs(mult_adds / aims.mult_adds - 1) - aims.mult_adds_within)
    over += max(0.0, abs(params / aims.params - 1) - aims.params_within)
    today = subject.widths.equations.values
    for product, _ in counts.products:  # a convolution that exceeds G1's limit now is no better
        if product.judged and not product.variables.isdisjoint(choice):
            over += product.excess(values)[0] > max(aims.limit, product.excess(today)[0])
    roles = subject.widths.roles
    moved = sum(abs(new / roles[variable].width - 1) for variable, new in choice.items())
    return over, round(100 * work / mult_adds * aims.mult_adds / subject.costs.work), moved


def nearest(subject: Subject, aims: Aims, options: Mapping[int, tuple[int, ...]]) -> Choice:
    """Return a choice that no change of a single width betters, found from the nearest multiples."""
    roles = subject.widths.roles
    choice = {v: min(either, key=lambda new: abs(new - roles[v].width)) for v, either in options.items()}
    best = rate(subject, aims, choice)
    for _ in range(4):
        before = best
        for variable, either in options.items():
            for new in either:
                tried = {**choice, variable: new}
                if new != choice[variable] and (rated := rate(subject, aims, tried)) < best:
                    best, choice = rated, tried
        if best == before:
            break
    return choice
