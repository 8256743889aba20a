"""Where the witness meets the prediction: ShuffleNets run in NumPy, layer by layer against what was counted.

The reference networks count what they really execute, on operands as they are; the prediction comes from the formulas
of `ops`. The two share no code and meet only here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Any, NamedTuple

from macflops.api import count
from macflops.errors import Location, SourceError
from macflops.layers import LayerReport

# The sizes and batches of a check of all networks; odd sizes show a border that is counted wrongly.
SIZES = (224, 97, 135, 161)
BATCHES = (1, 3)
V1 = re.compile(r"shufflenet_v1_g(\d)_x(\d)_(\d+)")
V2 = re.compile(r"shufflenet_v2_x(\d)_(\d+)")
QUANTITIES = ("mult_adds", "reads", "weights", "writes", "params")
# What the witness calls an operator, by what the network calls it; by its role where that is told apart no further.
KINDS = {"convolution": "conv", "norm": "norm", "activation": "act", "pool": "pool", "linear": "linear"}


class Difference(NamedTuple):
    """One quantity of one layer that was not executed as predicted; None where there is no such layer at all."""

    layer: str
    quantity: str
    predicted: int | None
    executed: int | None

    def __str__(self) -> str:
        if self.executed is None:
            return f"{self.layer}: predicted, but nothing of its kind and shapes was run"
        if self.predicted is None:
            return f"{self.layer}: run, but nothing of its kind and shapes was predicted"
        return f"{self.layer}: {self.quantity} predicted {self.predicted:,}, executed {self.executed:,}"


class Comparison(NamedTuple):
    """A network at one input shape (N, C, H, W): its sums as executed, and every difference, in order."""

    network: str
    paper: bool
    shape: tuple[int, int, int, int]
    layers: int
    executed: dict[str, int]
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Tell whether everything was executed as predicted."""
        return not self.differences


def networks() -> list[tuple[str, bool]]:
    """Return the zoo's networks that the reference runs, and under which reading (the paper's, or torchvision's)."""
    from macflops.zoo import names

    found = [(name, False) for name in names() if V1.fullmatch(name) or V2.fullmatch(name)]
    return found + [(name, True) for name, _ in found if V2.fullmatch(name)]


def check(network: str, shape: tuple[int, int, int, int], paper: bool = False) -> Comparison:
    """Run a network of the zoo in NumPy and compare. Raises SourceError where there is no reference for it."""
    import numpy

    net = reference(network, paper)
    _, executed = net.count(numpy.ones(shape, numpy.float32))
    settings = {"paper": int(paper)} if V2.fullmatch(network) else {}
    predicted = count(f"zoo:{network}", set=settings, input_shape=shape).layers
    sums = {name: sum(getattr(record, name) for record in executed) for name in QUANTITIES}
    return Comparison(network, paper, shape, len(predicted), sums, tuple(differences(predicted, executed)))


def reference(network: str, paper: bool) -> Any:
    """Return the reference network of this name in the zoo. Raises SourceError where there is none."""
    from macflops.reference import ShuffleNetV1, ShuffleNetV2

    if match := V1.fullmatch(network):
        groups, width = int(match[1]), float(f"{match[2]}.{match[3]}")
        # The authors' stems, which the width alone does not give: see the zoo's file.
        stem = {1.5: 24}.get(width, 16 if (groups, width) == (8, 0.5) else None)
        return ShuffleNetV1(groups, width, stem=stem)
    if match := V2.fullmatch(network):
        return ShuffleNetV2(float(f"{match[1]}.{match[2]}"), paper=paper)
    known = "ShuffleNet V1 and V2, as zoo:shufflenet_v1_g3_x1_0 and zoo:shufflenet_v2_x1_0"
    raise SourceError(Location(f"zoo:{network}"), "no reference network runs it", f"there are {known}")


def differences(predicted: Sequence[LayerReport], executed: Sequence[Any]) -> Iterator[Difference]:
    """Yield what differs, unit by unit: within one, layers meet by kind and shapes, for branches have no order."""
    pairs: Iterator[tuple[list[Any], list[Any]]] = zip_longest(units(predicted), units(executed), fillvalue=[])
    for ours, theirs in pairs:
        waiting: dict[Any, list[Any]] = {}
        for record in theirs:
            waiting.setdefault((record.op, sorted_shapes(record), record.outputs), []).append(record)
        for layer in ours:
            meets = waiting.get((kind(layer), sorted_shapes(layer), layer.outputs))
            if not meets:
                yield Difference(layer.name, "layer", 1, None)
                continue
            record = meets.pop(0)
            for quantity in QUANTITIES:
                wanted, found = getattr(layer.cost, quantity), getattr(record, quantity)
                if wanted != found:
                    yield Difference(layer.name, quantity, wanted, found)
        for records in waiting.values():
            for record in records:
                yield Difference(record.name, "layer", None, 1)


def units(layers: Sequence[Any]) -> list[list[Any]]:
    """Return the layers of each unit: of a stage, those under one name; elsewhere, those of one top name."""

    def unit(layer: Any) -> tuple[str, ...]:
        parts = layer.name.split(".")
        return tuple(parts[:2] if parts[0].startswith("stage") else parts[:1])

    return [list(members) for _, members in groupby(layers, key=unit)]


def sorted_shapes(layer: Any) -> tuple[Any, ...]:
    """Return the shapes of a layer's inputs in an order of their own: which branch a join names first is a custom."""
    return tuple(sorted(layer.inputs))


def kind(layer: LayerReport) -> str:
    """Return what the witness calls a layer's operator."""
    from macflops.ops import find

    operator = find(layer.op)
    return KINDS.get(operator.role, layer.op) if operator is not None else layer.op
