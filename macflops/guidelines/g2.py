"""G2: excessive group convolution increases memory access cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from macflops.blocks import Block
from macflops.costs import Costs
from macflops.guidelines._rule import (
    Measured,
    Rule,
    groups_of,
    least_dense,
    least_equal_width,
    widths,
)


class GroupConvolution(Rule):
    """A grouped convolution moves more memory than a dense one of the same mult-adds.

    Formula: B1 = 2·√(R·W) + K >= B2 = 2·√(R·W ÷ g) + K, where R elements are read of the input, W written and K are
    weights: B2 is what a dense convolution of the same mult-adds, kernel and stride moves, each width ÷ √g.
    Measured is B1 ÷ B2, which tends to √g where feature maps dominate; wasted B1 - B2. G1 has what is over B1: together
    they make up MAC - B2, and nothing counts twice.
    Proof: theorem T3 (`macflops prove T3`): B1 - B2 = 2·√(R·W ÷ g)·(√g - 1). T7 says when a fast memory hides it.
    Source: ShuffleNet V2 (Ma et al. 2018), section 2, G2, equation (2) and Table 2. The table's networks shrink both
    widths, as here; the equation holds the first width fixed and gives less.
    Judged: convolutions of 2 or more groups whose widths are free; not depthwise ones: G4 judges them, as in the paper.
    Advice: dense drops groups and shuffles and narrows the middle widths until each resolution has its mult-adds again.
    In a study of 27 networks 21 of 22 such changes were faster, by 10.5 % in the median (docs/advice.md).
    Known problems: nothing was measured between one group and two.

    Bad:
        - conv: {out: 96, kernel: 1, groups: 4, norm: bn, act: relu}
        - shuffle: {groups: 4}
        - conv: {out: 96, kernel: 1, groups: 4, norm: bn, act: relu}
    Good:
        - conv: {out: 48, kernel: 1, norm: bn, act: relu}
        - conv: {out: 48, kernel: 1, norm: bn, act: relu}
    """

    code, name, limit = "G2", "group conv", 1.1
    nothing = "no grouped convolution"
    wasted_on = "grouped convolutions"

    def check(self, costs: Costs, blocks: Sequence[Block], limit: float) -> Iterator[Measured]:
        """Yield B1 against B2 for every free grouped convolution."""
        for row in costs.free_layers:
            if groups_of(row) > 1:
                grouped, dense = least_equal_width(row), least_dense(row)
                yield Measured((row,), grouped, dense, grouped, dense, None)

    def describe(self, measured: Measured, costs: Costs, limit: float) -> str:
        """Return the widths, the groups and how many times a dense convolution they move."""
        (row,) = measured.rows
        channels, _, at = widths(costs, row).partition(" at ")
        at = f" at {at}" if at else ""
        return f"{channels}, groups {groups_of(row)}{at}: {measured.value:.2f} x dense"
