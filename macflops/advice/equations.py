"""Equations between widths, eliminated as they come: what an addition or a concatenation ties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from macflops.advice.polynomial import Polynomial, exact, simplest, variable_of
from macflops.arithmetic import Dim


class Equations:
    """Linear equations over variables with known values, which satisfy them all.

    With equations of the kind x = y alone this is union-find. `makers` says how many layers make each variable: the
    one with fewest is expressed by the others, so that what is left to choose are the widths that most layers have.
    """

    def __init__(self, values: Sequence[int], makers: Sequence[int]) -> None:
        self.values, self.makers = values, makers
        self.solved: dict[int, Any] = {}  # variables by an expression in others, which may be solved later

    def at(self, values: Sequence[int]) -> Equations:
        """Return the same equations where the variables have these values, which satisfy them too."""
        found = Equations(values, self.makers)
        found.solved = dict(self.solved)
        return found

    def resolved(self, number: Any) -> Any:
        """Return a number in variables that are still free."""
        while isinstance(number, Polynomial):
            met = {v: self.solved[v] for v in number.variables if v in self.solved}
            if not met:
                break
            for variable, expression in met.items():  # shorten the way for the next one
                if isinstance(expression, Polynomial) and not self.solved.keys().isdisjoint(expression.variables):
                    self.solved[variable] = met[variable] = self.resolved(expression)
            number = number.substituted(met)
        return number

    def equate(self, one: Any, other: Any) -> None:
        """Hold two widths equal, which they are today."""
        difference = self.resolved(one) - self.resolved(other)
        if not isinstance(difference, Polynomial):
            return
        if any(len(monomial) > 1 for monomial in difference.terms):
            self.pin(difference)
            return
        chosen = min(difference.variables, key=lambda v: (abs(difference.terms[(v,)]), self.makers[v], -v))
        coefficient = difference.terms[(chosen,)]
        others = simplest({m: -c for m, c in difference.terms.items() if m != (chosen,)})
        self.solved[chosen] = exact(others, coefficient)

    def pin(self, width: Any) -> None:
        """Hold every variable in a width at its value."""
        width = self.resolved(width)
        if isinstance(width, Polynomial):
            for variable in width.variables:
                self.equate(variable_of(variable), self.values[variable])

    def free(self) -> list[int]:
        """Return the variables that are left to choose."""
        return [variable for variable in range(len(self.values)) if variable not in self.solved]

    def complete(self, chosen: dict[int, int]) -> list[Dim]:
        """Return the values of all variables where the free ones have these, those not given their own.

        Raises ArithmeticError where one would be no whole number.
        """
        values = [chosen.get(v, self.values[v]) for v in range(len(self.values))]
        for variable in self.solved:
            expression = self.resolved(variable_of(variable))
            values[variable] = expression.value(values) if isinstance(expression, Polynomial) else expression
        return values
