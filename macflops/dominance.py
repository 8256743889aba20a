"""Which of several closed forms can be the greatest: those that another is never less than are left out.

Sizes are integers from 1 (from 0 where their symbol says so). To show that p >= q, both are written in numbers that
are never negative; where no coefficient of p - q is, neither is p - q. Symbols and floors of them are written so in two
ways, and either will do: each as the next smaller one and more, ⌈H/2⌉ = ⌈H/4⌉ + x; or each as a share of the next
greater one and more, ⌈H/4⌉ = ⌈H/2⌉/2 + x.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import sympy
from sympy.polys.domains import QQ
from sympy.polys.rings import ring

MOST = 64  # others that a closed form is compared with: so many networks keep what could be left out, none takes long


class Side(NamedTuple):
    """⌊(symbol + offset) ÷ divisor⌋: never falls as its symbol grows."""

    symbol: Any
    offset: int = 0
    divisor: int = 1

    @property
    def least(self) -> int:
        """Its value where its symbol is least."""
        return (int(self.symbol.is_positive is True) + self.offset) // self.divisor

    def within(self, other: Side) -> bool:
        """Tell whether it is surely never greater than another of its symbol: at the start, and in slope."""
        start = int(self.symbol.is_positive is True)
        steep = Fraction(1, self.divisor) <= Fraction(1, other.divisor)
        return steep and Fraction(start + self.offset, self.divisor) <= Fraction(start + other.offset, other.divisor)

    def share(self, other: Side) -> Fraction:
        """Return what part of a greater one it surely has at least: a/b of ⌈n/a⌉, where it is ⌈n/b⌉ and a divides b."""
        rounds_up = all(side.offset == side.divisor - 1 for side in (self, other))
        return Fraction(other.divisor, self.divisor) if rounds_up and not self.divisor % other.divisor else Fraction(0)


def undominated(candidates: Sequence[Any]) -> list[Any]:
    """Return the candidates without those that are never greater than another one, in order. Each is expanded."""
    terms = [polynomial(candidate) for candidate in candidates]
    sides = sorted({side for found in terms if found is not None for side, _ in powers(found)}, key=str)
    kept = set(range(len(candidates)))
    for written in (plain, upward, downward):
        ways = written(sides)
        forms = {i: rewritten(found, ways) for i, found in enumerate(terms) if found is not None and i in kept}
        kept -= dominated(forms)
    return [candidate for i, candidate in enumerate(candidates) if i in kept]


def powers(terms: Iterable[Any]) -> Iterator[tuple[Side, int]]:
    """Yield the powers in all terms."""
    for _, factors in terms:
        yield from factors


def polynomial(expression: Any) -> list[tuple[Any, list[tuple[Side, int]]]] | None:
    """Return an expanded closed form as terms, each a number and powers of sides; None where it is no such sum."""
    found = []
    for term in sympy.Add.make_args(expression):
        number, rest = term.as_coeff_Mul()
        factors = []
        for factor in sympy.Mul.make_args(rest) if rest != 1 else ():
            base, power = factor.as_base_exp()
            side = side_of(base)
            if side is None or not power.is_Integer or power < 1:
                return None
            factors.append((side, int(power)))
        if not number.is_Rational:
            return None
        found.append((number, factors))
    return found


@lru_cache(1024)  # the same few stand in all terms
def side_of(base: Any) -> Side | None:
    """Return a symbol, or the floor of one, as a side."""
    if base.is_Symbol:
        return Side(base) if base.is_nonnegative else None
    if not isinstance(base, sympy.floor):
        return None
    dividend, divisor = sympy.fraction(sympy.together(base.args[0]))
    offset, symbol = dividend.as_coeff_Add()
    if not (symbol.is_Symbol and symbol.is_nonnegative and offset.is_Integer and divisor.is_Integer):
        return None
    return Side(symbol, int(offset), int(divisor))


def plain(sides: Sequence[Side]) -> dict[Side, Any]:
    """Return each side as its least value and more."""
    return {side: side.least + more for side, more in zip(sides, numbers(sides), strict=True)}


def upward(sides: Sequence[Side]) -> dict[Side, Any]:
    """Return each side as one that is surely no greater, and more."""
    ways: dict[Side, Any] = {}
    ordered = sorted(sides, key=lambda side: (str(side.symbol), -side.divisor, side.offset))
    for i, (side, more) in enumerate(zip(ordered, numbers(ordered), strict=True)):
        below = next((s for s in reversed(ordered[:i]) if s.symbol == side.symbol and s.within(side)), None)
        ways[side] = more + (side.least if below is None else ways[below])
    return ways


def downward(sides: Sequence[Side]) -> dict[Side, Any]:
    """Return each side as its share of a greater one, and more."""
    ways: dict[Side, Any] = {}
    ordered = sorted(sides, key=lambda side: (str(side.symbol), side.divisor, side.offset))
    for i, (side, more) in enumerate(zip(ordered, numbers(ordered), strict=True)):
        above = next((s for s in reversed(ordered[:i]) if s.symbol == side.symbol and side.share(s)), None)
        ways[side] = more + (side.least if above is None else QQ(*side.share(above).as_integer_ratio()) * ways[above])
    return ways


def numbers(sides: Sequence[Side]) -> Sequence[Any]:
    """Return a number that is never negative for each side."""
    return ring([f"x{i}" for i in range(len(sides))], QQ)[1:] if sides else ()


def rewritten(terms: Iterable[Any], ways: dict[Side, Any]) -> Any:
    """Return a polynomial of numbers that are never negative."""
    total: Any = 0
    for number, factors in terms:
        product: Any = QQ(number.p, number.q)
        for side, power in factors:
            product = product * ways[side] ** power
        total = total + product
    return total


def dominated(forms: dict[int, Any]) -> set[int]:
    """Return which forms are never greater than one of the others. Of equal ones the first stays."""
    weights = {i: sum(coefficients(form)) for i, form in forms.items()}  # no form is dominated by a lighter one
    front: list[int] = []
    gone = set()
    for i in sorted(forms, key=lambda i: (-weights[i], i)):
        if any(min(coefficients(forms[j] - forms[i])) >= 0 for j in front[:MOST]):
            gone.add(i)
        else:
            front.append(i)
    return gone


def coefficients(form: Any) -> list[Any]:
    """Return the coefficients of a polynomial, or the number that it is; of nothing 0."""
    return (list(form.coeffs()) or [QQ(0)]) if hasattr(form, "coeffs") else [form]
