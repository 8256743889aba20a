"""What recurrent layers share: products of every step's input, and of the state before, with the gates' weights."""

from __future__ import annotations

from typing import ClassVar

from macflops.arithmetic import Dim, Shape, differ, size
from macflops.errors import ShapeError
from macflops.ops._operator import Cost, Operator, require_at_least


class Recurrent(Operator):
    """A recurrent layer of x (T, N, in), or (N, T, in) with batch_first, to y (T, N, directions · hidden).

    Counts mult-adds T·N·directions·gates·hidden·(in + hidden). Parameters: directions·gates·hidden·(in + hidden), and
    with bias directions·gates·hidden twice, as in PyTorch and ONNX. Each weight is read once, as of every operator; the
    gates' functions run within and count nothing. First states (directions, N, hidden) can be further inputs.
    """

    role = "matmul"
    gates: ClassVar[int]

    hidden_size: Dim
    bias: bool = True
    batch_first: bool = False
    bidirectional: bool = False

    def check(self, x: Shape, *states: Shape) -> None:
        """Raise ShapeError on an input of other dimensions, or states that do not fit."""
        if len(x) != 3:
            raise ShapeError(
                "from", f"{self.name} on an input of shape {list(x)}", "it needs steps, examples, features"
            )
        require_at_least(self, 1, ("hidden_size",))
        batch = x[0] if self.batch_first else x[1]
        for state, width in zip(states, (self.state_size, self.hidden_size), strict=False):
            wanted = (self.directions, batch, width)
            if len(state) != 3 or any(map(differ, state, wanted)):
                raise ShapeError("from", f"a first state of shape {list(state)}", f"make it {list(wanted)}")

    @property
    def directions(self) -> int:
        """In how many directions it runs."""
        return 2 if self.bidirectional else 1

    @property
    def state_size(self) -> Dim:
        """The width of what a step hands to the next one, and to the output."""
        return self.hidden_size

    def shape(self, x: Shape, *states: Shape) -> Shape:
        """Return the first two dimensions of x, and directions · state."""
        return (*x[:2], self.directions * self.state_size)

    def matrices(self, x: Shape) -> Dim:
        """Return how many elements its matrices have, each multiplied once a step."""
        return self.directions * self.gates * self.hidden_size * (x[-1] + self.state_size)

    def vectors(self) -> Dim:
        """Return how many elements its other weights have: the biases, two of each."""
        return 2 * self.directions * self.gates * self.hidden_size if self.bias else 0

    def cost(self, *tensors: Shape) -> Cost:
        """Return the cost for x, first states, and y."""
        *inputs, y = tensors
        matrices = self.matrices(inputs[0])
        weights = matrices + self.vectors()
        return Cost(
            mult_adds=size(inputs[0][:2]) * matrices,
            reads=sum(map(size, inputs)),
            writes=size(y),
            weights=weights,
            params=weights,
        )
