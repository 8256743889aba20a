"""Leaky ReLU."""

from __future__ import annotations

from macflops.ops._activation import Activation


class LeakyRelu(Activation):
    """x where x > 0, else negative_slope · x. Source: Maas et al. 2013."""

    negative_slope: float = 0.01
