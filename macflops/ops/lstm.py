"""Long short-term memory."""

from __future__ import annotations

from collections.abc import Iterable

from macflops.arithmetic import Dim, Shape
from macflops.ops._recurrent import Recurrent


class LSTM(Recurrent):
    """A layer of long short-term memory: four gates; peepholes, where there are, are three weights more a unit.

    Source: Hochreiter and Schmidhuber 1997; torch.nn.LSTM of one layer.
    """

    most_inputs = 3
    gates = 4

    peephole: bool = False

    def own(self, x: Shape) -> Iterable[Dim]:
        """Yield how many elements its weights have: matrices, biases, then peepholes."""
        yield from Recurrent.own(self, x)
        yield 3 * self.directions * self.hidden_size if self.peephole else 0
