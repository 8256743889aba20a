"""Closed forms as text: SymPy expressions in the expression grammar of the native YAML, to be pasted back."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter


class GrammarPrinter(StrPrinter):  # type: ignore[misc]
    """Prints what SymPy writes otherwise: quotients as exact integer divisions, min and max in lower case."""

    def _print_floor(self, expression: Any) -> str:
        dividend, divisor = sympy.fraction(sympy.together(expression.args[0]))
        return f"({self.parenthesize(dividend, PRECEDENCE['Mul'])} // {self.divisor(divisor)})"

    def _print_ceiling(self, expression: Any) -> str:
        dividend, divisor = sympy.fraction(sympy.together(expression.args[0]))
        return f"(-({self.parenthesize(-dividend, PRECEDENCE['Mul'])} // {self.divisor(divisor)}))"

    def count(self, expression: Any) -> str:
        """Return an expression whose values are integers: a quotient by a number is exact, and written with //."""
        dividend, divisor = sympy.fraction(sympy.together(expression))
        if divisor == 1:
            return self._print(dividend)  # type: ignore[no-any-return]
        sign = "//" if divisor.is_Integer else "/"
        return f"{self.parenthesize(dividend, PRECEDENCE['Mul'])} {sign} {self.divisor(divisor)}"

    def divisor(self, expression: Any) -> str:
        """Return what stands behind a //: an atom, or else in parentheses."""
        text = self._print(expression)
        return text if expression.is_Atom and not text.startswith("-") else f"({text})"

    def _print_Min(self, expression: Any) -> str:
        return f"min({', '.join(map(self.count, expression.args))})"

    def _print_Max(self, expression: Any) -> str:
        return f"max({', '.join(map(self.count, expression.args))})"


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
    return GrammarPrinter({"order": "lex"}).count(expression)
