"""G3: network fragmentation reduces the degree of parallelism."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from macflops.blocks import LARGEST, Block, side_by_side
from macflops.costs import Costs
from macflops.guidelines._rule import Measured, Rule


class Fragmentation(Rule):
    """Many small operators side by side keep a parallel machine waiting for the slowest, and pay for each start.

    Formula: measured is how many operators (convolutions, linear layers, matrix products, poolings) of one block stand
    side by side: those on a level of the block that holds two or more, where an operator's level is the longest path to
    it from the block's entries. A chain of any length counts nothing. It is no memory access, so none is wasted.
    The widest level, the imbalance of the branches (mult-adds of the largest ÷ the mean) and the longest series tell
    the rest: a level of one large and three tiny operators waits for the one, and a series cannot be spread at all.
    Source: ShuffleNet V2 (Ma et al. 2018), section 2, G3; measured in Table 3, where four branches side by side keep
    0.28 of the speed of one on a GPU and 0.87 on ARM.
    Judged: blocks of up to 100 layers; a larger stretch without a point where one tensor alone is live is no block.
    Known problems: a runtime that starts operators cheaply, or a machine with one core, hardly notices.

    Bad:
        - branches:
            join: concat
            paths:
              - - conv: {out: 16}
                - conv: {out: 16, kernel: 3}
              - - conv: {out: 16}
                - conv: {out: 16, kernel: 3}
              - - conv: {out: 16}
                - conv: {out: 16, kernel: 3}
              - - conv: {out: 16}
                - conv: {out: 16, kernel: 3}
    Good:
        - conv: {out: 64}
        - conv: {out: 64, kernel: 3}
    """

    code, name, limit, error_from = "G3", "fragmentation", 6.0, 13.0
    no_rewrite = "no rewrite passes: convolutions side by side merged into one, and split again, were measured slower"
    nothing = "no operators side by side"
    wasted_on = "operators side by side"

    def check(self, costs: Costs, blocks: Sequence[Block], limit: float) -> Iterator[Measured]:
        """Yield the operators side by side for every block that holds any."""
        network = costs.network
        for block in blocks:
            if block.stop - block.start > LARGEST:
                continue
            fragments = {layer.name for level in side_by_side(network, block) for layer in level}
            rows = [row for row in costs.rows[block.start : block.stop] if row.layer.name in fragments]
            if rows:
                yield Measured(rows, len(rows), 1, None, None, block.name)

    def written(self, value: float) -> str:
        """Return a number of operators."""
        return f"{value:g}"

    def describe(self, measured: Measured, costs: Costs, limit: float) -> str:
        """Return how many operators stand side by side, and of which kinds."""
        kinds: dict[str, int] = {}
        for row in measured.rows:
            kinds[row.layer.operator.name] = kinds.get(row.layer.operator.name, 0) + 1
        listed = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items(), key=lambda k: -k[1]))
        return f"{measured.numerator} operators side by side ({listed}; limit {limit:g})"
