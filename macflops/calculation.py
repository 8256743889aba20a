"""What the operators and functions of expressions compute: Python's own values, but bounded, and exact on symbols.

Each takes the column of the operator, for its errors, and the largest magnitude that a result may have. No result is
computed whose size is not known to be bounded: `2 ** 2 ** 60` is an error at once. Booleans count as 0 and 1.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

from macflops.arithmetic import floor_div, is_symbolic, is_varying, maximum, minimum, one_number, surely
from macflops.errors import ExpressionError
from macflops.spelling import did_you_mean

MAGNITUDE = 10**18  # what numbers may amount to, unless the caller says otherwise


DEEPEST = (
    3  # levels of lists and mappings that a line shows: one that holds itself many times over is a tree without end
)


def described(value: Any, levels: int = DEEPEST) -> str:
    """Return a value as a person would write it, cut to a line."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, (dict, list, tuple)) and not levels:
        text = "…"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{k}: {described(v, levels - 1)}" for k, v in list(value.items())[:8]) + "}"
    elif isinstance(value, (list, tuple)):
        shown = [described(item, levels - 1) for item in value[:8]]
        text = "[" + ", ".join(shown) + (", …]" if len(value) > 8 else "]")
    else:
        text = str(value) if not isinstance(value, int) or abs(value) < 10**80 else "a huge number"
    return text if len(text) <= 80 else text[:79] + "…"


def is_number(value: Any) -> bool:
    """Tell whether a value is a number or a symbol."""
    return isinstance(value, (int, float)) or hasattr(value, "free_symbols") or is_varying(value)


def settled(value: Any) -> Any:
    """Return SymPy's numbers as Python's: what no longer depends on a symbol."""
    if hasattr(value, "free_symbols") and not value.free_symbols:
        return int(value) if value.is_integer else float(value)
    return value


def bounded(value: Any, at: int, most: int) -> Any:
    """Return a result if it is a number of bounded size. Raises ExpressionError otherwise."""
    if type(value) is int:
        if -most <= value <= most:
            return value
        raise too_large(at, most)
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise too_large(at, most)
    if is_varying(value):
        if not -most <= value <= most:
            raise too_large(at, most)
        return value
    return settled(value)


def too_large(at: int, most: int) -> ExpressionError:
    """Return the error for a number over the limit."""
    exponent = len(str(most)) - 1
    limit = f"10 ** {exponent}" if most == 10**exponent else str(most)
    return ExpressionError(
        at, f"a number over {limit}", "is that meant? [tool.macflops.limits] magnitude raises the limit"
    )


def numbers(name: str, at: int, *values: Any) -> list[Any]:
    """Return values, booleans as 0 and 1. Raises ExpressionError unless all are numbers."""
    for value in values:
        if not is_number(value):
            kind = {str: "a name", list: "a list", dict: "a mapping", type(None): "nothing"}.get(type(value), "that")
            raise ExpressionError(at, f"{name} of {described(value)}, which is {kind}", "it takes numbers")
    return [int(value) if isinstance(value, bool) else value for value in values]


def arithmetic(sign: str, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any, int, int], Any]:
    """Return an operation on numbers whose result is hardly larger than they are."""

    def compute(first: Any, second: Any, at: int, most: int) -> Any:
        if not (type(first) is int and type(second) is int):
            first, second = numbers(sign, at, first, second)
        try:
            return bounded(function(first, second), at, most)
        except ZeroDivisionError:
            raise ExpressionError(at, "division by zero", "the divisor has to differ from 0") from None
        except OverflowError:
            raise too_large(at, most) from None

    return compute


def over(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a division that refuses 0, on symbols too (SymPy would go on with infinity)."""

    def divide(dividend: Any, divisor: Any) -> Any:
        if divisor == 0:
            raise ZeroDivisionError
        return function(dividend, divisor)

    return divide


def power(base: Any, exponent: Any, at: int, most: int) -> Any:
    """Return base ** exponent; how large it is going to be is known before it is computed."""
    base, exponent = numbers("**", at, base, exponent)
    if is_varying(base) or is_varying(exponent):
        varying, other = (base, exponent) if is_varying(base) else (exponent, base)
        if is_varying(base):
            return bounded(varying.each(lambda a, b: power(a, b, at, most), other), at, most)
        return bounded(varying.each(lambda b: power(base, b, at, most)), at, most)
    bits = base.bit_length() - 1 if isinstance(base, int) else 0  # at least so many for each multiplication
    if not is_symbolic(exponent) and abs(exponent) * bits > most.bit_length():
        if exponent > 0:
            raise too_large(at, most)
        return 0.0
    if is_symbolic(base) and not is_symbolic(exponent) and abs(exponent) > 64:
        raise ExpressionError(at, f"{described(base)} ** {described(exponent)}", "64 is the highest power of a symbol")
    try:
        value = base**exponent
    except ZeroDivisionError:
        raise ExpressionError(at, "0 to a negative power", "it divides by zero") from None
    except OverflowError:
        raise too_large(at, most) from None
    if isinstance(value, complex):
        raise ExpressionError(
            at, f"{described(base)} ** {described(exponent)} is no real number", "take a positive base"
        )
    return bounded(value, at, most)


def negated(value: Any, at: int, negative: bool) -> Any:
    """Return -value, or +value."""
    (value,) = numbers("-" if negative else "+", at, value)
    return -value if negative else +value


OPERATIONS: dict[str, Callable[[Any, Any, int, int], Any]] = {
    "+": arithmetic("+", operator.add),
    "-": arithmetic("-", operator.sub),
    "*": arithmetic("*", operator.mul),
    "/": arithmetic("/", over(operator.truediv)),
    "//": arithmetic("//", over(floor_div)),
    "%": arithmetic("%", over(operator.mod)),
    "**": power,
}

RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def compared(sign: str, first: Any, second: Any, at: int) -> bool:
    """Return what a comparison says. Raises ExpressionError where symbols leave it open."""
    symbolic = is_symbolic(first) or is_symbolic(second)
    if sign in ("==", "!="):
        if symbolic and is_number(first) and is_number(second) and first != second:
            first, second = numbers(sign, at, first, second)
            difference = first - second
            if not difference.is_nonzero:
                raise undecided(at, f"{first} {sign} {second}", difference)
        return bool(first == second) is (sign == "==")
    first, second = numbers(sign, at, first, second)
    if not symbolic:
        return bool(RELATIONS[sign](first, second))
    answer = surely(RELATIONS[sign](first - second, 0))
    if answer is None:
        raise undecided(at, f"{first} {sign} {second}", first - second)
    return answer


def undecided(at: int, claim: str, value: Any) -> ExpressionError:
    """Return the error for a claim that depends on symbolic dimensions."""
    names = sorted(map(str, value.free_symbols))
    hint = " ".join(f"--set {name}=…" for name in names[:3])
    return ExpressionError(at, f"{claim} depends on {' and '.join(names)}, which is no number yet", f"give {hint}")


def truth(value: Any, at: int) -> bool:
    """Return whether a value counts as true, as in Python: not 0, not null, not empty."""
    if not is_symbolic(value):
        return bool(value)
    if value.is_nonzero:
        return True
    raise undecided(at, str(value), value)


def subscripted(container: Any, index: Any, at: int) -> Any:
    """Return an element of a list by index, or of a mapping by key (which may be a number)."""
    index = one_number(index)
    if isinstance(index, float) and index.is_integer():
        index = int(index)
    if isinstance(container, dict):
        if isinstance(index, (str, int, float)) and index in container:
            return container[index]
        raise ExpressionError(
            at, f"{described(index)} is no key", did_you_mean(described(index), container, "keys are")
        )
    if not isinstance(container, (list, tuple)):
        raise ExpressionError(at, f"{described(container)} has no elements", "only lists and mappings have")
    if type(index) is not int:
        raise ExpressionError(at, f"{described(index)} is no index of a list", "write a whole number")
    if not -len(container) <= index < len(container):
        raise ExpressionError(at, f"no element {index}", f"the list has {len(container)}, and the first is 0")
    return container[index]


def rounding(name: str, plain: Callable[[Any], int]) -> Callable[[int, int, Any], Any]:
    """Return a function from a number to a whole one."""

    def compute(at: int, most: int, value: Any) -> Any:
        (value,) = numbers(name, at, value)
        if is_symbolic(value):
            return symbolic_rounding(name, value, at)
        return bounded(plain(value), at, most)

    return compute


def symbolic_rounding(name: str, value: Any, at: int) -> Any:
    """Return floor or ceil of a symbolic value; the other functions where it surely is whole, or not negative."""
    from macflops.floors import floor_of

    if value.is_integer:
        return value
    if name == "int" and value.is_nonnegative:
        name = "floor"
    if name not in ("floor", "ceil"):
        raise ExpressionError(at, f"{name} of {value}, which is no number yet", "use floor or ceil, or set its symbols")
    return settled(floor_of(value, 1) if name == "floor" else -floor_of(-value, 1))


def absolute(at: int, most: int, value: Any) -> Any:
    """Return a number without its sign."""
    (value,) = numbers("abs", at, value)
    return settled(abs(value))


def extreme(name: str, plain: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return min or max of several numbers, or of a list."""

    def compute(at: int, most: int, *values: Any) -> Any:
        if len(values) == 1 and isinstance(values[0], (list, tuple)):
            values = tuple(values[0])
        if not values:
            raise ExpressionError(at, f"{name} of an empty list", "it takes at least one number")
        values = tuple(numbers(name, at, *values))
        if any(map(is_varying, values)):
            return reduce(minimum if name == "min" else maximum, values)
        if any(map(is_symbolic, values)):
            import sympy

            return settled((sympy.Min if name == "min" else sympy.Max)(*values))
        return plain(values)

    return compute


def make_divisible(at: int, most: int, value: Any, divisor: Any) -> Any:
    """Return the multiple of divisor nearest to value, never under 90 % of it.

    Source: `_make_divisible` in the reference code of MobileNet V2 (tensorflow/models, research/slim/nets/mobilenet).
    """
    numbers("make_divisible", at, value, divisor)
    divisor = one_number(divisor)
    if is_varying(value):
        return value.each(lambda one: make_divisible(at, most, one, divisor))
    if is_symbolic(value) or is_symbolic(divisor):
        raise ExpressionError(at, "make_divisible of what is no number yet", "set its symbols")
    if divisor != int(divisor) or divisor < 1:
        raise ExpressionError(at, f"make_divisible by {described(divisor)}", "the divisor is a whole number from 1")
    divisor = int(divisor)
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return bounded(nearest + divisor if nearest < 0.9 * value else nearest, at, most)


# Each with the least and the most arguments that it takes (None: any number).
FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "min": (extreme("min", min), 1, None),
    "max": (extreme("max", max), 1, None),
    "round": (rounding("round", round), 1, 1),
    "floor": (rounding("floor", math.floor), 1, 1),
    "ceil": (rounding("ceil", math.ceil), 1, 1),
    "abs": (absolute, 1, 1),
    "int": (rounding("int", math.trunc), 1, 1),
    "make_divisible": (make_divisible, 2, 2),
}
