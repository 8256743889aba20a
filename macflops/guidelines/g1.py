"""G1: equal channel width minimizes memory access cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from macflops.blocks import Block
from macflops.costs import Costs
from macflops.guidelines._rule import Measured, Rule, least_equal_width, widths


class EqualWidth(Rule):
    """A convolution moves least memory when its two feature maps are equally large.

    Formula: MAC = R + W + K >= B1 = 2·√(R·W) + K, by AM-GM, where R elements are read of the input, W written and K are
    weights; equal iff R = W, that is N·hi·wi·c1 = N·ho·wo·c2: at stride 1 iff c1 = c2, at stride s and even sides iff
    c2 = s²·c1. Measured is MAC ÷ B1, wasted MAC - B1. The layer keeps its mult-adds, kernel and stride.
    Proof: theorems T1 and T2 (`macflops prove T2`): MAC - B1 = (√R - √W)². On whole numbers, T4.
    Source: ShuffleNet V2 (Ma et al. 2018), section 2, G1, equation (1); measured in Table 1.
    Judged: convolutions and linear layers whose widths are free; not depthwise ones (G4 judges them), nor those that
    touch an input or an output of the network, whose widths the data fix.
    Advice: balance makes the least change of all tied widths that brings layers under the limit at equal mult-adds. A
    study of 27 networks found it 9 to 19 % faster where the work falls by 3 %, as it has to (docs/advice.md).
    Known problems: on feature maps that fit a cache, time follows mult-adds instead. A fast memory of S elements hides
    what G1 saves where 2B/√S - 2S >= MAC, which needs both widths over g·√S/2 and large feature maps (theorem T7): at
    S = 8K a quarter of the zoo's pointwise convolutions, at 512K none. One layer alone can seldom be
    changed: additions and concatenations tie its width to others.

    Bad:
        - conv: {out: 96, kernel: 1, norm: bn, act: relu}
        - conv: {out: 16, kernel: 1, norm: bn, act: relu}
        - conv: {out: 96, kernel: 1, norm: bn, act: relu}
    Good:
        - conv: {out: 40, kernel: 1, norm: bn, act: relu}
        - conv: {out: 40, kernel: 1, norm: bn, act: relu}
        - conv: {out: 40, kernel: 1, norm: bn, act: relu}
    """

    code, name, limit = "G1", "equal width", 1.1
    nothing = "no layer whose width is free"
    wasted_on = "convolutions between unequal widths"

    def check(self, costs: Costs, blocks: Sequence[Block], limit: float) -> Iterator[Measured]:
        """Yield MAC against B1 for every free layer."""
        for row in costs.free_layers:
            least = least_equal_width(row)
            yield Measured((row,), row.own.mac, least, row.own.mac, least, None)

    def describe(self, measured: Measured, costs: Costs, limit: float) -> str:
        """Return the widths and how many times the least they move."""
        return f"{widths(costs, measured.rows[0])}: {measured.value:.2f} x the least"
