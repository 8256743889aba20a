"""A theorem: what it says, why, and what its checkers check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from macflops.symbolic.formula import grammar


class Certificate(NamedTuple):
    """An identity: left equals right wherever both are defined. Where it says so, right is visibly not negative."""

    says: str
    left: Any
    right: Any
    nonnegative: bool = True

    def texts(self) -> tuple[str, str]:
        """Return both sides in the grammar of expressions, with sqrt."""
        return grammar(self.left), grammar(self.right)


class Lemma(NamedTuple):
    """A claim over positive reals, in the grammar of claims, and what it assumes."""

    says: str
    claim: str
    assumptions: tuple[str, ...] = ()


class Wrong(NamedTuple):
    """A false variant of the theorem, which every checker has to reject, and how it fails among integers."""

    says: str
    claim: str
    assumptions: tuple[str, ...] = ()


class Count(NamedTuple):
    """What an exhaustive check found: how many cases, and one in which the statement fails, if any."""

    cases: int
    counterexample: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Theorem:
    """A theorem with its certificates and what the three checkers need."""

    id: str
    title: str
    statement: str
    assumptions: tuple[str, ...]
    steps: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    lemmas: tuple[Lemma, ...]
    exhaustive: Callable[[], Count]  # over integers in a box, through the operators' own formulas
    box: str  # which integers
    wrong: tuple[Wrong, ...] = ()
    consequences: Callable[[], tuple[str, ...]] = tuple  # what follows, computed anew
    latex: str = ""  # the statement


def claimed(left: Any, sign: str, right: Any) -> str:
    """Return a comparison of two SymPy expressions in the grammar of claims."""
    return f"{grammar(left)} {sign} {grammar(right)}"
