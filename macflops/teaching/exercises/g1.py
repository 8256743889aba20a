"""Notebook 2: equal widths."""

from __future__ import annotations

from math import isqrt
from random import Random

from macflops.teaching.exercises._exercise import Exercise, convolution, sides


def bound(h: int, w: int, B: int) -> float:
    """Return the least memory access of a 1x1 convolution with B mult-adds: that of one with equal widths."""
    c = isqrt(B // (h * w))  # drawn so that both are whole
    return float(convolution(h, w, c, c).mac)


def excess(h: int, w: int, c1: int, c2: int) -> float:
    """Return the memory access of a 1x1 convolution as a multiple of the least at its mult-adds."""
    cost = convolution(h, w, c1, c2)
    return float(cost.mac / (2 * (cost.reads * cost.writes) ** 0.5 + cost.params))


def best_out(c1: int, s: int) -> int:
    """Return the output width at which a convolution of stride s reads as much as it writes, found by trying."""
    tried = range(1, 26 * c1)
    return next(c2 for c2 in tried if (cost := convolution(4, 4, c1, c2, 1, s)).reads == cost.writes)


def best_pair(h: int, w: int, B: int) -> tuple[int, int]:
    """Return the whole widths c1 <= c2 with B mult-adds that move least, found by trying all."""
    product = B // (h * w)
    pairs = [(c, product // c) for c in range(1, isqrt(product) + 1) if product % c == 0]
    return min(pairs, key=lambda pair: convolution(h, w, *pair).mac)


def draw_square(random: Random) -> dict[str, int]:
    """Draw mult-adds that equal whole widths reach."""
    at = sides(random)
    return {**at, "B": at["h"] * at["w"] * random.randint(8, 256) ** 2}


def draw_pair(random: Random) -> dict[str, int]:
    """Draw a 1x1 convolution of unequal widths."""
    c1, c2 = random.sample(range(8, 400), 2)
    return {**sides(random), "c1": c1, "c2": c2}


def draw_composite(random: Random) -> dict[str, int]:
    """Draw mult-adds with many pairs of whole widths, unequal ones mostly."""
    at, product = sides(random), 1
    for _ in range(random.randint(4, 6)):
        product *= random.choice((2, 3, 5, 7))
    return {**at, "B": at["h"] * at["w"] * product}


def draw_stride(random: Random) -> dict[str, int]:
    """Draw channels and a stride that differ."""
    return {"c1": random.randint(6, 64), "s": random.choice((1, 2, 3, 4, 5))}


EXERCISES = {
    "2.1": Exercise("the least memory access at B mult-adds", bound, draw_square),
    "2.2": Exercise("memory access as a multiple of the least", excess, draw_pair),
    "2.3": Exercise("the best output width at stride s", best_out, draw_stride),
    "2.4": Exercise("the best pair of whole widths", best_pair, draw_composite),
}
