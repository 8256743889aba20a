"""Arithmetic on single elements of tensors that are followed: integers, floats, booleans, and symbols for dimensions.

Each function returns None where the result is not known, or beyond all limits.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

from macflops.arithmetic import exact_div, floor_div, is_symbolic, maximum, minimum, surely

MOST = 2**63  # what 64 bits hold


def plain(number: Any) -> Any:
    """Return a float without a fraction as an integer, so that symbols stay exact."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def whole(number: Any) -> Any:
    """Return a symbol's expression that came out as a whole number as an integer."""
    return int(number) if getattr(number, "is_Integer", False) else number


def divided(a: Any, b: Any) -> Any:
    """Return a ÷ b: of integers the quotient rounded towards zero, as ONNX has it."""
    if isinstance(a, int) and isinstance(b, int):
        return (abs(a) // abs(b)) * (1 if (a >= 0) == (b >= 0) else -1) if b else None
    if is_symbolic(a) or is_symbolic(b):
        return None if b == 0 else floor_div(a, b)
    return a / b if b else None


def quotient(a: Any, b: Any) -> Any:
    """Return a ÷ b as fractions have it."""
    if is_symbolic(a) or is_symbolic(b):
        return None if b == 0 else exact_div(plain(a), plain(b))
    return a / b if b else None


def power(a: Any, b: Any) -> Any:
    """Return a to the power of b, where it stays small."""
    if is_symbolic(b) or not -64 <= b <= 64 or (not is_symbolic(a) and abs(a) > 2**31):
        return None
    return plain(a) ** plain(b) if is_symbolic(a) else a**b


def modulo(a: Any, b: Any) -> Any:
    """Return a modulo b, with b's sign."""
    if b == 0:
        return None
    return a - floor_div(a, b) * b if is_symbolic(a) or is_symbolic(b) else a % b


def equal(a: Any, b: Any) -> Any:
    """Tell whether two are equal, None where symbols leave it open: a dimension is positive, and no -1."""
    difference = a - b
    return difference.is_zero if is_symbolic(difference) else bool(difference == 0)


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "Add": lambda a, b: a + b,
    "Sub": lambda a, b: a - b,
    "Mul": lambda a, b: a * b,
    "Div": divided,
    "Pow": power,
    "Mod": modulo,
    "Max": lambda a, b: maximum(a, b) if is_symbolic(a) or is_symbolic(b) else max(a, b),
    "Min": lambda a, b: minimum(a, b) if is_symbolic(a) or is_symbolic(b) else min(a, b),
    "Equal": equal,
    "Less": lambda a, b: surely(a < b),
    "LessOrEqual": lambda a, b: surely(a <= b),
    "Greater": lambda a, b: surely(a > b),
    "GreaterOrEqual": lambda a, b: surely(a >= b),
    "And": lambda a, b: a and b,
    "Or": lambda a, b: a or b,
    "Xor": lambda a, b: bool(a) != bool(b),
    "BitwiseAnd": lambda a, b: a & b,
    "BitwiseOr": lambda a, b: a | b,
    "BitwiseXor": lambda a, b: a ^ b,
    "PRelu": lambda a, b: a if a >= 0 else a * b,
}
BINARY["Sum"] = BINARY["Add"]


def floored(a: Any) -> Any:
    """Return the largest integer not above a number, as a float has it."""
    if not is_symbolic(a):
        return float(math.floor(a))
    numerator, denominator = a.as_numer_denom()
    return floor_div(numerator, denominator)


UNARY: dict[str, Callable[[Any], Any]] = {
    "Neg": lambda a: -a,
    "Abs": abs,
    "Floor": floored,
    "Ceil": lambda a: -floored(-a),
    "Round": lambda a: float(round(a)),
    "Not": lambda a: not a,
    "Sqrt": lambda a: math.sqrt(a) if a >= 0 else None,
    "Reciprocal": lambda a: 1 / a if a else None,
    "Sign": lambda a: type(a)((a > 0) - (a < 0)),
    "Identity": lambda a: a,
    "Exp": math.exp,
    "Log": lambda a: math.log(a) if a > 0 else None,
    "Sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "Relu": lambda a: max(a, type(a)(0)),
    "IsNaN": math.isnan,
    "BitwiseNot": lambda a: ~a,
    **{
        name: getattr(math, name.lower())
        for name in (
            "Sin",
            "Cos",
            "Tan",
            "Sinh",
            "Cosh",
            "Tanh",
            "Asin",
            "Acos",
            "Atan",
            "Asinh",
            "Acosh",
            "Atanh",
            "Erf",
        )
    },
}


def applied(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return a function's value, or None where it has none or is beyond what 64 bits hold."""
    try:
        pair = tuple(map(plain, arguments)) if any(map(is_symbolic, arguments)) else arguments
        found = whole(function(*pair))
        return None if found is None or (not is_symbolic(found) and abs(found) > MOST) else found
    except (ArithmeticError, TypeError, ValueError):
        return None


def rounded(numbers: tuple[Any, ...], dtype: str) -> tuple[Any, ...]:
    """Return elements as a type holds them: floats to the nearest, integers wrapped."""
    if dtype in ("float32", "float16"):
        letter = "f" if dtype == "float32" else "e"
        return tuple(
            struct.unpack(letter, struct.pack(letter, n))[0] if isinstance(n, float) and abs(n) < 6e4 else n
            for n in numbers
        )
    if dtype in SMALL:
        bits, signed = SMALL[dtype]
        half = 1 << (bits - 1) if signed else 0
        return tuple((n + half) % (1 << bits) - half if type(n) is int else n for n in numbers)
    return numbers


SMALL = {
    **{f"int{bits}": (bits, True) for bits in (8, 16, 32)},
    **{f"uint{bits}": (bits, False) for bits in (8, 16, 32, 64)},
}


def cast(number: Any, to: str) -> Any:
    """Return a number as one of another type."""
    if is_symbolic(number):
        if to != "bool" and "float" not in to and not number.is_integer:
            numerator, denominator = number.as_numer_denom()
            return floor_div(numerator, denominator)
        return number if to != "bool" else True  # a dimension is at least 1
    if to == "bool":
        return bool(number)
    if "float" in to:
        return float(number)
    return int(number) if "int" in to and math.isfinite(number) else None
