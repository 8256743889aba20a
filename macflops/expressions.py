"""Expressions: what may stand where a number belongs, parsed and evaluated without Python's eval.

`parse("min(c_in, 96) // 2").evaluate({"c_in": 24})` is 12. Values are integers (exact), floats, names (str), lists,
mappings, and SymPy expressions of symbolic dimensions; SymPy is imported only where one of those comes in.
The grammar is that of `docs/yaml.md`: numbers, names, `+ - * / // % **`, comparisons, `and or not`,
`a if b else c`, subscripts (`channels[i]`, `channels.0`, `widths.stage2`) and the functions of `FUNCTIONS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, ClassVar, TypeAlias

from macflops.calculation import FUNCTIONS, MAGNITUDE, OPERATIONS, compared, negated, subscripted, truth
from macflops.errors import ExpressionError
from macflops.spelling import did_you_mean

Run: TypeAlias = Callable[[Mapping[str, Any], int], Any]  # names and the largest magnitude: a value

LENGTH = 100_000  # characters of one expression: closed forms of whole networks are pasted back
DEPTH = 100  # of one thing within another

KEYWORDS = frozenset({"and", "or", "not", "if", "else"})
CONSTANTS = {"true": True, "false": False, "null": None}
RESERVED = KEYWORDS | CONSTANTS.keys() | FUNCTIONS.keys()  # what no parameter may be called

TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    r"(?P<number>0[xX][0-9a-fA-F]+|0[oO][0-7]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>\*\*|//|<=|>=|==|!=|[-+*/%<>()\[\],.])"
    r"|(?P<end>$))"
)
KEY = re.compile(r"[0-9]+|[^\W\d]\w*")

# How strongly an operator binds what stands beside it.
TERNARY, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, POWER = range(1, 10)
BINDING = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), COMPARISON),
    **dict.fromkeys("+-", SUM),
    **dict.fromkeys(("*", "/", "//", "%"), PRODUCT),
    "**": POWER,
}


class Expression:
    """An expression, parsed: its text, the names that it needs, and its value for given ones."""

    __slots__ = ("identifier", "names", "run", "text")

    def __init__(self, text: str, names: frozenset[str], run: Run) -> None:
        self.text, self.names, self.run = text, names, run
        self.identifier = text if text in names else None  # where it is one name and nothing else

    def evaluate(self, names: Mapping[str, Any], magnitude: int = MAGNITUDE) -> Any:
        """Return the value for these names. Raises ExpressionError, with its column, where there is none."""
        return self.run(names, magnitude)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Parse an expression, once per distinct text. Raises ExpressionError at the column that is wrong."""
    text = text.strip()
    if len(text) > LENGTH:
        raise ExpressionError(0, f"an expression of {len(text)} characters", f"at most {LENGTH} are read")
    parser = Parser(text)
    run = parser.expression(TERNARY, 0)
    if parser.kind != "end":
        raise parser.unexpected()
    return Expression(text, frozenset(parser.names), run)


class Parser:
    """Reads tokens from left to right, one ahead; each rule returns what computes its part.

    A parser of claims computes on other kinds of numbers: it has other operations, functions and constants.
    """

    operations: ClassVar[Mapping[str, Callable[[Any, Any, int, int], Any]]] = OPERATIONS
    functions: ClassVar[Mapping[str, tuple[Callable[..., Any], int, int | None]]] = FUNCTIONS

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()
        self.kind, self.token, self.at, self.end = "", "", 0, 0  # the token ahead, and where it begins and ends
        self.advance()

    def advance(self) -> None:
        """Go on to the next token."""
        match = TOKEN.match(self.text, self.end)
        if match is None:
            at = self.end + len(self.text[self.end :]) - len(self.text[self.end :].lstrip())
            raise unknown_character(self.text, at)
        self.kind = str(match.lastgroup)
        self.token, self.at, self.end = match.group(self.kind), match.start(self.kind), match.end()
        if self.kind == "number" and (glued := KEY.match(self.text, self.end)):
            raise ExpressionError(
                self.at, f"{self.token}{glued.group()} is no number", "digits alone, or an operator between"
            )

    def took(self, token: str) -> bool:
        """Go on if this token is ahead; say whether it was."""
        if self.token != token or self.kind == "number":
            return False
        self.advance()
        return True

    def expect(self, token: str) -> None:
        """Go on over this token, which has to be there."""
        if not self.took(token):
            raise self.unexpected(f"{token} is missing")

    def unexpected(self, what: str = "") -> ExpressionError:
        """Return the error for the token ahead."""
        if self.kind == "end":
            hint = "quote an expression that holds a comma or a bracket" if "(" in self.text else "complete it"
            return ExpressionError(self.at, f"{self.text!r} ends too early{what and ': ' + what}", hint)
        what = what or f"{self.token!r} makes no sense here"
        return ExpressionError(self.at, f"{what} in {self.text!r}", "see the grammar in docs/yaml.md")

    def expression(self, least: int, depth: int) -> Run:
        """Read an expression of operators that bind at least so strongly."""
        if depth > DEPTH:
            raise ExpressionError(self.at, f"more than {DEPTH} levels of parentheses and operators", "write it flatter")
        left = self.prefixed(depth)
        while True:
            token, at = self.token, self.at
            binding = BINDING.get(token, 0) if self.kind != "number" else 0
            if token == "if" and least <= TERNARY:
                left = self.choice(left, depth)
            elif binding < least or not binding:
                return left
            elif binding == COMPARISON:
                left = self.comparison(left, depth)
            elif binding in (OR, AND):
                left = self.logic(left, token, binding, depth)
            elif binding == POWER:  # from right to left, and its exponent may have a sign
                self.advance()
                left = chain(left, [(self.operations["**"], self.expression(SIGN, depth + 1), at)])
            else:
                left = self.arithmetic(left, binding, depth)

    def arithmetic(self, left: Run, binding: int, depth: int) -> Run:
        """Read a run of sums, or of products, from left to right; as long as it may be, it is one level."""
        rest = []
        while self.kind == "sign" and BINDING.get(self.token) == binding:
            operation, at = self.operations[self.token], self.at
            self.advance()
            rest.append((operation, self.expression(binding + 1, depth + 1), at))
        return chain(left, rest)

    def comparison(self, left: Run, depth: int) -> Run:
        """Read `a < b <= c`, which means a < b and b <= c."""
        rest = []
        while self.kind == "sign" and BINDING.get(self.token) == COMPARISON:
            sign, at = self.token, self.at
            self.advance()
            rest.append((sign, self.expression(SUM, depth + 1), at))

        def run(names: Mapping[str, Any], most: int) -> bool:
            first = left(names, most)
            for sign, operand, at in rest:
                second = operand(names, most)
                if not compared(sign, first, second, at):
                    return False
                first = second
            return True

        return run

    def logic(self, left: Run, word: str, binding: int, depth: int) -> Run:
        """Read `a and b and c`, or with `or`: the first operand that decides, as in Python."""
        operands = [(left, self.at)]
        while self.kind == "name" and self.token == word:
            self.advance()
            at = self.at
            operands.append((self.expression(binding + 1, depth + 1), at))
        decides = word == "or"

        def run(names: Mapping[str, Any], most: int) -> Any:
            value = None
            for operand, at in operands:
                value = operand(names, most)
                if truth(value, at) is decides:
                    break
            return value

        return run

    def choice(self, then: Run, depth: int) -> Run:
        """Read `if b else c` after a."""
        self.advance()
        at = self.at
        condition = self.expression(OR, depth + 1)
        self.expect("else")
        otherwise = self.expression(TERNARY, depth + 1)
        return lambda names, most: (then if truth(condition(names, most), at) else otherwise)(names, most)

    def prefixed(self, depth: int) -> Run:
        """Read an operand with what stands before it."""
        at = self.at
        if self.kind == "sign" and self.token in "+-":
            negative = self.token == "-"
            self.advance()
            operand = self.expression(SIGN, depth + 1)
            return lambda names, most: negated(operand(names, most), at, negative)
        if self.kind == "name" and self.token == "not":
            self.advance()
            operand = self.expression(NOT, depth + 1)
            return lambda names, most: not truth(operand(names, most), at)
        return self.subscripts(self.operand(depth), depth)

    def operand(self, depth: int) -> Run:
        """Read a number, a name, a call or an expression in parentheses."""
        token, at, kind = self.token, self.at, self.kind
        if kind == "number":
            self.advance()
            return self.constant(token, at)
        if kind == "name" and token not in KEYWORDS:
            self.advance()
            if self.token == "(":
                return self.call(token, at, depth)
            if token in CONSTANTS:
                constant = CONSTANTS[token]
                return lambda names, most: constant
            self.names.add(token)
            return lookup(token, at)
        if self.took("("):
            inner = self.expression(TERNARY, depth + 1)
            self.expect(")")
            return inner
        if token == "[":
            raise ExpressionError(at, "a list has no place in an expression", "give the list a name among the params")
        raise self.unexpected()

    def constant(self, token: str, at: int) -> Run:
        """Return what gives the number that digits stand for."""
        value = number(token, at)
        return lambda names, most: value

    def call(self, name: str, at: int, depth: int) -> Run:
        """Read the arguments of a function."""
        if name not in self.functions:
            raise ExpressionError(at, f"{name} is no function", did_you_mean(name, self.functions, "functions are"))
        function, least, most_arguments = self.functions[name]
        self.advance()
        arguments: list[Run] = []
        while not self.took(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.expression(TERNARY, depth + 1))
        if not least <= len(arguments) <= (most_arguments or len(arguments)):
            wanted = f"{least}" if most_arguments else f"{least} or more"
            raise ExpressionError(at, f"{name} of {len(arguments)} arguments", f"it takes {wanted}")
        return lambda names, most: function(at, most, *[argument(names, most) for argument in arguments])

    def subscripts(self, value: Run, depth: int) -> Run:
        """Read `[i]`, `.0` and `.name` behind an operand."""
        while self.token[:1] in ("[", ".") and self.kind in ("sign", "number"):
            at = self.at
            if self.kind == "sign" and self.token == "[":
                self.advance()
                index = self.expression(TERNARY, depth + 1)
                self.expect("]")
                value = indexed(value, index, at)
            else:
                value = indexed(value, self.constant_index(), at)
            depth += 1
            if depth > DEPTH:
                raise ExpressionError(at, f"more than {DEPTH} subscripts", "write it flatter")
        return value

    def constant_index(self) -> Run:
        """Read what stands behind a dot: an index or a key. `.0.1` is two of them, whatever it looks like."""
        start = self.at + 1
        match = KEY.match(self.text, start)
        if match is None:
            raise ExpressionError(
                self.at, "nothing behind the dot", "write an index or a key: channels.0, widths.stage2"
            )
        self.end = match.end()
        self.advance()
        key: int | str = int(match.group()) if match.group().isdigit() and match.end() - start < 20 else match.group()
        return lambda names, most: key


def chain(left: Run, rest: list[tuple[Callable[[Any, Any, int, int], Any], Run, int]]) -> Run:
    """Return what computes operations from left to right."""
    if len(rest) == 1:
        ((only, right, place),) = rest
        return lambda names, most: only(left(names, most), right(names, most), place, most)

    def run(names: Mapping[str, Any], most: int) -> Any:
        value = left(names, most)
        for operation, operand, at in rest:
            value = operation(value, operand(names, most), at, most)
        return value

    return run


def indexed(value: Run, index: Run, at: int) -> Run:
    """Return what takes an element of a list or mapping."""
    return lambda names, most: subscripted(value(names, most), index(names, most), at)


def lookup(name: str, at: int) -> Run:
    """Return what finds a name's value."""

    def run(names: Mapping[str, Any], most: int) -> Any:
        try:
            return names[name]
        except KeyError:
            hint = did_you_mean(name, names, "known here are", "no name is")
            raise ExpressionError(at, f"{name} is not known here", hint) from None

    return run


def number(text: str, at: int) -> int | float:
    """Return the number that digits stand for; a leading zero is an error, as in Python and in YAML 1.2."""
    if len(text) > 400:
        raise ExpressionError(at, f"a number of {len(text)} digits", "write it as a power")
    if text[:2].lower() in ("0x", "0o"):
        return int(text, 0)
    if text.isdigit():
        if len(text) > 1 and text[0] == "0":
            raise ExpressionError(at, f"{text} begins with a zero", f"write {int(text)}, or 0o… for an octal number")
        return int(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ExpressionError(at, f"{text} is too large", "no number is that large")
    return value


def unknown_character(text: str, at: int) -> ExpressionError:
    """Return the error for a character that begins no token."""
    hints = {"=": "compare with ==", "!": "write !=, or not", "&": "write and", "|": "write or", "^": "a power is **"}
    hint = hints.get(text[at], "only numbers, names, operators and functions have")
    return ExpressionError(at, f"{text[at]} has no place in an expression", hint)
