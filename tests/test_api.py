"""The public functions: what they take, what they raise, what they return."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

import macflops
from macflops.machine import Machine
from macflops.readers.yaml import read

NET = """\
macflops: 1
input: [64, H, 16]
params: {width: 96}
layers:
  - conv: {out: 96}
  - conv: {out: width}
  - conv: {out: 8}
"""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A description with a parameter and a symbolic side."""
    file = tmp_path / "net.yaml"
    file.write_text(NET)
    return file


def test_a_source_is_a_text_a_path_or_a_network(net: Path) -> None:
    network = macflops.load(net, set={"H": 16})
    documents = [macflops.audit(s, set={"H": 16}).to_dict() for s in (net, str(net))]
    assert documents[0] == documents[1] == macflops.audit(network).to_dict()
    assert json.loads(json.dumps(documents[0])) == documents[0]


@pytest.mark.parametrize(
    "options", [{"set": {"width": 3}}, {"batch": 4}, {"input_shape": "1x64x8x8"}, {"variant": "small"}]
)
def test_options_that_a_network_can_no_longer_follow_are_refused(net: Path, options: dict[str, Any]) -> None:
    network = macflops.load(net, set={"H": 16})
    for function in (macflops.load, macflops.count, macflops.audit):
        with pytest.raises(macflops.SourceError, match="a Network has been read"):
            function(network, **options)


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ("2x64x8x8", (2, 64, 8, 8)),
        ([2, 64, 8, 8], (2, 64, 8, 8)),
        ((2, "64", 8, 8), (2, 64, 8, 8)),
        ({"input": "2x64x8x8"}, (2, 64, 8, 8)),
        ({"input": [2, 64, 8, 8]}, (2, 64, 8, 8)),
        ({None: [2, 64, 8, 8]}, (2, 64, 8, 8)),
        (["input=2x64x8x8"], (2, 64, 8, 8)),
        ([[2, 64, 8, 8]], (2, 64, 8, 8)),
    ],
)
def test_a_shape_is_given_in_many_ways(net: Path, given: Any, shape: tuple[int, ...]) -> None:
    assert macflops.load(net, input_shape=given).tensors[0].shape == shape


@pytest.mark.parametrize("given", [(), [], 3, float("nan"), [1.5, 2], [-1, 64], {"input": None}, "1x٣x8x8", "", "0x3"])
def test_what_is_no_shape_is_refused(net: Path, given: Any) -> None:
    with pytest.raises(macflops.SourceError) as error:
        macflops.load(net, input_shape=given)
    assert str(error.value.location) == "--input-shape"


@pytest.mark.parametrize(
    "budget", [{"params": float("nan")}, {"params": None}, {"params": True}, {"speed": 1}, "params"]
)
def test_a_budget_that_nothing_could_exceed_is_refused(net: Path, budget: Any) -> None:
    with pytest.raises(macflops.SourceError) as error:
        macflops.audit(net, set={"H": 16}, budget=budget)
    assert str(error.value.location) == "--budget"


def test_budgets_are_numbers_or_as_people_write_them(net: Path) -> None:
    for budget in ({"params": 10_000}, {"params": "10k"}, {"params": 1e4}, ["params=10k"], "params=1e4"):
        (held,) = macflops.audit(net, set={"H": 16}, budget=budget).budgets
        assert (held.name, held.most, held.exceeded) == ("params", 10_000, True)


def test_none_is_as_good_as_nothing(net: Path) -> None:
    options: dict[str, Any] = dict.fromkeys(("variant", "input_shape", "batch", "select", "ignore", "budget"))
    bare = macflops.audit(net, set={"H": 16})
    assert macflops.audit(net, set={"H": 16}, **options).to_dict() == bare.to_dict()


@pytest.mark.parametrize(
    "options", [{}, {"set": {"H": 0}}, {"set": {"width": "x", "H": 8}}, {"set": "H"}, {"set": {"H": 8}, "dtype": "f4"}]
)
def test_errors_say_where_what_and_what_to_do_and_survive_pickling(net: Path, options: dict[str, Any]) -> None:
    with pytest.raises(macflops.SourceError) as raised:
        macflops.audit(net, **options)
    error = raised.value
    assert str(error) == f"{error.location}: error: {error.what} ({error.hint})"
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (str(other), other.shown(), other.location) == (str(error), error.shown(), error.location)


def test_a_report_survives_pickling(net: Path) -> None:
    report = macflops.audit(net, set={"H": 16})
    assert pickle.loads(pickle.dumps(report)).to_dict() == report.to_dict()


@pytest.mark.parametrize("ending", ["yaml", "onnx"])
def test_export_writes_a_network_that_reads_back(net: Path, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"out.{ending}"
    macflops.export(net, file, set={"H": 16})
    wanted, found = macflops.count(net, set={"H": 16}).totals, macflops.count(file).totals
    assert found == wanted
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_export_takes_a_network_and_the_advised_one(tmp_path: Path) -> None:
    advice = macflops.audit("zoo:shufflenet_v1_g3_x1_0").advice
    assert advice is not None
    macflops.export(advice.network, tmp_path / "better.yaml")
    assert macflops.count(tmp_path / "better.yaml").totals == macflops.count(advice.network).totals


def test_export_says_what_is_wrong(net: Path, tmp_path: Path) -> None:
    for file, options, what in (
        ("out.txt", {}, "no writer"),
        ("out.yaml", {"seed": 1}, "holds no weights"),
        ("no/where/out.yaml", {}, "cannot be written"),
    ):
        with pytest.raises(macflops.SourceError, match=what):
            macflops.export(net, tmp_path / file, set={"H": 16}, **options)
    assert not list(tmp_path.glob("out*"))
    macflops.export(net, tmp_path / "one.onnx", set={"H": 16}, seed=1)
    macflops.export(net, tmp_path / "two.onnx", set={"H": 16}, seed=2)
    assert (tmp_path / "one.onnx").read_bytes() != (tmp_path / "two.onnx").read_bytes()


class Thing:
    """What no argument can be."""

    def __repr__(self) -> str:
        return "Thing()"  # without an address: names of tests are alike in all processes


NO_TEXTS: list[Any] = [Thing(), 3, [3], b"x"]
NO_NAMES: list[Any] = [[], {}, 3]
NO_SHAPES: list[Any] = [b"1x64", [1, 64, True, 28], [float("nan")], [1, 64, 2.5]]
NO_SHARES: list[Any] = [{"speed": 0.1}, {3: 0.1}, [0.1]]
NO_LIMITS: list[Any] = ["x", True, {"layers": "x"}, {"layers": 0}, {"layers": True}, {3: 3}]
NO_MACHINES: list[tuple[Any, Any]] = [(0, 10), (16, 0), (1.5, 10), (16, float("nan")), ("x", 1)]


@pytest.mark.parametrize(
    "options",
    [
        *({name: value} for name in ("set", "assume", "select", "ignore", "budget") for value in NO_TEXTS),
        *({name: Thing()} for name in ("variant", "input_shape", "batch", "limits", "machine", "thresholds", "hold")),
        *({"set": names} for names in ({1: 2}, {None: 2}, [None])),
        *({"variant": value} for value in NO_NAMES),
        *({"input_shape": value} for value in NO_SHAPES),
        *({"limits": value} for value in NO_LIMITS),
        *({"machine": Machine(*numbers)} for numbers in NO_MACHINES),
        *({"hold": {name: share}} for name, share in (("params", "x"), ("params", -1), ("params", float("nan")))),
        *({"hold": value} for value in NO_SHARES),
    ],
    ids=str,
)
def test_an_argument_that_makes_no_sense_is_named(net: Path, options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(macflops.SourceError) as raised:
        macflops.audit(net, **{"set": {"H": 16}, **options})
    assert str(raised.value.location).lstrip("-").replace("-", "_") == name
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("source", [None, 3, True, [], {}, Thing(), Thing], ids=repr)
def test_what_is_no_source_is_refused(net: Path, source: Any) -> None:
    for call in (
        lambda: macflops.load(source),
        lambda: macflops.audit(source),
        lambda: macflops.diff(net, source, set="H=16"),
    ):
        with pytest.raises(macflops.SourceError, match=r"^source: error: an? .* where a path, zoo:NAME"):
            call()


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True])
def test_a_seed_that_is_none_is_refused(net: Path, tmp_path: Path, seed: Any) -> None:
    with pytest.raises(macflops.SourceError, match=r"^--seed: error: "):
        macflops.export(net, tmp_path / "net.onnx", seed=seed, set="H=16")
    with pytest.raises(macflops.SourceError, match=r"^file: error: "):
        macflops.export(net, [seed], set="H=16")  # type: ignore[arg-type]
    assert not (tmp_path / "net.onnx").exists()


def test_what_a_layer_counts_stays_what_a_float_can_hold() -> None:
    """A kernel of many large sides: each tensor is small, its weights are not."""
    text = f"input: {{x: {[1] * 12}}}\nlayers:\n  - conv: {{out: 1, kernel: {10**17 + 1}}}\n"
    with pytest.raises(macflops.SourceError, match=r"^net.yaml:3:5: error: conv counts over 10\*\*100 \("):
        macflops.count(read(text, "net.yaml"))
