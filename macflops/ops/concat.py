"""Concatenation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from macflops.arithmetic import Dim, Shape, differ
from macflops.errors import ShapeError
from macflops.ops._copy import Copy
from macflops.ops._operator import Operator, require_dim
from macflops.ops.identity import Identity


class Concat(Copy):
    """Concatenation of tensors that are alike but for dimension `dim` (1: channels). Of one tensor it is a view."""

    most_inputs = None
    follows = joins = True

    dim: int = 1

    def resolve(self, *inputs: Shape) -> Operator:
        """Return the operator that it is: of a single input, the identity."""
        if len(inputs) > 1:
            return self
        self.check(*inputs)
        return Identity()

    def check(self, *inputs: Shape) -> None:
        """Raise ShapeError where any other dimension differs."""
        first = inputs[0]
        require_dim(first, self.dim)
        along = self.dim % len(first)
        for other in inputs[1:]:
            alike = len(first) == len(other) and not any(
                differ(a, b) for i, (a, b) in enumerate(zip(first, other, strict=True)) if i != along
            )
            if not alike:
                raise ShapeError(
                    "from",
                    f"shapes {list(first)} and {list(other)} do not concatenate along dimension {along}",
                    "make all other dimensions equal",
                )

    def ties(self, *inputs: Shape) -> Iterator[tuple[Dim, Dim]]:
        """Yield the dimensions that are not concatenated."""
        along = self.dim % len(inputs[0])
        for one, other in pairwise(inputs):
            yield from (pair for i, pair in enumerate(zip(one, other, strict=True)) if i != along)

    def shape(self, *inputs: Shape) -> Shape:
        """Return the inputs' shape, with their sum in dimension `dim`."""
        first, along = inputs[0], self.dim % len(inputs[0])
        return (*first[:along], sum(i[along] for i in inputs), *first[along + 1 :])
