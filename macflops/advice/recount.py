"""The counts of a network as polynomials in its widths: a candidate costs microseconds, and equals the exact count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, sqrt
from typing import Any, NamedTuple

from macflops.advice.polynomial import Polynomial, at, total
from macflops.advice.widths import Widths
from macflops.arithmetic import exact_div
from macflops.fusion import merge, merged_costs
from macflops.machine import Machine, is_data, padded


class Product(NamedTuple):
    """Convolutions or linear layers that cost the same whatever the widths: all numbers of one of them."""

    reads: Any  # elements of its input
    writes: Any
    weights: Any
    mult_adds: Any
    channels: tuple[Any, Any, Any]  # read and written in each group, and groups
    data: bool  # whether it reads data
    judged: bool  # whether its width is free, and it is not depthwise

    @property
    def variables(self) -> set[int]:
        """The variables that it costs by."""
        return {v for number in (self.reads, self.writes) if isinstance(number, Polynomial) for v in number.variables}

    @property
    def grouped(self) -> bool:
        """Tell whether it has several groups and is not depthwise."""
        return not (_is_one(self.channels[2]) or _is_one(self.channels[0]))

    def excess(self, values: Sequence[int]) -> tuple[float, float]:
        """Return MAC ÷ B1 and MAC − B1 at such widths: G1's measure, here in floating point; endless of no width."""
        try:
            reads, writes, weights = (at(number, values) for number in (self.reads, self.writes, self.weights))
        except ArithmeticError:
            return inf, inf
        if reads <= 0 or writes <= 0:
            return inf, inf
        least = 2 * sqrt(reads * writes) + weights
        return (reads + writes + weights) / least, reads + writes + weights - least

    def padded(self, values: Sequence[int], grain: int) -> int:
        """Return its mult-adds with channels rounded up to the grain."""
        read, written, groups = (at(number, values) for number in self.channels)
        return padded(at(self.mult_adds, values), read, written, groups, grain, self.data)


class Recount(NamedTuple):
    """A network's counts in its free variables. Memory access in elements, unfused and under runtime fusion."""

    mult_adds: Any
    params: Any
    mac: Any
    mac_runtime: Any
    products: tuple[tuple[Product, int], ...]  # and how many layers are like it

    def work(self, values: Sequence[int], machine: Machine) -> float:
        """Return the work at such widths: padded mult-adds + balance x memory access under runtime fusion."""
        mult_adds = sum(count * product.padded(values, machine.grain) for product, count in self.products)
        return mult_adds + machine.balance * at(self.mac_runtime, values)


def recount(widths: Widths, judged: Iterable[int]) -> Recount:
    """Return the counts of a network by its widths; `judged` are the layers that the guideline on widths judges."""
    network, symbolic, own, resolved = widths.network, widths.symbolic, widths.own, widths.width
    fused = merged_costs(symbolic, own, merge(network, "runtime"))
    return Recount(
        resolved(total(cost.mult_adds for cost in own)),
        resolved(total(cost.params for cost in own)),
        resolved(total(n for cost in own for n in (cost.reads, cost.writes, cost.weights))),
        resolved(total(n for cost in fused for n in (cost.reads, cost.writes, cost.weights))),
        tuple(products(widths, set(judged)).items()),
    )


def products(widths: Widths, judged: set[int]) -> dict[Product, int]:
    """Return the convolutions and linear layers that differ in what they cost, each with how often it is there."""
    network, symbolic = widths.network, widths.symbolic
    data = is_data(network)
    alike: dict[Any, int] = {}
    for index, layer in enumerate(symbolic.layers):
        if layer.operator.role in ("convolution", "linear"):
            cost, (x, y) = widths.own[index], (symbolic.tensors[t].shape for t in (layer.inputs[0], layer.outputs[0]))
            channel = -1 if layer.operator.role == "linear" else 1
            numbers = (cost.reads, cost.writes, cost.weights, cost.mult_adds, x[channel], y[channel])
            groups = getattr(layer.operator, "groups", 1)
            key = (numbers, groups, data[layer.inputs[0]], index in judged)
            alike[key] = alike.get(key, 0) + 1
    found: dict[Product, int] = {}
    for (numbers, groups, reads_data, is_judged), count in alike.items():  # in free variables more are alike
        reads, writes, weights, mult_adds, read, written = map(widths.width, numbers)
        groups = widths.width(groups)
        channels = (exact_div(read, groups), exact_div(written, groups), groups)
        product = Product(reads, writes, weights, mult_adds, channels, reads_data, is_judged)
        found[product] = found.get(product, 0) + count
    return found


def _is_one(number: Any) -> bool:
    """Tell whether a number is 1 whatever the widths."""
    return isinstance(number, int) and number == 1
