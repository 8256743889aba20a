"""What a scalar means: YAML 1.2's core schema, and nothing of YAML 1.1 (`no`, `on`, `3:44` and `1_000` are strings)."""

from __future__ import annotations

import re

from macflops.errors import ExpressionError
from macflops.expressions import Expression, number, parse

Constant = int | float | bool | None

WORDS: dict[str, Constant] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
NUMBER = re.compile(r"[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\Z")
INFINITE = {sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")} | {".nan", ".NaN", ".NAN"}
# What YAML 1.1 took for a boolean, and 1.2 does not.
NO_LONGER_BOOLEAN = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def resolved(text: str, plain: bool) -> Constant | Expression:
    """Return the constant that a scalar is, or the expression that a string is. Raises ExpressionError for neither."""
    if plain:
        if text.isdigit() and text.isascii() and (text[0] != "0" or text == "0") and len(text) < 20:
            return int(text)
        if text in WORDS:
            return WORDS[text]
        if NUMBER.match(text):
            sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
            value = number(digits, 0)
            return -value if sign == "-" else value
        if text in INFINITE:
            raise ExpressionError(0, f"{text} is no number here", "write a finite one")
    if not text.strip():
        raise ExpressionError(0, "an empty text", "write a number, a name or an expression")
    return parse(text)
