"""What all operators have: fields, a check, output shapes, a cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from macflops.arithmetic import Dim, Shape, surely
from macflops.errors import ShapeError
from macflops.records import Record

Sides: TypeAlias = tuple[Dim, ...]  # one number for each side of an image: height, width
Padding: TypeAlias = tuple[Dim, ...]  # before each side, then after each side

Role: TypeAlias = Literal[
    "convolution", "linear", "matmul", "norm", "activation", "arithmetic", "pool", "reduction", "lookup", "copy", "view"
]
FusesAs: TypeAlias = Literal["norm", "activation", "add"]


class Cost(NamedTuple):
    """What one layer costs. Costs add up."""

    mult_adds: Dim = 0
    elementwise_ops: Dim = 0
    reads: Dim = 0  # elements read of its inputs
    writes: Dim = 0  # elements written to its outputs
    weights: Dim = 0  # elements read of its own weights, running statistics included
    params: Dim = 0  # learnable parameters

    @property
    def mac(self) -> Dim:
        """Memory access cost in elements: read of inputs, written to outputs, read of weights."""
        return self.reads + self.writes + self.weights

    def __add__(self, other: Cost) -> Cost:  # type: ignore[override]  # a sum of costs, not one tuple after the other
        return Cost(*(a + b for a, b in zip(self, other, strict=True)))


class Operator(Record):
    """An operator: its fields are its keys in YAML; frozen. Numbers may be integers, arrays or symbols.

    A subclass says its role (what guidelines, fusion and reports see in it), how many inputs it takes, and overrides
    `check`, `shape` (or `shapes`, where it has several outputs) and `cost`. All take shapes as positional arguments,
    one for each input, and `cost` then one for each output.
    """

    name: ClassVar[str] = ""
    role: ClassVar[Role]
    least_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 1
    fuses_as: ClassVar[FusesAs | None] = None  # what it is in a convolution's epilogue
    follows: ClassVar[bool] = False  # whether it works on other widths too; where not, advice leaves those it touches
    joins: ClassVar[bool] = False  # whether it brings two paths of the trunk together, as additions and concats do

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        file = cls.__module__.rpartition(".")[2]
        if not file.startswith("_"):
            cls.name = file

    def resolve(self, *args: Any, **kwargs: Any) -> Operator:
        """Return the operator that this one is on such inputs: itself, but for short forms such as dwconv."""
        return self

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Raise ShapeError where integers do not fit. `shape` and `cost` ask nothing."""

    def shape(self, *args: Any, **kwargs: Any) -> Shape:
        """Return the shape of the one output."""
        raise NotImplementedError

    def shapes(self, *args: Any, **kwargs: Any) -> tuple[Shape, ...]:
        """Return the shapes of all outputs."""
        return (self.shape(*args),)

    def cost(self, *args: Any, **kwargs: Any) -> Cost:
        """Return the cost for inputs and outputs of these shapes, inputs first."""
        raise NotImplementedError

    def made_width(self, *args: Any, **kwargs: Any) -> Dim | None:
        """Return the width that it gives its output whatever its inputs have: its own to choose; None without any."""
        return None

    def ties(self, *args: Any, **kwargs: Any) -> Iterable[tuple[Dim, Dim]]:
        """Return pairs of its inputs' dimensions that have to be equal."""
        return ()

    def at_widths(self, before: Sequence[Shape], after: Sequence[Shape], width: Dim | None) -> Operator:
        """Return what it becomes where its inputs have other widths, and the one that it makes is another.

        Overridden by those whose fields hold widths. Called where `follows` says so.
        """
        return self

    def averages_within(self, x: Shape) -> bool:
        """Tell whether each element of its output is the mean of a window of one channel that lies inside the image."""
        return False

    def attributes(self) -> dict[str, Any]:
        """Return the fields by name, as they were settled on."""
        return self._asdict()


def require(claim: object, field: str, what: str, hint: str) -> None:
    """Raise ShapeError for a field unless the claim holds, or symbols leave it open."""
    if surely(claim) is False:
        raise ShapeError(field, what, hint)


def many(value: Dim | tuple[Dim, ...]) -> tuple[Dim, ...]:
    """Return one number or several as several."""
    return value if isinstance(value, tuple) else (value,)


def require_at_least(operator: Operator, least: int, fields: Iterable[str]) -> None:
    """Raise ShapeError for the first of these fields that holds a number under the least."""
    for field in fields:
        for number in many(getattr(operator, field)):
            if number is not None and surely(number >= least) is False:
                raise ShapeError(field, f"{field} is {number}", f"it has to be at least {least}")


def require_dim(x: Shape, dim: Dim, field: str = "dim") -> None:
    """Raise ShapeError for a field unless it is one of x's dimensions, from the first or (negative) from the last."""
    if surely(-len(x) <= dim) is False or surely(dim < len(x)) is False:
        raise ShapeError(field, f"{field}: {dim} of {len(x)} dimensions", "use one that is there")


def require_rank(operator: Operator, x: Shape, least: int, needs: str) -> None:
    """Raise ShapeError on an input of fewer dimensions than an operator needs."""
    if len(x) < least:
        raise ShapeError("from", f"{operator.name} on an input of shape {list(x)}", f"it needs dimensions {needs}")


def require_choice(operator: Operator, field: str, choices: tuple[str, ...]) -> None:
    """Raise ShapeError for a field that holds none of these words."""
    if getattr(operator, field) not in choices:
        raise ShapeError(field, f"{field} is {getattr(operator, field)}", f"use one of {', '.join(choices)}")


def halves(padding: Padding) -> tuple[Sides, Sides]:
    """Return the padding before each side and after each side."""
    middle = len(padding) // 2
    return padding[:middle], padding[middle:]
