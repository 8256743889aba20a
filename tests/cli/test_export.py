"""`macflops export`: YAML to the screen or a file, ONNX to a file, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

import macflops
from tests.cli.runner import run


def test_without_a_file_yaml_is_printed_and_can_be_piped_on() -> None:
    printed = run("export", "zoo:mobilenet_v2", "--batch", "2", "--input-shape", "1x3x96x96")
    assert (printed.status, printed.err) == (0, "")
    assert run("export", "zoo:mobilenet_v2", "-o", "-") == run("export", "zoo:mobilenet_v2")
    assert "input:\n  input: [2, 3, 96, 96]\n" in printed.out
    counted = run("count", "-", "--format", "json", stdin=printed.out).json
    expected = macflops.count("zoo:mobilenet_v2", batch=2, input_shape="1x3x96x96").to_dict()
    assert counted["totals"] == expected["totals"]


def test_options_decide_which_network_is_written(tmp_path: Path) -> None:
    file = tmp_path / "thin.yml"
    assert run("export", "zoo:mobilenet_v1", "--set", "width=0.6", "-o", str(file)) == (0, "", "")
    assert macflops.count(file).totals == macflops.count("zoo:mobilenet_v1", set={"width": 0.6}).totals


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("before")
    assert run("export", "zoo:no_such", "-o", str(file)).status == 2
    assert file.read_text() == "before"
    assert run("export", "zoo:resnet18", "-o", str(tmp_path / "no" / "net.yaml")).err.endswith("(name another file)\n")
    assert [one.name for one in tmp_path.iterdir()] == ["net.yaml"]


def test_onnx_is_written_with_the_weights_of_a_seed(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.onnx" for name in "abc")
    assert run("export", "zoo:paper_g4", "-o", str(first)) == (0, "", "")
    assert run("export", "zoo:paper_g4", "-o", str(second), "--seed", "0").status == 0
    assert run("export", "zoo:paper_g4", "-o", str(third), "--seed", "7").status == 0
    assert first.read_bytes() == second.read_bytes() != third.read_bytes()


@pytest.mark.parametrize("name", ["shufflenet_v1_g3_x1_0", "shufflenet_v2_x1_0", "densenet121", "resnext50_32x4d"])
def test_advised_writes_what_the_advice_promised(name: str, tmp_path: Path) -> None:
    file = tmp_path / "advised.yaml"
    assert run("export", f"zoo:{name}", "--advised", "-o", str(file)) == (0, "", "")
    before = macflops.audit(f"zoo:{name}")
    after = macflops.audit(file)
    assert before.advice is not None
    for total in ("mult_adds", "params", "mac_elements"):
        change = getattr(after.totals, total) / getattr(before.totals, total) - 1
        assert change == pytest.approx(getattr(before.advice.recount, total), abs=1e-12)
    again = () if after.advice is None else after.advice.steps
    assert not {step.rewrite for step in again} & {step.rewrite for step in before.advice.steps}


def test_without_advice_there_is_nothing_advised() -> None:
    ran = run("export", "zoo:resnet50", "--advised")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("zoo:resnet50: error: no advice is given for this network; no balance: ")


def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    ran = run("export", "zoo:resnet18", "-o", str(tmp_path / "net.txt"))
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "no writer for files that end in 'txt'" in ran.err
    ran = run("export", "zoo:resnet18", "--seed", "1")
    assert (ran.status, ran.err) == (
        2,
        "--seed: error: native YAML holds no weights (leave --seed out, or write .onnx)\n",
    )
    source = tmp_path / "odd.yaml"
    source.write_text("input: [3, 8, 8]\nlayers:\n  - adaptive_avgpool: {out: 3}\n")
    ran = run("export", str(source), "-o", str(tmp_path / "odd.onnx"))
    assert ran.status == 2
    assert "adaptive_avgpool: adaptive_avgpool from [8, 8] to [3, 3] cannot be written as ONNX" in ran.err
    assert [one.name for one in tmp_path.iterdir()] == ["odd.yaml"]
