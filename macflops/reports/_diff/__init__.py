"""Output formats of a difference, one file each, found by name: a file has `render(found: Diff) -> str`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from macflops.members import members


def names() -> tuple[str, ...]:
    """Return the names of all formats, text first, without importing any."""
    return tuple(sorted(members(__file__), key=lambda name: (name != "text", name)))


def find(name: str) -> Callable[..., str]:
    """Return the function that renders a difference in this format."""
    return import_module(f"macflops.reports._diff.{name}").render  # type: ignore[no-any-return]
