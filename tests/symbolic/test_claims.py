"""Claims against what is known of them: by hand, by textbooks, and by evaluating each counterexample anew."""

from __future__ import annotations

import json
import math
import sys
import time
from fractions import Fraction

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from macflops.cli.prove import command
from macflops.errors import ExpressionError, SourceError
from macflops.schemas import find as schema
from macflops.symbolic.claims import decide, read
from macflops.symbolic.claims import smt as second
from macflops.symbolic.claims.algebra import proves
from macflops.symbolic.claims.decide import decided
from macflops.symbolic.claims.exact import holds
from macflops.symbolic.claims.terms import integer_root

TRUE: list[tuple[str, tuple[str, ...]]] = [
    ("h*w*(c1 + c2) + c1*c2 >= 2*h*w*sqrt(c1*c2) + c1*c2", ()),
    ("M >= 2*sqrt(h*w*B) + B/(h*w)", ("M == h*w*(c1 + c2) + c1*c2", "B == h*w*c1*c2")),
    ("a**3 + b**3 + c**3 >= 3*a*b*c", ()),
    ("x + 1/x >= 2", ()),
    ("0.1*3 == 0.3", ()),
    ("1/3*3 == 1", ()),
    ("max(a, b) >= (a + b)/2 >= min(a, b)", ()),
    ("x // 1 <= x < x // 1 + 1", ()),
    ("sqrt(x - 1) >= 0", ("x >= 1",)),
    ("(x + y)**(1/2) <= sqrt(x) + y**0.5", ()),
    ("not a > b or a + 1 > b", ()),
    ("2**100 > 2**99", ()),
    ("a >= 1", ("a == b and b > 2",)),
    ("a >= c", ("a == b == c",)),
    ("x >= 1", ("x % 1 == 0",)),
    ("x == y", ("x*x == 2", "y*y == 2")),
    ("x > 5", ("x > 4", "x < 3")),
]
FALSE: list[tuple[str, tuple[str, ...]]] = [
    ("h*w*(c1 + c2) >= 3*h*w*sqrt(c1*c2)", ()),
    ("c1 + c2 > 2*sqrt(c1*c2)", ()),
    ("x >= sqrt(x)", ()),
    ("x**2 + y**2 != 25", ()),
    ("x < 1000000", ()),
    ("x > 0.000001", ()),
    ("B/c1 >= B/c2", ("B == c1*c2*7",)),
    ("(x - 1)**2 > 0", ()),
    ("1 > 2", ()),
    ("a == b", ("a*b == 4", "a + b == 5")),
    ("x < 2**200", ()),
    ("a/(b + c) + b/(c + a) + c/(a + b) > 3/2", ()),
]
OPEN: list[tuple[str, tuple[str, ...]]] = [
    ("x**2 != 2", ()),
    ("(x - 1)/(x - 1) == 1", ()),
    ("sqrt(x - 1) >= 0", ()),
    ("x**y > 0", ()),
    ("x > 1.4142135624", ("x*x == 2",)),
    ("1/(x - x) > 0", ()),
    ("x > 2", ("1/0 > 1",)),
]


@pytest.mark.parametrize(("claim", "assume"), TRUE)
def test_true_claims_are_proved(claim: str, assume: tuple[str, ...]) -> None:
    assert decided(read(claim), [read(text) for text in assume]).verdict == "proved"


@pytest.mark.parametrize(("claim", "assume"), FALSE)
def test_false_claims_are_refuted_by_a_point_that_is_one(claim: str, assume: tuple[str, ...]) -> None:
    verdict = decided(read(claim), [read(text) for text in assume])
    assert verdict.verdict == "refuted"
    assert verdict.counterexample is not None
    point = {name: Fraction(value) for name, value in verdict.counterexample.items()}
    assert all(value > 0 for value in point.values())
    python = {name: float(value) for name, value in point.items()} | {"sqrt": math.sqrt}
    assert all(math.isclose(*map(float, sides(text, point))) for text in assume)
    assert not eval(claim, python)


def sides(text: str, point: dict[str, Fraction]) -> list[Fraction]:
    return [eval(side, dict(point)) for side in text.split("==")]


@pytest.mark.parametrize(("claim", "assume"), OPEN)
def test_what_is_neither_is_unknown(claim: str, assume: tuple[str, ...]) -> None:
    assert decided(read(claim), [read(text) for text in assume]).verdict == "unknown"


@pytest.mark.parametrize(("claim", "assume"), TRUE + FALSE + OPEN)
def test_without_z3_no_verdict_is_wrong(claim: str, assume: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    lists = (("proved", TRUE), ("refuted", FALSE), ("unknown", OPEN))
    known = {case: verdict for verdict, cases in lists for case in cases}
    monkeypatch.setattr(second, "installed", lambda: False)
    assert decided(read(claim), [read(text) for text in assume]).verdict in (known[claim, assume], "unknown")
    if not assume and proves(read(claim)):
        assert known[claim, assume] == "proved"


@given(st.fractions(0, 50), st.fractions(0, 50), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_exact_numbers_compare_roots_as_squares_do(a: Fraction, b: Fraction, sign: str) -> None:
    known = eval(f"a {sign} b", {"a": a, "b": b})
    found = holds(read(f"sqrt(a) {sign} sqrt(b)"), {"a": a, "b": b})
    assert found is known or (found is None and a == b)


@given(st.integers(0, 2**300), st.integers(2, 7), st.integers(-1, 1))
def test_integer_roots_are_the_largest_below(number: int, degree: int, beside: int) -> None:
    for value in (number, max(0, (number % 1000) ** degree + beside)):
        root = integer_root(value, degree)
        assert root**degree <= value < (root + 1) ** degree


@given(st.integers(-5, 5), st.integers(-5, 5))
@settings(max_examples=25)
def test_quadratic_forms_are_decided_as_their_discriminants_say(p: int, q: int) -> None:
    verdict = decided(read(f"x*x + {p}*x + {q} > 0"), [])
    disc = p * p - 4 * q
    has_root = disc >= 0 and (-p + math.sqrt(disc)) / 2 > 0
    touches = disc == 0 and p < 0
    if not has_root:
        assert verdict.verdict == "proved"
    elif not touches or p % 2 == 0:
        assert verdict.verdict == "refuted"


@pytest.mark.parametrize(
    "text",
    ["x", "x >=", "x => 1", "__import__('os')", "x.y > 1", "[1] > 0", "x[0] > 1", "a if b else c", "1 if x else 2 > 1",
     "sqrt(x, y) > 1",
      "foo(x) > 1", "true", "x > 1 + (y > 2)", "not x", "x and y", "1e999 > x", "x" * 3000, "(" * 200 + "x",
     "x = 1", "x > 'a'", ""],
)  # fmt: skip
def test_what_is_no_claim_is_refused_in_one_line(text: str) -> None:
    with pytest.raises((ExpressionError, SourceError)):
        decided(read(text), [])


@pytest.mark.parametrize("text", ["x >=", "x => 1", "x > 1 + (y > 2)", "x"])
def test_the_command_refuses_in_one_line(text: str) -> None:
    with pytest.raises(SourceError, match=r"^--claim:1:\d+: error: .* \(.*\)$"):
        decide(text)


@pytest.mark.parametrize(
    "text", ["(a + b + c + d + e + f)**64 >= a*b", "2**64**64 > x", "x**64**64 > 1", "9**9**9**9 > x"]
)
def test_no_claim_takes_longer_than_ten_seconds(text: str) -> None:
    start = time.process_time()
    assert decide(text).verdict in ("unknown", "refuted")
    assert time.process_time() - start < 10


def test_the_command_answers_in_json_and_by_its_exit_status() -> None:
    def ran(*arguments: str) -> tuple[int, dict[str, object]]:
        result = CliRunner().invoke(command, [*arguments, "--format", "json"])
        return result.exit_code, json.loads(result.output)

    for claim in ("a + b >= 2*sqrt(a*b)", "a > b", "a**b > 0"):
        jsonschema.validate(ran("--claim", claim)[1], schema("claim"))
    assert ran("--claim", "a + b >= 2*sqrt(a*b)")[1]["verdict"] == "proved"
    status, document = ran("--claim", "a >= 1", "--assume", "2*a >= 1", "--assume", "2*a <= 1")
    assert (status, document["verdict"], document["counterexample"]) == (1, "refuted", {"a": "1/2"})


def test_z3_s_numbers_are_not_sympy_s() -> None:
    before = set(sys.modules)
    assert second.ask(read("a + b >= 2*sqrt(a*b)"), [], 5).proved
    assert not any(name.startswith("sympy") for name in set(sys.modules) - before)
