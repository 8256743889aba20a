"""Sum along dimensions."""

from __future__ import annotations

from macflops.ops._reduction import Reduction


class Sum(Reduction):
    """The sum along dimensions."""
