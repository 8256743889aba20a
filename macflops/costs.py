"""What a network costs, layer by layer and in all: walks it once, asks each operator, sums."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

from macflops.arithmetic import MOST, Dim, exact_div, is_beyond, is_symbolic
from macflops.errors import SourceError
from macflops.fusion import Fusion, Merged, merge, merged_costs
from macflops.liveness import peak_elements
from macflops.machine import DEFAULT, Machine, channels, is_data, is_depthwise, padded
from macflops.network import Layer, Network
from macflops.ops import Cost
from macflops.records import Record

BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
PRODUCTS = frozenset({"convolution", "linear", "matmul"})  # roles whose outputs are the activations of RegNet's paper


WEIGHTED = frozenset({"convolution", "linear"})


class Row(NamedTuple):
    """A layer with its cost under the chosen fusion, its own cost without any, and the host that it is merged into."""

    position: int
    layer: Layer
    cost: Cost
    own: Cost
    fused_into: str | None

    @property
    def mac(self) -> Dim:
        """Memory access cost in elements, under the chosen fusion."""
        return self.cost.mac


class Totals(NamedTuple):
    """The sums over all layers. `mult_adds` counts multiply-accumulates, `mac` is memory access cost."""

    params: Dim  # learnable parameters; a shared weight counts once
    mult_adds: Dim  # multiply-accumulates of convolutions, linear layers, matrix products: what papers call FLOPs
    flops: Dim  # 2 x mult_adds
    elementwise_ops: Dim  # elements written by everything else that computes
    mac_elements: Dim  # memory access cost: elements read and written
    mac_bytes: Dim  # the same in bytes of the chosen dtype
    activations: Dim  # elements in outputs of convolutions, linear layers, matrix products
    peak_activation_bytes: Dim  # the most bytes of tensors alive at one time, in inference
    arithmetic_intensity: float | None  # flops per byte of memory access; None where nothing moves


class Costs(Record):
    """The costs of a network under one fusion mode and element type."""

    network: Network
    own: tuple[Cost, ...]  # without fusion
    fusion: Fusion
    dtype: str
    machine: Machine = DEFAULT

    def under(self, fusion: Fusion) -> Costs:
        """Return the costs of the same network under another fusion mode. No operator is asked again."""
        if fusion == self.fusion:
            return self
        if fusion not in self._others:
            self._others[fusion] = self._replace(fusion=fusion)
        return self._others[fusion]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """One row per layer, in execution order."""
        layers, hosts = self.network.layers, self.merged.hosts
        return tuple(
            Row(position, layer, cost, own, None if host is None else layers[host].name)
            for position, (layer, cost, own, host) in enumerate(zip(layers, self.fused, self.own, hosts, strict=True))
        )

    @cached_property
    def free_layers(self) -> tuple[Row, ...]:
        """The rows of the convolutions and linear layers whose widths are free, but for depthwise ones.

        Data fix the width of a layer with no other convolution or linear layer between it and an input or an output of
        the network.
        """
        network, given = self.network, is_data(self.network)
        to_output = [False] * len(network.tensors)
        for tensor in network.outputs:
            to_output[tensor] = True
        for layer in reversed(network.layers):
            if layer.operator.role not in WEIGHTED and any(map(to_output.__getitem__, layer.outputs)):
                for tensor in layer.inputs:
                    to_output[tensor] = True
        found = []
        for row in self.rows:
            layer = row.layer
            if layer.operator.role not in WEIGHTED or given[layer.inputs[0]] or to_output[layer.outputs[0]]:
                continue
            if not is_depthwise(network, layer):
                found.append(row)
        return tuple(found)

    @cached_property
    def mac(self) -> Dim:
        """Memory access cost of the whole network, in elements."""
        return sum(cost.mac for cost in self.fused)

    @cached_property
    def fused(self) -> list[Cost]:
        """The cost of each layer under the chosen fusion."""
        return merged_costs(self.network, self.own, self.merged)

    @cached_property
    def mult_adds(self) -> Dim:
        """The multiply-accumulates of the whole network."""
        return sum(cost.mult_adds for cost in self.own)

    @cached_property
    def params(self) -> Dim:
        """The learnable parameters of the whole network."""
        return sum(cost.params for cost in self.own)

    @cached_property
    def padded(self) -> tuple[Dim, ...]:
        """The mult-adds of each layer with channels rounded up to the machine's grain."""
        network, data = self.network, is_data(self.network)
        found = []
        for layer, cost in zip(network.layers, self.own, strict=True):
            number = cost.mult_adds
            if layer.operator.role in WEIGHTED:
                number = padded(number, *channels(network, layer), self.machine.grain, data[layer.inputs[0]])
            found.append(number)
        return tuple(found)

    @cached_property
    def work(self) -> float:
        """What predicts time: padded mult-adds, and memory access under runtime fusion by what an element costs."""
        return sum(self.padded) + self.machine.balance * self.under("runtime").mac

    @cached_property
    def totals(self) -> Totals:
        """The sums over all layers."""
        return Totals(*map(self.total, Totals._fields))

    def total(self, name: str) -> Any:
        """Return one of the totals, without computing the others."""
        width = BYTES[self.dtype]
        match name:
            case "params":
                return self.params
            case "mult_adds":
                return self.mult_adds
            case "flops":
                return 2 * self.mult_adds
            case "elementwise_ops":
                return sum(cost.elementwise_ops for cost in self.fused)
            case "mac_elements":
                return self.mac
            case "mac_bytes":
                return self.mac * width
            case "activations":
                layers = zip(self.network.layers, self.own, strict=True)
                return sum(own.writes for layer, own in layers if layer.operator.role in PRODUCTS)
            case "peak_activation_bytes":
                return width * peak_elements(self.network, self.merged)
        return ratio(self.total("flops"), self.total("mac_bytes"))

    @cached_property
    def _others(self) -> dict[Fusion, Costs]:
        return {}

    @cached_property
    def merged(self) -> Merged:
        """What the runtime merges."""
        return merge(self.network, self.fusion)


def count(network: Network, fusion: Fusion = "none", dtype: str = "float32", machine: Machine = DEFAULT) -> Costs:
    """Count a network: each layer's operator once.

    A layer that shares another's weights adds no parameters, one whose parameters are partly another's those it holds.
    """
    own = []
    for layer in network.layers:
        cost = layer.operator.cost(*network.shapes_of(layer.inputs), *network.shapes_of(layer.outputs))
        own.append(counted(layer, cost))
    return Costs(network, tuple(own), fusion, dtype, machine)


def counted(layer: Layer, cost: Cost) -> Cost:
    """Return a layer's cost with the parameters that it counts: none that another layer does.

    Raises SourceError where a number is over what is counted.
    """
    if is_beyond(cost):
        what = f"{layer.name} counts over 10**{len(str(MOST)) - 1}"
        raise SourceError(layer.location, what, "make its kernel, its tensors or its repetitions smaller")
    if layer.held is not None:
        return cost._replace(params=layer.held.params)
    return cost if layer.shares is None else cost._replace(params=0)


def ratio(dividend: Dim, divisor: Dim) -> float | None:
    """Return dividend ÷ divisor, or None where the divisor is 0. Of symbols, their quotient."""
    if is_symbolic(dividend) or is_symbolic(divisor):
        return exact_div(dividend, divisor)
    return dividend / divisor if divisor else None
