"""Adaptive average pooling."""

from __future__ import annotations

from macflops.ops._adaptive_pool import AdaptivePooling


class AdaptiveAvgPool(AdaptivePooling):
    """The mean of each window. Source: torch.nn.AdaptiveAvgPool2d."""

    __slots__ = ()
