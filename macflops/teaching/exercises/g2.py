"""Notebook 3: groups."""

from __future__ import annotations

from math import isqrt
from random import Random

from macflops.teaching.exercises._exercise import Exercise, convolution, sides


def same_input(h: int, w: int, c1: int, B: int, g: int) -> int:
    """Return the memory access of a 1x1 convolution in g groups with B mult-adds and c1 input channels."""
    return int(convolution(h, w, c1, B * g // (h * w * c1), g=g).mac)


def wider(c: int, g: int) -> int:
    """Return the width at which g groups make as many mult-adds as a dense layer of width c, found by trying."""
    dense = convolution(1, 1, c, c).mult_adds
    widths = range(g, 20 * c + 1, g)
    return next(width for width in widths if convolution(1, 1, width, width, g=g).mult_adds == dense)


def price(h: int, w: int, c: int, g: int) -> float:
    """Return what g groups move, at the same mult-adds and a greater width, per element that the dense layer moves."""
    width = c * isqrt(g)
    return float(convolution(h, w, width, width, g=g).mac / convolution(h, w, c, c).mac)


def denser(h: int, w: int, c: int, k: int) -> bool:
    """Tell whether a 1x1 convolution of c channels makes more mult-adds per element moved than a depthwise k x k."""
    pointwise, depthwise = convolution(h, w, c, c), convolution(h, w, c, c, k, g=c)
    return bool(pointwise.mult_adds * depthwise.mac > depthwise.mult_adds * pointwise.mac)


def draw_same_input(random: Random) -> dict[str, int]:
    """Draw mult-adds that leave a whole output width, and groups that divide both widths."""
    at, g = sides(random), random.choice((2, 3, 4, 8))
    a, b = random.sample(range(3, 40), 2)
    return {**at, "c1": g * a, "B": at["h"] * at["w"] * g * a * b, "g": g}


def draw_square_groups(random: Random) -> dict[str, int]:
    """Draw groups whose root is whole and divides the width."""
    root = random.choice((2, 3, 4))
    return {"c": root * random.randint(3, 60), "g": root * root}


def draw_price(random: Random) -> dict[str, int]:
    """Draw such a layer on a map."""
    return {**sides(random), **draw_square_groups(random)}


def draw_denser(random: Random) -> dict[str, int]:
    """Draw channels near the square of the kernel, to either side."""
    k = random.choice((3, 5, 7))
    return {**sides(random), "c": max(2, k * k + random.choice((-20, -9, -5, -1, 0, 1, 2, 6, 15, 60))), "k": k}


EXERCISES = {
    "3.1": Exercise("memory access of g groups at fixed B and c1", same_input, draw_same_input),
    "3.2": Exercise("the width of g groups at equal mult-adds", wider, draw_square_groups),
    "3.3": Exercise("what g groups move, per element of the dense layer", price, draw_price),
    "3.4": Exercise("where 1×1 computes more per element than depthwise", denser, draw_denser),
}
