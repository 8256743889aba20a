"""Ultralytics' modules: functions named as they are, found by name, in files by what they do.

A function adds its module's layers through the writer that it is given first; its arguments after the input are those
of the module after its input channels, with the same defaults. Facts from Ultralytics' published models.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from macflops.members import members


class Module(NamedTuple):
    """A module and how its row is read."""

    function: Callable[..., Any]
    scaled: bool  # its first argument is a width, which the scale multiplies
    repeated: int  # the place in its arguments where it takes the repeats, or 0
    many: bool  # it takes several inputs
    parts: bool  # its inputs may be rows that give several tensors
    prompted: bool  # it reads the text prompts
    modern: bool  # a model with it has YOLO11's heads
    adapted: Callable[..., None] | None  # changes the arguments by the scale


def module(
    scaled: bool = True,
    repeated: int = 0,
    many: bool = False,
    parts: bool = False,
    prompted: bool = False,
    modern: bool = False,
    adapted: Callable[..., None] | None = None,
    named: str | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function as what writes the module of its name out."""

    def marked(function: Callable[..., Any]) -> Callable[..., Any]:
        found = Module(function, scaled, repeated, many, parts, prompted, modern, adapted)
        function.ultralytics = (named or function.__name__, found)  # type: ignore[attr-defined]
        return function

    return marked


@cache
def table() -> dict[str, Module]:
    """Return all modules by name."""
    found: dict[str, Module] = {}
    for file in members(__file__):
        for function in vars(import_module(f"{__name__}.{file}")).values():
            if hasattr(function, "ultralytics"):
                name, made = function.ultralytics
                found[name] = made
    return found


def find(name: str) -> Module | None:
    """Return a module, or None where none is called so."""
    return table().get(name)


def names() -> list[str]:
    """Return the names of all modules."""
    return sorted(table())


def is_modern(name: str) -> bool:
    """Tell whether a model with a module of this name has YOLO11's heads."""
    found = find(name)
    return found is not None and found.modern


def is_prompted(name: str) -> bool:
    """Tell whether a module of this name reads text prompts."""
    found = find(name)
    return found is not None and found.prompted
