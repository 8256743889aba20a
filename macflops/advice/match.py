"""Which layer of a changed network is which of the original: names are kept, of several alike their order."""

from __future__ import annotations

from collections.abc import Iterator

from macflops.network import Layer, Network

Key = tuple[str, int]


def keyed(network: Network) -> Iterator[tuple[Key, int]]:
    """Yield a key for each layer, with its index: its name, and the how manieth of that name it is."""
    seen: dict[str, int] = {}
    for index, layer in enumerate(network.layers):
        seen[layer.name] = seen.get(layer.name, 0) + 1
        yield (layer.name, seen[layer.name]), index


def matched(before: Network, after: Network) -> Iterator[tuple[int, int | None]]:
    """Yield each layer's index before and after; None where it is gone."""
    found = dict(keyed(after))
    for key, index in keyed(before):
        yield index, found.get(key)


def width_of(network: Network, layer: Layer) -> tuple[int, int]:
    """Return the channels that a convolution or linear layer reads and writes."""
    x, y = network.tensors[layer.inputs[0]].shape, network.tensors[layer.outputs[0]].shape
    return (x[-1], y[-1]) if layer.operator.role == "linear" else (x[1], y[1])
