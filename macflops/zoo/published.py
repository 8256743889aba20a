"""What papers and libraries published of the zoo's networks, and which way of counting gives their figures."""

from __future__ import annotations

import csv
import os
from decimal import Decimal
from functools import cache
from typing import NamedTuple

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}


class Figure(NamedTuple):
    """A published figure: of which network, under which settings and input, as it is printed, and where."""

    network: str
    settings: str  # as for --set, separated by spaces; empty for the network as it ships
    metric: str  # mult_adds, params, top1_error, top1_accuracy, speed_gpu, speed_arm …
    value: str
    unit: str
    input: str
    source: str


@cache
def figures() -> tuple[Figure, ...]:
    """Return all figures, in the order of the file."""
    path = os.path.join(os.path.dirname(__file__), "published.csv")
    with open(path, encoding="utf-8", newline="") as file:
        return tuple(Figure(**row) for row in csv.DictReader(file))


def of(network: str) -> list[Figure]:
    """Return the figures of one network."""
    return [figure for figure in figures() if figure.network == network]


def matches(figure: Figure, counts: dict[str, int]) -> str | None:
    """Return which of our counts a printed figure is, by the name it has in `counts`, or None where it is none of them.

    The first that rounds to the printed digits; failing that, the first that does when it is rounded down or up.
    """
    step = Decimal(1).scaleb(Decimal(figure.value).as_tuple().exponent)  # type: ignore[arg-type]
    printed = Decimal(figure.value)
    for how, rounding in (("", "ROUND_HALF_UP"), (", rounded down", "ROUND_FLOOR"), (", rounded up", "ROUND_CEILING")):
        for name, count in counts.items():
            if (Decimal(count) / UNITS[figure.unit]).quantize(step, rounding=rounding) == printed:
                return f"{name}{how}"
    return None
