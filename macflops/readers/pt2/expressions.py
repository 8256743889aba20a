"""Dimensions as the archive writes them: SymPy's notation, read by a parser of our own. Nothing is evaluated."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from macflops.arithmetic import exact_div, floor_div, is_integer, is_symbolic, maximum, minimum

LONGEST = 4000  # characters
LARGEST = 2**63
RELATIONS: dict[str, Callable[[Any], Any]] = {  # of a difference
    "StrictGreaterThan": lambda far: far > 0,
    "StrictLessThan": lambda far: far < 0,
    "GreaterThan": lambda far: far >= 0,
    "LessThan": lambda far: far <= 0,
    "Equality": lambda far: True if far == 0 else None if is_symbolic(far) else False,
    "Unequality": lambda far: False if far == 0 else None if is_symbolic(far) else True,
}


class NotRead(Exception):
    """An expression that is not known."""


def dimension(text: str, named: Callable[[str], Any]) -> Any:
    """Return the dimension that an expression is, in what `named` makes of each symbol. Raises NotRead."""
    if len(text) > LONGEST:
        raise NotRead
    try:
        return value(ast.parse(text, mode="eval").body, named)
    except (SyntaxError, ValueError, RecursionError, MemoryError, ArithmeticError, TypeError, IndexError):
        raise NotRead from None


def value(node: ast.expr, named: Callable[[str], Any]) -> Any:
    """Return what a part of an expression is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return within(node.value)
    if isinstance(node, ast.Name):
        return named(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -value(node.operand, named)
    if isinstance(node, ast.BinOp):
        name = {
            ast.Add: "Add",
            ast.Sub: "Sub",
            ast.Mult: "Mul",
            ast.FloorDiv: "FloorDiv",
            ast.Mod: "Mod",
            ast.Pow: "Pow",
        }
        return combined(name.get(type(node.op), ""), [value(node.left, named), value(node.right, named)])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "Symbol" and isinstance(node.args[0], ast.Constant):
            return named(str(node.args[0].value))
        return combined(node.func.id, [value(part, named) for part in node.args])
    raise NotRead


def combined(name: str, parts: list[Any]) -> Any:
    """Return a function of some parts."""
    if name == "Integer":
        return parts[0]
    if name == "Pow":
        base, exponent = parts
        if not is_integer(exponent) or not 0 <= exponent <= 8:
            raise NotRead
        return within(base**exponent)
    binary: dict[str, Callable[[Any, Any], Any]] = {
        "Add": lambda a, b: a + b,
        "Sub": lambda a, b: a - b,
        "Mul": lambda a, b: a * b,
        "FloorDiv": floor_div,
        "CleanDiv": exact_div,
        "Mod": lambda a, b: a - floor_div(a, b) * b,
        "PythonMod": lambda a, b: a - floor_div(a, b) * b,
        "Max": maximum,
        "Min": minimum,
    }
    if name in RELATIONS:
        first, second = parts
        return RELATIONS[name](first - second)
    if name not in binary or not parts:
        raise NotRead
    found = parts[0]
    for part in parts[1:]:
        found = within(binary[name](found, part))
    return found


def within(number: Any) -> Any:
    """Return a number that 64 bits hold. Raises NotRead for one that they do not."""
    if is_integer(number) and abs(number) >= LARGEST:
        raise NotRead
    return number
