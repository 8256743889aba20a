"""Every exercise takes the right answer and refuses what students write instead: a factor, a swap, a forgotten part."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from math import ceil, isqrt, sqrt
from random import Random
from typing import Any

import numpy as np
import pytest

from macflops.teaching import Checked, check
from macflops.teaching.exercises import find, numbers

Answer = Callable[..., Any]


def pairs(product: int) -> list[tuple[int, int]]:
    """Return all pairs of whole widths of a product, the narrower first."""
    return [(c, product // c) for c in range(1, isqrt(product) + 1) if product % c == 0]


def rank(severity: str) -> int:
    """Return how severe a severity is."""
    return {"note": 0, "warning": 1, "error": 2}[severity]


def worst(severities: tuple[str, ...]) -> int:
    """Return how severe the worst is; -1 of none."""
    return max(map(rank, severities), default=-1)


# The right answers are those of the papers' formulas, written out; the solutions of the notebooks are tested there.
RIGHT: dict[str, Answer] = {
    "1.1": lambda h, w, c1, c2, k, g: h * w * k * k * c1 * c2 // g,
    "1.2": lambda c1, c2, k, g: k * k * c1 * c2 // g + c2,
    "1.3": lambda h, w, c1, c2, k, s, g: s * h * s * w * c1 + h * w * c2 + k * k * c1 * c2 // g,
    "1.4": lambda h, w, c1, c2: 2 * h * w * c1 * c2 / (4 * (h * w * (c1 + c2) + c1 * c2)),
    "2.1": lambda h, w, B: 2 * sqrt(h * w * B) + B / (h * w),
    "2.2": lambda h, w, c1, c2: (h * w * (c1 + c2) + c1 * c2) / (2 * h * w * sqrt(c1 * c2) + c1 * c2),
    "2.3": lambda c1, s: s * s * c1,
    "2.4": lambda h, w, B: pairs(B // (h * w))[-1],
    "3.1": lambda h, w, c1, B, g: h * w * c1 + B * g // c1 + B // (h * w),
    "3.2": lambda c, g: c * sqrt(g),
    "3.3": lambda h, w, c, g: (2 * h * w * c * sqrt(g) + c * c) / (2 * h * w * c + c * c),
    "3.4": lambda h, w, c, k: c > k * k,
    "4.1": lambda times, start: max((i + 1) * start + time for i, time in enumerate(times)),
    "4.2": lambda h, w, c1, c2: 2 * h * w * c2 / (2 * h * w * c2 + h * w * (c1 + c2) + c1 * c2),
    "4.3": lambda h, w, c, m: h * w * (4 * m + 5 * c),
    "4.4": lambda h, w, c, m: h * w * c,
    "5.1": lambda c, m, g: 2 * c * m / (2 * c * m + 9 * m * m / g),
    "5.2": lambda h, w, c, m, g: h * w * (2 * c * m // g + 9 * m),
    "5.3": lambda i, channels, groups: i % groups * (channels // groups) + i // groups,
    "5.4": lambda channels, groups: channels // groups % groups == 0,
    "6.1": lambda h, w, c: h * w * (c * c + 9 * c) // 2,
    "6.2": lambda h, w, c: h * w * (9 * c + c * c + 4 * c * c + 9 * c + c * c),
    "6.3": lambda enters, out, paper: (enters, out - enters) if paper else (out // 2, out // 2),
    "6.4": lambda c, j: c // 2**j,
    "7.1": lambda layers: sum(least for least, _ in layers) / sum(moved for _, moved in layers),
    "7.2": lambda before, after: after / before - 1,
    "7.3": lambda h, w, c1, c2, grain: h * w * ceil(c1 / grain) * ceil(c2 / grain) * grain**2,
    "7.4": lambda severities, fail_on, exceeded: int(bool(exceeded or rank(fail_on) <= worst(severities))),
}
WRONG: dict[str, dict[str, Answer]] = {
    "1.1": {
        "factor 2": lambda h, w, c1, c2, k, g: 2 * h * w * k * k * c1 * c2 // g,
        "no groups": lambda h, w, c1, c2, k, g: h * w * k * k * c1 * c2,
        "groups on both widths": lambda h, w, c1, c2, k, g: h * w * k * k * c1 * c2 // (g * g),
        "one side of the kernel": lambda h, w, c1, c2, k, g: h * w * k * c1 * c2 // g,
        "a square map": lambda h, w, c1, c2, k, g: h * h * k * k * c1 * c2 // g,
        "borders left out": lambda h, w, c1, c2, k, g: (h - k + 1) * (w - k + 1) * k * k * c1 * c2 // g,
    },
    "1.2": {
        "no bias": lambda c1, c2, k, g: k * k * c1 * c2 // g,
        "bias of the input": lambda c1, c2, k, g: k * k * c1 * c2 // g + c1,
        "no groups": lambda c1, c2, k, g: k * k * c1 * c2 + c2,
        "bias divided too": lambda c1, c2, k, g: (k * k * c1 * c2 + c2) // g,
    },
    "1.3": {
        "input as small as the output": lambda h, w, c1, c2, k, s, g: h * w * (c1 + c2) + k * k * c1 * c2 // g,
        "stride once": lambda h, w, c1, c2, k, s, g: s * h * w * c1 + h * w * c2 + k * k * c1 * c2 // g,
        "widths swapped": lambda h, w, c1, c2, k, s, g: s * h * s * w * c2 + h * w * c1 + k * k * c1 * c2 // g,
        "no weights": lambda h, w, c1, c2, k, s, g: s * h * s * w * c1 + h * w * c2,
        "no groups": lambda h, w, c1, c2, k, s, g: s * h * s * w * c1 + h * w * c2 + k * k * c1 * c2,
        "input divided": lambda h, w, c1, c2, k, s, g: s * h * s * w * c1 // g + h * w * c2 + k * k * c1 * c2 // g,
    },
    "1.4": {
        "mult-adds": lambda h, w, c1, c2: h * w * c1 * c2 / (4 * (h * w * (c1 + c2) + c1 * c2)),
        "elements": lambda h, w, c1, c2: 2 * h * w * c1 * c2 / (h * w * (c1 + c2) + c1 * c2),
        "upside down": lambda h, w, c1, c2: 4 * (h * w * (c1 + c2) + c1 * c2) / (2 * h * w * c1 * c2),
        "no weights": lambda h, w, c1, c2: 2 * h * w * c1 * c2 / (4 * h * w * (c1 + c2)),
    },
    "2.1": {
        "no factor 2": lambda h, w, B: sqrt(h * w * B) + B / (h * w),
        "no weights": lambda h, w, B: 2 * sqrt(h * w * B),
        "no map in the root": lambda h, w, B: 2 * sqrt(B) + B / (h * w),
        "a square map": lambda h, w, B: 2 * h * sqrt(B) + B / (h * h),
    },
    "2.2": {
        "maps alone": lambda h, w, c1, c2: (c1 + c2) / (2 * sqrt(c1 * c2)),
        "upside down": lambda h, w, c1, c2: (2 * h * w * sqrt(c1 * c2) + c1 * c2) / (h * w * (c1 + c2) + c1 * c2),
        "the wider alone": lambda h, w, c1, c2: max(c1, c2) / sqrt(c1 * c2),
        "factor 2": lambda h, w, c1, c2: (h * w * (c1 + c2) + c1 * c2) / (h * w * sqrt(c1 * c2) + c1 * c2),
    },
    "2.3": {
        "equal": lambda c1, s: c1,
        "stride once": lambda c1, s: s * c1,
        "narrower": lambda c1, s: c1 // (s * s),
        "always stride 2": lambda c1, s: 4 * c1,
    },
    "2.4": {
        "the root": lambda h, w, B: (isqrt(B // (h * w)), isqrt(B // (h * w))),
        "swapped": lambda h, w, B: RIGHT["2.4"](h, w, B)[::-1],
        "one channel": lambda h, w, B: (1, B // (h * w)),
        "no map": lambda h, w, B: RIGHT["2.4"](1, 1, B),
    },
    "3.1": {
        "no groups": lambda h, w, c1, B, g: h * w * c1 + B // c1 + B // (h * w),
        "divided by groups": lambda h, w, c1, B, g: h * w * c1 + B // (c1 * g) + B // (h * w),
        "weights times groups": lambda h, w, c1, B, g: h * w * c1 + B * g // c1 + B * g // (h * w),
        "output forgotten": lambda h, w, c1, B, g: h * w * c1 + B // (h * w),
    },
    "3.2": {
        "times g": lambda c, g: c * g,
        "narrower": lambda c, g: c / sqrt(g),
        "unchanged": lambda c, g: c,
        "half of g": lambda c, g: c * g // 2,
    },
    "3.3": {
        "the limit alone": lambda h, w, c, g: sqrt(g),
        "weights times g": lambda h, w, c, g: (2 * h * w * c * sqrt(g) + c * c * g) / (2 * h * w * c + c * c),
        "one map": lambda h, w, c, g: (h * w * c * sqrt(g) + c * c) / (h * w * c + c * c),
        "g without root": lambda h, w, c, g: (2 * h * w * c * g + c * c) / (2 * h * w * c + c * c),
    },
    "3.4": {
        "equal counts": lambda h, w, c, k: c >= k * k,
        "k alone": lambda h, w, c, k: c > k,
        "the other way": lambda h, w, c, k: c < k * k,
        "half": lambda h, w, c, k: c > k * k / 2,
        "always": lambda h, w, c, k: True,
    },
    "4.1": {
        "in series": lambda times, start: sum(times) + start * len(times),
        "one start": lambda times, start: start + max(times),
        "all starts, then the slowest": lambda times, start: start * len(times) + max(times),
        "no start": lambda times, start: max(times),
        "the last one": lambda times, start: start * len(times) + times[-1],
    },
    "4.2": {
        "written only": lambda h, w, c1, c2: h * w * c2 / (h * w * c2 + h * w * (c1 + c2) + c1 * c2),
        "of the convolution": lambda h, w, c1, c2: 2 * h * w * c2 / (h * w * (c1 + c2) + c1 * c2),
        "the input's channels": lambda h, w, c1, c2: 2 * h * w * c1 / (2 * h * w * c1 + h * w * (c1 + c2) + c1 * c2),
        "no weights": lambda h, w, c1, c2: 2 * c2 / (c1 + 3 * c2),
    },
    "4.3": {
        "written only": lambda h, w, c, m: h * w * (2 * m + 2 * c),
        "an addition of one input": lambda h, w, c, m: h * w * (4 * m + 4 * c),
        "one ReLU in the middle": lambda h, w, c, m: h * w * (2 * m + 5 * c),
        "widths swapped": lambda h, w, c, m: h * w * (4 * c + 5 * m),
        "no last ReLU": lambda h, w, c, m: h * w * (4 * m + 3 * c),
    },
    "4.4": {
        "nothing": lambda h, w, c, m: 0,
        "the addition whole": lambda h, w, c, m: 3 * h * w * c,
        "the middle": lambda h, w, c, m: h * w * m,
        "read and written": lambda h, w, c, m: 2 * h * w * c,
    },
    "5.1": {
        "3x3 not grouped": lambda c, m, g: 2 * c * m / (2 * c * m + 9 * m * m),
        "1x1 grouped": lambda c, m, g: 2 * c * m / g / (2 * c * m / g + 9 * m * m / g),
        "one 1x1": lambda c, m, g: c * m / (c * m + 9 * m * m / g),
        "ratio to the 3x3": lambda c, m, g: 2 * c * m / (9 * m * m / g),
    },
    "5.2": {
        "the notes' first convolution": lambda h, w, c, m, g: h * w * (m * m + c * m + 9 * m * g) // g,
        "no groups": lambda h, w, c, m, g: h * w * (2 * c * m + 9 * m),
        "dense 3x3": lambda h, w, c, m, g: h * w * (2 * c * m // g + 9 * m * m),
        "3x3 in g groups": lambda h, w, c, m, g: h * w * (2 * c * m // g + 9 * m * m // g),
        "widths swapped": lambda h, w, c, m, g: h * w * (2 * c * m // g + 9 * c),
    },
    "5.3": {
        "the way back": lambda i, channels, groups: i % (channels // groups) * groups + i // (channels // groups),
        "nothing moves": lambda i, channels, groups: i,
        "reversed": lambda i, channels, groups: channels - 1 - i,
        "no second part": lambda i, channels, groups: i % groups * (channels // groups),
    },
    "5.4": {
        "groups = channels per group": lambda channels, groups: channels // groups == groups,
        "groups divide channels": lambda channels, groups: channels % groups == 0,
        "the other way": lambda channels, groups: groups % (channels // groups) == 0,
        "even": lambda channels, groups: channels // groups % 2 == 0,
    },
    "6.1": {
        "all channels": lambda h, w, c: h * w * (2 * c * c + 9 * c),
        "one 1x1": lambda h, w, c: h * w * (c * c // 4 + 9 * c // 2),
        "dense 3x3": lambda h, w, c: h * w * (c * c // 2 + 9 * (c // 2) ** 2),
        "depthwise on all": lambda h, w, c: h * w * (c * c + 18 * c) // 2,
    },
    "6.2": {
        "the first 1x1 at the output": lambda h, w, c: h * w * (3 * c * c + 18 * c),
        "one branch": lambda h, w, c: h * w * (5 * c * c + 9 * c),
        "halved branches": lambda h, w, c: h * w * (6 * c * c // 4 + 9 * c),
        "depthwise at the input": lambda h, w, c: h * w * (6 * c * c + 72 * c),
    },
    "6.3": {
        "always halves": lambda enters, out, paper: (out // 2, out // 2),
        "always the paper": lambda enters, out, paper: (enters, out - enters),
        "readings swapped": lambda enters, out, paper: RIGHT["6.3"](enters, out, not paper),
        "left and right swapped": lambda enters, out, paper: RIGHT["6.3"](enters, out, paper)[::-1],
    },
    "6.4": {
        "the printed ratio": lambda c, j: 0,
        "linear": lambda c, j: c // (2 * j),
        "touched": lambda c, j: c - c // 2**j,
        "one unit more": lambda c, j: c // 2 ** (j + 1),
        "always half": lambda c, j: c // 2,
    },
    "7.1": {
        "mean of ratios": lambda layers: sum(least / moved for least, moved in layers) / len(layers),
        "upside down": lambda layers: sum(moved for _, moved in layers) / sum(least for least, _ in layers),
        "wasted": lambda layers: 1 - sum(least for least, _ in layers) / sum(moved for _, moved in layers),
        "the worst": lambda layers: min(least / moved for least, moved in layers),
    },
    "7.2": {
        "of the new": lambda before, after: (after - before) / after,
        "sign": lambda before, after: (before - after) / before,
        "ratio": lambda before, after: after / before,
        "percent": lambda before, after: 100 * (after - before) / before,
    },
    "7.3": {
        "not padded": lambda h, w, c1, c2, grain: h * w * c1 * c2,
        "the output alone": lambda h, w, c1, c2, grain: h * w * c1 * ceil(c2 / grain) * grain,
        "rounded down": lambda h, w, c1, c2, grain: h * w * (c1 // grain) * (c2 // grain) * grain**2,
        "one more always": lambda h, w, c1, c2, grain: h * w * (c1 // grain + 1) * (c2 // grain + 1) * grain**2,
        "the product": lambda h, w, c1, c2, grain: h * w * ceil(c1 * c2 / grain) * grain,
    },
    "7.4": {
        "any finding": lambda severities, fail_on, exceeded: int(bool(severities) or exceeded > 0),
        "over, not at": lambda severities, fail_on, exceeded: int(exceeded > 0 or rank(fail_on) < worst(severities)),
        "no budgets": lambda severities, fail_on, exceeded: RIGHT["7.4"](severities, fail_on, 0),
        "that one alone": lambda severities, fail_on, exceeded: int(exceeded > 0 or fail_on in severities),
        "status 2": lambda severities, fail_on, exceeded: 2 * RIGHT["7.4"](severities, fail_on, exceeded),
    },
}


def test_each_notebook_has_three_to_five_exercises_and_each_is_tested() -> None:
    assert set(numbers()) == set(RIGHT) == set(WRONG)
    for notebook in "1234567":
        assert 3 <= sum(number.startswith(f"{notebook}.") for number in numbers()) <= 5
    assert {number[0] for number in numbers()} == set("1234567")
    assert all(len(answers) >= 3 for answers in WRONG.values())


@pytest.mark.parametrize("number", RIGHT)
def test_the_right_answer_is_right(number: str) -> None:
    found = check(number, RIGHT[number])
    assert found.right, found
    assert repr(found).startswith(f"✓ {number} is right")


@pytest.mark.parametrize(("number", "why"), [(number, why) for number in WRONG for why in WRONG[number]])
def test_a_wrong_answer_is_shown_where_it_differs(number: str, why: str) -> None:
    found = check(number, WRONG[number][why])
    assert not found.right
    lines = repr(found).splitlines()
    assert lines[0].startswith(f"✗ {number} is wrong at ")
    assert lines[1].split()[0].partition("=")[0] == next(iter(find(number).draw(Random(0))))
    assert lines[2].startswith("    wanted ")
    assert lines[3].startswith("    got    ")
    assert lines[2].partition(" wanted ")[2] != lines[3].partition(" got    ")[2]


FREE = {"3.4": {"h", "w"}, "4.4": {"m"}}  # what the right answer does not depend on, as the lesson says


@pytest.mark.parametrize("number", RIGHT)
def test_every_argument_matters_and_no_constant_passes(number: str) -> None:
    names = list(find(number).draw(Random(0)))
    for place, name in enumerate(names):
        if number != "4.1" and number != "7.1" and name not in ("severities", "fail_on"):
            ignoring = check(number, lambda *a, place=place: RIGHT[number](*a[:place], 1, *a[place + 1 :]))
            assert ignoring.right == (name in FREE.get(number, ())), name
    for constant in (0, 1, 0.5, True, False, (1, 1)):
        assert not check(number, lambda *sizes, constant=constant: constant).right


def test_a_check_draws_the_same_shapes_each_time() -> None:
    assert repr(check("1.1", WRONG["1.1"]["no groups"])) == repr(check("1.1", WRONG["1.1"]["no groups"]))


@pytest.mark.parametrize(
    ("number", "why", "hint"),
    [
        ("1.1", "factor 2", "times 2"),
        ("1.1", "no groups", "times g"),
        ("1.1", "groups on both widths", "divided by g"),
        ("1.1", "one side of the kernel", "divided by k"),
        ("2.3", "equal", "divided by s²"),
        ("7.2", "percent", "times 100"),
        ("1.4", "mult-adds", "divided by 2"),
    ],
)
def test_a_factor_that_is_always_the_same_is_named(number: str, why: str, hint: str) -> None:
    assert f"Everywhere you got the wanted number {hint}." in repr(check(number, WRONG[number][why]))


@pytest.mark.parametrize("nothing", [None, ...])
def test_an_answer_that_is_not_there_yet_is_open(nothing: Any) -> None:
    found = check("1.1", lambda *sizes: nothing)
    assert not found.right
    assert "open" in repr(found)


def test_an_error_is_shown_with_its_shape() -> None:
    found = check("1.1", lambda h, w, c1, c2, k, g: 1 // 0)
    assert not found.right
    assert repr(found).startswith("✗ 1.1 raised ZeroDivisionError at\n    h=")
    assert "TypeError" in repr(check("1.1", lambda h: 0))


class Unequal:
    """What raises when it is compared."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError


STRANGE = ["12", [1], {}, float("nan"), float("inf"), 1j, object(), Unequal(), 10**5000, "x" * 10**6, 10**300 * 0.5]


@pytest.mark.parametrize("got", STRANGE, ids=lambda got: repr(got)[:12] if not isinstance(got, int) else "huge")
def test_an_answer_of_another_kind_is_wrong(got: Any) -> None:
    for number in ("1.1", "1.4", "2.4", "3.4"):
        found: Checked = check(number, lambda *sizes: got)
        assert not found.right
        assert 0 < len(repr(found)) < 1000


def test_an_answer_without_end_is_wrong() -> None:
    assert not check("2.4", lambda h, w, B: count()).right
    assert check("2.4", lambda h, w, B: iter(RIGHT["2.4"](h, w, B))).right
    assert check("2.4", lambda h, w, B: np.array(RIGHT["2.4"](h, w, B))).right
    assert check("3.4", lambda h, w, c, k: np.bool_(c > k * k)).right


def test_an_exercise_that_is_not_there_says_which_are() -> None:
    with pytest.raises(KeyError, match=r"there are 1\.1, 1\.2"):
        check("9.9", lambda: 0)
