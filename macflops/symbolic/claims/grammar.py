"""The grammar of claims: that of expressions, with exact numbers, `sqrt`, and comparisons that stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from macflops.errors import ExpressionError
from macflops.expressions import (
    BINDING,
    COMPARISON,
    CONSTANTS,
    NOT,
    RESERVED,
    SIGN,
    SUM,
    TERNARY,
    Parser,
    Run,
    number,
)
from macflops.symbolic.claims.terms import Kind, Names, Term

LENGTH = 2_000  # characters of a claim


class Claim(NamedTuple):
    """A claim: its text, the names in it, and what computes whether it holds."""

    text: str
    names: frozenset[str]
    run: Run

    def holds(self, kind: Kind, raw: Mapping[str, Any]) -> Any:
        """Return whether the claim holds for such numbers, as the kind has it."""
        return self.run(Names(kind, raw), 0)


def term(value: Any, at: int) -> Term:
    """Return a value that has to be a number. Raises ExpressionError."""
    if not isinstance(value, Term):
        raise ExpressionError(at, "a comparison where a number belongs", "compare numbers: a >= b")
    return value


def operation(function: Callable[[Term, Term], Term]) -> Callable[[Any, Any, int, int], Term]:
    """Return an operation on terms."""
    return lambda first, second, at, most: function(term(first, at), term(second, at))


def function(compute: Callable[..., Term]) -> Callable[..., Term]:
    """Return a function of terms."""
    return lambda at, most, *values: compute(*(term(value, at) for value in values))


def least(first: Term, *others: Term) -> Term:
    """Return the least of some."""
    for other in others:
        first = first.least(other)
    return first


def greatest(*values: Term) -> Term:
    """Return the greatest of some."""
    return -least(*(-value for value in values))


class ClaimParser(Parser):
    """Reads a claim; what a rule returns computes a term, or a truth."""

    operations: ClassVar = {
        "+": operation(lambda a, b: a + b),
        "-": operation(lambda a, b: a - b),
        "*": operation(lambda a, b: a * b),
        "/": operation(lambda a, b: a / b),
        "//": operation(lambda a, b: a // b),
        "%": operation(lambda a, b: a % b),
        "**": operation(lambda a, b: a**b),
    }
    functions: ClassVar = {
        "sqrt": (function(lambda a: a.root()), 1, 1),
        "min": (function(least), 1, None),
        "max": (function(greatest), 1, None),
        "abs": (function(lambda a: greatest(a, -a)), 1, 1),
        "floor": (function(lambda a: a.floor()), 1, 1),
        "ceil": (function(lambda a: -(-a).floor()), 1, 1),
    }

    def constant(self, token: str, at: int) -> Run:
        """Return what gives a number exactly: 0.1 is a tenth."""
        number(token, at)  # its errors
        if "e" in token.lower() and token[:2].lower() != "0x" and abs(int(token.lower().partition("e")[2])) > 300:
            raise ExpressionError(at, f"{token} is too large or too small", "use exponents up to 300")
        value = Fraction(int(token, 0)) if token[:2].lower() in ("0x", "0o") else Fraction(token)
        return lambda names, most: Term(names.kind, value)  # type: ignore[attr-defined]

    def prefixed(self, depth: int) -> Run:
        """Read an operand with what stands before it."""
        at = self.at
        if self.kind == "sign" and self.token in "+-":
            negative = self.token == "-"
            self.advance()
            operand = self.expression(SIGN, depth + 1)
            return lambda names, most: -term(operand(names, most), at) if negative else term(operand(names, most), at)
        if self.kind == "name" and self.token == "not":
            self.advance()
            inner = self.expression(NOT, depth + 1)
            return lambda names, most: names.kind.no(truth(inner(names, most), at))  # type: ignore[attr-defined]
        if self.kind == "name" and self.token in CONSTANTS:
            raise ExpressionError(at, f"{self.token} has no place in a claim", "compare numbers: a >= b")
        return self.operand(depth)

    def comparison(self, left: Run, depth: int) -> Run:
        """Read `a < b <= c`, which means a < b and b <= c."""
        rest = []
        while self.kind == "sign" and BINDING.get(self.token) == COMPARISON:
            sign, at = self.token, self.at
            self.advance()
            rest.append((sign, self.expression(SUM, depth + 1), at))

        def run(names: Any, most: int) -> Any:
            first, truths = left(names, most), []
            for sign, operand, at in rest:
                second = term(operand(names, most), at)
                truths.append(names.kind.compare(sign, term(first, at).of_kind(), second.of_kind()))
                first = second
            return truths[0] if len(truths) == 1 else names.kind.every(truths)

        return run

    def logic(self, left: Run, word: str, binding: int, depth: int) -> Run:
        """Read `a and b and c`, or with `or`."""
        operands = [(left, self.at)]
        while self.kind == "name" and self.token == word:
            self.advance()
            at = self.at
            operands.append((self.expression(binding + 1, depth + 1), at))

        def run(names: Any, most: int) -> Any:
            truths = [truth(operand(names, most), at) for operand, at in operands]
            return names.kind.some(truths) if word == "or" else names.kind.every(truths)

        return run

    def choice(self, then: Run, depth: int) -> Run:
        """Refuse `if`: a claim is one statement."""
        raise ExpressionError(self.at, "if has no place in a claim", "make two claims, each with --assume")


def truth(value: Any, at: int) -> Any:
    """Return a value that has to be a truth. Raises ExpressionError."""
    if isinstance(value, Term):
        raise ExpressionError(at, "a number where a comparison belongs", "compare it: a >= b")
    return value


@lru_cache(maxsize=1024)
def read(text: str) -> Claim:
    """Read a claim. Raises ExpressionError at the column that is wrong."""
    text = text.strip()
    if len(text) > LENGTH:
        raise ExpressionError(0, f"a claim of {len(text)} characters", f"at most {LENGTH} are read")
    parser = ClaimParser(text)
    run = parser.expression(TERNARY, 0)
    if parser.kind != "end":
        raise parser.unexpected()
    for name in sorted(parser.names & (RESERVED | {"sqrt"})):
        raise ExpressionError(text.index(name), f"{name} is a function or a word of the grammar", "use another name")
    return Claim(text, frozenset(parser.names), lambda names, most: truth(run(names, most), 0))
