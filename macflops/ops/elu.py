"""ELU."""

from __future__ import annotations

from dataclasses import dataclass

from macflops.ops._activation import Activation


@dataclass(frozen=True, slots=True)
class Elu(Activation):
    """x where x > 0, else alpha · (exp(x) − 1). Source: Clevert et al. 2016."""

    alpha: float = 1.0
