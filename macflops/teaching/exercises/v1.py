"""Notebook 5: from ResNeXt to ShuffleNet V1."""

from __future__ import annotations

from random import Random

from macflops.reference import mixing, shuffle_permutation
from macflops.symbolic import formula
from macflops.teaching.exercises._exercise import Exercise, sides


def unit(h: int, w: int, c: int, m: int, g: int) -> int:
    """Return the mult-adds of a ShuffleNet V1 unit of stride 1."""
    return int(formula("shufflenet-v1", set={"h": h, "w": w, "c": c, "m": m, "g": g}).value)


def pointwise_share(c: int, m: int, g: int) -> float:
    """Return which share of a ResNeXt unit's mult-adds its pointwise convolutions make."""
    sizes = {"h": 1, "w": 1, "c": c, "m": m, "g": g}
    return float(formula("resnext", set=sizes, of="pointwise").value / formula("resnext", set=sizes).value)


def comes_from(i: int, channels: int, groups: int) -> int:
    """Return which channel of the input a shuffle puts at place i of the output."""
    return int(shuffle_permutation(channels, groups)[i])


def mixes_evenly(channels: int, groups: int) -> bool:
    """Tell whether each group takes equally many channels from each group."""
    return mixing(channels, groups).even


def draw_unit(random: Random) -> dict[str, int]:
    """Draw a unit whose groups divide both widths, each its own; no c is 4m, so that a quarter is no guess."""
    g = random.choice((2, 3, 4, 8))
    a = random.randint(3, 12)
    return {**sides(random), "c": g * a * random.choice((2, 3, 5)), "m": g * a, "g": g}


def draw_resnext(random: Random) -> dict[str, int]:
    """Draw such a unit without a map."""
    return {name: value for name, value in draw_unit(random).items() if name not in "hw"}


def draw_shuffle(random: Random) -> dict[str, int]:
    """Draw channels, groups, and a place that is neither the first nor the last."""
    groups, each = random.sample(range(2, 9), 2)
    return {"i": random.randint(1, groups * each - 2), "channels": groups * each, "groups": groups}


def draw_mixing(random: Random) -> dict[str, int]:
    """Draw channels and groups, of which about half mix evenly."""
    groups = random.choice((2, 3, 4, 8))
    each = groups * random.randint(1, 12) if random.random() < 0.5 else random.randint(2, 80)
    return {"channels": groups * each, "groups": groups}


EXERCISES = {
    "5.1": Exercise("pointwise share of a ResNeXt unit", pointwise_share, draw_resnext),
    "5.2": Exercise("mult-adds of a ShuffleNet V1 unit", unit, draw_unit),
    "5.3": Exercise("which channel the shuffle puts at place i", comes_from, draw_shuffle),
    "5.4": Exercise("whether the shuffle mixes evenly", mixes_evenly, draw_mixing),
}
