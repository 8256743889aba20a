"""T5: depthwise and element-wise operators move much for what they compute. G4 of the paper."""

from __future__ import annotations

from typing import Any

import numpy as np

from macflops.ops.bn import BatchNorm
from macflops.ops.relu import Relu
from macflops.symbolic.symbols import over_reals, real, reals
from macflops.symbolic.theorem import Certificate, Count, Lemma, Theorem, Wrong, claimed
from macflops.symbolic.theorems._layer import convolution, failing, widths
from macflops.symbolic.walk import summed, walk

SIZES = (
    *((1, 1), (2, 3), (3, 3), (5, 4), (7, 7), (8, 8), (10, 11), (14, 13)),
    *((14, 14), (20, 20), (28, 28), (28, 29), (40, 31), (56, 56), (112, 3), (1, 97)),
)


def theorem() -> Theorem:
    """Return the theorem, its formulas derived from the operators."""
    h, w, c, c1, c2, k = reals("h w c c1 c2 k")
    deep = convolution(c, c, h, w, h, w, k, g=c)
    wide = convolution(c, c, h, w, h, w)
    difference = deep.mac / deep.mult_adds - wide.mac / wide.mult_adds
    costs = walk("conv_norm_act")
    moved, all_of_it = (over_reals(summed(costs, kind).mac) for kind in ("element-wise", None))
    limit = 4 * c2 / (c1 + 5 * c2)
    weights = k**2 * c1 * c2 + 4 * c2
    return Theorem(
        "T5",
        "depthwise and element-wise operators move much for what they compute",
        "A k x k depthwise convolution moves more elements per mult-add than a 1x1 convolution of c to c "
        "channels if and "
        "only if c > k²: the difference is 2(c − k²)/(c·k²), whatever h and w. Of convolution, batch norm "
        "and activation, "
        "unfused, the last two move (4hw·c2 + 4c2) of hw(c1 + 5c2) + k²·c1·c2 + 4c2: a share that tends to "
        "4c2/(c1 + 5c2) as hw grows, 2/3 at c1 = c2, and to 0 as the widths grow.",
        ("h, w, c, c1, c2, k > 0; stride 1, one image, no bias; the limit is a bound where c1 + c2 ≤ k²·c1·c2",),
        (
            "Depthwise: MAC = 2hwc + k²c and hw·k²·c mult-adds, so MAC ÷ mult-adds = 2/k² + 1/(hw).",
            "Pointwise: MAC = 2hwc + c² and hw·c² mult-adds, so MAC ÷ mult-adds = 2/c + 1/(hw). 1/(hw) cancels.",
            "2/k² − 2/c = 2(c − k²)/(c·k²): its sign is that of c − k². For 3x3 the border is c = 9.",
            "Norm: 2hw·c2 + 4c2; activation: 2hw·c2. Divided by all that is moved, and both divided by hw: the limit.",
            "The limit minus the share is 4c2·(k²·c1·c2 − c1 − c2)/((c1 + 5c2)·MAC), not negative from widths of 2 on.",
        ),
        (
            Certificate("MAC per mult-add, depthwise minus pointwise", difference, 2 * (c - k**2) / (c * k**2), False),
            Certificate(
                "the limit minus the element-wise share",
                limit - moved / all_of_it,
                4 * c2 * (weights - c1 - 5 * c2) / ((c1 + 5 * c2) * all_of_it),
                False,
            ),
        ),
        (
            Lemma("more if c > k²", claimed(deep.mac * wide.mult_adds, ">", wide.mac * deep.mult_adds), ("c > k**2",)),
            Lemma("less if c < k²", claimed(deep.mac * wide.mult_adds, "<", wide.mac * deep.mult_adds), ("c < k**2",)),
            Lemma(
                "the same if c = k²",
                claimed(deep.mac * wide.mult_adds, "==", wide.mac * deep.mult_adds),
                ("c == k**2",),
            ),
            Lemma(
                "the share is under its limit",
                claimed(moved * (c1 + 5 * c2), "<=", 4 * c2 * all_of_it),
                ("c1 + c2 <= k**2*c1*c2",),
            ),
        ),
        exhaustive,
        f"c ≤ 4096, k ≤ 31, {len(SIZES)} sizes: the difference's sign; c1, c2 ≤ 512, k = 1, 3, 5: the share, its limit",
        (
            Wrong(
                "a depthwise convolution always moves more per mult-add",
                claimed(deep.mac * wide.mult_adds, ">", wide.mac * deep.mult_adds),
                ("c >= 1", "k >= 1"),
            ),
            Wrong(
                "more if c > k", claimed(deep.mac * wide.mult_adds, ">", wide.mac * deep.mult_adds), ("c > k", "k > 1")
            ),
            Wrong("the share never exceeds a half", claimed(2 * moved, "<=", all_of_it), ("c1 == c2", "k == 1")),
        ),
        consequences,
        r"\frac{\mathrm{MAC}_{dw}}{B_{dw}} - \frac{\mathrm{MAC}_{1\times1}}{B_{1\times1}} = \frac{2(c - "
        r"k^2)}{ck^2}, \qquad "
        r"\frac{\mathrm{MAC}_{bn} + \mathrm{MAC}_{relu}}{\mathrm{MAC}} \to \frac{4c_2}{c_1 + 5c_2}",
    )


def consequences() -> tuple[str, ...]:
    """Return the shares at usual sizes."""
    costs = walk("conv_norm_act")
    moved, all_of_it = (over_reals(summed(costs, kind).mac) for kind in ("element-wise", None))
    rows = []
    for c, side in ((24, 56), (116, 28), (232, 14), (464, 7)):
        at = {real("h"): side, real("w"): side, real("c1"): c, real("c2"): c, real("k"): 1}
        rows.append(f"{float((moved / all_of_it).subs(at)):.0%} ({c} at {side} x {side})")
    return (
        "3x3 depthwise moves more per mult-add than pointwise from 10 channels on, 7x7 from 50.",
        f"Share of norm and activation around a 1x1 convolution: {', '.join(rows)}.",
    )


def exhaustive() -> Count:
    """Check the difference's sign, and the share against its limit, through the operators."""
    cases = 0
    c, k = widths(4096)[0], widths(31)[1]
    for h, w in SIZES:
        deep, wide = convolution(c, c, h, w, h, w, k, g=c), convolution(c, c, h, w, h, w)
        left, right = deep.mac * wide.mult_adds, wide.mac * deep.mult_adds
        fails = np.sign(left - right) != np.sign(c - k * k)
        cases += fails.size
        if fails.any():
            return Count(cases, failing(fails, c=c, k=k, h=h, w=w))
    c1, c2 = widths(512)
    for side in (1, 2, 7, 14, 28, 56):
        for kernel in (1, 3, 5):
            y: Any = (1, c2, side, side)
            layers = [convolution(c1, c2, side, side, side, side, kernel), BatchNorm().cost(y, y), Relu().cost(y, y)]
            moved, total = layers[1].mac + layers[2].mac, sum(layer.mac for layer in layers)
            fails = (moved * (c1 + 5 * c2) > 4 * c2 * total) & (c1 + c2 <= kernel**2 * c1 * c2)
            cases += fails.size
            if fails.any():
                return Count(cases, failing(fails, c1=c1, c2=c2, k=kernel, h=side, w=side))
    return Count(cases)
