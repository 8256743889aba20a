"""Adaptive max pooling."""

from __future__ import annotations

from macflops.ops._adaptive_pool import AdaptivePooling


class AdaptiveMaxPool(AdaptivePooling):
    """The greatest element of each window. Source: torch.nn.AdaptiveMaxPool2d."""
