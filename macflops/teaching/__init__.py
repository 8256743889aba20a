"""What the notebooks need beside the API: exercises that are checked at once, tables, and a clock.

from macflops.teaching import check
check("1.1", lambda h, w, c1, c2, k, g: h * w * c1 * c2 * k * k // g)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from macflops.teaching.checking import Checked as Checked
    from macflops.teaching.checking import check as check
    from macflops.teaching.commands import terminal as terminal
    from macflops.teaching.drawing import svg as svg
    from macflops.teaching.papers import speeds as speeds
    from macflops.teaching.table import Table as Table
    from macflops.teaching.timing import Clocked as Clocked
    from macflops.teaching.timing import clock as clock
    from macflops.teaching.timing import machine as machine
    from macflops.teaching.timing import outputs as outputs
    from macflops.teaching.timing import profile as profile
    from macflops.teaching.timing import race as race

_HOMES = {
    "Checked": "checking",
    "Clocked": "timing",
    "Table": "table",
    "check": "checking",
    "clock": "timing",
    "machine": "timing",
    "outputs": "timing",
    "profile": "timing",
    "race": "timing",
    "speeds": "papers",
    "svg": "drawing",
    "terminal": "commands",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
