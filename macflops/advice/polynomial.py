"""Polynomials in a network's widths: the numbers on which operators' formulas give a recount for all widths at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from macflops.arithmetic import Dim

Monomial: TypeAlias = tuple[int, ...]  # indices of variables in order; () is 1, (0, 1) the product of the first two


class Polynomial:
    """A polynomial with integer coefficients over a common divisor, with the arithmetic that cost formulas need.

    Exact: what has no exact result raises ArithmeticError or TypeError. It compares as equal or not, and has no order.
    """

    __slots__ = ("_hash", "divisor", "terms")

    def __init__(self, terms: Mapping[Monomial, int], divisor: int = 1) -> None:
        self.terms, self.divisor = terms, divisor
        self._hash: int | None = None

    @property
    def variables(self) -> set[int]:
        """The indices of the variables in it."""
        return {variable for monomial in self.terms for variable in monomial}

    def value(self, values: Sequence[int]) -> int:
        """Return its value at such widths. Raises ArithmeticError where that is no whole number."""
        total = 0
        for monomial, coefficient in self.terms.items():
            if len(monomial) == 1:  # nearly all: a loop over one takes twice as long
                total += coefficient * values[monomial[0]]
                continue
            for variable in monomial:
                coefficient *= values[variable]
            total += coefficient
        if self.divisor == 1:
            return total
        if total % self.divisor:
            raise ArithmeticError(f"{total} ÷ {self.divisor} is no whole number")
        return total // self.divisor

    def substituted(self, known: Mapping[int, Any]) -> Any:
        """Return it with other numbers in the place of variables."""
        result: Any = 0
        kept: dict[Monomial, int] = {}
        for monomial, coefficient in self.terms.items():
            if known.keys().isdisjoint(monomial):
                kept[monomial] = coefficient
                continue
            term: Any = coefficient
            for variable in monomial:
                term = term * known.get(variable, variable_of(variable))
            result = result + term
        return exact(result + simplest(kept), self.divisor)

    def divided_by(self, divisor: Any) -> Any:
        """Return the exact quotient by a number or a polynomial. Raises ArithmeticError where there is none."""
        if isinstance(divisor, Polynomial):
            return exact(quotient(self.terms, divisor.terms) * divisor.divisor, self.divisor)
        return exact(self, divisor)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, int):
            if not other:
                return self
            other = Polynomial({(): other})
        elif not isinstance(other, Polynomial):
            return NotImplemented
        if self.divisor != other.divisor:
            return exact(self._times(other.divisor) + other._times(self.divisor), self.divisor * other.divisor)
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return simplest(terms, self.divisor)

    __radd__ = __add__

    def __neg__(self) -> Polynomial:
        return Polynomial({monomial: -coefficient for monomial, coefficient in self.terms.items()}, self.divisor)

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, int):
            if other == 1:
                return self
            if not other:
                return 0
            return Polynomial({m: c * other for m, c in self.terms.items()}, self.divisor)._reduced()
        if not isinstance(other, Polynomial):
            return NotImplemented
        terms: dict[Monomial, int] = {}
        for one, a in self.terms.items():
            for two, b in other.terms.items():
                monomial = tuple(sorted(one + two))
                terms[monomial] = terms.get(monomial, 0) + a * b
        return simplest(terms, self.divisor * other.divisor)

    __rmul__ = __mul__

    def __floordiv__(self, divisor: int) -> Any:
        """Return ⌊self ÷ divisor⌋ where it has no remainder whatever the widths."""
        found = exact(self, divisor)
        if isinstance(found, Polynomial) and found.divisor != 1:
            raise ArithmeticError("a remainder depends on the widths")
        return found

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Polynomial):
            return self is other or (self.divisor == other.divisor and self.terms == other.terms)
        return False  # a constant is an integer, never a polynomial

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash((self.divisor, frozenset(self.terms.items())))
        return self._hash

    def __repr__(self) -> str:
        terms = " + ".join(f"{c}" + "".join(f"·w{v}" for v in m) for m, c in sorted(self.terms.items()))
        return terms if self.divisor == 1 else f"({terms}) / {self.divisor}"

    def _times(self, factor: int) -> Polynomial:
        """Return its numerator times a factor."""
        return Polynomial({m: c * factor for m, c in self.terms.items()})

    def _reduced(self) -> Any:
        return self if self.divisor == 1 else simplest(dict(self.terms), self.divisor)


def variable_of(index: int) -> Polynomial:
    """Return the variable of this index."""
    return Polynomial({(index,): 1})


def simplest(terms: dict[Monomial, int], divisor: int = 1) -> Any:
    """Return terms as the number that they are: an integer where no variable is left."""
    if 0 in terms.values():
        terms = {monomial: coefficient for monomial, coefficient in terms.items() if coefficient}
    if divisor != 1:
        from math import gcd

        common = gcd(divisor, *terms.values())
        terms, divisor = {m: c // common for m, c in terms.items()}, divisor // common
    if divisor == 1 and (not terms or (len(terms) == 1 and () in terms)):
        return terms.get((), 0)
    return Polynomial(terms, divisor)


def exact(dividend: Any, divisor: int) -> Any:
    """Return dividend ÷ divisor, an integer. Raises ArithmeticError for integers that leave a remainder."""
    if divisor == 1:
        return dividend
    if isinstance(dividend, Polynomial):
        sign = -1 if divisor < 0 else 1
        return simplest({m: sign * c for m, c in dividend.terms.items()}, dividend.divisor * abs(divisor))
    if dividend % divisor:
        return simplest({(): dividend}, divisor)
    return dividend // divisor


def quotient(dividend: Mapping[Monomial, int], divisor: Mapping[Monomial, int]) -> Any:
    """Return the quotient of two polynomials by long division. Raises ArithmeticError where a remainder is left."""
    leading = max(divisor, key=rank)
    rest, found = dict(dividend), {}
    while rest:
        first = max(rest, key=rank)
        left = list(first)
        for variable in leading:
            if variable not in left:
                raise ArithmeticError("no polynomial divides so")
            left.remove(variable)
        factor, remainder = divmod(rest[first], divisor[leading])
        if remainder:
            raise ArithmeticError("no polynomial with whole coefficients divides so")
        found[tuple(left)] = factor
        for monomial, coefficient in divisor.items():
            at = tuple(sorted((*left, *monomial)))
            rest[at] = rest.get(at, 0) - factor * coefficient
            if not rest[at]:
                del rest[at]
    return simplest(found)


def rank(monomial: Monomial) -> tuple[int, Monomial]:
    """Return what orders monomials: their degree first. A product's leading one is the product of the leading ones."""
    return len(monomial), monomial


def total(numbers: Iterable[Any]) -> Any:
    """Return the sum of many numbers, without one polynomial for each partial sum."""
    sums: dict[int, dict[Monomial, int]] = {1: {}}
    for number in numbers:
        if isinstance(number, Polynomial):
            terms = sums.setdefault(number.divisor, {})
            for monomial, coefficient in number.terms.items():
                terms[monomial] = terms.get(monomial, 0) + coefficient
        else:
            sums[1][()] = sums[1].get((), 0) + number
    result: Any = 0
    for divisor, terms in sums.items():
        result = result + simplest(terms, divisor)
    return result


def at(number: Any, values: Sequence[int]) -> Dim:
    """Return a number at such widths, an integer. Raises ArithmeticError where it is no whole number."""
    return number.value(values) if isinstance(number, Polynomial) else number


class Along:
    """A number along each of its variables, whole or not: what a search compares on its way."""

    def __init__(self, number: Any) -> None:
        self.number = number if isinstance(number, Polynomial) else Polynomial({(): number})
        self._terms: dict[int, list[tuple[int, int, Monomial]]] = {}  # coefficient, power and others, by variable
        for monomial, coefficient in self.number.terms.items():
            for variable in set(monomial):
                others = tuple([other for other in monomial if other != variable])
                term = coefficient, len(monomial) - len(others), others
                self._terms.setdefault(variable, []).append(term)

    def value(self, values: Sequence[int]) -> float:
        """Return it at such widths."""
        return Polynomial(self.number.terms).value(values) / self.number.divisor

    def growth(self, values: Sequence[int], variable: int, width: int) -> float:
        """Return by how much it grows where one of the widths becomes another."""
        found, own = 0, values[variable]
        for coefficient, power, others in self._terms.get(variable, ()):
            for other in others:
                coefficient *= values[other]
            found += coefficient * (width**power - own**power)
        return found / self.number.divisor
