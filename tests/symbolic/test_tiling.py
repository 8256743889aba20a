"""Tilings against a memory that counts each element, and against the compulsory and the cited bound."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from macflops.symbolic.theorems import t7
from macflops.symbolic.tiling import FastMemory, Product, Tiling, best, holds, moved, simulate

SIDES = st.integers(1, 14)


@given(SIDES, SIDES, SIDES, st.integers(4, 120))
@settings(max_examples=150)
def test_what_a_tiling_moves_is_what_is_moved_one_by_one(m: int, k: int, n: int, capacity: int) -> None:
    product = Product(m, k, n)
    tiling = best(product, capacity)
    assert simulate(product, tiling, capacity) == (tiling.moved, m * k * n)
    assert tiling.moved >= m * k + k * n + m * n


@given(SIDES, SIDES, SIDES, st.sampled_from(["output", "left", "right"]), SIDES, SIDES)
@settings(max_examples=150)
def test_any_tiling_is_counted_exactly_and_holds_what_it_says(
    m: int, k: int, n: int, kept: str, first: int, second: int
) -> None:
    product = Product(m, k, n)
    high, wide = {"output": (m, n), "left": (m, k), "right": (k, n)}[kept]
    first, second = min(first, high), min(second, wide)
    amount = moved(product, kept, first, second)  # type: ignore[arg-type]
    capacity = int(holds(kept, first, second))  # type: ignore[arg-type]
    tiling = Tiling(kept, first, second, amount)  # type: ignore[arg-type]
    assert simulate(product, tiling, capacity) == (amount, m * k * n)
    if min(m, k, n) > 1 and capacity > 4:
        with pytest.raises(MemoryError):
            simulate(product, tiling, capacity - 1)


def test_the_memory_refuses_what_is_not_there_and_what_does_not_fit() -> None:
    memory = FastMemory(1)
    memory.load("a")
    with pytest.raises(LookupError):
        memory.use("a", "b")
    with pytest.raises(MemoryError):
        memory.load("b")


@given(SIDES, SIDES, SIDES, st.integers(4, 60))
@settings(max_examples=80)
def test_the_best_tiling_is_the_best_of_all(m: int, k: int, n: int, capacity: int) -> None:
    product = Product(m, k, n)
    every = [
        int(moved(product, kept, a, b))  # type: ignore[arg-type]
        for kept, high, wide in (("output", m, n), ("left", m, k), ("right", k, n))
        for a in range(1, high + 1)
        for b in range(1, wide + 1)
        if holds(kept, a, b) <= capacity  # type: ignore[arg-type]
    ]
    assert best(product, capacity).moved == min(every)


def test_tilings_come_near_the_bound_for_the_zoo_s_pointwise_convolutions() -> None:
    every = t7.of_zoo()
    assert len(every) > 500
    for capacity in t7.CAPACITIES:
        near = [layer for layer in every if layer.tiled(capacity)[1] <= 1.4 * layer.bound(capacity)]
        assert len(near) >= 0.95 * len(every)
        assert sum(every[layer] for layer in near) >= 0.95 * sum(every.values())
        assert all(layer.tiled(capacity)[1] >= layer.bound(capacity) for layer in every)
