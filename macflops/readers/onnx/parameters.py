"""Whose parameters are whose: each learnable tensor of a file counts once, whatever reads it."""

from __future__ import annotations

from collections.abc import Mapping

from macflops.network import Builder, Held
from macflops.readers.onnx.values import Leaf, Value


class Parameters:
    """Which layer counts which learnable tensor, by its name in the file.

    Where the file keeps weights (`kept`), those that Constant nodes hold are none: a fixed filter, a bias of zeros.
    Some writers have all weights in Constant nodes. Where it keeps tensors of three dimensions and more (`kernels`),
    those that ConstantOfShape fills are none either.
    """

    def __init__(self) -> None:
        self.counted: dict[str, str] = {}
        self.kept = self.kernels = False

    def note(self, value: Value) -> None:
        """Note a tensor that the file keeps."""
        self.kept |= value.kept and len(value.sides) > 1
        self.kernels |= value.declared or (value.kept and len(value.sides) > 2)

    def forget(self, layer: str) -> None:
        """Count anew what a layer counted: it is gone."""
        self.counted = {name: host for name, host in self.counted.items() if host != layer}

    def settle(self, builder: Builder, leaves: Mapping[str, Leaf]) -> None:
        """Have the last layer count those of its tensors that no layer before it has.

        Where its operator would count others (an earlier layer has some, or its weights are computed from more or fewer
        elements), the layer says so: it shares, or has parameters of its own number.
        """
        layer = builder.layers[-1]
        shapes = [builder.shape(t) for t in layer.inputs], [builder.shape(t) for t in layer.outputs]
        params = layer.operator.cost(*shapes[0], *shapes[1]).params
        if not leaves and not params:
            return
        if self.kept:
            leaves = {name: leaf for name, leaf in leaves.items() if leaf.kept}
        fresh = [name for name in leaves if name not in self.counted]
        own = sum(leaves[name].elements for name in fresh)
        hosts = {self.counted[name] for name in leaves if name in self.counted}
        self.counted.update(dict.fromkeys(fresh, layer.name))
        if own == params:
            return
        if own == 0 and len(hosts) == 1:
            builder.layers[-1] = layer._replace(shares=next(iter(hosts)))
        else:
            builder.layers[-1] = layer._replace(held=Held(own, tuple(sorted(hosts))))
