"""T1: equal channel widths move the least memory. G1 of the paper."""

from __future__ import annotations

from sympy import sqrt

from macflops.symbolic.symbols import reals
from macflops.symbolic.theorem import Certificate, Count, Lemma, Theorem, Wrong, claimed
from macflops.symbolic.theorems._layer import convolution, failing, widths

SIDES = (1, 7, 28, 56, 113)
WIDTH = 800


def theorem() -> Theorem:
    """Return the theorem, its formulas derived from the operator."""
    h, w, c1, c2, a, b, held = reals("h w c1 c2 a b B")
    cost = convolution(c1, c2, h, w, h, w)
    bound = 2 * sqrt(h * w * cost.mult_adds) + cost.mult_adds / (h * w)
    return Theorem(
        "T1",
        "AM-GM: equal widths move the least memory",
        "A 1x1 convolution of c1 to c2 channels on h x w with B = hw·c1·c2 mult-adds moves "
        "MAC = hw(c1 + c2) + c1·c2 ≥ 2√(hwB) + B/(hw) elements; equal if and only if c1 = c2.",
        ("h, w, c1, c2 > 0; stride 1, one image, one group, no bias",),
        (
            "AM-GM: (√a − √b)² ≥ 0 is a + b ≥ 2√(ab), equal iff a = b.",
            "MAC = hw·c1 + hw·c2 + c1·c2: take a = hw·c1 and b = hw·c2.",
            "√(ab) = √(hw·hw·c1·c2) = √(hwB), and c1·c2 = B/(hw): both are fixed with B.",
            "So MAC − bound = (√(hw·c1) − √(hw·c2))² = hw(√c1 − √c2)² ≥ 0, and 0 iff c1 = c2.",
        ),
        (
            Certificate("AM-GM", a + b - 2 * sqrt(a * b), (sqrt(a) - sqrt(b)) ** 2),
            Certificate("MAC minus the bound", cost.mac - bound, h * w * (sqrt(c1) - sqrt(c2)) ** 2),
        ),
        (
            Lemma("AM-GM", "a + b >= 2*sqrt(a*b)"),
            Lemma("the bound", claimed(cost.mac, ">=", 2 * sqrt(h * w * held) + held / (h * w)), ("B == h*w*c1*c2",)),
            Lemma("equal only at equal widths", claimed(cost.mac, ">", bound), ("c1 != c2",)),
            Lemma("equal at equal widths", claimed(cost.mac, "==", bound), ("c1 == c2",)),
        ),
        exhaustive,
        f"c1, c2 ≤ {WIDTH}, h = w in {SIDES}: (MAC − c1·c2)² ≥ 4hwB, equal iff c1 = c2",
        (
            Wrong(
                "least at c1 = 2·c2", claimed(cost.mac, ">=", cost.mac.subs({c1: 2 * a, c2: a})), ("c1 == 2*a*a/c2",)
            ),
            Wrong(
                "a third factor: MAC ≥ 3√(hwB) + B/(hw)", claimed(cost.mac, ">=", bound + sqrt(h * w * cost.mult_adds))
            ),
            Wrong(
                "unequal widths can be as good: MAC = bound at c1 = 4·c2",
                claimed(cost.mac, "==", bound),
                ("c1 == 4*c2",),
            ),
        ),
        latex=r"\mathrm{MAC} = hw(c_1 + c_2) + c_1 c_2 \ge 2\sqrt{hwB} + \frac{B}{hw}, "
        r"\quad B = hwc_1c_2, \quad \text{equal iff } c_1 = c_2",
    )


def exhaustive() -> Count:
    """Check every pair of widths, at several sides, in integers: both sides of the inequality squared."""
    c1, c2 = widths(WIDTH)
    cases = 0
    for side in SIDES:
        cost = convolution(c1, c2, side, side, side, side)
        excess = (cost.mac - cost.weights) ** 2 - 4 * side * side * cost.mult_adds
        fails = (excess < 0) | ((excess == 0) != (c1 == c2))
        cases += fails.size
        if fails.any():
            return Count(cases, failing(fails, c1=c1, c2=c2, h=side, w=side))
    return Count(cases)
