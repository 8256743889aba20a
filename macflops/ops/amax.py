"""Maximum along dimensions."""

from __future__ import annotations

from macflops.ops._reduction import Reduction


class AMax(Reduction):
    """The greatest element along dimensions. Named as in PyTorch: `maximum` is of tensors."""
