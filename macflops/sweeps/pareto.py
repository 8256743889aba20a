"""The Pareto front: rows that no other row beats in one quantity without being worse in another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np


def front(columns: Sequence[Any], larger: Sequence[bool] | None = None) -> Any:
    """Return the indices of the rows on the front; each column is to be as small as may be, or as large.

    Columns hold integers of any size, or floats; NaN is the worst. Equal rows stay together. Numbers are compared by
    their ranks, exactly. Up to three columns take time n·log n, more of them n times the length of the front.
    """
    larger = larger or [False] * len(columns)
    ranks = np.stack([ranked(column, sign) for column, sign in zip(columns, larger, strict=True)], axis=1)
    if not len(ranks):
        return np.zeros(0, np.int64)
    points, back = np.unique(ranks, axis=0, return_inverse=True)  # in lexical order: only an earlier one beats another
    if points.shape[1] == 1:
        kept = points[:, 0] == points[:1, 0]
    elif points.shape[1] == 2:
        kept = falling(points[:, 1])
    else:
        kept = staircase(points) if points.shape[1] == 3 else unbeaten(points)
    return np.flatnonzero(kept[back.reshape(-1)])


def ranked(column: Any, larger: bool) -> Any:
    """Return which place each number takes, the best one 0; NaN is behind all."""
    values, places = np.unique(column, return_inverse=True)
    places = places.reshape(-1)
    if larger:
        places = len(values) - 1 - places
    missing = np.asarray(column != column, bool)
    return np.where(missing, len(values), places)


def falling(numbers: Any) -> Any:
    """Tell of each number whether it is below all before it."""
    least = np.minimum.accumulate(numbers)
    return np.concatenate([[True], numbers[1:] < least[:-1]])


def staircase(points: Any) -> Any:
    """Tell of each of (rows, 3) whether none before it is as small in the second and the third number.

    Kept are steps: second numbers that rise while third ones fall. Source: Kung, Luccio, Preparata, On Finding the
    Maxima of a Set of Vectors, 1975.
    """
    seconds: list[int] = []
    thirds: list[int] = []
    kept = np.zeros(len(points), bool)
    for row, (second, third) in enumerate(points[:, 1:].tolist()):
        at = bisect_right(seconds, second)
        if at and thirds[at - 1] <= third:
            continue
        kept[row] = True
        first = at - 1 if at and seconds[at - 1] == second else at
        last = first
        while last < len(thirds) and thirds[last] >= third:
            last += 1
        seconds[first:last], thirds[first:last] = [second], [third]
    return kept


def unbeaten(points: Any) -> Any:
    """Tell of each row whether no other one is as small in every number. Each round drops what its first row beats."""
    kept = np.zeros(len(points), bool)
    order = np.arange(len(points))
    while len(order):
        kept[order[0]] = True
        order = order[(points[order] < points[order[0]]).any(axis=1)]
    return kept
