"""The counts of a network as polynomials in its widths: a candidate costs microseconds, and equals the exact count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, sqrt
from typing import Any

from macflops.advice.polynomial import Polynomial, at, total
from macflops.advice.widths import Widths
from macflops.arithmetic import exact_div
from macflops.fusion import Merged, merged_costs
from macflops.machine import Machine, is_data, padded
from macflops.network import Layer
from macflops.records import Record


class Product:
    """Convolutions or linear layers that cost the same whatever the widths: all numbers of one of them.

    `reads`, `writes` and `weights` are elements, `channels` those read and written in each group, and the groups;
    `data` tells whether it reads data, `judged` whether its width is free and it is not depthwise. What it is at widths
    that were asked before is remembered: a search asks again and again.
    """

    def __init__(self, reads: Any, writes: Any, weights: Any, mult_adds: Any, channels: Any, data: bool, judged: bool):
        self.reads, self.writes, self.weights, self.mult_adds = reads, writes, weights, mult_adds
        self.channels, self.data, self.judged = channels, data, judged
        numbers = (number for number in (reads, writes) if isinstance(number, Polynomial))
        self.variables = frozenset(variable for number in numbers for variable in number.variables)
        self._order = tuple(self.variables)
        self._excess: dict[tuple[int, ...], tuple[float, float]] = {}
        self._padded: dict[tuple[int, ...], int] = {}

    @property
    def grouped(self) -> bool:
        """Tell whether it has several groups and is not depthwise."""
        return not (_is_one(self.channels[2]) or _is_one(self.channels[0]))

    def excess(self, values: Sequence[int]) -> tuple[float, float]:
        """Return MAC ÷ B1 and MAC − B1 at such widths: G1's measure, here in floating point; endless of no width."""
        key = tuple([values[variable] for variable in self._order])
        found = self._excess.get(key)
        if found is None:
            found = self._excess[key] = self._measured(values)
        return found

    def _measured(self, values: Sequence[int]) -> tuple[float, float]:
        try:
            reads, writes, weights = at(self.reads, values), at(self.writes, values), at(self.weights, values)
        except ArithmeticError:
            return inf, inf
        if reads <= 0 or writes <= 0:
            return inf, inf
        least = 2 * sqrt(reads * writes) + weights
        return (reads + writes + weights) / least, reads + writes + weights - least

    def padded(self, values: Sequence[int], grain: int) -> int:
        """Return its mult-adds with channels rounded up to the grain."""
        key = (grain, *[values[variable] for variable in self._order])
        found = self._padded.get(key)
        if found is None:
            read, written, groups = (at(number, values) for number in self.channels)
            found = padded(at(self.mult_adds, values), read, written, groups, grain, self.data)
            self._padded[key] = found
        return found


class Recount(Record):
    """A network's counts in its free variables. Memory access in elements, under runtime fusion."""

    mult_adds: Any
    params: Any
    mac_runtime: Any
    matmuls: Any  # mult-adds of what is no convolution or linear layer: nothing is rounded up there
    products: tuple[tuple[Product, int], ...]  # and how many layers are like it

    def work(self, values: Sequence[int], machine: Machine) -> float:
        """Return the work at such widths: padded mult-adds + balance x memory access under runtime fusion."""
        mult_adds = sum(count * product.padded(values, machine.grain) for product, count in self.products)
        return mult_adds + at(self.matmuls, values) + machine.balance * at(self.mac_runtime, values)


def recount(widths: Widths, merged: Merged, judged: Iterable[int]) -> Recount:
    """Return the counts of a network by its widths.

    `merged` is what a runtime merges, `judged` are the layers that the guideline on widths judges.
    """
    own, resolved = widths.own, widths.width
    fused = merged_costs(widths.symbolic, own, merged)
    return Recount(
        resolved(total(cost.mult_adds for cost in own)),
        resolved(total(cost.params for cost in own)),
        resolved(total(n for cost in fused for n in (cost.reads, cost.writes, cost.weights))),
        resolved(total(own[i].mult_adds for i, layer in enumerate(widths.network.layers) if not is_weighted(layer))),
        products(widths, set(judged)),
    )


def products(widths: Widths, judged: set[int]) -> tuple[tuple[Product, int], ...]:
    """Return the convolutions and linear layers that differ in what they cost, each with how often it is there."""
    network, symbolic = widths.network, widths.symbolic
    data = is_data(network)
    alike: dict[Any, int] = {}
    for index, layer in enumerate(symbolic.layers):
        if is_weighted(layer):
            cost, (x, y) = widths.own[index], (symbolic.tensors[t].shape for t in (layer.inputs[0], layer.outputs[0]))
            channel = -1 if layer.operator.role == "linear" else 1
            numbers = (cost.reads, cost.writes, cost.weights, cost.mult_adds, x[channel], y[channel])
            groups = getattr(layer.operator, "groups", 1)
            key = (numbers, groups, data[layer.inputs[0]], index in judged)
            alike[key] = alike.get(key, 0) + 1
    found: dict[Any, int] = {}
    for (numbers, groups, reads_data, is_judged), count in alike.items():  # in free variables more are alike
        reads, writes, weights, mult_adds, read, written = map(widths.width, numbers)
        groups = widths.width(groups)
        channels = (exact_div(read, groups), exact_div(written, groups), groups)
        product = (reads, writes, weights, mult_adds, channels, reads_data, is_judged)
        found[product] = found.get(product, 0) + count
    return tuple((Product(*numbers), count) for numbers, count in found.items())


def is_weighted(layer: Layer) -> bool:
    """Tell whether a layer is a convolution or a linear layer."""
    return layer.operator.role in ("convolution", "linear")


def _is_one(number: Any) -> bool:
    """Tell whether a number is 1 whatever the widths."""
    return isinstance(number, int) and number == 1
