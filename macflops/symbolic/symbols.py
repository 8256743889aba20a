"""The papers' symbols: what they mean, and what is known of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy

MEANINGS = {
    "N": "images",
    "h": "height of the output",
    "w": "width of the output",
    "c": "channels of the unit",
    "c1": "channels of the input",
    "c2": "channels of the output",
    "m": "channels in the middle",
    "g": "groups",
    "k": "side of the kernel, odd",
    "s": "stride",
    "t": "expansion of the channels",
}
PARITY = {"c": {"even": True}, "k": {"odd": True}}


@cache
def whole(name: str) -> Any:
    """Return a symbol for a positive integer: an odd one for a kernel, an even one for a unit's channels."""
    return sympy.Symbol(name, integer=True, positive=True, **PARITY.get(name, {}))


@cache
def real(name: str) -> Any:
    """Return a symbol for a positive real number."""
    return sympy.Symbol(name, positive=True)


def reals(names: str) -> tuple[Any, ...]:
    """Return symbols for positive real numbers, named in one text."""
    return tuple(map(real, names.split()))


def over_reals(expression: Any) -> Any:
    """Return an expression whose symbols stand for positive real numbers, whatever they stood for before."""
    expression = sympy.sympify(expression)
    return expression.subs({symbol: real(symbol.name) for symbol in expression.free_symbols})
