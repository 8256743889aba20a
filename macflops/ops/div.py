"""Division."""

from __future__ import annotations

from macflops.ops._arithmetic import Arithmetic


class Div(Arithmetic):
    """Quotient of two tensors that broadcast."""

    __slots__ = ()
    most_inputs = 2
