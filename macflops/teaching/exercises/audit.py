"""Notebook 7: auditing a network."""

from __future__ import annotations

from random import Random
from typing import Any

from macflops.costs import ratio
from macflops.differences import growth
from macflops.guidelines.findings import SEVERITIES
from macflops.machine import padded
from macflops.teaching.exercises._exercise import Exercise, convolution, sides


def efficiency(layers: tuple[tuple[int, int], ...]) -> float:
    """Return the efficiency of layers that move (least, really) so many elements."""
    least, moved = map(sum, zip(*layers, strict=True))
    found = ratio(least, moved)
    assert found is not None
    return found


def change(before: int, after: int) -> float:
    """Return a recount as a relative change: -0.1 where a tenth is gone."""
    found = growth(before, after)
    assert found is not None
    return found


def in_vectors(h: int, w: int, c1: int, c2: int, grain: int) -> int:
    """Return the mult-adds of a 1x1 convolution computed in full vectors of channels."""
    return int(padded(convolution(h, w, c1, c2).mult_adds, c1, c2, 1, grain, False))


def exit_status(severities: tuple[str, ...], fail_on: str, exceeded: int) -> int:
    """Return how an audit ends: 1 where a verdict is at or over the one to fail on, or a budget is exceeded."""
    return int(exceeded > 0 or any(SEVERITIES.index(s) >= SEVERITIES.index(fail_on) for s in severities))


def draw_layers(random: Random) -> dict[str, Any]:
    """Draw layers of very different sizes, which a mean of their ratios would weigh alike."""
    moved = [random.randint(10, 1000) for _ in range(random.randint(2, 4))]
    return {"layers": tuple((random.randint(m // 3, m), m) for m in moved)}


def draw_change(random: Random) -> dict[str, int]:
    """Draw two counts that differ."""
    before, after = random.sample(range(100, 1000), 2)
    return {"before": before, "after": after}


def draw_vectors(random: Random) -> dict[str, int]:
    """Draw a 1x1 convolution off the grain, most often."""
    c1, c2 = random.sample(range(3, 150), 2)
    return {**sides(random), "c1": c1, "c2": c2, "grain": random.choice((4, 8, 16))}


def draw_audit(random: Random) -> dict[str, Any]:
    """Draw verdicts, where to fail, and how many budgets are exceeded."""
    severities = tuple(random.choice(SEVERITIES) for _ in range(random.randint(0, 3)))
    return {"severities": severities, "fail_on": random.choice(SEVERITIES), "exceeded": random.choice((0, 0, 0, 1))}


EXERCISES = {
    "7.1": Exercise("the efficiency of several layers", efficiency, draw_layers),
    "7.2": Exercise("a recount as a relative change", change, draw_change),
    "7.3": Exercise("mult-adds in full vectors", in_vectors, draw_vectors),
    "7.4": Exercise("how an audit ends in continuous integration", exit_status, draw_audit),
}
