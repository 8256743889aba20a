"""Compound scaling: how often a module is repeated and how wide it is."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from macflops.readers.yaml.nodes import Node
from macflops.readers.yaml.source import Source

STEP = 8  # widths are multiples of it


class Scale(NamedTuple):
    """What a file's numbers are multiplied by."""

    depth: float
    width: float
    most: float  # channels, before they are multiplied

    @classmethod
    def of(cls, given: Any, top: dict[str, Node], source: Source) -> Scale:
        """Return the scale of `[depth, width, max_channels]`, the last one optional."""
        for name, number in (
            zip(("depth_multiple", "width_multiple"), given, strict=False) if "scales" not in top else ()
        ):
            if name in top and not positive(number):
                raise source.error(top[name], f"{name} is {str(number)[:40]}", "write a number over 0")
        numbers = list(given) if isinstance(given, list | tuple) else []
        if len(numbers) not in (2, 3) or not all(map(positive, numbers)):
            node = top.get("scales") or top.get("depth_multiple") or top.get("width_multiple") or top["backbone"]
            raise source.error(node, f"a scale of {str(given)[:40]}", "write [depth, width, max_channels]")
        return cls(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else math.inf)

    def times(self, repeats: int) -> int:
        """Return how often a module that the row wants `repeats` times is there."""
        return max(round(repeats * self.depth), 1) if repeats > 1 else repeats

    def channels(self, wanted: int) -> int:
        """Return the width of a module whose row wants this many channels."""
        return divisible(min(wanted, self.most) * self.width)


def positive(number: Any) -> bool:
    """Tell whether this is a number that something can be multiplied by."""
    return type(number) in (int, float) and 0 < number < 1e6


def divisible(width: float) -> int:
    """Return the least multiple of 8 that is no less than a width."""
    return math.ceil(width / STEP) * STEP
