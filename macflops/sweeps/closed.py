"""Closed forms on arrays: exact in int64 where every intermediate fits, and in Python's integers elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add, mul
from typing import Any

import numpy as np
import sympy

LARGEST = 2**63 - 1


class UnknownFormError(ValueError):
    """A closed form holds what is not evaluated on arrays."""


def evaluate(form: Any, values: Mapping[str, Any], known: dict[Any, Any]) -> Any:
    """Return a closed form, whose values are integers, for arrays by name. `known` keeps parts for other forms."""
    form = sympy.sympify(form)
    if form.is_Integer:
        return int(form)
    if form not in known:
        numerator, denominator = split(form)
        known[form] = part(numerator, values, known)
        if denominator != 1:
            known[form] = known[form] // part(denominator, values, known)
    return known[form]


def split(form: Any) -> tuple[Any, Any]:
    """Return numerator and denominator of a form, neither with quotients but in floors, minima and maxima."""
    found: tuple[Any, Any] = sympy.fraction(sympy.together(form))
    return found


def part(form: Any, values: Mapping[str, Any], known: dict[Any, Any]) -> Any:
    """Return a form without quotients for arrays by name."""
    if form.is_Integer:
        return int(form)
    if form.is_Symbol:
        return values[form.name]
    if form in known:
        return known[form]
    if isinstance(form, sympy.floor):
        numerator, denominator = split(form.args[0])
        result = part(numerator, values, known) // part(denominator, values, known)
    elif isinstance(form, (sympy.Min, sympy.Max)):
        function = np.minimum if isinstance(form, sympy.Min) else np.maximum
        result = reduce(function, (evaluate(argument, values, known) for argument in form.args))
    elif form.is_Pow and form.exp.is_Integer and form.exp > 0:
        result = part(form.base, values, known) ** int(form.exp)
    elif form.is_Add or form.is_Mul:
        result = reduce(add if form.is_Add else mul, (part(argument, values, known) for argument in form.args))
    else:
        raise UnknownFormError(str(form))
    known[form] = result
    return result


def bound(form: Any, largest: Mapping[str, int]) -> int:
    """Return what no intermediate of a form's evaluation exceeds, symbols being 1 to these numbers."""
    form = sympy.sympify(form)
    if form.is_Integer:
        return abs(int(form))
    if form.is_Symbol:
        return largest[form.name]
    if form.is_Rational:
        return int(max(abs(form.p), form.q))
    inner: list[int] = [bound(argument, largest) for argument in form.args]
    if form.is_Add:
        return sum(inner)
    if form.is_Mul:
        return int(reduce(mul, inner))
    if form.is_Pow and form.exp.is_Integer:
        return int(inner[0] ** abs(int(form.exp)))
    if isinstance(form, sympy.floor):
        return max(bound(one, largest) for one in split(form.args[0]))
    if isinstance(form, (sympy.Min, sympy.Max)):
        return max(max(bound(one, largest) for one in split(argument)) for argument in form.args)
    raise UnknownFormError(str(form))


def fits(form: Any, largest: Mapping[str, int]) -> bool:
    """Tell whether a form's evaluation surely stays within int64."""
    return all(bound(one, largest) <= LARGEST for one in split(sympy.sympify(form)))


def holds(question: tuple[Any, ...], values: Mapping[str, Any], known: dict[Any, Any]) -> Any:
    """Return where an open question has the answer that lets a network be as it is."""
    kind, *rest = question
    if kind == "divides":
        divisor, number = (evaluate(one, values, known) for one in rest)
        return number % divisor == 0
    if kind == "equal":
        first, second = (evaluate(one, values, known) for one in rest)
        return first == second
    (claim,) = rest
    signs = {sympy.Gt: np.greater, sympy.Ge: np.greater_equal, sympy.Lt: np.less, sympy.Le: np.less_equal}
    if type(claim) not in signs:
        raise UnknownFormError(str(claim))
    return signs[type(claim)](evaluate(claim.lhs, values, known), evaluate(claim.rhs, values, known))
