"""T6 by brute force in plain Python: units of equal mult-adds, widths found by bisection, memory access by hand."""

from __future__ import annotations

import pytest

from macflops.symbolic import formula
from macflops.symbolic.theorems import t6
from macflops.symbolic.theorems._units import mobilenet_v2, resnext, shufflenet_v1, shufflenet_v2


def width_of(mult_adds: float, of: object) -> float:
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if of(middle) < mult_adds else (low, middle)  # type: ignore[operator]
    return low


def v2(c: float) -> float:
    """Mult-adds per pixel: two 1x1 convolutions and a 3x3 depthwise one at half the width."""
    return 2 * (c / 2) ** 2 + 9 * c / 2


@pytest.mark.parametrize("g", [2, 3, 4, 8])
def test_v2_moves_less_than_v1_at_equal_mult_adds(g: int) -> None:
    for c in (24, 48, 240, 480, 960):
        v = width_of(2 * c * (c / 4) / g + 9 * c / 4, v2)
        assert v < c
        for hw in (49, 196, 784):
            assert 12 * hw * v + 6 * v < 12 * hw * c + 6 * c


def test_at_one_group_v1_has_no_shuffle_and_v2_moves_less_only_up_to_some_50_channels() -> None:
    sides = {"h": 56, "w": 56}
    for c in (8, 24, 48, 56, 120, 240):
        v = width_of(2 * c * (c / 4) + 9 * c / 4, v2)
        whole = formula("shufflenet-v1", "mac", set={"c": c, "m": c // 4, "g": 1, **sides}).value
        mult_adds = 56 * 56 * v2(v)
        assert ((12 * 56 * 56 + 6) * v + mult_adds / (56 * 56) < whole) == (c < 51)


def test_resnext_moves_less_from_the_border_on() -> None:
    assert 33 < 216 * 32 / (4 * 32 + 81) < 34
    for g, c in ((g, c) for g in (1, 2, 4, 8, 16, 32, 64) for c in range(2, 200)):
        v = width_of(2 * c * (c / 2) + 9 * (c / 2) ** 2 / g, v2)
        moves = 2 * (v / 2 + v / 2) + v < c + c / 2 + 2 * (c / 2) + c / 2 + c  # elements per pixel
        assert moves == (c < 216 * g / (4 * g + 81))


def test_mobilenet_v2_moves_more_at_any_usual_width() -> None:
    for t, c in ((t, c) for t in (2, 3, 4, 6, 10) for c in range(1, 200)):
        v = width_of(2 * t * c * c + 9 * t * c, v2)
        assert (3 * v < (4 * t + 2) * c) == (c > 27 / (2 * (4 * t - 1)))


def test_units_by_operators_are_the_yaml_blocks() -> None:
    sides = {"h": 14, "w": 9}
    blocks = [
        (shufflenet_v1(48, 3, 14, 9), formula("shufflenet-v1", "mac", set={"c": 48, "m": 12, "g": 3, **sides})),
        (shufflenet_v2(48, 14, 9), formula("shufflenet-v2", "mac", set={"c": 48, **sides})),
        (shufflenet_v2(48, 14, 9, True), formula("shufflenet-v2", "mac", set={"c": 48, **sides}, of="convolution")),
        (resnext(48, 4, 14, 9), formula("resnext", "mac", set={"c": 48, "m": 24, "g": 4, **sides}, of="convolution")),
        (mobilenet_v2(16, 6, 14, 9), formula("mobilenet-v2", "mac", set={"c": 16, "t": 6, **sides}, of="convolution")),
    ]
    for unit, block in blocks:
        assert unit.mac == block.value


def test_three_sentences_for_an_engineer() -> None:
    sentences, drawing = t6.consequences()
    assert sentences.count(". ") == 2
    assert drawing.splitlines()[-2].count("+") == 4  # g = 32: 8, 16, 24, 32
