"""GELU."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.ops._activation import Activation
from macflops.ops._operator import require_choice


class Gelu(Activation):
    """x · Φ(x), Φ the normal distribution's, or its approximation by tanh. Source: Hendrycks and Gimpel 2016."""

    approximate: str = "none"

    def check(self, x: Shape) -> None:
        """Raise ShapeError on an unknown approximation."""
        require_choice(self, "approximate", ("none", "tanh"))
