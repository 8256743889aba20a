"""A file of a user's, whose lines the tests point at."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """A residual unit."""

    def __init__(self, width: int, groups: int = 4) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding="same", groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum."""
        y = self.conv(x)
        y = torch.relu_(self.bn(y))
        return x + y


class Net(nn.Module):
    """Three units, the first of them twice."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, 2, 1), nn.ReLU())
        self.blocks = nn.ModuleList(Block(width) for _ in range(2))
        self.head = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits."""
        x = self.stem(x)
        for block in (*self.blocks, self.blocks[0]):
            x = block(x)
        y: Tensor = self.head(x.mean((2, 3)))
        return y


class Choosing(nn.Module):
    """Decides on numbers: by those of its input, and by some of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(8, 8), nn.Linear(8, 16)

    def forward(self, x: Tensor) -> Tensor:
        """Return one of two."""
        table = torch.arange(4, device=x.device).sum()
        if table.item() != 6:
            raise ValueError("its own numbers are known")
        while x.sum() > 0:
            x = self.one(x)
        y: Tensor = self.other(x)
        return y


class Masked(nn.Module):
    """Has outputs whose sizes depend on numbers."""

    def forward(self, x: Tensor) -> Tensor:
        """Return what is over 0."""
        y: Tensor = x[x > 0] * 2
        return y


class Exponential(nn.Module):
    """Has an operator that is not known."""

    def forward(self, x: Tensor) -> Tensor:
        """Return a matrix's exponential."""
        y: Tensor = torch.linalg.matrix_exp(x)
        return y


class Lazy(nn.Module):
    """Computes what it does not return, and holds what it does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.idle, self.unused = nn.Linear(8, 8), nn.Linear(8, 4), nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Return one of two."""
        self.idle(x)
        y: Tensor = self.used(x)
        return y


def make(width: int = 8) -> nn.Module:
    """Return a network that is built with numbers of large tensors."""
    print("building")
    return Net(width)


def fails() -> nn.Module:
    """Raise an error."""
    raise KeyError("no such width")


network = Net(16)
number = 3
