"""A batch norm folded into the convolution before it, and one without ReLU into the convolution behind it too."""

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

    def behind(self, shift: Array, groups: int = 1) -> Folded:
        """Return it, pointwise, for an input from which that shift (C1,) has been left out."""
        by_group = self.weight.reshape(groups, -1, self.weight.shape[1]).astype(np.float64)
        through: NDArray[np.float64] = by_group @ shift.reshape(groups, -1, 1)
        return Folded(self.weight, (self.shift + through.ravel()).astype(np.float32))


def folded(parameters: Mapping[str, Array], name: str) -> Folded:
    """Fold the batch norm of the convolution called name into it; in double precision, since it is done once."""
    weight, bias, mean, variance = (
        parameters[f"{name}.norm.{part}"].astype(np.float64) for part in ("weight", "bias", "mean", "variance")
    )
    scale = weight / np.sqrt(variance + EPSILON)
    scaled = parameters[f"{name}.weight"] * scale[:, None, None, None]
    return Folded(scaled.astype(np.float32), (bias - mean * scale).astype(np.float32))
