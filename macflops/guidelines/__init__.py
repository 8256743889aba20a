"""The rules, one file each: the four guidelines of ShuffleNet V2 and whatever stands beside them.

A file whose name begins with an underscore is no rule; `findings` turns what rules measure into findings and a verdict.
"""

from __future__ import annotations

from functools import cache

from macflops.guidelines._rule import Measured, Rule
from macflops.members import members, only_class

__all__ = ["Measured", "Rule", "codes", "find"]


@cache
def codes() -> tuple[str, ...]:
    """Return the codes of all rules, G1 first, without importing any. A rule's file is named as its code."""
    found = (name.upper() for name in members(__file__) if name[-1].isdigit())
    return tuple(sorted(found, key=lambda code: (code[0] != "G", code)))


@cache
def find(code: str) -> Rule:
    """Return the rule with this code. Raises KeyError where there is none."""
    if code not in codes():
        raise KeyError(code)
    return only_class(f"macflops.guidelines.{code.lower()}", Rule)()  # type: ignore[no-any-return]
