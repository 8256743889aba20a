"""Notebook 1: what a convolution costs."""

from __future__ import annotations

from random import Random

from macflops.teaching.exercises._exercise import Exercise, convolution, layer


def mult_adds(h: int, w: int, c1: int, c2: int, k: int, g: int) -> int:
    """Return the mult-adds of a k x k convolution."""
    return int(convolution(h, w, c1, c2, k, 1, g).mult_adds)


def params(c1: int, c2: int, k: int, g: int) -> int:
    """Return the parameters of a k x k convolution with a bias."""
    return int(convolution(1, 1, c1, c2, k, 1, g, bias=True).params)


def mac(h: int, w: int, c1: int, c2: int, k: int, s: int, g: int) -> int:
    """Return the memory access cost of a k x k convolution of stride s, without a bias, in elements."""
    return int(convolution(h, w, c1, c2, k, s, g).mac)


def intensity(h: int, w: int, c1: int, c2: int) -> float:
    """Return the FLOPs of a 1x1 convolution per byte that it moves, in float32."""
    cost = convolution(h, w, c1, c2)
    return 2 * int(cost.mult_adds) / (4 * int(cost.mac))


def draw_params(random: Random) -> dict[str, int]:
    """Draw what the parameters depend on: no sides."""
    return {name: value for name, value in layer(random).items() if name not in "hw"}


def draw_pointwise(random: Random) -> dict[str, int]:
    """Draw a 1x1 convolution without groups."""
    return {name: value for name, value in layer(random, k=False).items() if name != "g"}


EXERCISES = {
    "1.1": Exercise("mult-adds of a k×k convolution in g groups", mult_adds, layer),
    "1.2": Exercise("parameters of a k×k convolution with a bias", params, draw_params),
    "1.3": Exercise("memory access of a convolution of stride s", mac, lambda random: layer(random, s=True)),
    "1.4": Exercise("FLOPs per byte of a 1×1 convolution in float32", intensity, draw_pointwise),
}
