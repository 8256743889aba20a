"""What formulas need of numbers, for each kind that they are evaluated on.

The kinds are Python integers (exact, as large as need be), NumPy arrays of integers (sweeps over layers), numbers that
vary (sweeps over networks: one for each configuration, `sweeps/varying.py`), SymPy expressions (closed forms) and
polynomials in a network's widths (advice). Only this file tells them apart, and it imports neither NumPy nor SymPy
unless one of theirs comes in.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd
from typing import Any, TypeAlias

Dim: TypeAlias = int  # checked as an integer; arrays and symbols stand in for one
Shape: TypeAlias = tuple[Dim, ...]  # (N, C, …sides), or whatever the operator says

MOST = 10**100  # elements of a tensor, and what one layer may count: products and sums stay what a float can hold


def is_integer(number: object) -> bool:
    """Tell whether a number is a plain integer rather than an array or a symbol."""
    return type(number) is int


def is_symbolic(number: object) -> bool:
    """Tell whether a number is a SymPy expression that holds a symbol."""
    return bool(getattr(number, "free_symbols", None))


def is_varying(number: object) -> bool:
    """Tell whether a number is one for each configuration of a sweep. Asked what has no single answer, it raises."""
    return hasattr(number, "varies")


def one_number(value: Any) -> Any:
    """Return a value that has to be one number for Python to go on: an index, how often a repeat runs."""
    return value.settled() if is_varying(value) else value


def exact_div(dividend: Dim, divisor: Dim) -> Dim:
    """Return dividend ÷ divisor where it leaves no remainder: checked before, or implied by the formula."""
    if type(dividend) is int and type(divisor) is int:
        return dividend // divisor
    if hasattr(dividend, "divided_by"):
        return dividend.divided_by(divisor)  # type: ignore[no-any-return]  # a polynomial's quotient
    if hasattr(dividend, "free_symbols") or hasattr(divisor, "free_symbols"):
        return dividend / divisor  # type: ignore[return-value]  # SymPy's exact quotient
    return dividend // divisor


def floor_div(dividend: Dim, divisor: Dim) -> Dim:
    """Return the largest integer not above dividend ÷ divisor; symbols are taken for integers, the divisor above 0."""
    if hasattr(dividend, "free_symbols") or hasattr(divisor, "free_symbols"):
        from macflops.floors import floor_of

        return floor_of(dividend, divisor)  # type: ignore[no-any-return]
    return dividend // divisor


def ceil_div(dividend: Dim, divisor: Dim) -> Dim:
    """Return the least integer not below dividend ÷ divisor; symbols are taken for integers, the divisor above 0."""
    if hasattr(dividend, "free_symbols") or hasattr(divisor, "free_symbols"):
        return floor_div(dividend + divisor - 1, divisor)
    return -(-dividend // divisor)


def minimum(first: Dim, second: Dim) -> Dim:
    """Return the lesser of two numbers, of each pair where they are arrays."""
    if is_integer(first) and is_integer(second):
        return min(first, second)
    if hasattr(first, "free_symbols") or hasattr(second, "free_symbols"):
        import sympy

        return sympy.Min(first, second)  # type: ignore[no-any-return]
    for one, other in ((first, second), (second, first)):
        if is_varying(one):
            return one.least(other)  # type: ignore[attr-defined, no-any-return]
    import numpy

    return numpy.minimum(first, second)  # type: ignore[no-any-return]


def maximum(first: Dim, second: Dim) -> Dim:
    """Return the greater of two numbers, of each pair where they are arrays."""
    return -minimum(-first, -second)


def size(shape: Iterable[Dim]) -> Dim:
    """Return how many elements a tensor of this shape has: the product of its dimensions, 1 for none."""
    number = 1
    product: Any = None  # of what is no integer: multiplied by the integers once
    for dimension in shape:
        if type(dimension) is int:
            number *= dimension
        else:
            product = dimension if product is None else product * dimension
    return number if product is None else product * number


def is_beyond(numbers: Iterable[Dim]) -> bool:
    """Tell whether an integer among these is over what is counted at all."""
    return any(type(number) is int and number > MOST for number in numbers)


def surely(claim: object) -> bool | None:
    """Return whether a comparison holds: True, False, or None where symbols or arrays leave it open."""
    try:
        return bool(claim)
    except (TypeError, ValueError):  # SymPy: cannot determine truth value of a relational; NumPy: of several elements
        return None


def differ(first: Dim, second: Dim) -> bool:
    """Tell whether two dimensions are surely different. Symbols that may be equal are not, nor arrays of several."""
    if is_integer(first) and is_integer(second):
        return first != second
    difference = first - second
    return not is_symbolic(difference) and surely(difference != 0) is True


def divides(divisor: Dim, number: Dim) -> bool:
    """Tell whether divisor may divide number: False only where it surely leaves a remainder."""
    if is_integer(divisor) and is_integer(number):
        return divisor != 0 and number % divisor == 0
    if is_varying(divisor) or is_varying(number):
        return bool(divisor != 0 and number % divisor == 0)
    return True


def small_divisors(number: Dim, most: int = 8) -> str:
    """Return the divisors of a positive integer, the least ones first, as a person would list them: 1, 2, 3, 4, 6, …"""
    if not is_integer(number):
        return "its divisors"
    found = [d for d in range(1, min(number, 4096) + 1) if number % d == 0]
    return ", ".join(map(str, found[:most])) + (", …" if len(found) > most else "")


def common_divisor(first: Dim, second: Dim) -> Dim:
    """Return the greatest common divisor of two integers; of symbols, the first."""
    return gcd(first, second) if is_integer(first) and is_integer(second) else first
