"""SymPy's expressions: what proves a claim by expansion, where every coefficient says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy

from macflops.symbolic.claims.grammar import Claim
from macflops.symbolic.claims.terms import UndecidedError
from macflops.symbolic.symbols import real

TERMS = 2_000  # of an expanded numerator


class Algebra:
    """Numbers as SymPy expressions. A truth is whether a comparison was proved."""

    def number(self, value: Fraction) -> Any:
        """Return a constant."""
        return sympy.Rational(value.numerator, value.denominator)

    def add(self, a: Any, b: Any) -> Any:
        """Return a + b."""
        return a + b

    def multiply(self, a: Any, b: Any) -> Any:
        """Return a·b."""
        return a * b

    def divide(self, a: Any, b: Any) -> Any:
        """Return a ÷ b, where b is surely not 0."""
        if not b.is_nonzero:
            raise UndecidedError("a divisor that may be 0")
        return a / b

    def root(self, a: Any, degree: int) -> Any:
        """Return a root, where a is surely not negative."""
        if not a.is_nonnegative:
            raise UndecidedError("a root of what may be negative")
        return sympy.root(a, degree)

    def least(self, a: Any, b: Any) -> Any:
        """Refuse: a minimum has no coefficients."""
        raise UndecidedError("min and max are for another prover")

    def floor(self, a: Any) -> Any:
        """Refuse: a floor has no coefficients."""
        raise UndecidedError("floors are for another prover")

    def compare(self, sign: str, a: Any, b: Any) -> bool:
        """Tell whether a comparison is proved for all positive reals."""
        if sign in ("<", "<="):
            return self.compare(">" if sign == "<" else ">=", b, a)
        signs = coefficient_signs(a - b)
        if sign == "==":
            return not signs
        if sign == "!=":
            return signs in ({1}, {-1})
        return signs == {1} or (sign == ">=" and not signs)

    def every(self, truths: Sequence[bool]) -> bool:
        """Tell whether all are proved."""
        return all(truths)

    def some(self, truths: Sequence[bool]) -> bool:
        """Tell whether one is proved."""
        return any(truths)

    def no(self, truth: bool) -> bool:
        """Tell nothing: what is not proved need not be false."""
        return False


def coefficient_signs(difference: Any) -> set[int]:
    """Return the signs of an expression's coefficients when it is one polynomial over a product of positive numbers.

    None: it is 0. One sign alone: it has that sign for all positive reals.
    """
    numerator, denominator = sympy.fraction(sympy.together(difference))
    terms = sympy.Add.make_args(denominator)
    if not denominator.is_positive or len(terms) > TERMS:
        raise UndecidedError("a divisor that may be 0")
    expanded = sympy.expand(numerator)
    if expanded == 0:
        return set()
    found = set()
    for term in sympy.Add.make_args(expanded):
        if term.is_positive:
            found.add(1)
        elif term.is_negative:
            found.add(-1)
        else:
            raise UndecidedError("a term of unknown sign")
    return found


def proves(claim: Claim) -> bool:
    """Tell whether expansion proves a claim for all positive reals."""
    try:
        return bool(claim.holds(Algebra(), {name: real(name) for name in claim.names}))
    except UndecidedError:
        return False


class AtPoint(Algebra):
    """Numbers as SymPy's exact ones. A truth is True, False, or None where SymPy does not know."""

    def least(self, a: Any, b: Any) -> Any:
        """Return the lesser of two."""
        return sympy.Min(a, b)

    def floor(self, a: Any) -> Any:
        """Return the largest integer not above a."""
        return sympy.floor(a)

    def compare(self, sign: str, a: Any, b: Any) -> Any:
        """Return whether a comparison holds, as far as SymPy knows."""
        difference = a - b
        positive, zero = difference.is_positive, difference.is_zero
        answers = {">": positive, "==": zero, "<=": None if positive is None else not positive}
        answers["!="] = None if zero is None else not zero
        answers[">="] = True if positive or zero else difference.is_nonnegative
        answers["<"] = None if answers[">="] is None else not answers[">="]
        return answers[sign]

    def every(self, truths: Sequence[Any]) -> Any:
        """Return whether all hold."""
        return False if False in truths else None if None in truths else True

    def some(self, truths: Sequence[Any]) -> Any:
        """Return whether one holds."""
        return True if True in truths else None if None in truths else False

    def no(self, truth: Any) -> Any:
        """Return whether it does not hold."""
        return None if truth is None else not truth


def refutes(claim: Claim, point: Mapping[str, Fraction]) -> bool:
    """Tell whether a claim is false at a point by SymPy's own arithmetic."""
    try:
        raw = {name: sympy.Rational(value.numerator, value.denominator) for name, value in point.items()}
        return claim.holds(AtPoint(), raw) is False
    except UndecidedError:
        return False
