"""Output formats, one file each, found by name: a file has `render(report) -> str`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

from macflops.report import Report


@cache
def names() -> tuple[str, ...]:
    """Return the names of all formats, without importing any."""
    files = Path(__file__).parent.glob("*.py")
    return tuple(sorted((f.stem for f in files if not f.name.startswith("_")), key=lambda name: (name != "text", name)))


def find(name: str) -> Callable[..., str]:
    """Return the function that renders a report in this format."""
    return import_module(f"macflops.reports.{name}").render  # type: ignore[no-any-return]


__all__ = ["Report", "find", "names"]
