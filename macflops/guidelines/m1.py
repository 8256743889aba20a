"""M1: widths that are no multiple of the machine's vectors compute on blocks that are not full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from macflops.blocks import Block
from macflops.costs import Costs
from macflops.guidelines._rule import Measured, Rule, groups_of, widths
from macflops.machine import is_depthwise


class VectorGrid(Rule):
    """A vector unit computes whole vectors of channels: widths off its grain compute what nobody asked for.

    Formula: measured is padded ÷ real mult-adds, channels read and written rounded up to the grain, those of each group
    by themselves: (⌈c1/g⌉ · ⌈c2/g⌉) ÷ (c1/g · c2/g), where ⌈c⌉ is the least multiple of the grain from c on. At a grain
    of 16 (float32 with AVX-512; 8 with AVX2 and NEON) 58 channels compute as 64 do.
    Source: a study of 27 networks, timed before and after (docs/advice.md): of all changes at equal mult-adds widths on
    the grain gained most, up to half of the time.
    Judged: convolutions and linear layers whose widths are free, and depthwise convolutions.
    Advice: grid puts widths on multiples of the grain at equal mult-adds. In that study all of 11 such changes were
    faster, by 14.4 % in the median, for 0.9 % more memory access.
    Known problems: a note, no guideline: it depends on the machine, measures mult-adds, not memory access, and says
    nothing of GPUs. `[tool.macflops.machine] grain = 8` sets another grain. grid gains only where the runtime keeps
    channels in blocks of the grain, as ONNX Runtime's NCHWc layout does: timed again, it alone was faster in 15 of 15
    cases with that layout, by 26.0 % in the median, and without it slower by 1.2 % (docs/advice_clock.md). On a runtime
    without such blocks use `--ignore M1`.

    Bad:
        - conv: {out: 58, kernel: 1, norm: bn, act: relu}
        - conv: {out: 58, kernel: 3, norm: bn, act: relu}
        - conv: {out: 58, kernel: 1, norm: bn, act: relu}
    Good:
        - conv: {out: 64, kernel: 1, norm: bn, act: relu}
        - conv: {out: 48, kernel: 3, norm: bn, act: relu}
        - conv: {out: 64, kernel: 1, norm: bn, act: relu}
    """

    code, name, limit = "M1", "vector grid", 1.1
    note = True
    nothing = "no layer whose width is free"
    wasted_on = "vectors that are not full"

    def check(self, costs: Costs, blocks: Sequence[Block], limit: float) -> Iterator[Measured]:
        """Yield padded against real mult-adds for every free layer."""
        free = {row.position for row in costs.free_layers}
        for row in costs.rows:
            if row.position in free or is_depthwise(costs.network, row.layer):
                yield Measured((row,), costs.padded[row.position], row.own.mult_adds, None, None, None)

    def describe(self, measured: Measured, costs: Costs, limit: float) -> str:
        """Return the widths, the groups and how many times the mult-adds a vector unit computes."""
        (row,) = measured.rows
        groups = groups_of(row)
        depthwise = is_depthwise(costs.network, row.layer)
        grouped = ", depthwise" if depthwise else f", groups {groups}" if groups > 1 else ""
        grain = costs.machine.grain
        return f"{widths(costs, row)}{grouped}: {measured.value:.2f} x in vectors of {grain}"
