"""Mean along dimensions."""

from __future__ import annotations

from macflops.ops._reduction import Reduction


class Mean(Reduction):
    """The mean along dimensions."""
