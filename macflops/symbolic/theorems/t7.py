"""T7: when G1 and G2 matter at all: what a fast memory hides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import sqrt as root
from typing import Any, NamedTuple

from sympy import sqrt

from macflops import api, zoo
from macflops.symbolic.symbols import reals
from macflops.symbolic.theorem import Certificate, Count, Lemma, Theorem, Wrong, claimed
from macflops.symbolic.theorems._layer import convolution, failing, widths
from macflops.symbolic.tiling import Product, Tiling, best

CAPACITIES = (8 * 1024, 64 * 1024, 512 * 1024)  # elements: 32 KB, 256 KB and 2 MB of float32
CLOSE = 1.4


def theorem() -> Theorem:
    """Return the theorem, its formulas derived from the operator."""
    h, w, c1, c2, g, s, c = reals("h w c1 c2 g S c")
    cost = convolution(c1, c2, h, w, h, w, g=g)
    cache_term = 2 * cost.mult_adds / sqrt(s) - 2 * s
    hw = h * w
    hidden = claimed(cache_term, ">=", cost.mac)
    spare = 2 * c1 * c2 - g * sqrt(s) * (c1 + c2)
    least_hw = sqrt(s) * (c1 * c2 + 2 * s * g)
    dense = convolution(c, c, h, w, h, w)
    return Theorem(
        "T7",
        "what a fast memory hides of G1 and G2",
        "With a fast memory of S elements, any order of execution of a 1x1 convolution moves at least L = 2B/√S − 2S "
        "elements, B = hw·c1·c2/g: fixed by the mult-adds, whatever the widths and the groups. Where L ≥ MAC it hides "
        "what G1 and G2 save: that is if and only if hw·(2c1·c2 − g√S(c1 + c2)) ≥ √S(c1·c2 + 2Sg), which needs a "
        "harmonic mean of the widths over g√S, so both widths over g√S/2.",
        (
            "h, w, c1, c2, g, S > 0; stride 1, one image, no bias: g products of hw x c1/g by c1/g x c2/g",
            "cited, not proved here: a product of m x k by k x n reads at least 2mnk/√S − 2S elements (Smith, Lowery, "
            "Langou, van de Geijn, A Tight I/O Lower Bound for Matrix Multiplication, arXiv 1702.02017)",
        ),
        (
            "The cited bound counts the multiply-adds that 2S reads allow: with S + 2S elements of the three "
            "matrices at "
            "hand, Loomis-Whitney allows S√S. That holds for g products at once, since √(abc) summed over them is "
            "largest where one has it all. So reads ≥ 2S·(B/(S√S) − 1) = 2B/√S − 2S.",
            "Every operand moves once at least, so MAC is a bound too, and the larger of both holds.",
            "L − MAC = hw(2c1·c2/(g√S) − c1 − c2) − c1·c2/g − 2S. It grows with hw only where 2c1·c2 > g√S(c1 + c2).",
            "There it is 0 at hw = √S(c1·c2 + 2Sg) ÷ (2c1·c2 − g√S(c1 + c2)): larger feature maps are hidden.",
            "L holds c1, c2 and g in B alone: of two layers of equal B that are both hidden, neither is bound to move "
            "less, however their widths and groups differ. Tilings come near it (what follows).",
        ),
        (
            Certificate(
                "L minus MAC",
                cache_term - cost.mac,
                hw * c1 * c2 * (2 / (g * sqrt(s)) - 1 / c1 - 1 / c2) - c1 * c2 / g - 2 * s,
                nonnegative=False,
            ),
            Certificate(
                "as the condition on hw",
                (cache_term - cost.mac) * g * sqrt(s),
                hw * spare - least_hw,
                nonnegative=False,
            ),
        ),
        (
            Lemma("hidden only over the harmonic mean", claimed(2 * c1 * c2, ">", g * sqrt(s) * (c1 + c2)), (hidden,)),
            Lemma("so both widths are over g√S/2", "2*c1 > g*sqrt(S) and 2*c2 > g*sqrt(S)", (hidden,)),
            Lemma("hidden from so many pixels on", hidden, (claimed(hw * spare, ">=", least_hw),)),
            Lemma("and under them not", claimed(cache_term, "<", cost.mac), (claimed(hw * spare, "<", least_hw),)),
            Lemma("equal widths: only over g√S", "c1 > g*sqrt(S)", (hidden, "c1 == c2")),
        ),
        exhaustive,
        "c1, c2 ≤ 1152 in steps of 8 (g = 3: 24), g = 1 to 4 and 8, S = 4² to 724²; no tiling of the zoo's is under it",
        (
            Wrong("hidden wherever both widths are over √S", hidden, ("c1 > sqrt(S)", "c2 > sqrt(S)", "g == 1")),
            Wrong(
                "groups do not matter to what is hidden", hidden, ("S == 4", "h*w >= 1000", "c1 == 100", "c2 == 100")
            ),
            Wrong("a fast memory never hides anything", claimed(cache_term, "<=", cost.mac), ("S >= 1", "g >= 1")),
            Wrong(
                "the bound is under the compulsory one at equal widths",
                claimed(cache_term.subs({c1: c, c2: c, g: 1}), "<=", dense.mac),
                ("S == 16",),
            ),
        ),
        consequences,
        r"\text{moved} \ge \max\left(\mathrm{MAC}, \frac{2B}{\sqrt{S}} - 2S\right), \qquad "
        r"\frac{2B}{\sqrt{S}} - 2S \ge \mathrm{MAC} \iff "
        r"hw\left(2c_1c_2 - g\sqrt{S}(c_1 + c_2)\right) \ge \sqrt{S}(c_1c_2 + 2Sg)",
    )


class Pointwise(NamedTuple):
    """A pointwise convolution: widths, groups, pixels."""

    c1: int
    c2: int
    g: int
    hw: int

    @property
    def mult_adds(self) -> int:
        """Its mult-adds."""
        return self.hw * self.c1 * self.c2 // self.g

    @property
    def mac(self) -> int:
        """Its memory access cost in elements, as the operator has it."""
        return int(convolution(self.c1, self.c2, self.hw, 1, self.hw, 1, g=self.g).mac)

    def hidden(self, capacity: int) -> bool:
        """Tell, in integers, whether 2B/√S − 2S ≥ MAC: 4B² ≥ S(MAC + 2S)²."""
        return 4 * self.mult_adds**2 >= capacity * (self.mac + 2 * capacity) ** 2

    def bound(self, capacity: int) -> float:
        """Return the larger bound, in elements."""
        return max(self.mac, 2 * self.mult_adds / root(capacity) - 2 * capacity)

    def tiled(self, capacity: int) -> tuple[Tiling, int]:
        """Return the best tiling of one of its products, and what all of them move."""
        tiling = best(Product(self.hw, self.c1 // self.g, self.c2 // self.g), capacity)
        return tiling, self.g * tiling.moved


@cache
def of_zoo() -> dict[Pointwise, int]:
    """Return the zoo's pointwise convolutions of stride 1, and how many there are of each."""
    found: dict[Pointwise, int] = {}
    for layer in layers():
        found[layer] = found.get(layer, 0) + 1
    return found


def layers() -> Iterator[Pointwise]:
    """Yield every pointwise convolution of every network that ships; depthwise ones are none."""
    for name in zoo.names():
        network = api.load(f"zoo:{name}")
        for layer in network.layers:
            operator = layer.operator
            if operator.name != "conv" or set(operator.kernel) != {1} or set(operator.stride) != {1}:
                continue
            _, c1, h, w = network.tensors[layer.inputs[0]].shape
            if operator.groups < c1:
                yield Pointwise(c1, operator.out, operator.groups, h * w)


def consequences() -> tuple[str, ...]:
    """Return what is hidden in the zoo, and how near tilings come to the bound."""
    every = of_zoo()
    texts = [
        f"The zoo has {len(every):,} different pointwise convolutions of stride 1 ({sum(every.values()):,} in all)."
    ]
    for capacity in CAPACITIES:
        hidden = sum(layer.hidden(capacity) for layer in every)
        ratios = {layer: layer.tiled(capacity)[1] / layer.bound(capacity) for layer in every}
        near = [layer for layer, ratio in ratios.items() if ratio <= CLOSE]
        texts.append(
            f"S = {capacity // 1024}K elements (√S = {root(capacity):.0f}): {hidden} of {len(every)} are "
            f"hidden; the best "
            f"tiling moves at most {CLOSE} times the bound for {len(near) / len(every):.1%} "
            f"({sum(map(every.__getitem__, near)) / sum(every.values()):.1%} counting each), "
            f"{max(ratios.values()):.2f} "
            "times at worst."
        )
    return tuple(texts)


def exhaustive() -> Count:
    """Check the conditions in integers, S a square, and that no tiling moves less than the bound."""
    cases = 0
    for side in (4, 16, 64, 90, 256, 724):
        capacity = side * side
        for g in (1, 2, 3, 4, 8):
            c1, c2 = widths(1152, 24 if g == 3 else 8)
            for hw in (1, 49, 196, 784, 3136, 12544):
                cost = convolution(c1, c2, hw, 1, hw, 1, g=g)
                hidden = 2 * cost.mult_adds - 2 * capacity * side >= side * cost.mac
                spare: Any = 2 * c1 * c2 - g * side * (c1 + c2)
                fails = hidden != (hw * spare >= side * (c1 * c2 + 2 * capacity * g))
                fails |= hidden & (spare <= 0)
                cases += fails.size
                if fails.any():
                    return Count(cases, failing(fails, c1=c1, c2=c2, g=g, hw=hw, S=capacity))
    for layer in of_zoo():
        for capacity in CAPACITIES:
            amount = layer.tiled(capacity)[1]
            cases += 1
            if amount < layer.mac or 4 * layer.mult_adds**2 > capacity * (amount + 2 * capacity) ** 2:
                return Count(cases, {**layer._asdict(), "S": capacity, "moved": amount})
    return Count(cases)
