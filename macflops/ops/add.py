"""Addition of tensors: residual connections."""

from __future__ import annotations

from macflops.ops._arithmetic import Arithmetic


class Add(Arithmetic):
    """Sum of two or more tensors that broadcast."""

    fuses_as = "add"
