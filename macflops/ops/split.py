"""Split into equal or given parts: views of the input."""

from __future__ import annotations

from dataclasses import dataclass

from macflops.arithmetic import Dim, Shape, differ, divides, exact_div, small_divisors
from macflops.errors import ShapeError
from macflops.ops._operator import require, require_at_least
from macflops.ops._view import View


@dataclass(frozen=True, slots=True)
class Split(View):
    """Views of consecutive parts of x along dimension `dim` (1: channels): equal ones, or ones of these sizes."""

    parts: Dim | tuple[Dim, ...] = 2
    dim: int = 1

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the parts do not make up the dimension."""
        require(-len(x) <= self.dim < len(x), "dim", f"dim: {self.dim} of {len(x)} dimensions", "use one that is there")
        require_at_least(self, 1, ("parts",))
        whole = x[self.dim]
        if isinstance(self.parts, tuple):
            if differ(sum(self.parts), whole):
                raise ShapeError(
                    "parts", f"parts {list(self.parts)} add up to {sum(self.parts)}, not {whole}", f"make them {whole}"
                )
        elif not divides(self.parts, whole):
            raise ShapeError(
                "parts", f"{whole} does not split into {self.parts} equal parts", f"use one of {small_divisors(whole)}"
            )

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        """Return the shape of each part."""
        along = self.dim % len(x)
        sizes = self.parts if isinstance(self.parts, tuple) else (exact_div(x[along], self.parts),) * self.parts
        return tuple((*x[:along], part, *x[along + 1 :]) for part in sizes)
