"""A plan with its image and its classifier: what runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from macflops.reference.fast.buffers import Flat, as_map
from macflops.reference.fast.fold import Order
from macflops.reference.fast.kernels import Plan, pixels
from macflops.reference.plain import Array


class Kept(NamedTuple):
    """A map that can be asked for: at place i in the buffer lies the network's channel order[i], less offset[i].

    There may be more channels behind them."""

    name: str
    buffer: Flat
    order: Order
    offset: Array


class CompiledNetwork:
    """A network laid out for images of one size. It works in its own buffers: one call at a time."""

    def __init__(self, plan: Plan, image: Array, kept: list[Kept], parameters: Mapping[str, Array]) -> None:
        self.plan, self.image, self.kept = plan, image, kept
        last = kept[-1]
        channels = len(last.order)
        self.pooled = np.empty((1, channels), np.float32)
        average = np.full((1, last.buffer.array.size // channels), channels / last.buffer.array.size, np.float32)
        plan.call(np.matmul, average, pixels(last.buffer.array), self.pooled)
        self.weight = np.ascontiguousarray(parameters["classifier.weight"][:, last.order])
        self.bias = (self.weight @ last.offset.astype(np.float64)).astype(np.float32)
        self.bias += parameters.get("classifier.bias", np.float32(0))

    def __call__(self, x: Array, features: dict[str, Array] | None) -> Array:
        """Return the logits (N, classes) of x (N, 3, H, W), and put the maps that were kept into features, if given."""
        pooled = np.empty((len(x), self.pooled.shape[1]), np.float32)
        maps: dict[str, list[Array]] = {kept.name: [] for kept in self.kept}
        for i, image in enumerate(x):
            np.copyto(self.image, image)
            self.plan.run()
            pooled[i] = self.pooled
            for kept in self.kept if features is not None else ():
                z = as_map(kept.buffer)[..., : len(kept.offset)] + kept.offset
                maps[kept.name].append(z[..., np.argsort(kept.order)].transpose(2, 0, 1))
        if features is not None:
            features.update({name: np.stack(found) for name, found in maps.items()})
        return pooled @ self.weight.T + self.bias
