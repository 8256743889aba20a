"""Gated recurrent unit."""

from __future__ import annotations

from macflops.ops._recurrent import Recurrent


class GRU(Recurrent):
    """A layer of gated recurrent units: three gates. Source: Cho et al. 2014; torch.nn.GRU of one layer."""

    most_inputs = 2
    gates = 3
