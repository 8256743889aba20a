"""Recurrent layer without gates."""

from __future__ import annotations

from macflops.ops._recurrent import Recurrent


class RNN(Recurrent):
    """A recurrent layer: a function of one product of the input and one of the state. Source: torch.nn.RNN."""

    most_inputs = 2
    gates = 1
