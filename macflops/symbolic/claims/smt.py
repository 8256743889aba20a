"""z3's real arithmetic: a second prover, which shares no code with SymPy. It comes with the extra `proofs`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from macflops.symbolic.claims.grammar import Claim
from macflops.symbolic.claims.terms import UndecidedError


@cache
def installed() -> bool:
    """Tell whether z3 can be used."""
    try:
        import z3
    except ImportError:
        return False
    return hasattr(z3, "Solver")


class Smt:
    """Numbers as terms of z3. Where a term is defined is kept beside it: divisors are not 0, radicands not negative."""

    def __init__(self) -> None:
        import z3

        self.z3: Any = z3
        self.domain: list[Any] = []  # what holds wherever all terms are defined
        self.gaps: list[tuple[int, Any]] = []  # where one is not, and how much of the domain came before it
        self.roots: dict[Any, Any] = {}

    def number(self, value: Fraction) -> Any:
        """Return a constant."""
        return self.z3.Q(value.numerator, value.denominator)

    def add(self, a: Any, b: Any) -> Any:
        """Return a + b."""
        return a + b

    def multiply(self, a: Any, b: Any) -> Any:
        """Return a·b."""
        return a * b

    def divide(self, a: Any, b: Any) -> Any:
        """Return a ÷ b."""
        self.gaps.append((len(self.domain), b == 0))
        self.domain.append(b != 0)
        return a / b

    def root(self, a: Any, degree: int) -> Any:
        """Return a root: a new number, not negative, of which a is the power."""
        key = (a.get_id(), degree)
        if key not in self.roots:
            found = self.z3.Real(f"root!{len(self.roots)}")
            power = found
            for _ in range(degree - 1):
                power = power * found
            self.gaps.append((len(self.domain), a < 0))
            self.domain += [found >= 0, power == a]
            self.roots[key] = (found, a)  # with a, lest its id be used again
        return self.roots[key][0]

    def least(self, a: Any, b: Any) -> Any:
        """Return the lesser of two."""
        return self.z3.If(a <= b, a, b)

    def floor(self, a: Any) -> Any:
        """Return the largest integer not above a."""
        return self.z3.ToReal(self.z3.ToInt(a))

    def compare(self, sign: str, a: Any, b: Any) -> Any:
        """Return a comparison."""
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[sign]

    def every(self, truths: Sequence[Any]) -> Any:
        """Return a conjunction."""
        return self.z3.And(*truths)

    def some(self, truths: Sequence[Any]) -> Any:
        """Return a disjunction."""
        return self.z3.Or(*truths)

    def no(self, truth: Any) -> Any:
        """Return a negation."""
        return self.z3.Not(truth)


class Answer(NamedTuple):
    """What z3 says of a claim: proved (True), refuted (False) or not known, and points where it may fail."""

    proved: bool | None
    points: tuple[dict[str, Fraction], ...] = ()
    gaps: bool = False  # whether it holds wherever it is defined, but may not be defined everywhere


def ask(claim: Claim, assumptions: Iterable[Claim], seconds: float) -> Answer:
    """Ask z3 whether a claim is defined and holds for all positive reals that meet the assumptions."""
    assumptions = list(assumptions)
    smt = Smt()
    z3 = smt.z3
    variables = {name: z3.Real(name) for name in sorted(claim.names.union(*(a.names for a in assumptions)))}
    given = [variable > 0 for variable in variables.values()]

    def satisfiable(*constraints: Any) -> Any:
        solver = z3.Solver()
        solver.set("timeout", max(1, int(1000 * seconds)))
        solver.add(*given, *constraints)
        return solver.check(), solver

    try:
        given += [assumption.holds(smt, variables) for assumption in assumptions]
        given += smt.domain
        known = len(smt.gaps)
        negation = z3.Not(claim.holds(smt, variables))
    except UndecidedError:
        return Answer(None)
    found, solver = satisfiable(negation, *smt.domain)
    if found == z3.unsat:
        defined = all(satisfiable(gap, *smt.domain[:before])[0] == z3.unsat for before, gap in smt.gaps[known:])
        return Answer(True if defined else None, (), not defined)
    if found == z3.sat:
        model = solver.model()
        candidates = (rational(z3, model, variables, digits) for digits in (3, 12, 40))
        return Answer(False, tuple(point for point in candidates if len(point) == len(variables)))
    return Answer(None)


def contradictory(assumptions: Iterable[Claim], seconds: float) -> bool:
    """Tell whether z3 knows that no positive reals meet the assumptions."""
    from macflops.symbolic.claims.grammar import read

    return bool(ask(read("1 > 2"), assumptions, seconds).proved)


def rational(z3: Any, model: Any, variables: dict[str, Any], digits: int) -> dict[str, Fraction]:
    """Return a model's numbers as fractions; algebraic ones to so many digits."""
    found = {}
    for name, variable in variables.items():
        value = model.eval(variable, model_completion=True)
        if z3.is_algebraic_value(value):
            value = value.approx(digits)
        if not z3.is_rational_value(value):  # z3 knows that there is a number, and cannot write it
            return {}
        found[name] = Fraction(value.numerator_as_long(), value.denominator_as_long())
    return found
