"""Closed forms as the papers write them: what is repeated at each pixel stands behind hw."""

from __future__ import annotations

from typing import Any

import sympy

from macflops.symbolic.symbols import whole

PIXELS = ("N", "h", "w")


def as_in_papers(expression: Any) -> Any:
    """Return an expression as a sum of powers of N, h, w, each times all that belongs to it: hw(2cm + 9m²)."""
    pixels = [s for s in sympy.sympify(expression).free_symbols if s.name in PIXELS]
    found: dict[Any, list[Any]] = {}
    for term in sympy.Add.make_args(sympy.expand(expression)):
        of_pixels, rest = sympy.S.One, term
        for symbol in pixels:
            power = symbol ** term.as_powers_dict().get(symbol, 0)
            of_pixels, rest = of_pixels * power, rest / power
        found.setdefault(of_pixels, []).append(rest)
    return sympy.Add(*(of_pixels * sympy.Add(*terms) for of_pixels, terms in found.items()))


def substituted(expression: Any, values: dict[str, Any]) -> Any:
    """Return an expression with values for symbols by name, all at once."""
    expression = sympy.sympify(expression)
    return expression.subs({whole(name): value for name, value in values.items()}, simultaneous=True)
