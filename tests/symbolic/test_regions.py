"""The regions of T6 against the borders that the theorem proves, and against units counted at those widths."""

from __future__ import annotations

import numpy as np
import pytest

from macflops.errors import SourceError
from macflops.symbolic import formula, regions


def test_borders_are_the_theorem_s() -> None:
    found = regions("resnext", range(1, 100))
    for row, g in zip(found.less, found.values, strict=True):
        assert row.tolist() == [c < 216 * g / (4 * g + 81) for c in range(1, 100)]
    found = regions("mobilenet-v2", range(1, 100), h=7, w=9)
    for row, t in zip(found.less, found.values, strict=True):
        assert row.tolist() == [c > 27 / (2 * (4 * t - 1)) for c in range(1, 100)]
    assert regions("shufflenet-v1").less.all()


def test_both_units_have_the_same_mult_adds_and_the_ratio_is_that_of_their_memory_access() -> None:
    sides = {"h": 28, "w": 28}
    for other, given in (
        ("shufflenet-v1", {"c": 240, "m": 60, "g": 3}),
        ("resnext", {"c": 256, "m": 128, "g": 32}),
        ("mobilenet-v2", {"c": 64, "t": 6}),
    ):
        found = regions(other, [given["c"]], [given.get("g") or given["t"]])  # type: ignore[arg-type]
        v = float(found.v2_c[0, 0])
        b = formula(other, set={**given, **sides}, of=found.of).value
        assert np.isclose(28 * 28 * (v * v + 9 * v) / 2, b)  # V2's unit: 2·(v/2)² + 9·v/2 a pixel
        moved = formula(other, "mac", set={**given, **sides}, of=found.of).value
        of_v2 = (12 * 784 + 6) * v if found.of is None else 3 * 784 * v
        assert np.isclose(found.ratio[0, 0], (of_v2 + b / 784) / moved)
        assert found.ratio.shape == (1, 1)


def test_another_unit_is_refused() -> None:
    with pytest.raises(SourceError, match="resnext"):
        regions("resnet")  # type: ignore[arg-type]
