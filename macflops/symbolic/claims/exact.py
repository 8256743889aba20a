"""Exact numbers: fractions, and where a root is none, intervals of fractions that surely hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from macflops.symbolic.claims.grammar import Claim
from macflops.symbolic.claims.terms import UndecidedError, integer_root, small

Interval: TypeAlias = tuple[Fraction, Fraction]  # from, to; equal where the number is known exactly
PRECISION = 256  # bits behind the point of a root


class Exact:
    """Numbers as intervals of fractions. A truth is True, False, or None where the intervals leave it open."""

    def number(self, value: Fraction) -> Interval:
        """Return a constant."""
        return (value, value)

    def add(self, a: Interval, b: Interval) -> Interval:
        """Return a + b."""
        return (small(a[0] + b[0]), small(a[1] + b[1]))

    def multiply(self, a: Interval, b: Interval) -> Interval:
        """Return a·b."""
        products = [small(x * y) for x in a for y in b]
        return (min(products), max(products))

    def divide(self, a: Interval, b: Interval) -> Interval:
        """Return a ÷ b. Raises UndecidedError where b may be 0."""
        if b[0] <= 0 <= b[1]:
            raise UndecidedError("a divisor that may be 0")
        quotients = [small(x / y) for x in a for y in b]
        return (min(quotients), max(quotients))

    def root(self, a: Interval, degree: int) -> Interval:
        """Return a root. Raises UndecidedError where a may be negative."""
        if a[0] < 0:
            raise UndecidedError("a root of what may be negative")
        return (lower_root(a[0], degree)[0], lower_root(a[1], degree)[1])

    def least(self, a: Interval, b: Interval) -> Interval:
        """Return the lesser of two."""
        return (min(a[0], b[0]), min(a[1], b[1]))

    def floor(self, a: Interval) -> Interval:
        """Return the largest integer not above a. Raises UndecidedError where the interval leaves it open."""
        if a[0].__floor__() != a[1].__floor__():
            raise UndecidedError("a floor that is not known")
        return self.number(Fraction(a[0].__floor__()))

    def compare(self, sign: str, a: Interval, b: Interval) -> bool | None:
        """Return whether a comparison holds."""
        if sign in (">", ">="):
            return self.compare("<" if sign == ">" else "<=", b, a)
        if sign in ("==", "!="):
            apart = a[1] < b[0] or b[1] < a[0]
            same = a[0] == a[1] == b[0] == b[1]
            return None if not apart and not same else same is (sign == "==")
        if a[1] < b[0] or (sign == "<=" and a[1] == b[0]):
            return True
        if a[0] > b[1] or (sign == "<" and a[0] == b[1]):
            return False
        return None

    def every(self, truths: Sequence[bool | None]) -> bool | None:
        """Return whether all hold."""
        return False if False in truths else None if None in truths else True

    def some(self, truths: Sequence[bool | None]) -> bool | None:
        """Return whether one holds."""
        return True if True in truths else None if None in truths else False

    def no(self, truth: bool | None) -> bool | None:
        """Return whether it does not hold."""
        return None if truth is None else not truth


def lower_root(value: Fraction, degree: int) -> Interval:
    """Return two fractions around a root: equal where it is one, close together elsewhere."""
    scaled = (value.numerator << (degree * PRECISION)) // value.denominator
    low = integer_root(scaled, degree)
    found = Fraction(low, 1 << PRECISION)
    return (found, found if found**degree == value else Fraction(low + 1, 1 << PRECISION))


def holds(claim: Claim, values: Mapping[str, Fraction]) -> bool | None:
    """Return whether a claim holds at a point; None where it has no value there, or roots leave it open."""
    try:
        found: Any = claim.holds(Exact(), {name: (value, value) for name, value in values.items()})
    except UndecidedError:
        return None
    return found  # type: ignore[no-any-return]
