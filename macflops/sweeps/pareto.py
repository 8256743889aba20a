"""The Pareto front: rows that no other row beats in one quantity without being worse in another."""

from __future__ import annotations

from typing import Any

import numpy as np


def front(points: Any) -> Any:
    """Return the indices of the rows of (rows, quantities) that are on the front, all to be as small as may be.

    Equal rows stay together. Rows come in lexical order of their quantities, so that one is only ever beaten by an
    earlier one; each round takes the first that is left and drops what it beats.
    """
    order = np.lexsort(points.T[::-1])
    kept = []
    left = points[order]
    while len(order):
        kept.append(order[0])
        first = left[0]
        beaten = (left >= first).all(axis=1) & (left > first).any(axis=1)
        beaten[0] = True
        order, left = order[~beaten], left[~beaten]
    return np.sort(np.array(kept, dtype=np.int64))
