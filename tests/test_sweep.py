"""Sweeps against counting each configuration by itself, and against the paper's tables."""

from __future__ import annotations

import csv
import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import macflops
from macflops.cli.sweep import command
from macflops.errors import SourceError
from macflops.readers.yaml import read
from macflops.sweeps.axes import CELLS, axes, chunks
from macflops.sweeps.grid import Sweep
from macflops.sweeps.pareto import front


def by_hand(c1: int, c2: int, g: int, k: int, s: int, h: int, w: int, n: int) -> tuple[int, int, int]:
    """Params, mult-adds and memory access, from the contract's table."""
    params = k * k * c1 * c2 // g
    return params, n * h * w * params, n * s * h * s * w * c1 + n * h * w * c2 + params


@given(st.data())
@settings(max_examples=40)
def test_every_row_is_what_the_contract_s_table_says(data: st.DataObject) -> None:
    some = st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True)
    over = {name: data.draw(some) for name in ("c1", "c2", "g", "k", "s", "h", "w", "N")}
    order = data.draw(st.permutations(sorted(over)))
    found = macflops.sweep(
        over={name: over[name] for name in order}, quantities=("params", "mult_adds", "mac_elements")
    )
    rows = list(found.rows())
    expected = []
    for values in np.ndindex(*(len(over[name]) for name in order)):
        v = {name: over[name][i] for name, i in zip(order, values, strict=True)}
        if v["c1"] % v["g"] == 0 and v["c2"] % v["g"] == 0:
            expected.append((*v.values(), *by_hand(**{name.lower(): value for name, value in v.items()})))
    assert rows == expected


def test_rows_are_what_counting_a_network_gives() -> None:
    over = {"c1": [8, 24], "c2": [8, 48], "g": [1, 4], "k": [1, 3], "s": [1, 2], "h": [6, 7]}
    found = macflops.sweep(over=over, quantities=("params", "mult_adds", "flops", "mac_bytes", "arithmetic_intensity"))
    for c1, c2, g, k, s, h, *numbers in found.rows():
        layer = f"conv: {{out: {c2}, kernel: {k}, stride: {s}, groups: {g}, bias: false}}"
        text = f"input: [{c1}, {s * h}, {s * h}]\nlayers: [{layer}]"
        totals = macflops.count(read(text, "one.yaml")).totals
        assert numbers == [getattr(totals, name) for name in found.quantities]


def test_an_overflow_is_exact_and_never_silent() -> None:
    for c in (10**6, 10**9, 10**12, 2**40):
        found = macflops.sweep(over={"c1": [c], "c2": [c, 1], "h": [1000]}, quantities=("mult_adds", "mac_elements"))
        assert list(found.rows()) == [
            (c, other, 1000, 10**6 * c * other, 10**6 * (c + other) + c * other) for other in (c, 1)
        ]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=4), st.integers(1, 200))
def test_chunks_cover_the_grid_in_order_and_are_bounded(lengths: list[int], cells: int) -> None:
    found = axes({f"a{i}": range(1, n + 1) for i, n in enumerate(lengths)})
    order = np.arange(np.prod(lengths)).reshape(lengths)
    parts = [order[cut] for cut in chunks(found, cells)]
    assert all(part.size <= cells for part in parts)
    assert np.array_equal(np.concatenate([part.reshape(-1) for part in parts]), order.reshape(-1))


def test_memory_stays_bounded_and_nothing_is_evaluated_before_it_is_asked_for() -> None:
    found = macflops.sweep(over={"c1": range(1, 100_001), "c2": range(1, 100_001), "h": [7, 14]})
    assert found.size == 2 * 10**10
    first = next(iter(found))
    assert first.valid.size <= CELLS
    assert all(np.asarray(column).size <= CELLS for column in first.columns.values())


def test_processes_and_executors_give_the_same_rows() -> None:
    over = {"c1": range(8, 800, 8), "c2": range(8, 800, 8), "h": [7, 14, 28], "g": [1, 2, 4, 8, 3]}
    alone = list(macflops.sweep(over=over).rows())
    assert list(macflops.sweep(over=over, jobs=2).rows()) == alone
    with ThreadPoolExecutor(2) as executor:
        assert list(macflops.sweep(over=over, executor=executor).rows()) == alone


@given(st.lists(st.tuples(*(st.integers(0, 6),) * 3), min_size=1, max_size=40))
def test_the_pareto_front_is_what_nothing_beats(points: list[tuple[int, int, int]]) -> None:
    def beats(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
        return all(x <= y for x, y in zip(a, b, strict=True)) and a != b

    expected = [i for i, b in enumerate(points) if not any(beats(a, b) for a in points)]
    assert front(np.array(points)).tolist() == expected


def test_slices_of_equal_mult_adds_are_the_paper_s_experiment() -> None:
    """Table 1: at fixed mult-adds the least memory access is at c1 = c2; ratios 1:2, 1:6, 1:12 cost more and more."""
    over = {"c1": [128, 90, 52, 36], "c2": [128, 180, 312, 432], "h": [56]}
    found = macflops.sweep(over=over, mult_adds=56 * 56 * 128 * 128, tolerance=0.055, quantities=("mac_elements",))
    assert found.shown == ("c1", "c2", "h", "mac_elements")
    by_ratio = {c2 / c1: mac for c1, c2, _, mac in found.rows()}
    assert sorted(by_ratio, key=by_ratio.__getitem__) == sorted(by_ratio) == [1, 2, 6, 12]
    assert 2 * by_ratio[1] == 1_638_400  # the paper's block has two such layers
    free = macflops.sweep(
        over={"c1": range(8, 1025, 8), "c2": range(8, 1025, 8), "h": [56]},
        mult_adds=56 * 56 * 128 * 128,
        tolerance=0.0,
        pareto="mac_elements",
    )
    assert [row[:2] for row in free.rows()] == [(128, 128)]


SWEEPS: list[tuple[str, dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    (
        "zoo:shufflenet_v2_x1_0",
        {"H": range(33, 300, 7), "W": range(32, 300, 9)},
        {"input_shape": "1x3xHxW"},
        ("H", "W"),
    ),
    ("zoo:resnext50_32x4d", {"width": range(1, 17), "groups": [1, 3, 4, 8, 32]}, {}, ("width", "groups")),
    ("zoo:shufflenet_v1_g3_x1_0", {"groups": [1, 2, 3, 4, 8], "width": [0.25, 0.5, 1, 1.5, 2] * 3}, {}, ()),
    ("zoo:mobilenet_v1", {"width": [0.25, 0.5, 0.75, 1.0], "H": range(32, 96)}, {"input_shape": "1x3xHx64"}, ("H",)),
    ("zoo:resnet50", {"units.0": range(1, 4), "N": range(1, 50)}, {"input_shape": "Nx3x64x64"}, ("N",)),
    ("zoo:squeezenet1_1", {"H": range(1, 90)}, {"input_shape": "1x3xHx224"}, ("H",)),
]


@pytest.mark.parametrize(("source", "over", "options", "symbolic"), SWEEPS)
def test_networks_are_compiled_and_give_what_counting_gives(
    source: str, over: dict[str, Any], options: dict[str, Any], symbolic: tuple[str, ...]
) -> None:
    names = ("params", "mult_adds", "mac_elements", "peak_activation_bytes", "arithmetic_intensity")
    found: Sweep = macflops.sweep(source, over, quantities=names, **options)
    assert found.evaluate.symbolic == symbolic  # type: ignore[attr-defined]
    rows = {row[: len(over)]: row[len(over) :] for row in found.rows()}
    chosen = random.Random(source)
    for _ in range(25):
        values = {name: chosen.choice(list(given)) for name, given in over.items()}
        try:
            totals = macflops.count(source, set=values, **options).totals
        except SourceError:
            assert tuple(values.values()) not in rows
            continue
        counted = tuple(getattr(totals, name) for name in names)
        assert rows[tuple(values.values())][:-1] == counted[:-1]
        assert rows[tuple(values.values())][-1] == pytest.approx(counted[-1], rel=1e-15)


def test_configurations_that_checks_left_open_are_counted_by_themselves(tmp_path: Path) -> None:
    path = tmp_path / "grouped.yaml"
    path.write_text(
        "input: [12, 9, 9]\nparams: {g: 1, c: 12}\n"
        "layers:\n  - conv: {out: c, groups: g}\n  - shuffle: {groups: g}\n  - add:\n    from: [-1, input]\n",
        "utf-8",
    )
    found = macflops.sweep(path, {"g": range(1, 13), "c": range(1, 25)}, quantities=("mult_adds",))
    assert found.evaluate.symbolic == ("g", "c")  # type: ignore[attr-defined]
    expected = {}
    for g in range(1, 13):
        for c in range(1, 25):
            try:
                expected[g, c] = macflops.count(path, set={"g": g, "c": c}).totals.mult_adds
            except SourceError:
                continue
    assert {(g, c): m for g, c, m in found.rows()} == expected
    assert expected


def test_a_file_that_cannot_be_read_is_an_error_and_no_empty_sweep(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("input: [12, 9, 9]\nparams: {c: 12}\nlayers: [conv: {outt: c}]\n", "utf-8")
    with pytest.raises(SourceError, match="outt"):
        list(macflops.sweep(path, {"c": range(1, 5)}).rows())


@pytest.mark.parametrize(
    "arguments",
    [["--over", "c1=1"], ["--over", "q=1"], ["--over", "c1"], ["--over", "c1=a:b"], ["--over", "c1=1:9:0"], [],
     ["--over", "c1=0", "--over", "c2=1", "--over", "h=1"], ["--over", "c1=1:1e12", "--over", "c2=1", "--over", "h=1"],
     ["--over", "c1=1.5", "--over", "c2=1", "--over", "h=1"], ["zoo:resnet50", "--over", "wdth=1"],
     ["zoo:resnet50", "--over", "paper=0,1", "--set", "paper=1"], ["--over", "c1=1", "--over", "c1=2"],
     ["zoo:nothing", "--over", "a=1"], ["--over", "c1=1", "--over", "c2=1", "--over", "h=1", "--pareto", "speed"]],
)  # fmt: skip
def test_what_cannot_be_swept_is_an_error_in_one_line(arguments: list[str]) -> None:
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, SourceError)


def test_the_command_writes_csv_and_json(tmp_path: Path) -> None:
    over = ["--over", "c1=16:64:16", "--over", "c2=16,32", "--over", "h=28"]
    result = CliRunner().invoke(command, over)
    assert result.exit_code == 0
    rows = list(csv.DictReader(result.output.splitlines()))
    assert len(rows) == 8
    assert int(rows[0]["mult_adds"]) == 28 * 28 * 16 * 16
    target = tmp_path / "out.json"
    result = CliRunner().invoke(command, [*over, "--format", "json", "-o", str(target), "--quantity", "mac_bytes"])
    assert result.exit_code == 0
    document = json.loads(target.read_text())
    assert (document["schema"], document["columns"]) == ("macflops.sweep/1", ["c1", "c2", "h", "mac_bytes"])
    assert document["rows"][0] == [16, 16, 28, 4 * (2 * 28 * 28 * 16 + 256)]
    network = CliRunner().invoke(
        command,
        ["zoo:shufflenet_v1_g3_x1_0", "--over", "width=0.5,1", "--over", "groups=1,3", "--quantity", "mult_adds"],
    )
    assert network.output.splitlines()[-1] == "1.0,3,137460672"  # ShuffleNet V1, README of the official code: 138 M
