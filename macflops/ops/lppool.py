"""Power-average pooling."""

from __future__ import annotations

from macflops.ops._pool import Pool


class LpPool(Pool):
    """The norm of each window: the root of its elements' powers, summed. Source: torch.nn.LPPool2d."""

    norm_type: float = 2.0
