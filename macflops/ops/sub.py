"""Subtraction."""

from __future__ import annotations

from macflops.ops._arithmetic import Arithmetic


class Sub(Arithmetic):
    """Difference of two tensors that broadcast."""

    most_inputs = 2
