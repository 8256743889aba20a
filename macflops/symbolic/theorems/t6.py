"""T6: units of several networks at the same mult-adds: which one moves the least. The paper only measured it."""

from __future__ import annotations

import numpy as np
from sympy import Rational, factor, solve

from macflops.symbolic.symbols import reals
from macflops.symbolic.theorem import Certificate, Count, Lemma, Theorem, Wrong, claimed
from macflops.symbolic.theorems._layer import failing, of_block, widths
from macflops.symbolic.theorems._units import mobilenet_v2, resnext, shufflenet_v1, shufflenet_v2

SIZES = ((1, 1), (2, 3), (5, 5), (7, 7), (14, 13), (14, 14), (28, 28), (40, 30), (56, 56))


def theorem() -> Theorem:
    """Return the theorem, its formulas derived by walking the blocks."""
    h, w, c, m, g, t, v = reals("h w c m g t v")
    b1, mac1 = (expression.subs(m, c / 4) for expression in of_block("shufflenet_v1"))
    b2, mac2 = of_block("shufflenet_v2")
    bx, macx = (expression.subs(m, c / 2) for expression in of_block("resnext", "convolution"))
    bm, macm = of_block("mobilenet_v2", "convolution")
    mac2_alone = of_block("shufflenet_v2", "convolution")[1]
    _, whole_m = of_block("mobilenet_v2")
    of_v = {c: v}
    hw = h * w
    equal_x, equal_m = (claimed(b2.subs(of_v) / hw, "==", other / hw) for other in (bx, bm))
    equal_1 = claimed(b2.subs(of_v) / hw, "==", b1 / hw)
    groups = claimed(g, "==", solve(b2.subs(of_v) - bx, g)[0])  # those at which both have the same mult-adds
    border = 216 * g / (4 * g + 81)
    return Theorem(
        "T6",
        "ShuffleNet V2 against other units at the same mult-adds",
        "Units of stride 1 on h x w at equal mult-adds B, c being each unit's own width. Without fusion the units of "
        "ShuffleNet V1 (g > 1, m = c/4) and of ShuffleNet V2 both move 12·hw·c + B/(hw) + 6c elements, and V2's is the "
        "narrower one: it moves less for every c, g, h, w. Of convolutions alone, V2 moves 3hw·c + B/(hw), ResNeXt "
        "(m = c/2) 4hw·c + B/(hw): V2 moves less if and only if ResNeXt's c < 216g/(4g + 81), 33 at g = 32. "
        "MobileNetV2 "
        "moves (4t + 2)hw·c + B/(hw): V2 moves less if and only if MobileNetV2's c > 27/(2(4t − 1)), for t > 1.",
        ("h, w, c > 0; g ≥ 1 (ShuffleNet V1: with its shuffle, so g > 1); one image; widths are real numbers",),
        (
            "Each block is walked, as a network, through costs; MAC − B/(hw) is linear in c.",
            "V1 and V2: at equal c, V2 has more mult-adds, by hw(c²(g − 1)/(2g) + 9c/4). Both grow with c, so at equal "
            "mult-adds V2 is narrower; MAC − B/(hw) = 12·hw·c + 6c is the same function of c for both.",
            "ResNeXt: V2 moves less iff its width v < 4c/3. Its mult-adds grow with v, so iff at v = 4c/3 it has more "
            "than ResNeXt: 8c²/9 + 6c > c² + 9c²/(4g), which is c(216g − (4g + 81)c) > 0.",
            "MobileNetV2: the same with v = (4t + 2)c/3 gives c(t − 1)(2(4t − 1)c − 27) > 0.",
        ),
        (
            Certificate("V1: MAC = 12hwc + 6c + B/(hw)", mac1, 6 * c * (2 * hw + 1) + factor(b1) / hw),
            Certificate("V2: MAC = 12hwc + 6c + B/(hw)", mac2, 6 * c * (2 * hw + 1) + factor(b2) / hw),
            Certificate(
                "mult-adds of V2 minus V1 at equal width",
                b2 - b1,
                hw * (c**2 * (g - 1) / (2 * g) + Rational(9, 4) * c),
                nonnegative=False,
            ),
            Certificate("V2, convolutions: MAC = 3hwc + B/(hw)", mac2_alone, 3 * hw * c + factor(b2) / hw),
            Certificate("ResNeXt, convolutions: MAC = 4hwc + B/(hw)", macx, 4 * hw * c + factor(bx) / hw),
            Certificate("MobileNetV2, convolutions", macm, 2 * hw * c * (2 * t + 1) + factor(bm) / hw),
            Certificate(
                "mult-adds of V2 at 4c/3 minus ResNeXt's at c",
                b2.subs(c, 4 * c / 3) - bx,
                hw * c * (216 * g - (4 * g + 81) * c) / (36 * g),
                nonnegative=False,
            ),
            Certificate(
                "mult-adds of V2 at (4t + 2)c/3 minus MobileNetV2's at c",
                b2.subs(c, (4 * t + 2) * c / 3) - bm,
                hw * c * (t - 1) * (2 * (4 * t - 1) * c - 27) / 9,
                nonnegative=False,
            ),
        ),
        (
            Lemma("V2 is narrower than V1", "v < c", (equal_1, "g >= 1")),
            Lemma("V2 moves less than V1", claimed(mac2.subs(of_v), "<", mac1), (equal_1, "g >= 1", "v < c")),
            Lemma("V2 under the border moves less than ResNeXt", "3*v < 4*c", (equal_x, claimed(c, "<", border))),
            Lemma("at the border the same", "3*v == 4*c", (equal_x, claimed(c, "==", border))),
            Lemma("over it more", "3*v > 4*c", (equal_x, claimed(c, ">", border))),
            Lemma("at g = 32 the border is 33", "33 < 216*g/(4*g + 81) < 34", ("g == 32",)),
            Lemma(
                "V2 moves less than MobileNetV2 over its border",
                "3*v < (4*t + 2)*c",
                (equal_m, "t > 1", "2*(4*t - 1)*c > 27"),
            ),
            Lemma("and more under it", "3*v > (4*t + 2)*c", (equal_m, "t > 1", "2*(4*t - 1)*c < 27")),
            Lemma(
                "t = 6: whole units without fusion, from 3 channels on",
                claimed(mac2.subs(of_v), "<", whole_m.subs(t, 6)),
                (claimed(b2.subs(of_v) / hw, "==", bm.subs(t, 6) / hw), "c >= 3", "h*w >= 1"),
            ),
        ),
        exhaustive,
        "c to 60,000 and 200,000 with groups that divide, nine sizes; t ≤ 12: signs and sums through the operators",
        (
            Wrong("V2 always moves less than ResNeXt", "3*v < 4*c", (groups,)),
            Wrong("V2 moves less than ResNeXt up to 64 channels", "3*v < 4*c", (groups, "c <= 64", "g >= 1")),
            Wrong("V2 moves less than V1 at equal width, too", claimed(mac2, "<", mac1), ("g > 1",)),
            Wrong("V2 and V1 of equal mult-adds are equally wide", "v == c", (equal_1, "g > 1")),
        ),
        consequences,
        r"\mathrm{MAC}_{V1} = \mathrm{MAC}_{V2} = 12hwc + \frac{B}{hw} + 6c, \qquad "
        r"\mathrm{MAC}_{V2} < \mathrm{MAC}_{\mathrm{ResNeXt}} \iff c < \frac{216g}{4g + 81}, \qquad "
        r"\mathrm{MAC}_{V2} < \mathrm{MAC}_{\mathrm{MobileNetV2}} \iff c > \frac{27}{2(4t - 1)}",
    )


ENGINEER = (
    "To an engineer: at the same mult-adds a ShuffleNet V2 unit moves less memory than a ShuffleNet V1 unit with "
    "groups, at every width, group number and resolution. It moves less than a MobileNetV2 unit of expansion 6 too, "
    "from 3 channels on with norms and activations, from 1 counting convolutions alone. A ResNeXt unit of 64 channels "
    "or more moves less than it: V2 is for few mult-adds, not for the least memory per mult-add."
)
REGION = (8, 16, 24, 32, 40, 48, 56, 64, 128, 256)


def consequences() -> tuple[str, ...]:
    """Return three sentences for an engineer, and the region where V2 moves less than ResNeXt, drawn."""
    rows = ["Convolutions of V2 (+) or ResNeXt (x) move less at equal mult-adds, by ResNeXt's c and g:"]
    rows.append("   g  border  " + "".join(f"{c:>5}" for c in REGION))
    for g in (1, 2, 4, 8, 16, 32, 64):
        border = 216 * g / (4 * g + 81)
        rows.append(f"{g:>4}  {border:>6.1f}  " + "".join(f"{'+' if c < border else 'x':>5}" for c in REGION))
    return (ENGINEER, "\n".join(rows))


def exhaustive() -> Count:
    """Check sums and signs through the operators, at widths for which both units exist."""
    cases = 0
    for h, w in SIZES:
        for g in (2, 3, 4, 8):
            c = np.arange(4 * g, 60_000, 4 * g)
            first, second = shufflenet_v1(c, g, h, w), shufflenet_v2(c, h, w)
            fails = second.mult_adds <= first.mult_adds
            for unit in (first, second):
                fails |= h * w * (unit.mac - 12 * h * w * c - 6 * c) != unit.mult_adds
            cases += fails.size
            if fails.any():
                return Count(cases, failing(fails, c=c, g=g, h=h, w=w))
        for g in range(1, 65):
            c = np.arange(6 * g, 200_000, 6 * g)
            other, second = resnext(c, g, h, w), shufflenet_v2(4 * c // 3, h, w, alone=True)
            fails = np.sign(second.mult_adds - other.mult_adds) != np.sign(216 * g - (4 * g + 81) * c)
            fails |= second.mac - second.weights != other.mac - other.weights
            cases += fails.size
            if fails.any():
                return Count(cases, failing(fails, c=c, g=g, h=h, w=w))
        triples, t = widths(12_000, 3)[0], widths(12)[1]
        other, second = mobilenet_v2(triples, t, h, w), shufflenet_v2((4 * t + 2) * triples // 3, h, w, alone=True)
        more = (t - 1) * (2 * (4 * t - 1) * triples - 27)
        fails = np.sign(second.mult_adds - other.mult_adds) != np.sign(more)
        fails |= second.mac - second.weights != other.mac - other.weights
        cases += fails.size
        if fails.any():
            return Count(cases, failing(fails, c=triples, t=t, h=h, w=w))
    return Count(cases)
