"""What the readers' control flow shares: the dearer of two branches, and a body that runs a number of times.

Layers are read on trial: taken back, compared, and let stand after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from macflops.arithmetic import Dim, surely
from macflops.network import Builder, Layer
from macflops.ops import Cost
from macflops.readers.onnx._rows import Given, Unknown
from macflops.readers.onnx.parameters import Parameters

UNKNOWN_CONDITION = "its condition is not known before it runs: counted is the dearer branch, {}"
UNKNOWN_ROUNDS = "how often it runs is not known before it runs: one round is counted"


class Trial(NamedTuple):
    """Layers that were taken back, and what they had counted: so that they can stand after all."""

    layers: list[Layer]
    counted: list[tuple[str, str]]
    given: list[tuple[Any, int | None]]


class Trials:
    """The layers of a network in the making, as far as they can still be taken back.

    `given` are the constants that became layers; `field` is where each of them says which tensor it is then.
    """

    def __init__(self, builder: Builder, parameters: Parameters, given: list[Any], field: str) -> None:
        self.builder, self.parameters, self.given, self.field = builder, parameters, given, field

    def mark(self) -> tuple[int, int, int]:
        """Return how many layers, counted tensors and constants that flow there are now."""
        return len(self.builder.layers), len(self.parameters.counted), len(self.given)

    def taken_back(self, layers: int, counted: int, given: int) -> Trial:
        """Take back all layers since there were so many; return them."""
        removed, self.builder.layers[layers:] = self.builder.layers[layers:], []
        settled = [self.parameters.counted.popitem() for _ in range(len(self.parameters.counted) - counted)]
        values = [(value, getattr(value, self.field)) for value in self.given[given:]]
        del self.given[given:]
        for value, _ in values:
            setattr(value, self.field, None)
        return Trial(removed, settled[::-1], values)

    def stands(self, trial: Trial) -> None:
        """Let layers that were taken back stand."""
        self.builder.layers.extend(trial.layers)
        self.parameters.counted.update(trial.counted)
        for value, tensor in trial.given:
            setattr(value, self.field, tensor)
            self.given.append(value)

    def cost(self, layers: Sequence[Layer]) -> Cost:
        """Return what layers cost."""
        shape, total = self.builder.shape, Cost()
        for layer in layers:
            total += layer.operator.cost(*map(shape, layer.inputs), *map(shape, layer.outputs))
        return total

    def dearer(self, one: Trial, other: Trial) -> bool:
        """Tell whether one costs more than another, or (symbols) may: in mult-adds, then in memory access."""
        first, second = self.cost(one.layers), self.cost(other.layers)
        more = surely(first.mult_adds >= second.mult_adds)
        if surely(first.mult_adds == second.mult_adds):
            more = surely(first.mac >= second.mac)
        return more is not False

    def repeated(self, since: int, times: Dim) -> None:
        """Let all layers since there were so many run a number of times."""
        from macflops.ops._stated import Repeated

        layers = self.builder.layers
        for index in range(since, len(layers)):
            operator = layers[index].operator
            if isinstance(operator, (Given, Unknown)):
                continue
            if isinstance(operator, Repeated):
                operator, times_in = operator.operator, operator.times * times
            else:
                times_in = times
            layers[index] = layers[index]._replace(operator=Repeated(operator, times_in))
