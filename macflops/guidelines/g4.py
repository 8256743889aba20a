"""G4: element-wise operations are non-negligible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from macflops.arithmetic import ceil_div
from macflops.blocks import Block
from macflops.costs import Costs, Row
from macflops.guidelines._rule import MILLION, Measured, Rule, millionths
from macflops.machine import is_depthwise
from macflops.wording import percent


class ElementWise(Rule):
    """Operators that compute little on each element still move all of them.

    Formula: measured is the share of a block's memory access, batch norms folded into the convolutions before them,
    that goes to activations, additions and products of tensors, norms that do not fold, and depthwise convolutions.
    Wasted is the part of the block's MAC over the limit: MAC - (MAC - element-wise) ÷ (1 - limit), all that its other
    operators move allowed for. Under `--fusion runtime` what the runtime merges is not counted.
    Proof: theorem T5 (`macflops prove T5`): a k x k depthwise convolution moves more per mult-add than a 1x1 one iff it
    has over k² channels; norm and activation move up to 2/3 of what they and their 1x1 convolution do.
    Source: ShuffleNet V2 (Ma et al. 2018), section 2, G4; measured in Table 4, where a bottleneck unit without ReLU and
    without shortcut is about 20 % faster. The paper counts depthwise convolutions among the element-wise operators.
    Judged: blocks, as the graph has them; the run of layers between two blocks with branches is one.
    Known problems: a runtime that merges activations and additions into convolutions moves far less: look at
    `--fusion runtime` before you rewrite anything.

    Bad:
        - branches:
            join: add
            paths:
              - - conv: {out: 16, kernel: 1, norm: bn, act: relu}
                - dwconv: {kernel: 3, norm: bn, act: relu}
                - conv: {out: 64, kernel: 1, norm: bn}
              - []
        - relu
    Good:
        - conv: {out: 64, kernel: 1, norm: bn}
        - conv: {out: 64, kernel: 3, norm: bn, act: relu}
    """

    code, name, limit = "G4", "element-wise", 0.55
    no_rewrite = "no rewrite passes"
    nothing = "no element-wise operators"
    wasted_on = "element-wise operators"

    def check(self, costs: Costs, blocks: Sequence[Block], limit: float) -> Iterator[Measured]:
        """Yield the element-wise share for every block that holds an element-wise operator."""
        rows = costs.under("bn").rows if costs.fusion == "none" else costs.rows
        for block in blocks:
            inside = rows[block.start : block.stop]
            element_wise = [row for row in inside if is_element_wise(costs, row)]
            mac = sum(row.mac for row in inside)
            moved = sum(row.mac for row in element_wise)
            if moved:
                left = MILLION - millionths(limit)
                least = ceil_div((mac - moved) * MILLION, left) if left > 0 else mac  # no share is over all of it
                yield Measured(element_wise, moved, mac, mac, least, block.name)

    def written(self, value: float) -> str:
        """Return a share as a percentage."""
        return percent(value)

    def describe(self, measured: Measured, costs: Costs, limit: float) -> str:
        """Return the share and the operators that it goes to, the dearest first."""
        kinds: dict[str, int] = {}
        for row in measured.rows:
            kind = "depthwise" if is_depthwise(costs.network, row.layer) else row.layer.operator.name
            kinds[kind] = kinds.get(kind, 0) + row.mac
        listed = ", ".join(sorted((k for k in kinds if kinds[k]), key=lambda k: -kinds[k])[:4])
        return f"{percent(measured.value)} of its traffic is {listed} (limit {percent(limit)})"


def is_element_wise(costs: Costs, row: Row) -> bool:
    """Tell whether a layer is an activation, an addition or product, a norm, or a depthwise convolution, not merged."""
    if row.fused_into is not None:
        return False
    return row.layer.operator.role in ("activation", "arithmetic", "norm") or is_depthwise(costs.network, row.layer)
