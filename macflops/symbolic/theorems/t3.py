"""T3: groups move more memory at the same mult-adds. G2 of the paper, and the chain of bounds that the audit uses."""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
from sympy import sqrt

from macflops.symbolic.symbols import reals
from macflops.symbolic.theorem import Certificate, Count, Lemma, Theorem, Wrong, claimed
from macflops.symbolic.theorems._layer import convolution, failing, widths

WIDTH = 960


def theorem() -> Theorem:
    """Return the theorem, its formulas derived from the operator."""
    h, w, c1, c2, g, g1, g2, b = reals("h w c1 c2 g g1 g2 B")

    def at_fixed_input(groups: Any) -> Any:
        return convolution(c1, b * groups / (h * w * c1), h, w, h, w, g=groups).mac

    grouped = convolution(c1, c2, h, w, h, w, g=g)
    dense = convolution(c1 / sqrt(g), c2 / sqrt(g), h, w, h, w)
    reads, writes, kernels = grouped.reads, grouped.writes, grouped.weights
    b1, b2 = 2 * sqrt(reads * writes) + kernels, 2 * sqrt(reads * writes / g) + kernels
    return Theorem(
        "T3",
        "groups move more memory at the same mult-adds",
        "At fixed mult-adds B and input width c1, MAC = hw·c1 + B·g/c1 + B/(hw) grows strictly with g. At fixed B and "
        "c1 : c2, grouped ÷ dense MAC lies in [1, √g] and tends to √g as hw grows. And MAC = R + W + K ≥ "
        "B1 = 2√(RW) + K ≥ B2 = 2√(RW/g) + K: the first is equal iff R = W, the second iff g = 1.",
        ("h, w, c1, c2, B > 0; g ≥ 1; a 1x1 convolution of stride 1, without bias (the chain: any convolution)",),
        (
            "B = hw·c1·c2/g gives c2 = B·g/(hw·c1); so MAC = hw·c1 + B·g/c1 + B/(hw), and B·(g2 − g1)/c1 > 0.",
            "A dense layer of the same B and c1 : c2 has both widths ÷ √g: MAC = hw(c1 + c2)/√g + c1·c2/g.",
            "Grouped − dense = hw(c1 + c2)(1 − 1/√g) ≥ 0, and √g·dense − grouped = (√g − 1)·c1·c2/g ≥ 0.",
            "√g − grouped ÷ dense = (√g − 1)·K ÷ dense ≤ (√g − 1)·√g·K/(hw(c1 + c2)), which tends to 0 as hw grows.",
            "The chain: the first step is T2; the second is B1 − B2 = 2√(RW/g)·(√g − 1), 0 iff g = 1.",
        ),
        (
            Certificate(
                "MAC at g2 minus MAC at g1",
                at_fixed_input(g2) - at_fixed_input(g1),
                b / c1 * (g2 - g1),
                nonnegative=False,
            ),
            Certificate(
                "grouped minus dense", grouped.mac - dense.mac, h * w * (c1 + c2) * (1 - 1 / sqrt(g)), nonnegative=False
            ),
            Certificate(
                "√g times dense minus grouped",
                sqrt(g) * dense.mac - grouped.mac,
                (sqrt(g) - 1) * kernels,
                nonnegative=False,
            ),
            Certificate(
                "how far from √g",
                sqrt(g) - grouped.mac / dense.mac,
                (sqrt(g) - 1) * kernels / dense.mac,
                nonnegative=False,
            ),
            Certificate(
                "the chain, both steps",
                grouped.mac - b2,
                (sqrt(reads) - sqrt(writes)) ** 2 + 2 * sqrt(reads * writes / g) * (sqrt(g) - 1),
                nonnegative=False,
            ),
            Certificate(
                "the chain, second step", b1 - b2, 2 * sqrt(reads * writes / g) * (sqrt(g) - 1), nonnegative=False
            ),
        ),
        (
            Lemma("MAC grows with g", claimed(at_fixed_input(g2), ">", at_fixed_input(g1)), ("g2 > g1",)),
            Lemma("both have the same mult-adds", claimed(grouped.mult_adds, "==", dense.mult_adds)),
            Lemma("at least dense", claimed(grouped.mac, ">=", dense.mac), ("g >= 1",)),
            Lemma("at most √g times dense", claimed(grouped.mac, "<=", sqrt(g) * dense.mac), ("g >= 1",)),
            Lemma("more than dense with groups", claimed(grouped.mac, ">", dense.mac), ("g > 1",)),
            Lemma("the chain", "R + W + K >= 2*sqrt(R*W) + K >= 2*sqrt(R*W/g) + K", ("g >= 1",)),
            Lemma("its first step is strict", "R + W + K > 2*sqrt(R*W) + K", ("R != W",)),
            Lemma("its second step is strict", "2*sqrt(R*W) + K > 2*sqrt(R*W/g) + K", ("g > 1",)),
        ),
        exhaustive,
        f"{WIDTH} widths that 24 divides with every g that divides them, and every square g, hw from 1 to 3136",
        (
            Wrong("groups save memory at the same mult-adds", claimed(grouped.mac, "<", dense.mac), ("g >= 2",)),
            Wrong(
                "grouped is √g times dense, and not less", claimed(grouped.mac, ">=", sqrt(g) * dense.mac), ("g >= 2",)
            ),
            Wrong(
                "MAC grows with g at fixed widths, too",
                claimed(grouped.mac.subs(g, g2), ">", grouped.mac.subs(g, g1)),
                ("g2 > g1",),
            ),
        ),
        consequences,
        r"R + W + K \ge B_1 = 2\sqrt{RW} + K \ge B_2 = 2\sqrt{RW/g} + K, \qquad "
        r"1 \le \frac{\mathrm{MAC}_g}{\mathrm{MAC}_1} \le \sqrt{g}",
    )


def consequences() -> tuple[str, ...]:
    """Return the ratios of the paper's Table 2, where both widths shrink by √g."""
    base = 128
    rows = []
    for c, g in ((180, 2), (256, 4), (360, 8)):
        ratio = convolution(c, c, 56, 56, 56, 56, g=g).mac / convolution(base, base, 56, 56, 56, 56).mac
        rows.append(f"{ratio:.2f} at g = {g} (√g = {g**0.5:.2f})")
    return (f"Widths of the paper's Table 2, grouped ÷ dense MAC at 56 x 56: {', '.join(rows)}.",)


def exhaustive() -> Count:
    """Check every g at fixed B and c1, and every square g against the dense layer of the same mult-adds."""
    cases, divisors = 0, np.array([[1, 2, 3, 4, 6, 8, 12, 24]])
    for hw in (1, 7, 49, 784, 3136):
        for q in range(1, 25):  # c2 = q·g: B = hw·c1·q is fixed
            c1, _ = widths(24 * WIDTH, 24)
            layer = convolution(c1, q * divisors, hw, 1, hw, 1, g=divisors)
            fails = layer.mult_adds != hw * c1 * q
            fails[:, 1:] |= layer.mac[:, 1:] <= layer.mac[:, :-1]
            cases += fails.size
            if fails.any():
                return Count(cases, failing(fails, c1=c1, g=divisors, q=q, h=hw, w=1))
        for g in (4, 9, 16, 25, 64):
            root = isqrt(g)
            a, b = widths(WIDTH, root)
            grouped, dense = convolution(root * a, root * b, hw, 1, hw, 1, g=g), convolution(a, b, hw, 1, hw, 1)
            fails = (grouped.mac < dense.mac) | (grouped.mac > root * dense.mac)
            fails |= grouped.mult_adds != dense.mult_adds
            fails |= (grouped.mac - grouped.weights) ** 2 < 4 * grouped.reads * grouped.writes
            cases += fails.size
            if fails.any():
                return Count(cases, failing(fails, c1=root * a, c2=root * b, g=g, h=hw, w=1))
    return Count(cases)
