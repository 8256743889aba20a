"""ReLU6."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Relu6(Activation):
    """min(max(x, 0), 6). Source: MobileNets (Howard et al. 2017); Krizhevsky 2010."""
