"""The rules, one file each: the four guidelines of ShuffleNet V2 and whatever stands beside them.

A file whose name begins with an underscore is no rule; `findings` turns what rules measure into findings and a verdict.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from macflops.guidelines._rule import Measured, Rule

__all__ = ["Measured", "Rule", "codes", "find"]


@cache
def codes() -> tuple[str, ...]:
    """Return the codes of all rules, G1 first, without importing any."""
    files = (f.stem for f in Path(__file__).parent.glob("*.py"))
    return tuple(sorted((f.upper() for f in files if f[-1].isdigit()), key=lambda code: (code[0] != "G", code)))


@cache
def find(code: str) -> Rule:
    """Return the rule with this code. Raises KeyError where there is none."""
    if code not in codes():
        raise KeyError(code)
    module = import_module(f"macflops.guidelines.{code.lower()}")
    (rule,) = (
        c
        for c in vars(module).values()
        if isinstance(c, type) and issubclass(c, Rule) and c.__module__ == module.__name__
    )
    return rule()
