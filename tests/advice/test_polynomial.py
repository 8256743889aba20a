"""A polynomial computes at any widths what integers do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from macflops.advice.polynomial import Polynomial, at, exact, total, variable_of
from macflops.arithmetic import ceil_div, exact_div, floor_div, size

VALUES = st.lists(st.integers(1, 99), min_size=3, max_size=3)


@st.composite
def expressions(draw: st.DrawFn) -> Any:
    """Draw a polynomial in three variables, or an integer."""
    found: Any = draw(st.integers(-9, 9))
    for _ in range(draw(st.integers(0, 4))):
        variable = variable_of(draw(st.integers(0, 2)))
        found = draw(st.sampled_from([found + variable, found - variable, found * 2, found * variable, 3 - found]))
        assume(not isinstance(found, Polynomial) or max(map(len, found.terms)) <= 3)
    return found


@given(expressions(), expressions(), VALUES)
def test_sums_differences_and_products_are_those_of_the_values(one: Any, other: Any, values: list[int]) -> None:
    a, b = at(one, values), at(other, values)
    assert at(one + other, values) == a + b
    assert at(one - other, values) == a - b
    assert at(one * other, values) == a * b
    assert at(size((one, other, 2)), values) == 2 * a * b
    assert at(total([one, other, 1, one]), values) == 2 * a + b + 1


@given(expressions(), expressions(), VALUES)
def test_a_quotient_times_its_divisor_is_the_dividend(one: Any, other: Any, values: list[int]) -> None:
    assume(isinstance(one * other, Polynomial) and (isinstance(other, Polynomial) or other))
    assert exact_div(one * other, other) == one
    assert at(exact(one * 6, 3), values) == 2 * at(one, values)


@given(expressions(), expressions(), VALUES)
def test_equal_polynomials_are_equal_numbers_with_equal_hashes(one: Any, other: Any, values: list[int]) -> None:
    assert (one + other) * 2 == other * 2 + 2 * one
    assert hash((one + other) * 2) == hash(other * 2 + 2 * one)
    if one == other:
        assert at(one, values) == at(other, values)


@given(expressions(), st.lists(expressions(), min_size=3, max_size=3), VALUES)
def test_substitution_is_evaluation_in_two_steps(one: Any, others: list[Any], values: list[int]) -> None:
    inner = [at(other, values) for other in others]
    found = one.substituted(dict(enumerate(others))) if isinstance(one, Polynomial) else one
    assert at(found, values) == at(one, inner)


def test_halves_are_kept_until_they_are_whole() -> None:
    half: Any = exact_div(variable_of(0), 2)  # type: ignore[arg-type]
    assert half + half == variable_of(0)
    assert at(half, [6]) == 3
    with pytest.raises(ArithmeticError):
        at(half, [7])


def test_what_has_no_exact_result_is_refused() -> None:
    x, y = variable_of(0), variable_of(1)
    with pytest.raises(ArithmeticError):
        exact_div(x + 1, y)  # type: ignore[arg-type]
    with pytest.raises(ArithmeticError):
        floor_div(x, 2)  # type: ignore[arg-type]
    assert ceil_div(x * 4, 2) == 2 * x
    with pytest.raises(TypeError):
        assert x < y  # type: ignore[operator]
