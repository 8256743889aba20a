"""Division."""

from __future__ import annotations

from macflops.ops._arithmetic import Arithmetic


class Div(Arithmetic):
    """Quotient of two tensors that broadcast."""

    most_inputs = 2
