"""Runs the three checkers of a theorem. None trusts another: each fails by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import sympy

from macflops.errors import Location, SourceError
from macflops.members import members
from macflops.spelling import did_you_mean
from macflops.symbolic import theorems
from macflops.symbolic.claims import algebra, points, smt
from macflops.symbolic.claims.decide import plain
from macflops.symbolic.claims.exact import holds
from macflops.symbolic.claims.grammar import read
from macflops.symbolic.theorem import Certificate, Theorem, Wrong

SECONDS = 8.0  # for z3, for one lemma


class Refutation(NamedTuple):
    """A false statement, and the points at which z3, and a search among small numbers, find that it fails."""

    wrong: Wrong
    by_z3: dict[str, Fraction] | None
    by_points: dict[str, Fraction] | None
    by_sympy: bool  # whether SymPy, too, finds it false there

    @property
    def rejected(self) -> bool:
        """Tell whether every checker that could run rejects it."""
        return self.by_points is not None and self.by_sympy and (self.by_z3 is not None or not smt.installed())

    def counterexample(self) -> dict[str, int | str]:
        """Return the point at which it fails, evaluated exactly."""
        return {name: plain(value) for name, value in sorted((self.by_points or self.by_z3 or {}).items())}


@dataclass(frozen=True)
class Proof:
    """What the checkers say of a theorem. z3 says None where it is not installed."""

    theorem: Theorem
    failures: tuple[str, ...]
    sympy: bool
    z3: bool | None
    integers: bool
    cases: int
    refutations: tuple[Refutation, ...]

    @property
    def proved(self) -> bool:
        """Tell whether every checker that could run agrees, and every false variant was rejected."""
        return self.sympy and self.z3 is not False and self.integers and all(r.rejected for r in self.refutations)

    def to_dict(self) -> dict[str, Any]:
        """Return the theorem's entry in the document of `--format json`."""
        theorem = self.theorem
        return {
            "id": theorem.id,
            "title": theorem.title,
            "statement": theorem.statement,
            "assumptions": list(theorem.assumptions),
            "steps": list(theorem.steps),
            "proved": self.proved,
            "checkers": {"sympy": self.sympy, "z3": self.z3, "integers": self.integers},
            "cases": self.cases,
            "certificates": [
                {"says": c.says, "left": left, "right": right, "symbols": symbols(c)}
                for c in theorem.certificates
                for left, right in [c.texts()]
            ],
            "lemmas": [{"says": x.says, "claim": x.claim, "assume": list(x.assumptions)} for x in theorem.lemmas],
            "refuted": [
                {
                    "says": r.wrong.says,
                    "claim": r.wrong.claim,
                    "assume": list(r.wrong.assumptions),
                    "rejected": r.rejected,
                    "counterexample": r.counterexample(),
                }
                for r in self.refutations
            ],
            "consequences": list(theorem.consequences()),
            "failures": list(self.failures),
        }


def names() -> tuple[str, ...]:
    """Return the ids of all theorems, in order."""
    return tuple(name.upper() for name in members(theorems.__file__))


@cache
def find(name: str) -> Theorem:
    """Return a theorem by id. Raises SourceError where there is none."""
    if name.upper() not in names():
        raise SourceError(Location("prove"), f"no theorem {name!r}", did_you_mean(name, names(), "use one of"))
    found: Theorem = import_module(f"macflops.symbolic.theorems.{name.lower()}").theorem()
    return found


def prove(theorem: Theorem) -> Proof:
    """Run all checkers of a theorem."""
    failures = [f"SymPy: {c.says}" for c in theorem.certificates if not expands(c)]
    by_sympy = not failures
    by_z3: bool | None = None
    if smt.installed():
        unproved = [lemma for lemma in theorem.lemmas if not by_smt(lemma.claim, lemma.assumptions)]
        failures += [f"z3: {lemma.says}" for lemma in unproved]
        by_z3 = not unproved
    counted = theorem.exhaustive()
    if counted.counterexample is not None:
        failures.append(f"integers: fails at {dict(counted.counterexample)}")
    refutations = tuple(refuted(wrong) for wrong in theorem.wrong)
    failures += [f"not rejected: {r.wrong.says}" for r in refutations if not r.rejected]
    integers = counted.counterexample is None and counted.cases > 0
    return Proof(theorem, tuple(failures), by_sympy, by_z3, integers, counted.cases, refutations)


def expands(certificate: Certificate) -> bool:
    """Tell whether a certificate is an identity by expansion, and its right side not negative where it says so.

    Symbols become squares of others first, so that their square roots are polynomials.
    """
    left, right = sympy.sympify(certificate.left), sympy.sympify(certificate.right)
    found = (left - right).free_symbols
    squares = {symbol: sympy.Symbol(f"{symbol.name}_", positive=True) ** 2 for symbol in found}
    numerator, _ = sympy.fraction(sympy.together((left - right).subs(squares)))
    identical = sympy.expand(numerator) == 0
    texts = certificate.texts()
    return identical and texts[0] != texts[1] and (not certificate.nonnegative or right.is_nonnegative is True)


def symbols(certificate: Certificate) -> list[str]:
    """Return the names of a certificate's symbols, in alphabetical order."""
    both = sympy.sympify(certificate.left).free_symbols | sympy.sympify(certificate.right).free_symbols
    return sorted(symbol.name for symbol in both)


def by_smt(claim: str, assumptions: Iterable[str]) -> bool:
    """Tell whether z3 finds the negation of a claim unsatisfiable."""
    return bool(smt.ask(read(claim), [read(text) for text in assumptions], SECONDS).proved)


def refuted(wrong: Wrong) -> Refutation:
    """Look for points at which a false statement fails, by z3 and by search; each is evaluated exactly."""
    claim, assumptions = read(wrong.claim), [read(text) for text in wrong.assumptions]
    by_z3 = None
    if smt.installed():
        answers = smt.ask(claim, assumptions, SECONDS).points
        by_z3 = next((point for point in answers if points.refutes(point, claim, assumptions)), None)
    found = points.search(claim, assumptions, seconds=2.0)
    return Refutation(wrong, by_z3, found, found is not None and algebra.refutes(claim, found))


def numeric(certificate: Certificate, values: dict[str, Fraction]) -> bool | None:
    """Tell whether a certificate holds at a point, by exact numbers or intervals; None where roots leave it open."""
    left, right = certificate.texts()
    return holds(read(f"{left} == {right}"), values)
