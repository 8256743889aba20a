"""Layer normalization."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.arithmetic import Dim, Shape, size
from macflops.ops._norm import Norm
from macflops.ops._operator import Cost
from macflops.ops._trailing import check_trailing, trailing


class LayerNorm(Norm):
    """Layer normalization of x (N, …) over its last dimensions, normalized_shape: the last one where it is not given.

    2 parameters per normalized element if elementwise_affine, 1 without bias; reads the input and them, writes the
    output. Source: Ba et al. 2016, equation (4).
    """

    normalized_shape: tuple[Dim, ...] | None = None
    eps: float = 1e-5
    elementwise_affine: bool = True
    bias: bool = True

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the input does not end with the normalized shape."""
        check_trailing(self, x, self.normalized_shape)

    def at_widths(self, before: Sequence[Shape], after: Sequence[Shape], width: Dim | None) -> LayerNorm:
        """Return it with the dimensions that its input then ends with."""
        normalized = self.normalized_shape
        return self if normalized is None else self._replace(normalized_shape=after[0][-len(normalized) :])

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost for x and y of the same shape."""
        elements = size(trailing(x, self.normalized_shape))
        params = elements * ((2 if self.bias else 1) if self.elementwise_affine else 0)
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y), weights=params, params=params)
