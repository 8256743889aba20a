"""Expand: a view with dimensions of size 1 seen as larger ones."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, differ, is_integer, surely
from macflops.errors import ShapeError
from macflops.ops._view import View


class Expand(View):
    """View of x with dimensions of size 1 as `size`, in which -1 leaves one as it is; new ones come first.

    Moves nothing: its elements stay one. What reads it counts it whole. Source: torch.Tensor.expand.
    """

    size: tuple[Dim, ...]

    def check(self, x: Shape) -> None:
        """Raise ShapeError where a dimension would change that is not 1."""
        if len(self.size) < len(x):
            raise ShapeError("size", f"size: {list(self.size)} for {len(x)} dimensions", "give one for each")
        new = len(self.size) - len(x)
        for i, number in enumerate(self.size):
            kept = is_integer(number) and number == -1 and i >= new
            if not kept and surely(number >= 1) is False:
                raise ShapeError("size", f"size: {list(self.size)} holds {number}", "each is at least 1, or -1 to keep")
            if not kept and i >= new and differ(x[i - new], 1) and differ(x[i - new], number):
                raise ShapeError(
                    "size", f"{list(x)} does not expand to {list(self.size)}", "only a dimension of size 1 can grow"
                )

    def shape(self, x: Shape) -> Shape:
        """Return that size."""
        old = (1,) * (len(self.size) - len(x)) + tuple(x)
        return tuple(
            side if is_integer(number) and number == -1 else number for side, number in zip(old, self.size, strict=True)
        )
