"""Figures of the papers' ideas, drawn from the same formulas that count: `macflops.plots.groups()` is a Figure.

Each kind is one file in `kinds/`, found by its name: what it shows as a table, the finding that the table holds, and
how it is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from macflops.plots._kind import Kind, find, names

if TYPE_CHECKING:
    error: Kind
    fragments: Kind
    groups: Kind
    heatmap: Kind
    ratio: Kind
    roofline: Kind
    share: Kind
    shuffle: Kind
    sweep: Kind
    tables: Kind
    theorem6: Kind
    waste: Kind
    zoo: Kind

__all__ = ["Kind", "find", "names"]


def __getattr__(name: str) -> Kind:
    """Return a kind of figure by name, imported when it is first asked for."""
    if name not in names():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return find(name)


def __dir__() -> list[str]:
    return sorted((*__all__, *names()))
