"""The rewrites, one file each: pure functions from a network to changed ones. They know no judgement.

A file has `rules`, the codes of what it mends, and `propose(subject, aims)`, which yields changes, the best first. It
may say `exact` (its changes compute the same function) and `may_move_more` (memory access may rise).
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from macflops.members import members

ORDER = ("pool_first", "dense", "grid", "balance")  # each leaves the next one less to do; what is not named comes last


def names() -> tuple[str, ...]:
    """Return the names of all rewrites in the order in which they are tried, without importing any."""
    return tuple(sorted(members(__file__), key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)))


def find(name: str) -> ModuleType:
    """Return the rewrite of this name."""
    return import_module(f"macflops.advice.rewrites.{name}")
