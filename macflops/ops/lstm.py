"""Long short-term memory."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape
from macflops.ops._operator import require, require_at_least
from macflops.ops._recurrent import Recurrent


class LSTM(Recurrent):
    """A layer of long short-term memory: four gates; peepholes, where there are, are three weights more a unit.

    With a proj_size each step's output is a product of the hidden state with proj_size · hidden weights a direction,
    and it is what the next step reads, of first states (directions, N, proj_size) and (directions, N, hidden).
    Source: Hochreiter and Schmidhuber 1997; projections: Sak et al. 2014, section 2; torch.nn.LSTM of one layer.
    """

    most_inputs = 3
    gates = 4

    peephole: bool = False
    proj_size: Dim | None = None

    def check(self, x: Shape, *states: Shape) -> None:
        """Raise ShapeError as every recurrent layer, and on a projection that is not narrower than the state."""
        if self.proj_size is not None:
            require_at_least(self, 1, ("proj_size",))
            what = f"proj_size is {self.proj_size}, hidden_size {self.hidden_size}"
            require(self.proj_size < self.hidden_size, "proj_size", what, "project to fewer, or leave it out")
        Recurrent.check(self, x, *states)

    @property
    def state_size(self) -> Dim:
        """The width of its output in one direction: of the projection, where there is one."""
        return self.hidden_size if self.proj_size is None else self.proj_size

    def matrices(self, x: Shape) -> Dim:
        """Return how many elements its matrices have: the gates', and the projection's."""
        projection = 0 if self.proj_size is None else self.directions * self.proj_size * self.hidden_size
        return Recurrent.matrices(self, x) + projection

    def vectors(self) -> Dim:
        """Return how many elements its other weights have: biases, and peepholes."""
        return Recurrent.vectors(self) + (3 * self.directions * self.hidden_size if self.peephole else 0)
