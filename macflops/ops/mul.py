"""Multiplication of tensors, element by element: gates."""

from __future__ import annotations

from macflops.ops._arithmetic import Arithmetic


class Mul(Arithmetic):
    """Product of two or more tensors that broadcast."""

    joins = False  # a gate on one path, as in squeeze-and-excitation
