"""Operators, one file each, named as in the native YAML. The only home of cost formulas.

`find("conv")` imports `ops/conv.py`, and only that; a file whose name begins with an underscore is not an operator but
a parent that several share.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from macflops.ops._operator import Cost, Operator

__all__ = ["Cost", "Operator", "find", "names"]


@cache
def names() -> tuple[str, ...]:
    """Return the names of all operators, in alphabetical order, without importing any."""
    return tuple(sorted(f.stem for f in Path(__file__).parent.glob("*.py") if not f.name.startswith("_")))


@cache
def find(name: str) -> type[Operator] | None:
    """Return the operator of this name, or None where there is none."""
    if name not in names():
        return None
    module = import_module(f"macflops.ops.{name}")
    (operator,) = (
        c
        for c in vars(module).values()
        if isinstance(c, type) and issubclass(c, Operator) and c.__module__ == module.__name__
    )
    return operator
