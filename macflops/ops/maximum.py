"""Maximum of tensors."""

from __future__ import annotations

from macflops.ops._arithmetic import Arithmetic


class Maximum(Arithmetic):
    """The greater of two or more tensors that broadcast, element by element."""
