"""Floors of symbolic quotients in one form, so that a side halved five times reads (H + 31) // 32."""

from __future__ import annotations

from typing import Any

import sympy


def floor_of(dividend: Any, divisor: Any) -> Any:
    """Return ⌊dividend ÷ divisor⌋ of integers, of which at least one is a SymPy expression; the divisor is positive.

    Whole terms are taken out, nested floors become one by ⌊(⌊p/a⌋ + k)/b⌋ = ⌊(p + ak)/(ab)⌋, and what is left over is
    brought between 0 and the divisor. Source: Graham, Knuth, Patashnik, Concrete Mathematics, section 3.2, (3.11).
    """
    terms = sympy.Add.make_args(sympy.expand(dividend / sympy.sympify(divisor)))
    whole = sympy.Add(*(term for term in terms if term.is_integer))
    rest = sympy.together(sympy.Add(*(term for term in terms if not term.is_integer)))
    numerator, denominator = sympy.fraction(rest)
    if rest.is_integer or (denominator == 2 and numerator.is_even):
        return whole + rest
    if numerator == -1 and denominator.is_integer and denominator.is_positive:
        return whole - 1
    if not denominator.is_Integer:
        return whole + sympy.floor(rest)
    numerator, denominator = flattened(sympy.expand(numerator), denominator)
    constant, variable = numerator.as_coeff_Add()
    if constant.is_Integer:
        whole, numerator = whole + constant // denominator, variable + constant % denominator
    return whole + sympy.floor(numerator / denominator)


def flattened(numerator: Any, denominator: Any) -> tuple[Any, Any]:
    """Return a quotient without the floor that is one of its numerator's terms, where it has one."""
    terms = sympy.Add.make_args(numerator)
    floors = [term for term in terms if isinstance(term, sympy.floor)]
    if len(floors) != 1:
        return numerator, denominator
    others = sympy.Add(*(term for term in terms if term is not floors[0]))
    inner, divisor = sympy.fraction(sympy.together(floors[0].args[0]))
    if not (divisor.is_Integer and inner.is_integer and others.is_integer):
        return numerator, denominator
    return sympy.expand(inner + divisor * others), denominator * divisor
