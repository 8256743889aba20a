"""What is left out of a maximum is never the greatest: at random sizes, and at those of whole networks."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import macflops
from macflops.dominance import undominated

H, W = (sympy.Symbol(name, integer=True, positive=True) for name in "HW")
Z = sympy.Symbol("Z", integer=True, nonnegative=True)


@st.composite
def sides(draw: st.DrawFn) -> Any:
    """A symbol, or the floor of one."""
    symbol = draw(st.sampled_from([H, W, Z]))
    divisor = draw(st.sampled_from([1, 2, 3, 4, 8, 12]))
    offset = draw(st.sampled_from([divisor - 1, divisor - 1, 0, -1, -3, 5]))
    return symbol if divisor == 1 else sympy.floor((symbol + offset) / divisor)


@st.composite
def forms(draw: st.DrawFn) -> Any:
    """A sum of products of sides, sometimes of what is no side at all."""
    terms = []
    for _ in range(draw(st.integers(1, 3))):
        factors = draw(st.lists(sides(), max_size=3))
        terms.append(draw(st.sampled_from([-3, -1, 1, 2, 5, 64, sympy.Rational(1, 2)])) * sympy.Mul(*factors))
    if draw(st.integers(0, 9)) == 0:
        terms.append(sympy.Max(H, 7 * W))
    return sympy.expand(sympy.Add(*terms))


@settings(max_examples=40)
@given(st.lists(forms(), min_size=1, max_size=8), st.lists(st.integers(0, 40), min_size=9, max_size=9))
def test_the_greatest_is_among_those_that_are_kept(given_forms: list[Any], values: list[int]) -> None:
    kept = undominated(given_forms)
    assert kept
    for h, w, z in (values[:3], values[3:6], values[6:], (0, 0, 0), (0, 40, 1)):
        at = {H: h + 1, W: w + 1, Z: z}
        assert max(form.subs(at) for form in kept) == max(form.subs(at) for form in given_forms)


@pytest.mark.parametrize(
    ("all_of_them", "left"),
    [
        ([3 * H * W, 64 * H * W, 1000 * H], [64 * H * W, 1000 * H]),
        ([63, 64 * H * W - H, H], [64 * H * W - H]),  # at least 63
        ([64, 64 * H * W - H], [64, 64 * H * W - H]),
        ([Z, 1, 2 * Z], [1, 2 * Z]),  # Z may be 0
        ([sympy.floor((H + 3) / 4), sympy.floor((H + 1) / 2)], [sympy.floor((H + 1) / 2)]),
        ([H, 2 * sympy.floor((H + 1) / 2)], [2 * sympy.floor((H + 1) / 2)]),
        ([H, 2 * sympy.floor(H / 2)], [H, 2 * sympy.floor(H / 2)]),  # not seen to be less
        ([H, H - W, sympy.Max(H, W)], [H, sympy.Max(H, W)]),  # what is no polynomial is left alone
    ],
)
def test_only_what_is_never_the_greatest_is_left_out(all_of_them: list[Any], left: list[Any]) -> None:
    assert undominated([sympy.sympify(form) for form in all_of_them]) == left


@pytest.mark.parametrize(("network", "most"), [("squeezenet1_1", 12), ("resnet18", 8)])
def test_the_peak_in_closed_form_is_short_and_exact(network: str, most: int) -> None:
    peak: Any = macflops.count(f"zoo:{network}", input_shape="1x3xHxW").totals.peak_activation_bytes
    (greatest,) = peak.atoms(sympy.Max)
    assert len(greatest.args) <= most
    symbols = {symbol.name: symbol for symbol in peak.free_symbols}
    for h, w in ((37, 300), (224, 224)):
        counted = macflops.count(f"zoo:{network}", input_shape=(1, 3, h, w)).totals.peak_activation_bytes
        assert peak.subs({symbols["H"]: h, symbols["W"]: w}) == counted
