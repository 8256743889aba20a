"""Padding."""

from __future__ import annotations

from macflops.arithmetic import Shape, surely
from macflops.errors import ShapeError
from macflops.ops._copy import Copy
from macflops.ops._operator import Padding, halves, require_at_least, require_choice


class Pad(Copy):
    """Padding of the last dimensions of x, of as many as have a number before and one after: usually the sides.

    A copy: the input is read, the output written. Modes as in torch.nn.functional.pad.
    """

    follows = True

    padding: Padding
    mode: str = "constant"
    value: float = 0.0

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the padding is negative, of dimensions that are not there, or more than there is."""
        before, after = halves(self.padding)
        if len(before) != len(after) or not 1 <= len(before) <= len(x):
            raise ShapeError(
                "padding",
                f"{len(self.padding)} paddings on an input of shape {list(x)}",
                "give one before and one after each dimension, the last ones",
            )
        require_at_least(self, 0, ("padding",))
        require_choice(self, "mode", ("constant", "reflect", "replicate", "circular"))
        for side, b, a in zip(x[-len(before) :], before, after, strict=True):
            most = {"reflect": side - 1, "circular": side}.get(self.mode)
            if most is not None and (surely(b <= most) is False or surely(a <= most) is False):
                raise ShapeError(
                    "padding", f"paddings of {b} and {a} {self.mode} a side of {side}", f"use {most} at most"
                )

    def shape(self, x: Shape) -> Shape:
        """Return the input's shape, with the last dimensions longer."""
        before, after = halves(self.padding)
        padded = (side + b + a for side, b, a in zip(x[-len(before) :], before, after, strict=True))
        return (*x[: -len(before)], *padded)
