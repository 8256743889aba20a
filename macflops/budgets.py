"""Budgets: the most that a total may be, as people write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from macflops.arguments import texts
from macflops.costs import Totals
from macflops.errors import Location, SourceError

NAMES = tuple(name for name in Totals._fields if name != "arithmetic_intensity")
SUFFIXES = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
MOST_DIGITS = 30


def budgets(given: Mapping[str, Any] | Iterable[str] | None, place: Location) -> dict[str, int]:
    """Return budgets by name from a mapping, or from NAME=MAX one by one. Raises SourceError for that place."""
    if isinstance(given, Mapping):
        pairs = [(str(name), most) for name, most in given.items()]
    else:
        pairs = [assigned(text, place) for text in texts(str(place), given, "a mapping, or texts NAME=MAX")]
    found = {}
    for written, most in pairs:
        name = written.strip().replace("-", "_")
        if name not in NAMES:
            raise SourceError(place, f"there is no total {written!r}", f"use one of {', '.join(NAMES)}")
        if name in found:
            raise SourceError(place, f"{name} is there twice", "give each name once")
        found[name] = amount(written, most, place)
    return found


def assigned(text: str, place: Location) -> tuple[str, str]:
    """Return the name and the amount of NAME=MAX. Raises SourceError where there is no =."""
    name, equals, most = text.partition("=")
    if not equals:
        raise SourceError(place, f"{text!r} is no budget", "write NAME=MAX, as mult_adds=150M")
    return name, most


def amount(name: str, given: Any, place: Location) -> int:
    """Return 150M, 1.5e9 or a number as an integer, rounded down. Raises SourceError where it is no amount."""
    from decimal import Decimal, InvalidOperation

    text = str(given).strip()
    factor = SUFFIXES.get(text[-1:], 1)
    try:
        if isinstance(given, bool) or not isinstance(given, (str, int, float)):
            raise InvalidOperation
        value = Decimal(text[:-1] if factor > 1 else text)
        if not value.is_finite() or value < 0 or value.adjusted() > MOST_DIGITS:
            raise InvalidOperation
        return int(value * factor)
    except (InvalidOperation, ValueError):  # ValueError: an integer too long to be written
        what = f"{name} is {given if isinstance(given, int) else repr(given)}, which is no amount"
        raise SourceError(place, what, "write a number, as 150M") from None
