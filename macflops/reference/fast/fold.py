"""A batch norm folded into the convolution before it, and shifts that travel to where they cost nothing.

That of a depthwise convolution has no ReLU behind it, so its shift becomes part of that of the pointwise one behind. At
the end of a unit max(0, y + s) is kept as u = max(y, -s), one pass over the map instead of two; what is meant is u + s,
and s, called offset, becomes part of the next shift. A border of zeros around u + s is one of -s around u. So that
offsets do not grow from unit to unit, a unit's first convolution gets its shift at once: in V2 by a channel of ones, in
V1, where each group would need one, by adding it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from macflops.reference.plain import Array
from macflops.reference.tables import EPSILON

Order = NDArray[np.intp]


class Folded(NamedTuple):
    """A convolution with its batch norm: weight (C2, C1/groups, kh, kw) and shift (C2,)."""

    weight: Array
    shift: Array

    def reading(self, order: Order) -> Folded:
        """Return it for an input whose channels lie in that order."""
        return Folded(self.weight[:, order], self.shift)

    def making(self, order: Order) -> Folded:
        """Return it for an output whose channels lie in that order."""
        return Folded(self.weight[order], self.shift[order])

    def bordered(self, offset: Array) -> Folded:
        """Return it, depthwise, for an input from which its offset (C,) is left out, also in the border."""
        total = self.weight.sum(axis=(1, 2, 3), dtype=np.float64)
        return Folded(self.weight, (self.shift + total * offset).astype(np.float32))

    def behind(self, shift: Array, groups: int = 1) -> Folded:
        """Return it, pointwise, for an input from which that shift (C1,), its offset, is left out."""
        by_group = self.weight.reshape(groups, -1, self.weight.shape[1]).astype(np.float64)
        through: NDArray[np.float64] = by_group @ shift.reshape(groups, -1, 1)
        return Folded(self.weight, (self.shift + through.ravel()).astype(np.float32))

    def with_one(self) -> Folded:
        """Return it, pointwise, for an input with one more channel, which is 1 and brings the shift in."""
        return Folded(np.concatenate([self.weight, self.shift[:, None, None, None]], axis=1), np.zeros_like(self.shift))

    def with_spare(self) -> Folded:
        """Return it, depthwise, with one more channel of zeros."""
        return Folded(np.pad(self.weight, ((0, 1), (0, 0), (0, 0), (0, 0))), np.pad(self.shift, (0, 1)))

    def past_one(self) -> Folded:
        """Return it, pointwise, for an input with one more channel, which it does not use."""
        return Folded(np.pad(self.weight, ((0, 0), (0, 1), (0, 0), (0, 0))), self.shift)


def folded(parameters: Mapping[str, Array], name: str) -> Folded:
    """Fold the batch norm of the convolution called name into it; in double precision, since it is done once."""
    weight, bias, mean, variance = (
        parameters[f"{name}.norm.{part}"].astype(np.float64) for part in ("weight", "bias", "mean", "variance")
    )
    scale = weight / np.sqrt(variance + EPSILON)
    scaled = parameters[f"{name}.weight"] * scale[:, None, None, None]
    return Folded(scaled.astype(np.float32), (bias - mean * scale).astype(np.float32))
