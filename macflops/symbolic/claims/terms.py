"""What a claim is computed on: terms of one kind of numbers, whose operations the kind gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any, Protocol

POWER = 64  # the largest exponent
BITS = 20_000  # of a numerator or denominator


class UndecidedError(Exception):
    """A claim has no value here: outside its domain, or not known to this kind of numbers."""


class Kind(Protocol):
    """A kind of numbers. Raw values are its own; truths are whatever its comparisons give."""

    def number(self, value: Fraction) -> Any:
        """Return a constant."""

    def add(self, a: Any, b: Any) -> Any:
        """Return a + b."""

    def multiply(self, a: Any, b: Any) -> Any:
        """Return a·b."""

    def divide(self, a: Any, b: Any) -> Any:
        """Return a ÷ b, defined where b is not 0."""

    def root(self, a: Any, degree: int) -> Any:
        """Return the root of this degree that is not negative, defined where a is not negative."""

    def least(self, a: Any, b: Any) -> Any:
        """Return the lesser of two."""

    def floor(self, a: Any) -> Any:
        """Return the largest integer not above a."""

    def compare(self, sign: str, a: Any, b: Any) -> Any:
        """Return whether a comparison holds."""

    def every(self, truths: Sequence[Any]) -> Any:
        """Return whether all hold."""

    def some(self, truths: Sequence[Any]) -> Any:
        """Return whether one holds."""

    def no(self, truth: Any) -> Any:
        """Return whether it does not hold."""


class Term:
    """A value of some kind; constants stay fractions until they meet one that is none."""

    __slots__ = ("kind", "raw")

    def __init__(self, kind: Kind, raw: Any) -> None:
        self.kind, self.raw = kind, raw

    @property
    def constant(self) -> Fraction | None:
        """The number that it is, where that is known."""
        return self.raw if isinstance(self.raw, Fraction) else None

    def of_kind(self) -> Any:
        """Return the raw value of its kind."""
        return self.kind.number(self.raw) if isinstance(self.raw, Fraction) else self.raw

    def _with(self, other: Term, fraction: Any, name: str) -> Term:
        if isinstance(self.raw, Fraction) and isinstance(other.raw, Fraction):
            return Term(self.kind, small(fraction(self.raw, other.raw)))
        return Term(self.kind, getattr(self.kind, name)(self.of_kind(), other.of_kind()))

    def __add__(self, other: Term) -> Term:
        return self._with(other, lambda a, b: a + b, "add")

    def __mul__(self, other: Term) -> Term:
        return self._with(other, lambda a, b: a * b, "multiply")

    def __neg__(self) -> Term:
        return self * Term(self.kind, Fraction(-1))

    def __sub__(self, other: Term) -> Term:
        return self + -other

    def __truediv__(self, other: Term) -> Term:
        if other.constant == 0:
            raise UndecidedError("division by zero")
        return self._with(other, lambda a, b: a / b, "divide")

    def __floordiv__(self, other: Term) -> Term:
        return (self / other).floor()

    def __mod__(self, other: Term) -> Term:
        return self - other * (self // other)

    def __pow__(self, other: Term) -> Term:
        exponent = other.constant
        if self.constant is not None and exponent is not None and exponent.denominator == 1:
            return Term(self.kind, constant_power(self.constant, exponent.numerator))
        if exponent is None or abs(exponent.numerator) > POWER or exponent.denominator > 6:
            raise UndecidedError("an exponent that is no small number")
        if exponent < 0:
            return Term(self.kind, Fraction(1)) / self ** Term(self.kind, -exponent)
        base = self if exponent.denominator == 1 else self.root(exponent.denominator)
        result = Term(self.kind, Fraction(1))
        for _ in range(exponent.numerator):
            result = result * base
        return result

    def root(self, degree: int = 2) -> Term:
        """Return its root of this degree that is not negative."""
        if self.constant is not None and (exact := exact_root(self.constant, degree)) is not None:
            return Term(self.kind, exact)
        return Term(self.kind, self.kind.root(self.of_kind(), degree))

    def floor(self) -> Term:
        """Return the largest integer not above it."""
        if self.constant is not None:
            return Term(self.kind, Fraction(self.constant.__floor__()))
        return Term(self.kind, self.kind.floor(self.of_kind()))

    def least(self, other: Term) -> Term:
        """Return the lesser of two."""
        return self._with(other, min, "least")


def small(value: Fraction) -> Fraction:
    """Return a fraction, unless it is too large to go on with."""
    if max(abs(value.numerator).bit_length(), value.denominator.bit_length()) > BITS:
        raise UndecidedError("a number that is too large")
    return value


def constant_power(base: Fraction, exponent: int) -> Fraction:
    """Return a power of a constant, unless it is too large to go on with."""
    size = max(abs(base.numerator).bit_length(), base.denominator.bit_length()) - 1
    if size * abs(exponent) > BITS:
        raise UndecidedError("a number that is too large")
    if base == 0 and exponent < 0:
        raise UndecidedError("division by zero")
    return small(base**exponent) if size else base ** (exponent % 2 if base else min(exponent, 1))


def exact_root(value: Fraction, degree: int) -> Fraction | None:
    """Return a fraction's root where that is a fraction too."""
    if value < 0:
        raise UndecidedError("a root of a negative number")
    parts = [integer_root(part, degree) for part in (value.numerator, value.denominator)]
    found = Fraction(*parts)
    return found if found**degree == value else None


def integer_root(value: int, degree: int) -> int:
    """Return the largest integer whose power of this degree is not above a value: by Newton's method, from above."""
    if degree == 2 or value < 2:
        return isqrt(value)
    root = 1 << (-(-value.bit_length() // degree))
    while (smaller := ((degree - 1) * root + value // root ** (degree - 1)) // degree) < root:
        root = smaller
    return root


class Names(dict[str, Any]):
    """The terms that names stand for, and the kind that constants become."""

    def __init__(self, kind: Kind, raw: Mapping[str, Any]) -> None:
        super().__init__({name: Term(kind, value) for name, value in raw.items()})
        self.kind = kind
