"""Operators, one file each, named as in the native YAML. The only home of cost formulas.

`find("conv")` imports `ops/conv.py`, and only that; a file whose name begins with an underscore is not an operator but
a parent that several share.
"""

from __future__ import annotations

from functools import cache

from macflops.members import members, only_class
from macflops.ops._operator import Cost, Operator

__all__ = ["Cost", "Operator", "find", "names"]


@cache
def names() -> tuple[str, ...]:
    """Return the names of all operators, in alphabetical order, without importing any."""
    return members(__file__)


@cache
def find(name: str) -> type[Operator] | None:
    """Return the operator of this name, or None where there is none."""
    return only_class(f"macflops.ops.{name}", Operator) if name in names() else None
