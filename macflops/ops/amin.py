"""Minimum along dimensions."""

from __future__ import annotations

from macflops.ops._reduction import Reduction


class AMin(Reduction):
    """The least element along dimensions. Named as in PyTorch: `minimum` is of tensors."""
