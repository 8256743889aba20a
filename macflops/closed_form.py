"""Closed forms as text: SymPy expressions in the expression grammar of the native YAML, to be pasted back."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.printing.str import StrPrinter


class GrammarPrinter(StrPrinter):  # type: ignore[misc]
    """Prints what SymPy writes otherwise: quotients as exact integer divisions, min and max in lower case."""

    def _print_floor(self, expression: Any) -> str:
        dividend, divisor = sympy.fraction(sympy.together(expression.args[0]))
        return f"(({self._print(dividend)}) // {self.parenthesize(divisor, 1000)})"

    def _print_ceiling(self, expression: Any) -> str:
        dividend, divisor = sympy.fraction(sympy.together(expression.args[0]))
        return f"(-(({self._print(-dividend)}) // {self.parenthesize(divisor, 1000)}))"

    def _print_Min(self, expression: Any) -> str:
        return f"min({', '.join(map(self._print, expression.args))})"

    def _print_Max(self, expression: Any) -> str:
        return f"max({', '.join(map(self._print, expression.args))})"


def written(number: Any) -> int | str:
    """Return a count as JSON has it: an integer, or a closed form in its symbols, exact for each admissible value.

    A quotient is written with // where its divisor is a number, for a count is an integer; a ratio of two closed forms
    with /.
    """
    expression = sympy.sympify(number)
    if expression.is_Integer:
        return int(expression)
    if not expression.has(sympy.Max):
        expression = sympy.expand(expression)
    dividend, divisor = sympy.fraction(sympy.together(expression))
    printer = GrammarPrinter({"order": "lex"})
    if divisor == 1:
        return printer.doprint(dividend)  # type: ignore[no-any-return]
    sign = "//" if divisor.is_Integer else "/"
    return f"({printer.doprint(dividend)}) {sign} ({printer.doprint(divisor)})"
