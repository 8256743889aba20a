"""Notebook 4: fragments, and element-wise operators."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from macflops import api
from macflops.costs import Costs
from macflops.ops.relu import Relu
from macflops.teaching.exercises._exercise import Exercise, convolution, sides

UNITS = 10  # of the experiment


def side_by_side(times: tuple[int, ...], start: int) -> int:
    """Return when the last of several fragments ends: each is started in turn, then runs beside the others."""
    clock = last = 0
    for time in times:
        clock += start
        last = max(last, clock + time)
    return last


def relu_share(h: int, w: int, c1: int, c2: int) -> float:
    """Return which share of the memory access of a 1x1 convolution and its ReLU is the ReLU's."""
    y = (1, c2, h, w)
    relu, conv = Relu().cost(y, y).mac, convolution(h, w, c1, c2).mac
    return float(relu / (relu + conv))


def elementwise(h: int, w: int, c: int, m: int) -> int:
    """Return what the ReLUs and the addition of a bottleneck unit move, in elements."""
    rows = bottlenecks(h, w, c, m).rows
    return sum(row.cost.mac for row in rows if row.layer.operator.role in ("activation", "arithmetic")) // UNITS


def left_by_fusion(h: int, w: int, c: int, m: int) -> int:
    """Return what they still move where a runtime merges them into the convolutions."""
    costs = bottlenecks(h, w, c, m)
    alone = sum(row.cost.mac for row in costs.rows if row.layer.operator.role == "convolution")
    return int(costs.under("runtime").mac - alone) // UNITS


@cache
def bottlenecks(h: int, w: int, c: int, m: int) -> Costs:
    """Return the costs of the paper's experiment G4, ten equal bottleneck units, on a map of another size."""
    settings = {"channels": c, "middle": m}
    return api.count("zoo:paper_g4", set=settings, input_shape=(1, c, h, w)).costs


def draw_times(random: Random) -> dict[str, Any]:
    """Draw times of two to five fragments, in microseconds, and what a start takes."""
    times = tuple(random.randint(5, 60) for _ in range(random.randint(2, 5)))
    return {"times": times, "start": random.randint(2, 20)}


def draw_relu(random: Random) -> dict[str, int]:
    """Draw a 1x1 convolution."""
    c1, c2 = random.sample(range(8, 200), 2)
    return {**sides(random), "c1": c1, "c2": c2}


def draw_bottleneck(random: Random) -> dict[str, int]:
    """Draw a bottleneck whose middle is narrower."""
    m = random.randint(4, 40)
    return {**sides(random), "c": m * random.choice((2, 3, 4, 5)), "m": m}


EXERCISES = {
    "4.1": Exercise("when the last fragment ends", side_by_side, draw_times),
    "4.2": Exercise("the ReLU's share of the memory access", relu_share, draw_relu),
    "4.3": Exercise("what a bottleneck's element-wise operators move", elementwise, draw_bottleneck),
    "4.4": Exercise("what of that is left where a runtime fuses", left_by_fusion, draw_bottleneck),
}
