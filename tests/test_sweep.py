"""Sweeps against counting each configuration by itself, and against the paper's tables."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import macflops
from macflops.cli.sweep import command
from macflops.costs import Totals
from macflops.errors import ExpressionError, SourceError
from macflops.expressions import parse
from macflops.readers.yaml import read
from macflops.schemas import find as schema
from macflops.sweeps.axes import CELLS, axes, chunks
from macflops.sweeps.network import NetworkChunks, Part
from macflops.sweeps.pareto import front
from macflops.sweeps.varying import Split, Varying, made
from tests.cli.runner import run


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


@pytest.mark.parametrize("quantities", [1, 2, 3, 4])
@given(data=st.data())
@settings(max_examples=40)
def test_the_pareto_front_is_what_nothing_beats(quantities: int, data: st.DataObject) -> None:
    rows = st.lists(st.tuples(*(st.integers(0, 6),) * quantities), min_size=1, max_size=40)
    points = data.draw(rows)
    larger = data.draw(st.lists(st.booleans(), min_size=quantities, max_size=quantities))
    signed = [tuple(-x if up else x for x, up in zip(point, larger, strict=True)) for point in points]

    def beats(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
        return all(x <= y for x, y in zip(a, b, strict=True)) and a != b

    expected = [i for i, b in enumerate(signed) if not any(beats(a, b) for a in signed)]
    huge = 10**20 + np.array(points, object)  # neighbours there, as floats, are one number
    assert front(list(np.array(points).T), larger).tolist() == expected
    assert front(list(huge.T), larger).tolist() == expected


def test_what_has_no_ratio_is_on_no_front_for_it() -> None:
    assert front([np.array([1.0, float("nan"), 2.0])], [True]).tolist() == [2]
    assert front([np.array([], np.int64)]).tolist() == []


@pytest.mark.parametrize(
    ("table", "device", "base"), [("1", "GPU", 128), ("1", "ARM", 32), ("2", "GPU", 128), ("2", "CPU", 64)]
)
@pytest.mark.parametrize("scale", [1, 2, 4])
def test_in_the_paper_s_tables_1_and_2_what_moves_more_was_slower(
    table: str, device: str, base: int, scale: int
) -> None:
    """ShuffleNet V2, Tables 1 and 2, at 56 x 56 (g = 8 on a CPU: 184 channels, as its authors corrected them).

    All rows are one slice: their mult-adds are within 10 % of the first row's; speeds are the paper's measurements.
    """
    path = Path(__file__).parent / "data" / "shufflenet_v2_tables_1_2.csv"
    rows = [row for row in csv.DictReader(path.open()) if (row["table"][-1], row["device"]) == (table, device)]
    assert len(rows) == 4
    moved = {}
    for row in rows:
        over = {name: int(row[name]) * (scale if name != "g" else 1) for name in ("c1", "c2", "g")} | {"h": 56}
        amount = 56 * 56 * (base * scale) ** 2
        found = macflops.sweep(over=over, mult_adds=amount, tolerance=0.1, quantities=("mac_elements",))
        ((*_, mac),) = found.rows()
        moved[float(row[f"speed_x{scale}"])] = mac
    assert sorted(moved, key=moved.__getitem__) == sorted(moved, reverse=True)


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


SWEEPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("zoo:shufflenet_v2_x1_0", {"H": range(33, 300, 7), "W": range(32, 300, 9)}, {"input_shape": "1x3xHxW"}),
    ("zoo:resnext50_32x4d", {"width": range(1, 17), "groups": [1, 3, 4, 8, 32]}, {"fusion": "bn"}),
    ("zoo:shufflenet_v1_g3_x1_0", {"groups": [1, 2, 3, 4, 8], "width": [0.25, 0.5, 1, 1.5, 2] * 3}, {}),
    ("zoo:mobilenet_v1", {"width": [0.25, 0.5, 0.75, 1.0], "H": range(32, 96)}, {"input_shape": "1x3xHx64"}),
    ("zoo:mobilenet_v2", {"width": [i / 20 for i in range(1, 40)], "H": [32, 57]}, {"input_shape": "1x3xHxH"}),
    ("zoo:resnet50", {"units.0": range(1, 4), "N": range(1, 50)}, {"input_shape": "Nx3x64x64"}),
    ("zoo:squeezenet1_1", {"H": range(1, 90)}, {"input_shape": "1x3xHx224", "fusion": "runtime"}),
]


@pytest.mark.parametrize(("source", "over", "options"), SWEEPS)
def test_networks_are_walked_together_and_give_what_counting_gives(
    source: str, over: dict[str, Any], options: dict[str, Any]
) -> None:
    names = Totals._fields
    rows = {
        row[: len(over)]: row[len(over) :] for row in macflops.sweep(source, over, quantities=names, **options).rows()
    }
    chosen = random.Random(source)
    for _ in range(25):
        values = {name: chosen.choice(list(given)) for name, given in over.items()}
        try:
            totals = macflops.count(source, set=values, **options).totals
        except SourceError:
            assert tuple(values.values()) not in rows
            continue
        assert rows[tuple(values.values())] == tuple(totals)


def test_an_onnx_file_s_symbolic_dimensions_are_swept_over(tmp_path: Path) -> None:
    node, info = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    weights = onnx.numpy_helper.from_array(np.zeros((8, 3, 3, 3), np.float32), "w")
    nodes = [
        node("Conv", ["x", "w"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1]),
        node("Relu", ["y"], ["z"]),
        node("MaxPool", ["z"], ["p"], kernel_shape=[3, 3], strides=[2, 2]),
        node("Shape", ["p"], ["s"]),
        node("Reshape", ["p", "s"], ["r"]),
    ]
    x, r = info("x", 1, ["N", 3, "H", "H"]), info("r", 1, None)
    path = tmp_path / "some.onnx"
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph(nodes, "some", [x], [r], [weights])), path)
    found = macflops.sweep(path, {"N": range(1, 5), "H": range(1, 40)}, quantities=Totals._fields)
    rows = {row[:2]: row[2:] for row in found.rows()}
    for n, h in ((n, h) for n in range(1, 5) for h in range(1, 40)):
        try:
            totals = macflops.count(path, set={"N": n, "H": h}).totals
        except SourceError:
            assert (n, h) not in rows
            continue
        assert rows[n, h] == tuple(totals)
    assert 100 < len(rows) < 156


def test_a_symbolic_dimension_that_is_not_swept_over_is_asked_for(tmp_path: Path) -> None:
    text = "input: [3, H, W]\nlayers: [{conv: {out: c}}]\nparams: {c: 4}\n"
    (tmp_path / "some.yaml").write_text(text)
    for over in ({"H": [32, 64]}, {"c": [4, 8]}):
        with pytest.raises(SourceError, match=r"W (is|are) symbolic, and a sweep needs numbers .give it.* --set W=…"):
            list(macflops.sweep(tmp_path / "some.yaml", over).rows())


def walks(source: str, over: dict[str, Any], monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[int, int]:
    """Return how often a sweep walks a network, and how many rows come out."""
    found, calls = macflops.sweep(source, over, quantities=("mult_adds",), **options), []
    plain = NetworkChunks.costs
    monkeypatch.setattr(NetworkChunks, "costs", lambda self, values: calls.append(1) or plain(self, values))  # type: ignore[func-returns-value]
    return len(list(found.rows())), len(calls)


def test_a_network_is_built_once_for_each_structure_and_not_for_each_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    widths = [i / 100 for i in range(10, 310)]  # rounded to multiples of 8, of 90 % at least
    rows, calls = walks("zoo:mobilenet_v2", {"width": widths}, monkeypatch)
    assert rows == 300
    assert calls <= 30  # where a width makes input and output of a stage alike, there is a shortcut
    rows, calls = walks("zoo:shufflenet_v2_x1_0", {"H": range(32, 90)}, monkeypatch, input_shape="1x3xHxH")
    assert (rows, calls) == (58, 1)


def test_where_groups_divide_is_found_for_each_configuration(tmp_path: Path) -> None:
    path = tmp_path / "grouped.yaml"
    path.write_text(
        "input: [12, 9, 9]\nparams: {g: 1, c: 12}\n"
        "layers:\n  - conv: {out: c, groups: g}\n  - shuffle: {groups: g}\n  - add:\n    from: [-1, input]\n",
        "utf-8",
    )
    found = macflops.sweep(path, {"g": range(1, 13), "c": range(1, 25)}, quantities=("mult_adds",))
    expected = {}
    for g in range(1, 13):
        for c in range(1, 25):
            try:
                expected[g, c] = macflops.count(path, set={"g": g, "c": c}).totals.mult_adds
            except SourceError:
                continue
    assert {(g, c): m for g, c, m in found.rows()} == expected
    assert expected


EXPRESSIONS = [
    "round(a * b)", "floor(a / b)", "ceil(b / a)", "a // b", "a % b", "-a // 3", "a ** 2", "2 ** a", "b ** 0.5",
    "a / 3 * 3", "min(a, b, 7)", "max(a, 2)", "abs(a - b)", "int(a * 0.7)", "make_divisible(a * b, 8)",
    "a if a > b else b // 2",
    "[3, 5, 8][a % 3]", "a > 3 and b > 3", "not a == b", "a * a * a * a * 10 ** 9", "1 / (a - 3)", "(a - b) ** -1",
    "a < b < 5 or a != 4",
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
@given(
    st.lists(st.one_of(st.integers(1, 9), st.integers(1, 2**40), st.floats(0.25, 50)), min_size=2, max_size=6),
    st.lists(st.one_of(st.integers(1, 9), st.integers(1, 9).map(lambda n: n / 4)), min_size=2, max_size=6),
)
@settings(max_examples=12)
def test_expressions_of_numbers_that_vary_are_python_s_own(text: str, first: list[Any], second: list[Any]) -> None:
    def value(names: dict[str, Any]) -> Any:
        try:
            return parse(text).evaluate(names)
        except ExpressionError as error:
            return error.what.partition(" ")[0]

    left = [Part({"a": made(first, (len(first), 1)).array, "b": made(second, (1, len(second))).array},
                 np.arange(len(first) * len(second)).reshape(len(first), len(second)))]  # fmt: skip
    found: dict[int, Any] = {}
    while left:
        part = left.pop()
        try:
            result = value(part.numbers())
        except Split as split:
            left.extend(part.parted(split.labels))
            continue
        arrays = result.array if isinstance(result, Varying) else np.array(result, object)
        found |= dict(
            zip(
                part.places.reshape(-1).tolist(),
                np.broadcast_to(arrays, part.places.shape).reshape(-1).tolist(),
                strict=True,
            )
        )
    expected = [value({"a": a, "b": b}) for a in first for b in second]
    assert [found[place] for place in range(len(expected))] == expected


def test_standard_input_is_read_once_for_all_configurations() -> None:
    text = "input: [3, 8, 8]\nparams: {c: 4}\nlayers: [conv: {out: c}]\n"
    arguments = ["-", "--over", "c=1:3", "--over", "H=2,5", "--input-shape", "1x3xHx8", "--quantity", "mult_adds"]
    result = CliRunner().invoke(command, arguments, input=text.replace("8, 8", "H, 8"))
    assert result.output.splitlines()[1:] == [f"{c},{h},{c * h * 8 * 3}" for c in (1, 2, 3) for h in (2, 5)]


def test_amounts_over_int64_are_compared_exactly() -> None:
    over = {"c1": [10**9, 2 * 10**9], "c2": [10**9], "h": [10**6]}
    for amount, found in ((10**30, 10**9), (2 * 10**30, 2 * 10**9)):
        assert [row[0] for row in macflops.sweep(over=over, mult_adds=amount, tolerance=0).rows()] == [found]
    assert not list(macflops.sweep(over={"c1": 8, "c2": 8, "h": 7}, mult_adds=10**30).rows())


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


@pytest.mark.parametrize("style", ["csv", "json"])
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["zoo:shufflenet_v1_g3_x1_0", "--over", "groups=a,b"], "groups=a: a is no key"),
        (["zoo:shufflenet_v1_g3_x1_0", "--over", "groups=5,7"], "groups=5: 5 is no key"),
        (["--over", "c1=3", "--over", "c2=4", "--over", "h=7", "--over", "g=2,5"], "g=2 does not divide c1=3"),
    ],
)
def test_where_nothing_can_be_built_the_reason_is_told_and_nothing_is_written(
    arguments: list[str], why: str, style: str
) -> None:
    result = run("sweep", *arguments, "--format", style)
    assert (result.status, result.out) == (2, "")
    assert "none of 2 configurations can be built" in result.err
    assert why in result.err


def test_where_nothing_is_wanted_the_table_is_empty() -> None:
    over = ["--over", "c1=3", "--over", "c2=4", "--over", "h=7", "--mult-adds", "50M"]
    empty = run("sweep", *over)
    assert (empty.status, len(empty.out.splitlines())) == (0, 1)
    document = run("sweep", *over, "--format", "json").json
    jsonschema.validate(document, schema("sweep"))
    assert document["rows"] == []


def test_an_unknown_quantity_is_blamed_on_the_option_that_names_it() -> None:
    for option in ("--pareto", "--quantity"):
        result = run("sweep", "--over", "c1=3", "--over", "c2=4", "--over", "h=7", option, "speed")
        assert result.err.startswith(f"{option}: error: 'speed' is not known")


def test_a_network_that_has_been_built_cannot_be_swept() -> None:
    network: Any = macflops.load("zoo:resnet18")
    with pytest.raises(SourceError, match="name its file"):
        macflops.sweep(network, {"paper": [0, 1]})


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
    jsonschema.validate(document, schema("sweep"))
    assert (document["schema"], document["columns"]) == ("macflops.sweep/1", ["c1", "c2", "h", "mac_bytes"])
    assert document["rows"][0] == [16, 16, 28, 4 * (2 * 28 * 28 * 16 + 256)]
    network = CliRunner().invoke(
        command,
        ["zoo:shufflenet_v1_g3_x1_0", "--over", "width=0.5,1", "--over", "groups=1,3", "--quantity", "mult_adds"],
    )
    assert network.output.splitlines()[-1] == "1.0,3,137460672"  # ShuffleNet V1, README of the official code: 138 M


def test_a_sweep_ends_when_its_reader_leaves() -> None:
    over = ["--over", "c1=1:100000", "--over", "c2=1:100000", "--over", "h=7"]  # hours
    with subprocess.Popen(
        [sys.executable, "-m", "macflops", "sweep", *over], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"c1,c2,h,params")
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""  # no progress bar in a pipe


def test_what_takes_no_numbers_that_vary_is_counted_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "rows.yaml"  # Ultralytics' format: its reader wants plain numbers of classes
    path.write_text("nc: 10\nbackbone:\n  - [-1, 1, Conv, [16, 3, 2]]\nhead:\n  - [-1, 1, Classify, [nc]]\n", "utf-8")
    rows = list(macflops.sweep(path, {"nc": range(2, 6)}, quantities=("params",)).rows())
    assert rows == [(nc, macflops.count(path, set={"nc": nc}).totals.params) for nc in range(2, 6)]
