"""E1: an average pool behind a pointwise convolution computes the same before it, on fewer pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from macflops.arithmetic import size
from macflops.blocks import Block
from macflops.costs import Costs
from macflops.guidelines._rule import Measured, Rule, widths
from macflops.network import Layer, Network


class PoolFirst(Rule):
    """An average pool behind a 1x1 convolution could stand before it: the same function, on fewer pixels.

    Formula: measured is the convolution's mult-adds ÷ what they would be, its output's elements ÷ the pool's: k² for
    windows of k x k side by side. Both are linear, the convolution mixes channels alone and the pool pixels alone, so
    they commute; a bias or a batch norm between them is the same for every pixel of a window, and its own mean.
    Source: DenseNet (Huang et al. 2017), section 3, whose transitions are such: 8 % of the network's mult-adds.
    Judged: convolutions of kernel 1 and stride 1 without padding, whose only reader, batch norms in between, is an
    average pool all of whose windows lie inside the image: with padding or a window over the border their order is no
    longer free. No activation may stand between the two.
    Advice: pool_first moves the pool. In a study of 27 networks all 3 such changes were faster, by 6.5 % in the median
    (docs/advice.md).
    Known problems: a note, no guideline: it measures mult-adds, not memory access. Floating point rounds otherwise.

    Bad:
        - conv: {out: 64, kernel: 1, bias: false}
        - avgpool: {kernel: 2, padding: valid}
        - conv: {out: 64, kernel: 3, norm: bn, act: relu}
    Good:
        - avgpool: {kernel: 2, padding: valid}
        - conv: {out: 64, kernel: 1, bias: false}
        - conv: {out: 64, kernel: 3, norm: bn, act: relu}
    """

    code, name, limit = "E1", "pool first", 1.1
    note = True
    nothing = "no average pool behind a 1x1 convolution"
    wasted_on = "pixels that a pool throws away"

    def check(self, costs: Costs, blocks: Sequence[Block], limit: float) -> Iterator[Measured]:
        """Yield the mult-adds now against those behind the pool for every pair."""
        network = costs.network
        for pool, conv in pools_behind(network).items():
            pixels, left = (size(network.tensors[network.layers[i].outputs[0]].shape[2:]) for i in (conv, pool))
            yield Measured((costs.rows[conv],), pixels, left, None, None, None)

    def describe(self, measured: Measured, costs: Costs, limit: float) -> str:
        """Return the widths and how many times fewer mult-adds the convolution would have."""
        return f"{widths(costs, measured.rows[0])}, then an average pool: {measured.value:.2f} x the mult-adds"


def pools_behind(network: Network) -> dict[int, int]:
    """Return the average pools that could stand before a 1x1 convolution, by index, each with that convolution."""
    uses = [0] * len(network.tensors)
    for layer in network.layers:
        for tensor in layer.inputs:
            uses[tensor] += 1
    for tensor in network.outputs:
        uses[tensor] += 2  # it has to be there, whoever reads it besides
    found: dict[int, int] = {}
    ends: dict[int, int] = {}  # the convolution of each tensor that is one's output, but for norms; read once
    for index, layer in enumerate(network.layers):
        behind = ends.get(layer.inputs[0]) if len(layer.inputs) == 1 else None
        if behind is not None and layer.operator.averages_within(network.tensors[layer.inputs[0]].shape):
            found[index] = behind
        conv = behind if layer.operator.fuses_as == "norm" else index if is_pointwise(layer) else None
        if conv is not None and uses[layer.outputs[0]] == 1:
            ends[layer.outputs[0]] = conv
    return found


def is_pointwise(layer: Layer) -> bool:
    """Tell whether a layer is a convolution of single pixels, all of them."""
    operator = layer.operator
    if operator.role != "convolution" or getattr(operator, "output_padding", None):
        return False
    ones = (*operator.kernel, *operator.stride)
    return all(number == 1 for number in ones) and not any(operator.padding)
