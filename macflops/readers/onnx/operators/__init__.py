"""Operators of ONNX: functions named as they are, found by name, in files by what they do.

A function's inputs are its positional arguments after the place, which it adds its layers through; its keyword defaults
are the attributes' defaults, and an attribute that is not in its signature is an error. Where an operator changed, one
function reads all its versions. Source: onnx/docs/Operators.md and Changelog.md, operator sets 7 to 22.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from macflops.members import members


@cache
def table() -> dict[str, Callable[..., Any]]:
    """Return the function of each operator, by name."""
    found: dict[str, Callable[..., Any]] = {}
    for file in members(__file__):
        module = import_module(f"{__name__}.{file}")
        found.update((name, f) for name, f in vars(module).items() if name[0].isupper() and hasattr(f, "__code__"))
    return found


def find(name: str) -> Callable[..., Any] | None:
    """Return the function that reads an operator, or None where there is none."""
    return table().get(name)
