"""Notebook 6: ShuffleNet V2 from the guidelines."""

from __future__ import annotations

from random import Random

from macflops import api
from macflops.reference import shuffle_permutation
from macflops.symbolic import formula
from macflops.teaching.exercises._exercise import Exercise, sides


def unit(h: int, w: int, c: int) -> int:
    """Return the mult-adds of a ShuffleNet V2 unit of stride 1."""
    return int(formula("shufflenet-v2", set={"h": h, "w": w, "c": c}).value)


def down(h: int, w: int, c: int) -> int:
    """Return the mult-adds of a ShuffleNet V2 unit of stride 2 with c channels in and 2c out, output h x w."""
    return int(formula("shufflenet-v2-down", set={"h": h, "w": w, "c": c}).value)


def branches(enters: int, out: int, paper: int) -> tuple[int, int]:
    """Return the output widths of the branches of stage 2's first unit, left first, as the network has them."""
    layers = api.count("zoo:shufflenet_v2_x1_0", set={"paper": paper, "channels": [out, 2 * out, 4 * out, 32]}).layers
    left, right = (
        next(layer.outputs[0][1] for layer in layers if layer.name == f"stage2.down.{name}")
        for name in ("shortcut_conv", "conv_2")
    )
    return left, right


def untouched(c: int, j: int) -> int:
    """Return how many of c channels no convolution touches in j units, by following them through the shuffles."""
    order = shuffle_permutation(c, 2)
    fresh = [True] * c
    for _ in range(j):
        convolved = [is_fresh and i < c // 2 for i, is_fresh in enumerate(fresh)]
        fresh = [convolved[i] for i in order]
    return sum(fresh)


def draw_unit(random: Random) -> dict[str, int]:
    """Draw a unit of an even width."""
    return {**sides(random), "c": 2 * random.randint(8, 250)}


def draw_down(random: Random) -> dict[str, int]:
    """Draw a unit of stride 2."""
    return {**sides(random), "c": random.randint(16, 250)}


def draw_first(random: Random) -> dict[str, int]:
    """Draw a first unit: 24 channels enter, as in the paper; more leave."""
    return {"enters": 24, "out": 2 * random.randint(13, 130), "paper": random.randint(0, 1)}


def draw_reuse(random: Random) -> dict[str, int]:
    """Draw channels that can be halved j times."""
    j = random.randint(1, 5)
    return {"c": 2**j * random.randint(3, 20), "j": j}


EXERCISES = {
    "6.1": Exercise("mult-adds of a ShuffleNet V2 unit", unit, draw_unit),
    "6.2": Exercise("mult-adds of its unit of stride 2", down, draw_down),
    "6.3": Exercise("the two branches of stage 2's first unit", branches, draw_first),
    "6.4": Exercise("channels that j units leave untouched", untouched, draw_reuse),
}
