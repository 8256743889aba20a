"""The exercises of the notebooks, one file for each notebook: what is asked, at which shapes, and what is wanted.

What is wanted comes from the formulas that audits use, or from following channels, never from a second copy.
"""

from __future__ import annotations

from importlib import import_module

from macflops.members import members
from macflops.teaching.exercises._exercise import Exercise

__all__ = ["Exercise", "find", "numbers"]


def numbers() -> tuple[str, ...]:
    """Return the numbers of all exercises, in order: notebook, point, place in it."""
    found = [number for name in members(__file__) for number in import_module(f"{__name__}.{name}").EXERCISES]
    return tuple(sorted(found))


def find(number: str) -> Exercise:
    """Return the exercise of a number. Raises KeyError where there is none."""
    for name in members(__file__):
        exercises: dict[str, Exercise] = import_module(f"{__name__}.{name}").EXERCISES
        if number in exercises:
            return exercises[number]
    raise KeyError(f"no exercise {number!r}: there are {', '.join(numbers())}")
