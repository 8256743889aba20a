"""dense: grouped convolutions without groups, and middle widths that shrink until the mult-adds agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from macflops.advice.polynomial import Polynomial, at, total
from macflops.advice.subject import Aims, Change, Subject
from macflops.arithmetic import Shape
from macflops.costs import Costs, count
from macflops.network import Layer, Network

rules = ("G2", "M1")  # each group is computed by itself, in vectors that its few channels do not fill
MOST_COMBINED = 256  # of the nearest widths of each resolution; a combination costs about 20 µs
YIELDED = 4

Choice: TypeAlias = dict[int, int]  # widths by variable


def propose(subject: Subject, aims: Aims) -> Iterator[Change]:
    """Yield networks whose grouped convolutions are dense, the one nearest in mult-adds first.

    Held are the mult-adds of each resolution by itself. A shuffle beside a convolution that is dense now vanishes: a
    dense convolution absorbs a permutation of its channels in its weights.
    """
    network = subject.network
    groups = grouped_layers(network)
    if not groups:
        return
    dense = network.replace({index: replace(network.layers[index].operator, groups=1) for index in groups})
    gone = absorbed_shuffles(dense)
    after = Subject(count(dense.without(gone), machine=aims.machine))
    kept = [index for index in range(len(network.layers)) if index not in gone]
    choices = combined(after, aims, list(stages(after, subject.costs, kept, groups, aims)))
    shuffles = "; drop the shuffles (a dense convolution absorbs them)" if gone else ""
    for choice in choices[:YIELDED]:
        yield from after.changed(f"groups: 1; middle {{widths}}{shuffles}", choice)


def grouped_layers(network: Network) -> set[int]:
    """Return the convolutions with several groups that are not depthwise, by index."""
    found = set()
    for index, layer in enumerate(network.layers):
        several = layer.operator.role == "convolution" and layer.operator.groups > 1
        if several and layer.operator.made_width(*network.shapes_of(layer.inputs)) is not None:
            found.add(index)
    return found


def absorbed_shuffles(network: Network) -> set[int]:
    """Return the shuffles that a dense convolution before or behind them absorbs, by index.

    Between the two are layers that treat each channel alike or by itself, read by nothing else.
    """
    readers = network.readers()
    outputs = set(network.outputs)
    dense_before = [False] * len(network.tensors)
    dense_behind = [False] * len(network.tensors)

    def alone(tensor: int) -> bool:
        return len(readers[tensor]) == 1 and tensor not in outputs

    for layer in network.layers:
        if is_dense(layer) or (passes(layer) and dense_before[layer.inputs[0]]):
            dense_before[layer.outputs[0]] = alone(layer.outputs[0])
    for layer in reversed(network.layers):
        if is_dense(layer) or (passes(layer) and dense_behind[layer.outputs[0]]):
            dense_behind[layer.inputs[0]] = alone(layer.inputs[0])
    return {
        index
        for index, layer in enumerate(network.layers)
        if is_shuffle(layer) and (dense_before[layer.inputs[0]] or dense_behind[layer.outputs[0]])
    }


def is_dense(layer: Layer) -> bool:
    """Tell whether a layer is a convolution of one group."""
    return bool(layer.operator.role == "convolution" and layer.operator.groups == 1)


def is_shuffle(layer: Layer) -> bool:
    """Tell whether a layer permutes channels."""
    return bool(layer.operator.name == "shuffle")


def passes(layer: Layer) -> bool:
    """Tell whether a permutation of a layer's input is the same one of its output, its own numbers permuted too."""
    if len(layer.inputs) != 1 or len(layer.outputs) != 1:
        return False
    if layer.operator.role == "convolution":  # with as many groups as outputs it is depthwise
        return bool(layer.operator.groups == layer.operator.out)
    return layer.operator.fuses_as in ("norm", "activation") or is_shuffle(layer)


class Stage(NamedTuple):
    """What is held at one resolution: the mult-adds wanted, those that the free widths give, and what they may be."""

    wanted: int
    mult_adds: Any
    choices: list[Choice]


def stages(after: Subject, before: Costs, kept: Iterable[int], groups: set[int], aims: Aims) -> Iterator[Stage]:
    """Yield for each resolution the widths beside what was grouped that no join holds: they shrink alike."""
    widths, grain = after.widths, aims.machine.grain
    touched: set[int] = set()
    dense: list[tuple[Any, int]] = []  # mult-adds in variables, and the original's
    for index, original in enumerate(kept):
        dense.append((widths.width(widths.own[index].mult_adds), before.own[original].mult_adds))
        if original in groups:
            layer = widths.symbolic.layers[index]
            for tensor in (layer.inputs[0], layer.outputs[0]):
                width = widths.width(widths.symbolic.tensors[tensor].shape[1])
                touched |= width.variables if isinstance(width, Polynomial) else set()
    middles: dict[Shape, list[int]] = {}
    for variable in sorted(touched):
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
    values = list(after.widths.equations.values)
    near: list[list[tuple[float, Choice]]] = []
    number = next((n for n in (6, 4, 3, 2) if n ** len(found) <= MOST_COMBINED), 1)
    for stage in found:
        rated: list[tuple[float, Choice]] = []
        for choice in stage.choices:
            distance = abs(at(stage.mult_adds, replaced(values, choice)) - stage.wanted)
            rated.append((distance, choice))
        near.append(sorted(rated, key=lambda r: r[0])[:number])
    choices: list[tuple[tuple[bool, float], Choice]] = []
    for chosen in product(*near):
        choice = {variable: width for _, part in chosen for variable, width in part.items()}
        tried = replaced(values, choice)
        counts = at(after.recount.mult_adds, tried), at(after.recount.params, tried)
        choices.append(((not aims.keeps(*counts), sum(distance for distance, _ in chosen)), choice))
    return [choice for _, choice in sorted(choices, key=lambda c: c[0])]


def replaced(values: Sequence[int], choice: Choice) -> list[int]:
    """Return the values with those chosen."""
    found = list(values)
    for variable, width in choice.items():
        found[variable] = width
    return found
