"""`macflops count` of several sources: a row each, streamed, resumed after an interruption."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import jsonschema
import pytest

import macflops
from macflops.schemas import find
from tests.cli.runner import run

TINY = "input: [3, {side}, {side}]\nlayers:\n  - conv: {{out: 8, kernel: 3, norm: bn, act: relu}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of networks: two good ones, one in a folder of its own, a broken one, other YAML, other files."""
    (tmp_path / "inner").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name, side in (("b", 8), ("a", 16), ("inner/c", 32), (".hidden/d", 8)):
        (tmp_path / f"{name}.yaml").write_text(TINY.format(side=side))
    (tmp_path / "broken.yml").write_text("input: [3, 8, 8]\nlayers:\n  - cnv: {out: 8}\n")
    (tmp_path / "compose.yaml").write_text("services: {web: {image: nginx}}\n")
    (tmp_path / "notes.txt").write_text("layers: none\n")
    (tmp_path / "cut.onnx").write_bytes(b"\x08\x07\x12\x7fpyt")
    return tmp_path


def lines(text: str) -> list[dict[str, object]]:
    """Return the documents of JSON Lines, each held against the schema."""
    found = [json.loads(line) for line in text.splitlines()]
    for row in found:
        jsonschema.validate(row, find("row"))
    return found


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_each_network_of_a_folder_has_a_row_that_says_what_counting_it_alone_says(folder: Path, jobs: str) -> None:
    result = run("count", str(folder), "zoo:alexnet", "-j", jobs, "--format", "jsonl", "--fusion", "bn")
    rows = lines(result.out)
    names = ["a.yaml", "b.yaml", "broken.yml", "cut.onnx", "inner/c.yaml"]
    assert [row["source"] for row in rows] == [*(str(folder / name) for name in names), "zoo:alexnet"]
    for row in rows:
        if row["error"] is None:
            alone = macflops.count(str(row["source"]), fusion="bn")
            assert {name: row[name] for name in alone.to_dict()["totals"]} == alone.to_dict()["totals"]
            assert (row["name"], row["layers"], row["complete"]) == (alone.network.name, len(alone.layers), True)
        else:
            with pytest.raises(macflops.SourceError) as caught:
                macflops.count(str(row["source"]))
            assert row["error"] == str(caught.value)
    assert [row["source"] for row in rows if row["error"]] == [str(folder / "broken.yml"), str(folder / "cut.onnx")]
    assert result.status == 2
    assert "2 of 6 sources could not be counted" in result.err
    assert f"1 YAML file without layers left out: {folder / 'compose.yaml'}" in result.err


def test_csv_has_the_same_numbers_and_no_formulas(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "=1+1.yaml").write_text(TINY.format(side=8))
    table = list(csv.DictReader(run("count", "=1+1.yaml", "a.yaml", "--format", "csv").out.splitlines()))
    documents = lines(run("count", "=1+1.yaml", "a.yaml", "--format", "jsonl").out)
    assert [row["source"] for row in table] == ["'=1+1.yaml", "a.yaml"]
    for cells, document in zip(table, documents, strict=True):
        for name in ("params", "mult_adds", "mac_bytes", "peak_activation_bytes"):
            assert cells[name] == str(document[name])


def test_text_is_a_table_of_eighty_columns(folder: Path) -> None:
    shown = run("count", str(folder), "zoo:vgg16").out
    assert all(len(line) <= 80 or str(folder) in line for line in shown.splitlines())
    assert "zoo:vgg16" in shown
    assert "15.5 G" in shown  # Simonyan and Zisserman 2015: 15.47 G multiply-adds (torchvision's documentation)


@pytest.mark.parametrize("style", ["jsonl", "csv"])
def test_what_an_interruption_left_is_kept_and_only_the_rest_is_counted(folder: Path, style: str) -> None:
    out, arguments = folder / "out", ("count", str(folder), "--format", style, "-o")
    assert run(*arguments, str(out)).status == 2
    whole = out.read_text()
    kept = whole.splitlines(keepends=True)
    head = 1 if style == "csv" else 0
    assert len(kept) == head + 5
    marked = [line.replace("232,", "777,") for line in kept[head : head + 2]]  # so that one sees which they are
    (folder / "out.partial").write_text("".join(kept[:head] + marked) + kept[head + 2][:20])
    out.unlink()
    assert run(*arguments, str(out), "--resume").status == 2
    found = out.read_text().splitlines(keepends=True)
    assert found[: head + 2] == kept[:head] + marked  # not counted again
    assert sorted(found[head + 2 :]) == sorted(kept[head + 2 :])
    assert not (folder / "out.partial").exists()


@pytest.mark.parametrize("style", ["jsonl", "csv"])
def test_odd_names_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["'quoted.yaml", "=1+1.yaml", "two\nlines.yaml", "no\udcfftext.yaml", "back\\slash.yaml"]
    for name in names:
        Path(name).write_text(TINY.format(side=8))
    arguments = ("count", *names, "--format", style, "-o", "out")
    assert run(*arguments).status == 0
    whole = Path("out").read_text()
    assert run(*arguments, "--resume").status == 0
    assert Path("out").read_text() == whole


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_rows_into_a_pipe_leave_it_a_pipe(folder: Path, jobs: str) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    arguments = ("count", str(folder / "a.yaml"), str(folder / "b.yaml"), "--format", "csv", "-j", jobs, "-o")
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text)
        assert run(*arguments, str(pipe)).status == 0
        assert len(read.result(timeout=30).splitlines()) == 3
    assert pipe.is_fifo()
    result = run(*arguments, str(pipe), "--resume")
    assert (result.status, result.err.startswith("--resume: error: nothing to go on with")) == (2, True)
    assert not (folder / "pipe.partial").exists()


def test_rows_into_a_folder_are_refused_and_leave_nothing(folder: Path) -> None:
    result = run("count", str(folder / "a.yaml"), str(folder / "b.yaml"), "-o", str(folder / "inner"))
    assert (result.status, len(result.err.splitlines())) == (2, 1)
    assert not (folder / "inner.partial").exists()


def test_rows_into_a_link_are_written_to_what_it_leads_to(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "out")
    arguments = ("count", str(folder / "a.yaml"), str(folder / "b.yaml"), "--format", "csv")
    assert run(*arguments, "-o", str(folder / "link")).status == 0
    assert (folder / "link").is_symlink()
    assert len((folder / "out").read_text().splitlines()) == 3


def test_a_network_that_was_mended_is_counted_again(folder: Path) -> None:
    out = folder / "out"
    arguments = ("count", str(folder), "--format", "jsonl", "-o", str(out))
    run(*arguments)
    (folder / "broken.yml").write_text(TINY.format(side=8))
    (folder / "cut.onnx").unlink()
    assert run(*arguments, "--resume").status == 0
    assert [row["error"] for row in lines(out.read_text())] == [None] * 4


def test_a_process_that_is_stopped_leaves_whole_rows(tmp_path: Path) -> None:
    for index in range(100):
        (tmp_path / f"{index:03}.yaml").write_text(TINY.format(side=8))
    slow = "input: [3, 8, 8]\nlayers:\n  - repeat: {times: 300_000, layers: [relu]}\n".replace("_", "")
    (tmp_path / "050_slow.yaml").write_text(slow)  # so that there is time to stop it
    out = tmp_path / "rows"
    command = [sys.executable, "-m", "macflops", "count", str(tmp_path), "--format", "jsonl", "-o", str(out)]
    # A shell that runs the tests in the background lets them ignore this signal, and they hand that down.
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heeding)
    kept = tmp_path / "rows.partial"
    deadline = time.monotonic() + 60
    while not (kept.exists() and kept.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.fail("it was done before it could be stopped")
    assert process.returncode == 130
    assert f"--resume goes on with {kept}" in said
    assert not out.exists()
    before = len(lines(kept.read_text()))
    assert 0 < before < 101
    assert run("count", str(tmp_path), "--format", "jsonl", "-o", str(out), "--resume").status == 0
    assert len(lines(out.read_text())) == 101


def test_rows_by_other_conventions_are_not_gone_on_with(folder: Path) -> None:
    out = folder / "out"
    arguments = ("count", str(folder / "a.yaml"), str(folder / "b.yaml"), "--format", "jsonl", "-o", str(out))
    run(*arguments)
    result = run(*arguments, "--resume", "--fusion", "bn")
    assert result.status == 2
    assert "rows of float32, fusion none (ask for the same, or leave --resume out)" in result.err


def test_rows_of_other_networks_are_not_gone_on_with(folder: Path) -> None:
    out = folder / "out"
    for style in ("csv", "jsonl"):
        arguments = ("count", str(folder / "a.yaml"), str(folder / "b.yaml"), "--format", style, "-o", str(out))
        run(*arguments, "--batch", "2")
        result = run(*arguments, "--resume")
        assert result.status == 2
        assert "rows of float32, fusion none, " in result.err
        assert "--batch 2 (ask for the same, or leave --resume out)" in result.err
        assert run(*arguments, "--batch", "2", "--resume").status == 0


def test_a_source_that_changed_since_is_counted_again(folder: Path) -> None:
    out = folder / "out"
    arguments = ("count", str(folder / "a.yaml"), str(folder / "b.yaml"), "--format", "jsonl", "-o", str(out))
    run(*arguments)
    (folder / "b.yaml").write_text(TINY.format(side=32))
    later = out.stat().st_mtime + 1
    os.utime(folder / "b.yaml", (later, later))
    assert run(*arguments, "--resume").status == 0
    rows = {Path(str(row["source"])).name: row["mult_adds"] for row in lines(out.read_text())}
    assert rows == {"a.yaml": 16 * 16 * 9 * 3 * 8, "b.yaml": 32 * 32 * 9 * 3 * 8}


@pytest.mark.parametrize("sources", [("a.yaml",), ("a.yaml", "b.yaml"), (".",)])
def test_a_source_is_never_written_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch, sources: tuple[str, ...]
) -> None:
    monkeypatch.chdir(folder)
    Path("link").symlink_to("a.yaml")
    before = Path("a.yaml").read_text()
    for target in ("a.yaml", "./inner/../a.yaml", "link"):
        result = run("count", *sources, "--format", "csv", "-o", target)
        assert result.status == 2
        assert f"{target}: error: is a source of what is to be written there (name another file)" in result.err
        assert Path("a.yaml").read_text() == before


@pytest.mark.parametrize("whole_group", [True, False])
def test_processes_that_are_interrupted_end_in_silence(tmp_path: Path, whole_group: bool) -> None:
    (tmp_path / "0.yaml").write_text(TINY.format(side=8))
    slow = "input: [3, 8, 8]\nlayers:\n  - repeat: {times: 300000, layers: [relu]}\n"
    for index in range(1, 4):
        (tmp_path / f"{index}.yaml").write_text(slow)
    command = [sys.executable, "-m", "macflops", "count", str(tmp_path), "--format", "csv", "-j", "2", "-o", "rows"]

    def heeding() -> None:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heeding, cwd=tmp_path)
    kept = tmp_path / "rows.partial"
    deadline = time.monotonic() + 60
    while not (kept.exists() and kept.read_text().count("\n") > 1) and time.monotonic() < deadline:
        time.sleep(0.002)
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)  # until no process has the other end, those that count neither
    assert (process.returncode, said.strip()) == (130, "macflops: interrupted: --resume goes on with rows.partial")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["a.yaml", "b.yaml", "--format", "markdown"],
         "--format: error: markdown of several sources (use one of text, csv, jsonl)"),
        (["a.yaml", "b.yaml", "--by", "op"],
         "--by: error: a network is one row where there are several (leave it out)"),
        (["a.yaml", "--by", "op", "--format", "csv"],
         "--by: error: rows by op are for text and markdown, not csv "
         "(leave --by out: each layer's row names its operator, block and stage)"),
        (["a.yaml", "--resume"],
         "--resume: error: a single source (it goes on with a row for each of several)"),
        (["a.yaml", "b.yaml", "--resume"],
         "--resume: error: nothing to go on with (name the file: --format jsonl -o FILE)"),
        (["empty"], "empty: error: no network is in this folder (they are files in .onnx, .pt2, .yaml)"),
        (["a.yaml", "b.yaml", "--format", "jsonl", "-o", "no/such/folder"],
         "no/such/folder: error: cannot be used: no such file or directory (name another file)"),
        (["a.yaml", "b.yaml", "--format", "jsonl", "-o", "notes.txt", "--resume"],
         "notes.txt:1:1: error: this is no row of counts (leave --resume out to write it anew)"),
        (["a.yaml", "b.yaml", "--format", "csv", "-o", "notes.txt", "--resume"],
         "notes.txt:1:1: error: this is no row of counts (leave --resume out to write it anew)"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], error: str
) -> None:
    monkeypatch.chdir(folder)
    (folder / "empty").mkdir()
    result = run("count", *arguments)
    assert (result.status, result.err.strip()) == (2, error)
    assert (folder / "notes.txt").read_text() == "layers: none\n"


def test_a_process_that_dies_takes_only_its_row_along(folder: Path) -> None:
    script = (
        "import os, sys, macflops.many as many\n"
        "counted = many.count\n"
        "def count(source, **options):\n"
        "    if source.endswith('b.yaml'): os._exit(9)\n"
        "    return counted(source, **options)\n"
        "many.count = count\n"
        f"for row in many.rows(many.found([{str(folder)!r}]).sources, 2): print(row.source, row.error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    said = dict(line.split(" ", 1) for line in ran.stdout.splitlines())
    assert said[str(folder / "b.yaml")].endswith("the process that counted it died (is there enough memory?)")
    assert said[str(folder / "a.yaml")] == said[str(folder / "inner/c.yaml")] == "None"
    assert len(said) == 5


def test_symbolic_networks_have_closed_forms(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("input: [3, H, 8]\nlayers: [{conv: {out: 8}}]\n")
    one, two = (run("count", str(tmp_path), "--format", "jsonl", "-j", jobs).out for jobs in "12")
    assert one == two  # though SymPy simplifies what comes from another process
    rows = lines(one)
    assert [row["mult_adds"] for row in rows] == ["192*H", "192*H"]
    assert run("count", str(tmp_path)).out.count("symbolic") >= 2


def test_links_out_of_a_folder_are_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "x.yaml").write_text(TINY.format(side=8))
    os.symlink(elsewhere, folder / "link")
    assert "x.yaml" not in run("count", str(folder)).out
