"""Minimum of tensors."""

from __future__ import annotations

from macflops.ops._arithmetic import Arithmetic


class Minimum(Arithmetic):
    """The lesser of two or more tensors that broadcast, element by element."""
