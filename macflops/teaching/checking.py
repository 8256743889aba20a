"""Checks a student's line over random shapes, and shows what was wanted, what came, and where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice
from math import isclose, isfinite
from random import Random
from typing import Any

from macflops.teaching.exercises import Exercise, find

CASES = 60
FACTORS = (2, 3, 4, 8, 9, 100)  # mistakes that are the same at every shape
NINE_DIGITS = Fraction(1, 10**9)
LONGEST = 200  # characters of an answer that are shown


@dataclass(frozen=True, repr=False)
class Checked:
    """What came of a check: right, wrong with the simplest case that shows it, or still open."""

    number: str
    exercise: Exercise
    right: bool
    said: str

    def __repr__(self) -> str:
        return self.said


def check(number: str, answer: Callable[..., Any]) -> Checked:
    """Check an answer to the exercise of this number over random shapes, the same ones each time.

    Raises KeyError where there is no such exercise.
    """
    exercise = find(number)
    answered: list[tuple[Mapping[str, Any], Any, Any]] = []
    for case, wanted in drawn(number):
        try:
            got = answer(*case.values())
        except Exception as error:
            return Checked(number, exercise, False, raised(number, case, error))
        if got is None or got is Ellipsis:
            return Checked(number, exercise, False, f"{number} is open: put your line in the place of the dots.")
        answered.append((case, wanted, got))
    wrong = [one for one in answered if not same(*one[1:])]
    if not wrong:
        return Checked(number, exercise, True, f"✓ {number} is right at all {CASES} shapes: {exercise.asks}.")
    case, wanted, got = min(wrong, key=lambda one: simplicity(one[0]))
    lines = [
        f"✗ {number} is wrong at {len(wrong)} of {CASES} shapes; the simplest of them:",
        f"    {shown(case)}",
        f"    wanted {written(wanted)}",
        f"    got    {written(got)}",
    ]
    factor = off_by(answered)
    if factor:
        lines.append(f"    Everywhere you got the wanted number {factor}.")
    return Checked(number, exercise, False, "\n".join(lines))


@cache
def drawn(number: str) -> tuple[tuple[Mapping[str, Any], Any], ...]:
    """Return random cases and what is wanted of each, the same ones for the same number."""
    exercise, random = find(number), Random(number)
    cases = [exercise.draw(random) for _ in range(CASES)]
    return tuple((case, exercise.wanted(**case)) for case in cases)


def raised(number: str, case: Mapping[str, Any], error: Exception) -> str:
    """Say at which shape an answer raised an error."""
    return f"✗ {number} raised {type(error).__name__} at\n    {shown(case)}\n    {error}"


def same(wanted: Any, got: Any) -> bool:
    """Tell whether an answer is the wanted one: whole numbers exactly, others to nine digits."""
    if isinstance(wanted, (tuple, list)):
        if not isinstance(got, Iterable) or isinstance(got, (str, bytes)):
            return False
        parts = list(islice(got, len(wanted) + 1))  # a generator need not end
        return len(parts) == len(wanted) and all(same(w, g) for w, g in zip(wanted, parts, strict=True))
    try:
        if isinstance(wanted, bool):
            return bool(got) is wanted and (isinstance(got, (bool, int)) or "bool" in type(got).__name__)
        if isinstance(wanted, int):
            return bool(got == wanted)
        return isclose(float(got), float(wanted), rel_tol=1e-9)
    except Exception:  # whatever an object of another kind does when it is compared
        return False


def off_by(answered: Iterable[tuple[Mapping[str, Any], Any, Any]]) -> str | None:
    """Return by which factor an answer is off, where it is the same at all shapes, or one of the arguments."""
    ratios = []
    for case, wanted, got in answered:
        if not is_real(wanted) or not is_real(got) or not wanted or not got:
            return None
        ratios.append((case, Fraction(got) / Fraction(wanted)))
    for name in ratios[0][0]:
        if all(is_real(case[name]) for case, _ in ratios):
            for power, text in ((1, name), (2, f"{name}²")):
                if all(near(ratio, case[name] ** power) for case, ratio in ratios):
                    return f"times {text}"
                if all(near(ratio * case[name] ** power, 1) for case, ratio in ratios):
                    return f"divided by {text}"
    for number in FACTORS:
        if all(near(ratio, number) for _, ratio in ratios):
            return f"times {number}"
        if all(near(ratio * number, 1) for _, ratio in ratios):
            return f"divided by {number}"
    return None


def near(ratio: Fraction, number: float) -> bool:
    """Tell whether two numbers agree to nine digits, however large they are."""
    return abs(ratio - Fraction(number)) <= abs(Fraction(number)) * NINE_DIGITS


def is_real(value: Any) -> bool:
    """Tell whether a value is a finite number: not as isfinite does, for which a large integer is too large."""
    finite = not isinstance(value, float) or isfinite(value)
    return isinstance(value, (int, float, Fraction)) and not isinstance(value, bool) and finite


def simplicity(value: Any) -> float:
    """Return how large the numbers of a case are, in all; a text counts by its length."""
    if isinstance(value, Mapping):
        return sum(map(simplicity, value.values()))
    if isinstance(value, (tuple, list)):
        return len(value) + sum(map(simplicity, value))
    return float(len(value) if isinstance(value, str) else value)


def shown(case: Mapping[str, Any]) -> str:
    """Return a case as a person would write it."""
    return "  ".join(f"{name}={written(value)}" for name, value in case.items())


def written(value: Any) -> str:
    """Return a value in full, whole numbers in groups of three; cut where it is long."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if value.bit_length() < 3 * LONGEST else f"a number of {value.bit_length()} bits"
    text = f"{value:.12g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
