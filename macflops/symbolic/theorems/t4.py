"""T4: widths are whole numbers on a grid: when equal ones exist at given mult-adds, and what is lost where "
"they do not."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from sympy import sqrt

from macflops.symbolic.symbols import reals
from macflops.symbolic.theorem import Certificate, Count, Lemma, Theorem, Wrong, claimed

GRID = 8
TOLERANCES = ((1, 20, 160), (1, 50, 400))  # τ as a fraction, and the least c* from which the theorem promises a pair


def theorem() -> Theorem:
    """Return the theorem."""
    c, d, t = reals("c d t")
    threshold = d / (sqrt(1 + t) - sqrt(1 - t))
    return Theorem(
        "T4",
        "equal widths on a grid",
        "Let c* = √(B/(hw)), the real optimum, and τ the tolerance on the mult-adds. A pair of equal widths, "
        "multiples of "
        "d, with mult-adds within τ of B exists whenever c* ≥ d/(√(1 + τ) − √(1 − τ)), about d/τ. For d = 8: "
        "160 at 5 %, 400 at 2 %.",
        ("B, hw, d > 0; 0 < τ < 1",),
        (
            "hw·c² is within τ of B iff c*·√(1 − τ) ≤ c ≤ c*·√(1 + τ).",
            "That interval is c*·(√(1 + τ) − √(1 − τ)) long: at least d, from the threshold on.",
            "A closed interval that is d long or longer holds a multiple of d: d·⌊b/d⌋ ≤ b, and d·⌊b/d⌋ > b − d ≥ a.",
            "It is positive, for a is. By T1 this pair has the least MAC of all pairs of its mult-adds.",
            "Below the threshold there is no such promise: every B/(hw) up to 400² is counted.",
        ),
        (
            Certificate(
                "the threshold, rationalized", threshold, d * (sqrt(1 + t) + sqrt(1 - t)) / (2 * t), nonnegative=False
            ),
            Certificate(
                "the interval's length at the threshold",
                (c * sqrt(1 + t) - c * sqrt(1 - t)) - d,
                (c - threshold) * (sqrt(1 + t) - sqrt(1 - t)),
                nonnegative=False,
            ),
        ),
        (
            Lemma(
                "the interval is d long",
                claimed(c * sqrt(1 + t) - c * sqrt(1 - t), ">=", d),
                ("t < 1", claimed(c * (sqrt(1 + t) - sqrt(1 - t)), ">=", d)),
            ),
            Lemma("the threshold says so", "x*r >= d", ("x >= d/r",)),
            Lemma("d·⌊b/d⌋ is in it", "a <= d*q <= b", ("b - a >= d", "d*q <= b", "b < d*(q + 1)")),
            Lemma("what is in it is within τ above", "x*x <= n + n*t", ("s*s == n", "r*r == 1 + t", "x <= s*r")),
            Lemma("and below", "x*x >= n - n*t", ("s*s == n", "r*r == 1 - t", "x >= s*r", "t < 1")),
            Lemma("d = 8 at 5 %", "160*(sqrt(1 + 1/20) - sqrt(1 - 1/20)) >= 8"),
            Lemma("d = 8 at 2 %", "400*(sqrt(1 + 1/50) - sqrt(1 - 1/50)) >= 8"),
        ),
        exhaustive,
        "every B/(hw) from 160² (5 %) and 400² (2 %) to 1200², d = 8",
        (
            Wrong(
                "half of it is enough: c* ≥ d/(2τ)",
                claimed(c * sqrt(1 + t) - c * sqrt(1 - t), ">=", d),
                ("t < 1", "c >= d/(2*t)"),
            ),
            Wrong("120 is enough at 5 %", "120*(sqrt(1 + 1/20) - sqrt(1 - 1/20)) >= 8 * x", ("x == 1",)),
        ),
        consequences,
        r"c^* = \sqrt{B/(hw)} \ge \frac{d}{\sqrt{1+\tau} - \sqrt{1-\tau}} \implies "
        r"\exists\, c \in d\,\mathbb{N}: |hw\,c^2 - B| \le \tau B",
    )


def has_equal_pair(n: Any, numerator: int, denominator: int) -> Any:
    """Tell for each n = B/(hw) whether a multiple of 8 has a square within τ of it, in integers."""
    below = np.sqrt(n).astype(np.int64) // GRID * GRID
    found = np.zeros(len(n), bool)
    for c in (below, below + GRID):
        found |= (denominator * np.abs(c * c - n) <= numerator * n) & (c > 0)
    return found


def exhaustive() -> Count:
    """Check that a pair exists for every integer B/(hw) from the thresholds on."""
    cases = 0
    for numerator, denominator, threshold in TOLERANCES:
        n = np.arange(threshold**2, 1200**2 + 1)
        found = has_equal_pair(n, numerator, denominator)
        cases += len(n)
        if not found.all():
            return Count(cases, {"n": int(n[~found][0])})
    return Count(cases)


class Below(NamedTuple):
    """What there is below the threshold, of all integers B/(hw) up to its square."""

    cases: int
    without_equal: int  # that have no equal pair
    with_unequal: int  # of those, that have an unequal one
    without_any: int
    worst_equal: float  # (c1 + c2) ÷ 2c* − 1 of equal pairs, at most
    worst_unequal: float  # of the best unequal pairs, where no equal one exists
    worst_at: int
    costly: int  # of the unequal ones, whose best is more than 10 % over


@cache
def below(numerator: int, denominator: int, threshold: int) -> Below:
    """Count what there is below a threshold. Sums are of both widths: feature maps, which dominate."""
    n = np.arange(threshold**2 + 1)
    best = np.full(len(n), np.iinfo(np.int64).max)
    least_sum = sums_by_product((len(n) * (denominator + numerator)) // (denominator * GRID**2) + 1)
    for product, widths in enumerate(least_sum):
        if product:
            amount = product * GRID**2  # n(1 − τ) ≤ amount ≤ n(1 + τ)
            first = -(-amount * denominator // (denominator + numerator))
            last = amount * denominator // (denominator - numerator)
            best[first : last + 1] = np.minimum(best[first : last + 1], widths * GRID)
    n, best = n[1:], best[1:]
    equal = has_equal_pair(n, numerator, denominator)
    some = best < np.iinfo(np.int64).max
    loss = np.where(some, best / (2 * np.sqrt(n)) - 1, 0)
    unequal = some & ~equal
    worst = int(np.argmax(np.where(unequal, loss, -1)))
    return Below(
        len(n),
        int((~equal).sum()),
        int(unequal.sum()),
        int((~some).sum()),
        float(loss[equal].max()),
        float(loss[worst]),
        int(n[worst]),
        int((unequal & (loss > 0.1)).sum()),
    )


def sums_by_product(most: int) -> Any:
    """Return the least a + b for each product a·b up to a number: that of the divisors nearest to each other."""
    found = np.arange(most + 1) + 1
    for a in range(1, int(most**0.5) + 1):
        products = np.arange(a * a, most + 1, a)
        found[products] = np.minimum(found[products], a + products // a)
    return found


def consequences() -> tuple[str, ...]:
    """Return what was counted below the thresholds."""
    texts = []
    for numerator, denominator, threshold in TOLERANCES:
        b, percent = below(numerator, denominator, threshold), 100 * numerator // denominator
        texts.append(
            f"Up to {threshold}² at {percent} %, d = {GRID}: {b.without_equal:,} of {b.cases:,} integers B/(hw) "
            f"({b.without_equal / b.cases:.1%}) have no equal pair; {b.with_unequal:,} of these have an unequal one, "
            f"{b.without_any:,} none at all. An equal pair's feature maps are at most {b.worst_equal:.1%} "
            f"over 2c*; the best "
            f"unequal pair's are more than 10 % over in {b.costly:,} cases, {b.worst_unequal:.0%} at worst "
            f"(B/(hw) = {b.worst_at:,})."
        )
    return tuple(texts)
