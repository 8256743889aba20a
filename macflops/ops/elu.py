"""ELU."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Elu(Activation):
    """x where x > 0, else alpha · (exp(x) − 1). Source: Clevert et al. 2016."""

    alpha: float = 1.0
