"""A block's mult-adds, parameters or memory access in closed form, or as an exact integer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from macflops import api
from macflops.closed_form import GrammarPrinter
from macflops.errors import ExpressionError, Location, SourceError
from macflops.expressions import RESERVED, parse
from macflops.fusion import MODES, Fusion
from macflops.spelling import did_you_mean
from macflops.symbolic.simplified import as_in_papers, substituted
from macflops.symbolic.symbols import MEANINGS, PARITY, real, whole
from macflops.symbolic.walk import KINDS, Block, find, summed, walk

QUANTITIES = ("mult_adds", "params", "mac")
OPERATIONS, POWER = 30, 4  # of an expression that a symbol is set to: what is expanded stays small


@dataclass(frozen=True)
class Formula:
    """A quantity of a block: a SymPy expression as the papers write it, or an integer where every symbol has one."""

    block: Block
    quantity: str
    fusion: Fusion
    of: str | None  # the kind of layers that it is of; None: all
    set: Mapping[str, Any]
    value: Any

    def text(self) -> str:
        """Return the formula in Unicode, as a person would write it; an integer in full."""
        if isinstance(self.value, int):
            return str(self.value)
        return str(sympy.pretty(self.value, use_unicode=True, wrap_line=False))

    def latex(self) -> str:
        """Return the formula in LaTeX."""
        return str(sympy.latex(self.value))

    def written(self) -> int | str:
        """Return the formula in the grammar of expressions, or the integer."""
        return self.value if isinstance(self.value, int) else grammar(self.value)

    def assumes(self) -> list[str]:
        """Return what the closed form takes for granted: where a unit shuffles, more than one group."""
        return ["g > 1"] if self.block.shuffles and self.quantity == "mac" and "g" not in self.set else []

    def to_dict(self) -> dict[str, Any]:
        """Return the document of `--format json`."""
        names = {symbol.name for symbol in getattr(self.value, "free_symbols", ())}
        return {
            "schema": "macflops.formula/1",
            "block": self.block.name.replace("_", "-"),
            "title": self.block.title,
            "source": self.block.source,
            "quantity": self.quantity,
            "of": self.of,
            "fusion": self.fusion,
            "assumes": self.assumes(),
            "symbols": {name: MEANINGS.get(name, "") for name in sorted(names)},
            "set": {name: v if isinstance(v, int) else grammar(v) for name, v in self.set.items()},
            "value": self.written(),
            "latex": self.latex(),
        }


def formula(
    block: str,
    quantity: str = "mult_adds",
    *,
    set: Mapping[str, Any] | Iterable[str] = (),
    of: str | None = None,
    fusion: Fusion = "none",
) -> Formula:
    """Return a quantity of a block: mult_adds, params, or mac (memory access cost in elements).

    `set` gives symbols integers, or expressions in further symbols ("m=c/4"); `of` counts layers of one kind only:
    convolution, pointwise, depthwise or element-wise. Raises SourceError on what is not known or does not fit.
    """
    quantity = quantity.replace("-", "_")
    api.choice("quantity", quantity, QUANTITIES)
    api.choice("fusion", fusion, MODES)
    if of is not None:
        api.choice("of", of, tuple(KINDS))
    found, given = find(block), {}
    for name, value in api.assignments(set).items():
        if name not in found.params:
            raise SourceError(
                Location(f"--set {name}"), f"{name} is no symbol of {block}", did_you_mean(name, found.params)
            )
        given[name] = read(name, value, found)
    numbers = {name: value for name, value in given.items() if isinstance(value, int)}
    value = getattr(summed(walk(block, numbers, fusion), of), quantity)
    if isinstance(value, int):
        return Formula(found, quantity, fusion, of, given, value)
    value = substituted(value, given)
    return Formula(found, quantity, fusion, of, given, settled(as_in_papers(value)))


def settled(value: Any) -> Any:
    """Return a SymPy number that is whole as an integer, anything else as it is."""
    return int(value) if value.is_Integer else value


def grammar(expression: Any) -> str:
    """Return an expression in the grammar of expressions, with / for quotients."""
    return str(GrammarPrinter({"order": "lex"}).doprint(sympy.sympify(expression)))


def read(name: str, value: Any, block: Block) -> Any:
    """Return what a symbol is set to: an integer from 1, or an expression in symbols. Raises SourceError."""
    where = Location(f"--set {name}={str(value)[:60]}")
    if isinstance(value, str):
        try:
            parsed = parse(value)
            known = {other: whole(other) if other in block.params else real(other) for other in parsed.names - RESERVED}
            value = parsed.evaluate(known)
        except ExpressionError as error:
            raise SourceError(where, error.what, error.hint) from None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is int and PARITY.get(name, {}).get("odd") and value % 2 == 0:
        what = f"{name} is {value}, and a kernel of an even side has no output of h x w"
        raise SourceError(where, what, f"take an odd one: {name}={value + 1}")
    symbolic = isinstance(value, sympy.Expr) and bool(value.free_symbols)
    if not symbolic and (type(value) is not int or value < 1):
        raise SourceError(where, f"{name} has to be a whole number from 1, or an expression", "as m=64, or m=c/4")
    if symbolic and (
        value.count_ops() > OPERATIONS or any(p.exp.free_symbols or abs(p.exp) > POWER for p in powers(value))
    ):
        raise SourceError(
            where, f"an expression that large for {name}", f"up to {OPERATIONS} operations, powers to {POWER}"
        )
    return value


def powers(value: Any) -> Any:
    """Return the powers in an expression."""
    return value.atoms(sympy.Pow)
