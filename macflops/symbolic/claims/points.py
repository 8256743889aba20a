"""Looks for points at which a claim fails: small numbers and their inverses, evaluated exactly."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from macflops.errors import ExpressionError
from macflops.symbolic.claims.exact import holds
from macflops.symbolic.claims.grammar import Claim, ClaimParser, read
from macflops.symbolic.claims.terms import Names, UndecidedError

FIRST = tuple(map(Fraction, ("1", "2", "1/2", "3", "4", "1/10", "10")))
MORE = (*FIRST, *map(Fraction, ("5", "8", "9", "16", "32", "64", "100", "1000", "1000000")))
VALUES = (*MORE, *(1 / value for value in MORE if value > 1), *map(Fraction, ("3/2", "2/3", "5/4", "4/5", "99/100")))
DISTANT = (Fraction(10**12), Fraction(1, 10**12))


def search(claim: Claim, assumptions: Sequence[Claim], seconds: float) -> dict[str, Fraction] | None:
    """Return a point that meets the assumptions and at which the claim fails, or None where none was found."""
    defined = definitions(assumptions)
    names = sorted(claim.names.union(*(a.names for a in assumptions)) - defined.keys())
    until = time.thread_time() + seconds  # its own: a busy machine finds the same points
    for point in candidates(names):
        if time.thread_time() > until:
            return None
        whole = with_definitions(point, defined)
        if whole is not None and refutes(whole, claim, assumptions):
            return whole
    return None


def refutes(point: Mapping[str, Fraction], claim: Claim, assumptions: Sequence[Claim]) -> bool:
    """Tell whether a point is positive, meets the assumptions, and makes the claim false, all exactly."""
    return (
        all(value > 0 for value in point.values())
        and all(holds(assumption, point) is True for assumption in assumptions)
        and holds(claim, point) is False
    )


def candidates(names: Sequence[str]) -> Iterator[dict[str, Fraction]]:
    """Yield points: all of small numbers where they are few, then others at random, always the same ones."""
    if len(FIRST) ** len(names) <= 20_000:
        for values in product(FIRST, repeat=len(names)):
            yield dict(zip(names, values, strict=True))
    chosen = random.Random(0)
    for number in range(1_000_000 if names else 0):
        pool = VALUES if number % 8 else VALUES + DISTANT
        point = {name: chosen.choice(pool) for name in names}
        if number % 3 == 0:  # a neighbour of equality: two names are one number, or nearly
            one, other = chosen.choice(names), chosen.choice(names)
            point[one] = point[other] * chosen.choice((Fraction(1), Fraction(101, 100), Fraction(2), Fraction(1, 4)))
        yield point


def definitions(assumptions: Sequence[Claim]) -> dict[str, Claim]:
    """Return what assumptions say that names are: B == h*w*c1*c2."""
    found: dict[str, Claim] = {}
    for assumption in assumptions:
        name, equals, text = assumption.text.partition("==")
        name = name.strip()
        if not equals or not name.isidentifier() or name in found:
            continue
        try:
            claim = read(f"({text}) == ({text})")
        except ExpressionError:
            continue
        if name not in claim.names and not claim.names & found.keys() and is_number(claim):
            found[name] = Claim(text, claim.names, ClaimParser(text.strip()).expression(0, 0))
    return {name: claim for name, claim in found.items() if not claim.names & found.keys()}


def is_number(equality: Claim) -> bool:
    """Tell whether what stands on both sides of an equality is a number, and no comparison."""
    try:
        holds(equality, dict.fromkeys(equality.names, Fraction(1)))
    except ExpressionError:
        return False
    return True


def with_definitions(point: dict[str, Fraction], defined: Mapping[str, Claim]) -> dict[str, Fraction] | None:
    """Return a point with the numbers that names are defined to be, or None where one is no fraction."""
    from macflops.symbolic.claims.exact import Exact

    whole = dict(point)
    for name, claim in defined.items():
        try:
            low, high = claim.run(Names(Exact(), {n: (v, v) for n, v in point.items()}), 0).of_kind()
        except UndecidedError:
            return None
        if low != high:
            return None
        whole[name] = low
    return whole
