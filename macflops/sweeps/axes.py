"""The axes of a sweep: names and their values, and the chunks that their product is cut into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from math import prod
from typing import Any, NamedTuple, TypeAlias

from macflops.errors import Location, SourceError

MOST = 1_000_000  # values of one axis
CELLS = 192 * 1024  # of a chunk: arrays of 1.5 MB, so that memory is bounded and Python is asked seldom
Values: TypeAlias = tuple[Any, ...]  # numbers, or texts for parameters that hold names


class Axis(NamedTuple):
    """One thing that varies."""

    name: str
    values: Values


def axes(over: Mapping[str, Any] | Iterable[str]) -> tuple[Axis, ...]:
    """Return axes from a mapping of names to values, or from NAME=VALUES texts. Raises SourceError."""
    if isinstance(over, Mapping):
        pairs = list(over.items())
    else:
        pairs = [assigned(text) for text in ([over] if isinstance(over, str) else over)]
    found = tuple(Axis(str(name), values(str(name), given)) for name, given in pairs)
    twice = {axis.name for axis in found if sum(other.name == axis.name for other in found) > 1}
    if twice:
        raise SourceError(Location("--over"), f"{min(twice)} is there twice", "give each name once")
    return found


def assigned(text: str) -> tuple[str, str]:
    """Return the name and the values of NAME=VALUES. Raises SourceError where there is no =."""
    name, equals, given = text.partition("=")
    if not equals or not name.strip():
        raise wrong(text, f"{text!r} is no axis")
    return name.strip(), given


def values(name: str, given: Any) -> Values:
    """Return the values of an axis: 1,2,4, or first:last:step with the last one included, or any iterable."""
    if isinstance(given, str):
        found = [value for part in given.split(",") for value in spread(name, part.strip())]
    elif hasattr(given, "__iter__"):
        found = [plain(name, value) for value in given]
    else:
        found = [plain(name, given)]
    if not 1 <= len(found) <= MOST:
        raise wrong(name, f"{name} has {len(found):,} values, and 1 to {MOST:,} are swept")
    return tuple(found)


def spread(name: str, text: str) -> list[Any]:
    """Return what a part of a text stands for: a range, a number or a word."""
    parts = text.split(":")
    if len(parts) == 1:
        if not text:
            raise wrong(name, f"{name} has an empty value")
        number = decimal(text)
        return [text if number is None else settled(number)]
    numbers = [decimal(part) for part in parts]
    if len(parts) > 3 or None in numbers:
        raise wrong(name, f"{text!r} is no range")
    first, last, step = (*numbers, Decimal(1))[:3]
    if first is None or last is None or step is None or step <= 0 or (last - first) / step >= MOST:
        raise wrong(name, f"{text!r} has no step over 0, or over {MOST:,} values")
    return [settled(first + step * i) for i in range(int((last - first) / step) + 1)] if last >= first else []


def decimal(text: str) -> Decimal | None:
    """Return a text as a decimal number, or None where it is none."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 30 else None


def settled(number: Decimal) -> int | float:
    """Return a decimal as an integer where it is whole."""
    return int(number) if number == int(number) else float(number)


def plain(name: str, value: Any) -> Any:
    """Return a Python value: NumPy's numbers as its own, whole floats as integers."""
    if isinstance(value, (str, bool)):
        return value
    if hasattr(value, "__index__"):
        return int(value.__index__())
    if isinstance(value, float) or hasattr(value, "__float__"):
        number = float(value)
        return int(number) if number.is_integer() else number
    raise wrong(name, f"{name} has a value that is no number")


def wrong(where: str, what: str) -> SourceError:
    """Return an error about an axis."""
    return SourceError(Location(f"--over {where[:60]}"), what, "write NAME=1,2,4 or NAME=FIRST:LAST:STEP")


def size(found: Iterable[Axis]) -> int:
    """Return how many configurations there are."""
    return prod(len(axis.values) for axis in found)


def chunks(found: tuple[Axis, ...], cells: int = CELLS) -> Iterator[tuple[slice, ...]]:
    """Yield slices of all axes that together cut their product, row by row, into chunks of so many at most."""
    inner = 1
    at = len(found)
    while at and inner * len(found[at - 1].values) <= cells:
        at -= 1
        inner *= len(found[at].values)
    whole = (slice(None),) * (len(found) - at)
    if not at:
        yield whole
        return
    step = max(1, cells // inner)
    for outer in indices(found[: at - 1]):
        for start in range(0, len(found[at - 1].values), step):
            stop = min(start + step, len(found[at - 1].values))
            yield (*(slice(i, i + 1) for i in outer), slice(start, stop), *whole)


def indices(found: tuple[Axis, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the indices of a product of axes, the last one running fastest."""
    if not found:
        yield ()
        return
    for first in indices(found[:-1]):
        for last in range(len(found[-1].values)):
            yield (*first, last)
