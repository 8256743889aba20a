"""Power."""

from __future__ import annotations

from macflops.ops._arithmetic import Arithmetic


class Pow(Arithmetic):
    """The first tensor to the power of the second, where they broadcast."""

    most_inputs = 2
