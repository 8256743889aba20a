"""dense: grouped convolutions without groups, and middle widths that shrink until the mult-adds agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypeAlias

from macflops.advice.polynomial import Polynomial, at, total
from macflops.advice.shuffles import absorbed_shuffles
from macflops.advice.subject import Aims, Change, Subject
from macflops.arithmetic import Shape
from macflops.costs import Costs, count
from macflops.network import Network
from macflops.records import Record

rules = ("G2", "M1")  # each group is computed by itself, in vectors that its few channels do not fill
COARSE = 0.25  # by so much of its mult-adds a resolution may be missed before it is left grouped
MOST_COMBINED = 256  # of the nearest widths of each resolution; a combination costs about 20 µs
YIELDED = 4

Choice: TypeAlias = dict[int, int]  # widths by variable


def propose(subject: Subject, aims: Aims) -> Iterator[Change]:
    """Yield networks whose grouped convolutions are dense, the one nearest in mult-adds first.

    Held are the mult-adds of each resolution by itself. A shuffle beside a convolution that is dense now vanishes: a
    dense convolution absorbs a permutation of its channels in its weights. Last come networks that stay grouped at the
    resolutions where no width on the grain has nearly as many mult-adds.
    """
    groups = grouped_layers(subject.network)
    if not groups:
        return
    found, changes = without_groups(subject, aims, groups)
    yield from changes
    fine = [stage for stage in found if stage.distances()[0] <= COARSE * stage.wanted]
    if 0 < len(fine) < len(found):
        yield from without_groups(subject, aims, {index for stage in fine for index in stage.groups})[1]


def without_groups(subject: Subject, aims: Aims, groups: set[int]) -> tuple[list[Stage], Iterator[Change]]:
    """Return what is held at each resolution where these layers are dense, and the networks that do so, best first."""
    network = subject.network
    dense = {index: network.layers[index].operator._replace(groups=1) for index in groups}
    gone = absorbed_shuffles(network, groups)
    after = Subject(count(network.without(gone, dense), machine=aims.machine))
    kept = [index for index in range(len(network.layers)) if index not in gone]
    found = list(stages(after, subject.costs, kept, groups, aims))
    shuffles = "; drop the shuffles (a dense convolution absorbs them)" if gone else ""
    every = len(grouped_layers(network))
    where = "" if len(groups) == every else f" in {len(groups)} of {every} convolutions"
    text = f"groups: 1{where}; middle {{widths}}{shuffles}"
    choices = combined(after, aims, found)[:YIELDED]
    return found, (after.changed(text, choice) for choice in choices)


def grouped_layers(network: Network) -> set[int]:
    """Return the convolutions with several groups that are not depthwise, by index."""
    found = set()
    fixed = network.partly_sharing  # without groups a layer would have parameters that are no other's
    for index, layer in enumerate(network.layers):
        several = layer.operator.role == "convolution" and layer.operator.groups > 1 and layer.name not in fixed
        if several and layer.operator.made_width(*network.shapes_of(layer.inputs)) is not None:
            found.add(index)
    return found


class Stage(Record):
    """What is held at one resolution: the mult-adds wanted, those that the free widths give, and what they may be."""

    wanted: int
    mult_adds: Any
    choices: list[Choice]
    values: list[int]  # of all variables, today
    groups: set[int]  # the layers that were grouped

    def distances(self) -> list[int]:
        """Return by how much the nearest choices miss the wanted mult-adds, the least first."""
        return [distance for distance, _ in self.nearest()]

    def nearest(self) -> list[tuple[int, Choice]]:
        """Return the choices with how far they miss the wanted mult-adds, the nearest first."""
        rated = [(abs(at(self.mult_adds, replaced(self.values, c)) - self.wanted), c) for c in self.choices]
        return sorted(rated, key=lambda r: r[0])


def stages(after: Subject, before: Costs, kept: Sequence[int], groups: set[int], aims: Aims) -> Iterator[Stage]:
    """Yield for each resolution the widths that grouped layers make and no join holds: they shrink alike."""
    widths, grain = after.widths, aims.machine.grain
    made: set[int] = set()
    dense: list[tuple[Any, int]] = []  # mult-adds in variables, and the original's
    for index, original in enumerate(kept):
        dense.append((widths.width(widths.own[index].mult_adds), before.own[original].mult_adds))
        if original in groups:
            width = widths.width(widths.symbolic.tensors[widths.symbolic.layers[index].outputs[0]].shape[1])
            made |= width.variables if isinstance(width, Polynomial) else set()
    middles: dict[Shape, list[int]] = {}
    for variable in sorted(made):
        if not widths.roles[variable].held and widths.roles[variable].width >= grain:
            middles.setdefault(widths.roles[variable].sides, []).append(variable)
    taken: set[int] = set()
    for variables in middles.values():
        here = [
            position
            for position, (mult_adds, _) in enumerate(dense)
            if position not in taken
            and isinstance(mult_adds, Polynomial)
            and not mult_adds.variables.isdisjoint(variables)
        ]
        taken.update(here)
        today = {v: widths.roles[v].width for v in variables}
        yield Stage(
            sum(dense[position][1] for position in here),
            total(dense[position][0] for position in here),
            shrunken(today, grain),
            list(widths.equations.values),
            {kept[position] for position in here}.intersection(groups),
        )


def shrunken(today: Mapping[int, int], grain: int) -> list[Choice]:
    """Return widths on the grain that shrink alike from what they are today, the narrowest first."""
    steps = sorted({min(1.0, k * grain / width) for width in today.values() for k in range(1, width // grain + 1)})
    found: list[Choice] = []
    for step in steps:
        choice = {v: max(grain, round(width * step / grain) * grain) for v, width in today.items()}
        if not found or found[-1] != choice:
            found.append(choice)
    return found


def combined(after: Subject, aims: Aims, found: list[Stage]) -> list[Choice]:
    """Return widths for all resolutions: those that keep the budgets first, then those nearest at each resolution."""
    widths = after.widths
    values = list(widths.equations.values)
    mult_adds, params = (widths.width(total(getattr(c, name) for c in widths.own)) for name in ("mult_adds", "params"))
    number = next((n for n in (6, 4, 3, 2) if n ** len(found) <= MOST_COMBINED), 1)
    near = [stage.nearest()[:number] for stage in found]
    choices: list[tuple[tuple[bool, float], Choice]] = []
    for chosen in product(*near):
        choice = {variable: width for _, part in chosen for variable, width in part.items()}
        tried = replaced(values, choice)
        counts = at(mult_adds, tried), at(params, tried)
        choices.append(((not aims.keeps(*counts), sum(distance for distance, _ in chosen)), choice))
    return [choice for _, choice in sorted(choices, key=lambda c: c[0])]


def replaced(values: Sequence[int], choice: Choice) -> list[int]:
    """Return the values with those chosen."""
    found = list(values)
    for variable, width in choice.items():
        found[variable] = width
    return found
