"""Split into equal or given parts: views of the input."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.arithmetic import Dim, Shape, differ, divides, exact_div, small_divisors
from macflops.errors import ShapeError
from macflops.ops._operator import require_at_least, require_dim
from macflops.ops._view import View

MOST_PARTS = 65536  # each is a tensor of its own


class Split(View):
    """Views of consecutive parts of x along dimension `dim` (1: channels): equal ones, or ones of these sizes."""

    follows = True

    parts: int | None = None
    sizes: tuple[Dim, ...] | None = None
    dim: int = 1

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the parts do not make up the dimension."""
        require_dim(x, self.dim)
        require_at_least(self, 1, ("parts", "sizes"))
        whole = x[self.dim]
        if (self.parts is None) == (self.sizes is None):
            raise ShapeError("parts", "a split into both parts and sizes, or neither", "give one of them")
        if self.sizes is not None:
            if not self.sizes or differ(sum(self.sizes), whole):
                raise ShapeError(
                    "sizes", f"sizes {list(self.sizes)} add up to {sum(self.sizes)}, not {whole}", f"make them {whole}"
                )
        elif self.parts is not None:
            if self.parts > MOST_PARTS:
                raise ShapeError("parts", f"a split into {self.parts} parts", f"use {MOST_PARTS} at most")
            if not divides(self.parts, whole):
                hint = f"use one of {small_divisors(whole)}"
                raise ShapeError("parts", f"{whole} does not split into {self.parts} equal parts", hint)

    def at_widths(self, before: Sequence[Shape], after: Sequence[Shape], width: Dim | None) -> Split:
        """Return it with sizes that keep their proportions."""
        old, new = before[0][self.dim], after[0][self.dim]
        if self.sizes is None or new is old:
            return self
        return self._replace(sizes=tuple(exact_div(new * part, old) for part in self.sizes))

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        """Return the shape of each part."""
        along = self.dim % len(x)
        sizes = self.sizes or (exact_div(x[along], self.parts or 1),) * (self.parts or 1)
        return tuple((*x[:along], part, *x[along + 1 :]) for part in sizes)
