"""Expressions: Python's own values on numbers, exact ones on symbols, and nothing that runs away."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Max, Min, Symbol, floor

from macflops.closed_form import written
from macflops.errors import ExpressionError
from macflops.expressions import DEPTH, parse

NAMES: dict[str, Any] = {
    "c_in": 24,
    "stride": 2,
    "width": 0.5,
    "on": True,
    "act": "relu",
    "none": None,
    "channels": [48, 96, 192],
    "widths": {"stage2": 8, 4: 16, 0.5: 32, "deep": {"a": [1, 2]}},
}
PYTHON = {"min": min, "max": max, "round": round, "floor": math.floor, "ceil": math.ceil, "abs": abs, "int": int}


def value(text: str) -> Any:
    """Return an expression's value."""
    return parse(text).evaluate(NAMES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4", 3),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("7 // 2 * 2 + 7 % 2", 7),
        ("-7 // 2", -4),
        ("7 / 2", 3.5),
        ("(1 + 2) * 3", 9),
        ("- - 1", 1),
        ("+1 - -1", 2),
        (".5 + 1.", 1.5),
        ("1e3", 1000.0),
        ("0x1F + 0o17", 46),
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("1 == 1.0 != 2", True),
        ("3 > 2 >= 2", True),
        ("act == act", True),
        ("not 1 == 2", True),
        ("not on and 0", False),
        ("0 or 5", 5),
        ("3 and 5", 5),
        ("none or 2", 2),
        ("1 and 0 or 7", 7),
        ("1 if on else 2", 1),
        ("1 if 0 else 2 if 0 else 3", 3),
        ("(1 if on else 2) + 1", 2),
        ("on + 1", 2),
        ("channels[1]", 96),
        ("channels.1", 96),
        ("channels[-1]", 192),
        ("channels[stride - 1] // 2", 48),
        ("channels[1.0]", 96),
        ("widths.stage2", 8),
        ("widths[4]", 16),
        ("widths.4", 16),
        ("widths[width]", 32),
        ("widths[8 / 2]", 16),
        ("widths.deep.a.1", 2),
        ("widths.deep.a[0]", 1),
        ("true", True),
        ("false", False),
        ("null", None),
        ("act", "relu"),
        ("min(c_in, 8, 16)", 8),
        ("max(channels)", 192),
        ("round(2.5)", 2),
        ("round(3.5)", 4),
        ("round(48 * width)", 24),
        ("floor(-1.5)", -2),
        ("ceil(1.2)", 2),
        ("int(-1.7)", -1),
        ("abs(-3)", 3),
        ("10 ** 17 + 1", 10**17 + 1),
        ("make_divisible(24 * 0.35, 8)", 8),
        ("make_divisible(33, 8)", 32),
        ("make_divisible(11.2, 8)", 16),
        ("make_divisible(19, 8)", 24),
        ("make_divisible(3, 8)", 8),
        ("make_divisible(1280 * 1.4, 8)", 1792),
    ],
)
def test_expressions_mean_what_they_mean_in_python(text: str, expected: Any) -> None:
    assert value(text) == expected
    assert type(value(text)) is type(expected)


def test_make_divisible_is_mobilenets() -> None:
    def reference(v: float, divisor: int) -> int:  # tensorflow/models, research/slim/nets/mobilenet/mobilenet.py
        new = max(divisor, int(v + divisor / 2) // divisor * divisor)
        return new + divisor if new < 0.9 * v else new

    for width in range(1, 400):
        for divisor in (1, 3, 8, 16):
            assert value(f"make_divisible({width} * 0.7, {divisor})") == reference(width * 0.7, divisor)


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("", 0, "'' ends too early"),
        ("1 +", 3, "'1 +' ends too early"),
        ("1 2", 2, "'2' makes no sense here in '1 2'"),
        ("(1", 2, "'(1' ends too early: ) is missing"),
        ("1)", 1, "')' makes no sense here in '1)'"),
        ("* 2", 0, "'*' makes"),
        ("c_im", 0, "c_im is not known here"),
        ("1 + nil", 4, "nil is not known"),
        ("1_000", 0, "1_000 is no number"),
        ("007", 0, "007 begins with a zero"),
        ("3x", 0, "3x is no number"),
        ("1 / (2 - 2)", 2, "division by zero"),
        ("1 % 0", 2, "division by zero"),
        ("1.0 // 0", 4, "division by zero"),
        ("0 ** -1", 2, "0 to a negative power"),
        ("(-8) ** .5", 5, "-8 ** 0.5 is no real number"),
        ("channels[3]", 8, "no element 3"),
        ("channels.3", 8, "no element 3"),
        ("channels[0.5]", 8, "0.5 is no index of a list"),
        ("widths.x", 6, "x is no key"),
        ("c_in.0", 4, "24 has no elements"),
        ("act + 1", 4, "+ of relu, which is a name"),
        ("-act", 0, "- of relu"),
        ("channels * 2", 9, "* of [48, 96, 192]"),
        ("act < 1", 4, "< of relu"),
        ("min(act)", 0, "min of relu"),
        ("min()", 0, "min of 0 arguments"),
        ("abs(1, 2)", 0, "abs of 2"),
        ("sqrt(4)", 0, "sqrt is no function"),
        ("c_in(1)", 0, "c_in is no function"),
        ("[1]", 0, "a list has no place"),
        ("'a'", 0, "' has no place"),
        ("a = 1", 2, "= has no place"),
        ("1 if 2", 6, "'1 if 2' ends too early: else is missing"),
        ("__import__('os')", 0, "__import__ is no function"),
        ("c_in.real", 4, "24 has no elements"),
        ("lambda: 1", 6, ": has no"),
        ("2 ** 2 ** 60", 7, "a number over 10 ** 18"),
        ("10 ** 10 ** 10", 3, "a number over"),
        ("9 ** 99", 2, "a number over"),
        ("10 ** 18 * 10", 9, "a number over"),
        ("1e308 * 1e308", 6, "a number over"),
        ("1e999", 0, "1e999 is too large"),
        ("2.0 ** 99999", 4, "a number over"),
        ("1" * 500, 0, "a number of 500 digits"),
        ("1 < act", 2, "< of"),
        ("make_divisible(8, 0)", 0, "make_divisible by 0"),
        ("widths.", 6, "nothing behind the dot"),
        ("1 & 2", 2, "& has no place"),
    ],
)
def test_a_mistake_has_its_column(text: str, column: int, what: str) -> None:
    start = time.process_time()
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert caught.value.what.startswith(what)
    assert (caught.value.column, bool(caught.value.hint)) == (column, True)
    assert time.process_time() - start < 0.5


def test_length_costs_no_depth_and_depth_is_bounded() -> None:
    assert value(" + ".join(["1"] * 20_000)) == 20_000
    assert value(" or ".join(["0"] * 20_000)) == 0
    assert value("(" * (DEPTH - 1) + "1" + ")" * (DEPTH - 1)) == 1
    for deep in (
        "(" * 10_000,
        "-" * 10_000 + "1",
        "not " * 10_000 + "1",
        "2 ** " * 10_000 + "1",
        "1 if 1 else " * 8_000 + "1",
        "min(" * 10_000,
        "x[" * 10_000,
        "channels" + ".0" * 10_000,
    ):
        with pytest.raises(ExpressionError, match=r"levels|subscripts"):
            parse(deep)
    with pytest.raises(ExpressionError, match="characters"):
        parse("1" * 200_000)


def test_an_expression_knows_its_names() -> None:
    expression = parse(" min(a, b.c[d]) if true else a ")
    assert expression.names == {"a", "b", "d"}
    assert (expression.identifier, parse("a").identifier, parse("true").identifier) == (None, "a", None)


OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", "and", "or"]
LEAVES = st.one_of(st.integers(0, 20).map(str), st.sampled_from(["0.5", "1.25", "a", "b", "c"]))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        inner.map("not ({})".format),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(st.sampled_from(["round", "floor", "ceil", "int", "abs"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
    ),
    max_leaves=12,
)


@given(TREES, st.integers(-9, 9), st.integers(1, 50), st.floats(-4, 4).map(lambda x: round(x, 2)))
def test_random_expressions_have_pythons_value(text: str, a: int, b: int, c: float) -> None:
    names = {"a": a, "b": b, "c": c}
    try:
        found: Any = parse(text).evaluate(names, 10**60)
    except ExpressionError as error:
        assume("number over" not in error.what)  # Python would compute it, for however long
        found = None
    try:
        expected = eval(text, {"__builtins__": PYTHON}, names)
    except (ZeroDivisionError, OverflowError, TypeError, SyntaxError):
        expected = None
    if found is None:  # what has no value, or one that is no number of ours
        assert expected is None or isinstance(expected, complex) or abs(expected) > 10**50
    elif expected is not None:
        assert found == expected


H, W = (Symbol(name, integer=True, positive=True) for name in "HW")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H * 2 + 1", 2 * H + 1),
        ("H // 2", floor(H / 2)),
        ("(H + 1) // 2 * W", floor((H + 1) / 2) * W),
        ("H / 2", H / 2),
        ("floor(H / 2)", floor(H / 2)),
        ("int(H / 2)", floor(H / 2)),
        ("ceil(H)", H),
        ("round(H)", H),
        ("min(H, 7)", Min(H, 7)),
        ("max(H, W)", Max(H, W)),
        ("H - H", 0),
        ("H / H", 1),
        ("H > 0", True),
        ("2 * H > H", True),
        ("H == H", True),
        ("H != H + 1", True),
        ("H and 3", 3),
        ("1 if H else 2", 1),
        ("abs(H)", H),
        ("H ** 2", H**2),
        ("2 ** H", 2**H),
        ("-H", -H),
    ],
)
def test_symbols_give_closed_forms(text: str, expected: Any) -> None:
    assert parse(text).evaluate({"H": H, "W": W}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "H > 5",
        "H == W",
        "1 if H > 3 else 2",
        "not H - 1",
        "round(H / 2)",
        "H ** 10 ** 9 * 2",
        "make_divisible(H, 8)",
        "H // 0",
        "channels[H]",
    ],
)
def test_what_symbols_leave_open_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text).evaluate({"H": H, "W": W, "channels": [1]})


@given(TREES, st.integers(1, 9), st.integers(1, 50))
def test_a_symbol_gives_what_its_number_gives(text: str, a: int, b: int) -> None:
    assume(
        "**" not in text
        and "." not in text
        and "c" not in text.replace("ceil", "")
        and "/ " not in text.replace("// ", "")
    )
    symbols = {name: Symbol(name, integer=True, positive=True) for name in "ab"}
    try:
        closed = parse(text).evaluate(symbols, 10**60)
        number = parse(text).evaluate({"a": a, "b": b}, 10**60)
    except ExpressionError:
        return
    assert (
        int(
            getattr(closed, "subs", lambda _: closed)(
                {"a": a, "b": b, **{symbols[n]: v for n, v in (("a", a), ("b", b))}}
            )
        )
        == number
    )


def test_a_closed_form_can_be_pasted_back() -> None:
    closed = 3 * floor((H - 1) / 2) * W**2 + Min(H, W) + 12
    text = written(closed)
    assert isinstance(text, str)
    assert parse(text).evaluate({"H": 11, "W": 7}) == closed.subs({H: 11, W: 7})
