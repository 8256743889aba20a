"""Adaptive average pooling."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.ops._adaptive_pool import AdaptivePooling


class AdaptiveAvgPool(AdaptivePooling):
    """The mean of each window. Source: torch.nn.AdaptiveAvgPool2d."""

    def averages_within(self, x: Shape) -> bool:
        """Return True: its windows follow from the image's sides."""
        return True
