"""The papers' blocks, walked through costs as networks. Each is a native YAML file in `blocks/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import sympy
import yaml

from macflops import api
from macflops.arithmetic import is_symbolic
from macflops.costs import Costs, Row
from macflops.errors import Location, SourceError
from macflops.fusion import Fusion
from macflops.ops import Cost
from macflops.spelling import did_you_mean
from macflops.symbolic.symbols import whole

LESS = sympy.Symbol("g_less_1", integer=True, positive=True)
FOLDER = Path(__file__).parent / "blocks"


class Block(NamedTuple):
    """A block that ships: its name, what it is and where from, its parameters with an example of each."""

    name: str
    title: str
    source: str
    params: Mapping[str, int]
    shuffles: bool  # where g > 1: what a symbolic g is taken for

    @property
    def path(self) -> Path:
        """The block's file."""
        return FOLDER / f"{self.name}.yaml"


def blocks() -> tuple[str, ...]:
    """Return the names of all blocks."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def find(name: str) -> Block:
    """Return a block by name, in which - and _ are one. Raises SourceError where there is none."""
    known = name.lower().replace("-", "_")
    if known not in blocks():
        shown = [block.replace("_", "-") for block in blocks()]
        raise SourceError(Location("formula"), f"no block {name!r}", did_you_mean(name, shown, "use one of"))
    text = (FOLDER / f"{known}.yaml").read_text("utf-8")
    title, source, *_ = (line.removeprefix("# ") for line in text.splitlines())
    return Block(known, title, source.removeprefix("Source: "), yaml.safe_load(text)["params"], "when: g > 1" in text)


def walk(name: str, values: Mapping[str, Any] | None = None, fusion: Fusion = "none") -> Costs:
    """Return what a block costs, with symbols for the parameters that are given no integer.

    Where a block shuffles if g > 1, a symbolic g is over 1: it is 1 more than a positive integer, until it is summed.
    """
    block = find(name)
    given = {param: whole(param) for param in block.params}
    if block.shuffles:
        given["g"] = LESS + 1
    given |= dict(values or {})
    return api.count(block.path, set=given, fusion=fusion).costs


def is_convolution(costs: Costs, row: Row) -> bool:
    """Tell whether a row is a convolution."""
    return bool(row.layer.operator.role == "convolution")


def is_pointwise(costs: Costs, row: Row) -> bool:
    """Tell whether a row is a 1x1 convolution."""
    return is_convolution(costs, row) and set(row.layer.operator.kernel) == {1}


def is_depthwise(costs: Costs, row: Row) -> bool:
    """Tell whether a row is a convolution with a group for each channel."""
    (channels,) = (costs.network.tensors[tensor].shape[1] for tensor in row.layer.inputs[:1])
    return is_convolution(costs, row) and bool(row.layer.operator.groups == channels) and channels != 1


def is_element_wise(costs: Costs, row: Row) -> bool:
    """Tell whether a row is a norm, an activation, or an addition or product of tensors."""
    return row.layer.operator.role in ("norm", "activation", "arithmetic")


KINDS: dict[str, Callable[[Costs, Row], bool]] = {
    "convolution": is_convolution,
    "pointwise": is_pointwise,
    "depthwise": is_depthwise,
    "element-wise": is_element_wise,
}


def summed(costs: Costs, kind: str | None = None) -> Cost:
    """Return the sum of the costs of all layers, or of those of one kind."""
    rows = (row.cost for row in costs.rows if kind is None or KINDS[kind](costs, row))
    total = sum(rows, Cost())
    return Cost(*(sympy.sympify(v).subs(LESS, whole("g") - 1) if is_symbolic(v) else v for v in total))


def share(name: str, kind: str, quantity: str = "mult_adds", values: Mapping[str, Any] | None = None) -> Any:
    """Return which part of a block's quantity falls to layers of a kind: a fraction, in symbols or exact."""
    costs = walk(name, values)
    part, all_of_it = (sympy.sympify(getattr(summed(costs, of), quantity)) for of in (kind, None))
    return sympy.cancel(part / all_of_it)
