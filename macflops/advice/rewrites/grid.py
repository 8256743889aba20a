"""grid: widths on multiples of the machine's grain, at equal mult-adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TypeAlias

from macflops.advice.polynomial import at
from macflops.advice.subject import Aims, Change, Subject

rules = ("M1",)
TRIED_ALL = 256  # combinations; of more, the best is looked for width by width
YIELDED = 3

Choice: TypeAlias = dict[int, int]  # widths by variable


def propose(subject: Subject, aims: Aims) -> Iterator[Change]:
    """Yield the networks of least work whose widths off the grain are the multiple below or above, budgets kept."""
    options = roundings(subject, aims.machine.grain)
    if not options:
        return
    combinations = 1
    for either in options.values():
        combinations *= len(either)
    if combinations <= TRIED_ALL:
        choices = [dict(zip(options, chosen, strict=True)) for chosen in product(*options.values())]
    else:
        choices = [nearest(subject, aims, options)]
    rated = [(rate(subject, aims, choice), number) for number, choice in enumerate(choices)]
    for _, number in sorted(rated)[:YIELDED]:
        yield Change(f"widths on multiples of {aims.machine.grain}", subject.widths.changed(choices[number]))


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
    """Return by how much a choice exceeds the budgets, its work, and how far it moves the widths: less is better."""
    try:
        values = subject.widths.equations.complete(dict(choice))
    except ArithmeticError:
        return float("inf"), 0.0, 0.0
    counts = subject.recount
    over = max(0.0, abs(at(counts.mult_adds, values) / aims.mult_adds - 1) - aims.mult_adds_within)
    over += max(0.0, abs(at(counts.params, values) / aims.params - 1) - aims.params_within)
    roles = subject.widths.roles
    moved = sum(abs(new / roles[variable].width - 1) for variable, new in choice.items())
    return over, counts.work(values, aims.machine), moved


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
