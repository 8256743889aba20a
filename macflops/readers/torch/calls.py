"""A run of a module, as data: the operators that it called, on which tensors, from which module and line.

It knows nothing of torch: a recorder writes it, and so does the reader of torch.export's archives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from macflops.arithmetic import Shape
from macflops.errors import Location


class Ref(NamedTuple):
    """A tensor of the run, by a key of its own. An operator that writes in place makes the tensor that it was given."""

    key: Any


class Made(NamedTuple):
    """A tensor that an operator made: its key, its shape as torch has it (None: not known) and its type."""

    key: Any
    shape: Shape | None
    dtype: str


@dataclass(frozen=True, slots=True)
class Scope:
    """One call of a module: its path from the network ("" is the network itself)."""

    path: str
    kind: str = ""


class Call(NamedTuple):
    """An operator at work, named as in ATen: aten.conv2d, with the overload padding."""

    op: str
    overload: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    made: tuple[Made | None, ...]
    scope: Scope
    place: Location


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A graph that an operator of control flow is given: its own inputs by key, what it calls, what it returns.

    It may read what lies around it. None stands for an output that is no tensor.
    """

    inputs: tuple[Any, ...]
    calls: tuple[Call, ...]
    outputs: tuple[Any, ...]


class Held(NamedTuple):
    """A tensor that the module holds, by its name there: a parameter is learnable, a buffer is not."""

    name: str
    shape: Shape
    dtype: str
    learnable: bool


class Given(NamedTuple):
    """An input of the network."""

    name: str
    key: Any
    shape: Shape
    dtype: str


@dataclass(slots=True)
class Run:
    """A whole run."""

    name: str
    inputs: list[Given] = field(default_factory=list)
    held: dict[Any, Held] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)
    warnings: list[tuple[Location, str]] = field(default_factory=list)
    parameters: dict[str, int] = field(default_factory=dict)  # all that the module has: their elements, by name
