"""What all rules have: a code, a limit, and a measure of each layer or block that they judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isqrt
from typing import ClassVar, NamedTuple

from macflops.arithmetic import Dim, ceil_div
from macflops.blocks import Block
from macflops.costs import Costs, Row

MILLION = 1_000_000  # limits are compared exactly, in millionths


class Measured(NamedTuple):
    """What a rule measured at one place: numerator ÷ denominator, and the memory access that goes with it."""

    rows: Sequence[Row]  # the layers that it is about; the first one gives the place
    numerator: int
    denominator: int
    mac: Dim | None  # in elements; None where the measure is no memory access
    bound: Dim | None  # the least that it could be
    block: str | None  # the block that was measured, where it was one

    @property
    def value(self) -> float:
        """The measure as a number to show; whether it is over a limit is decided on integers."""
        return self.numerator / self.denominator

    def reaches(self, limit: float) -> bool:
        """Tell whether the measure is at or over a limit, exactly to the sixth decimal of the limit."""
        return self.numerator * MILLION >= millionths(limit) * self.denominator


class Rule:
    """A rule. Its docstring is its manual page: one sentence, Formula, Source, Known problems, Bad and Good."""

    code: ClassVar[str]
    name: ClassVar[str]
    limit: ClassVar[float]  # at or over it a measure is a finding; why: docs/thresholds.md
    error_from: ClassVar[float | None] = (
        None  # for measures that are no memory access: an error from here, else a warning
    )
    note: ClassVar[bool] = False  # whether it stands beside the guidelines: always a note, and no memory access
    nothing: ClassVar[str]  # what to say where it has nothing to judge
    no_rewrite: ClassVar[str] = "no rewrite lessens it"  # why nothing is proposed, where nothing can be
    wasted_on: ClassVar[str]  # what the waste goes to, as a sentence ends

    def check(self, costs: Costs, blocks: Sequence[Block], limit: float) -> Iterator[Measured]:
        """Yield a measure for each layer or block that the rule judges, whether over the limit or not."""
        raise NotImplementedError

    def written(self, value: float) -> str:
        """Return a measure or a limit as it is written: 1.70 x."""
        return f"{value:.2f} x"

    def describe(self, measured: Measured, costs: Costs, limit: float) -> str:
        """Return what was measured in a line: what is there, and by how much it is too much."""
        raise NotImplementedError


def millionths(limit: float) -> int:
    """Return a limit in millionths, as an integer."""
    return round(limit * MILLION)


def ceil_sqrt(number: Dim) -> int:
    """Return the least integer whose square is not below a number: exact, however large."""
    root = isqrt(number)
    return root + (root * root < number)


def least_equal_width(row: Row) -> int:
    """Return the bound B1 = 2·√(R·W) + K in elements, rounded up.

    The layer reads R, writes W and holds K weights. It is the least that it could move with its two feature maps
    equally large, at the same mult-adds.
    Source: ShuffleNet V2, section 2, equation (1).
    """
    return ceil_sqrt(4 * row.own.reads * row.own.writes) + row.own.weights


def least_dense(row: Row) -> int:
    """Return the bound B2 = 2·√(R·W ÷ g) + K in elements, rounded up: B1 without groups, at the same mult-adds.

    Source: ShuffleNet V2, section 2, equation (2) and Table 2.
    """
    return ceil_sqrt(ceil_div(4 * row.own.reads * row.own.writes, groups_of(row))) + row.own.weights


def groups_of(row: Row) -> Dim:
    """Return the groups of a convolution; 1 for a linear layer."""
    return getattr(row.layer.operator, "groups", 1)


def widths(costs: Costs, row: Row) -> str:
    """Return a layer's channels and sides as 240 -> 60 at 28x28."""
    x, y = costs.network.tensors[row.layer.inputs[0]].shape, costs.network.tensors[row.layer.outputs[0]].shape
    channel = 1 if row.layer.operator.role == "convolution" else -1
    before, after = ("x".join(map(str, shape[2:])) for shape in (x, y))
    at = "" if channel == -1 or not before else f" at {before}" if before == after else f" from {before} to {after}"
    return f"{x[channel]} -> {y[channel]}{at}"
