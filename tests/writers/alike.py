"""What two networks have in common that are the same layer by layer, whatever their tensors' numbers are."""

from __future__ import annotations

from typing import Any

from macflops.network import Network

PADS = ("pad", "padding")  # may be of more dimensions when it is read back, with zeros for those


def wired(of: Network) -> tuple[Any, ...]:
    """Return operators, shapes, shared weights and wiring of a network, tensors numbered as they come."""
    numbers: dict[int, int] = {}
    for tensor in [i.tensor for i in of.inputs] + [t for layer in of.layers for t in layer.outputs]:
        numbers[tensor] = len(numbers)
    places = {layer.name: place for place, layer in reversed(list(enumerate(of.layers)))}
    rows = [
        (
            layer.operator.name,
            {name: value for name, value in layer.operator.attributes().items() if (layer.operator.name, name) != PADS},
            [numbers[t] for t in layer.inputs],
            [numbers[t] for t in layer.outputs],
            of.shapes_of(layer.outputs),
            None if layer.shares is None else places[layer.shares],
        )
        for layer in of.layers
    ]
    return of.shapes_of(i.tensor for i in of.inputs), [numbers[t] for t in of.outputs], rows


def names(of: Network) -> list[str]:
    """Return the rows' names, in order."""
    return [layer.name for layer in of.layers]
