"""How well one quantity orders another."""

from __future__ import annotations

from collections.abc import Sequence


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float:
    """Return Spearman's rank correlation; equal values share their mean rank. Source: Spearman 1904."""
    import numpy as np

    return float(np.corrcoef(ranks(x), ranks(y))[0, 1])


def ranks(values: Sequence[float]) -> list[float]:
    """Return each value's rank from 1, the mean of their ranks for equal ones."""
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) + 1) / 2 for value in values]
