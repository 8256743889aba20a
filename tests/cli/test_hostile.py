"""Odd surroundings and odd settings: one line that helps and status 2, never a traceback and never a hang."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from macflops.guidelines import codes
from tests.cli.runner import run

NET = """\
macflops: 1
input: [64, 56, 56]
layers:
  - conv: {out: 96}
  - conv: {out: 16, act: relu}
  - conv: {out: 96}
  - conv: {out: 8}
"""
QUIET = ["--fail-on", "never"]


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with net.yaml, worked in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(NET)
    return tmp_path


def refused(*arguments: str) -> str:
    """Run an audit that is refused; return its one line."""
    ran = run("audit", *arguments)
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1), (arguments, ran)
    assert ": error: " in ran.err
    assert ran.err.endswith((")\n", "?\n"))
    return ran.err


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ("[tool]\nmacflops = 1", "tool.macflops is no table"),
        ("[tool.macflops]\nset = ['x']", "tool.macflops.set is ['x']"),
        ("[tool.macflops.set]\nx = 1979-05-27", "tool.macflops.set"),
        ("[tool.macflops]\nbatch = 2.5", "tool.macflops.batch is 2.5"),
        ("[tool.macflops]\nbatch = true", "tool.macflops.batch is True"),
        ("[tool.macflops]\nbatch = [1]", "tool.macflops.batch is [1]"),
        ("[tool.macflops]\nbatch = 0", "tool.macflops.batch: 0 is not in the range"),
        ("[tool.macflops]\nstrict = 1", "tool.macflops.strict is 1"),
        ("[tool.macflops]\nvariant = ['a']", "tool.macflops.variant is ['a']"),
        ("[tool.macflops]\ninput-shape = 3", "tool.macflops.input-shape is 3"),
        ("[tool.macflops]\nselect = []", "tool.macflops.select is []"),
        ("[tool.macflops]\nignore = ['G9']", "there is no rule 'G9'"),
        ("[tool.macflops]\nbudget = ['params=1']", "tool.macflops.budget is no table"),
        ("[tool.macflops.budget]\nparams = nan", "params is nan, which is no amount"),
        ("[tool.macflops.budget]\nparams = '1e9999999'", "params is '1e9999999', which is no amount"),
        ("[tool.macflops.budget]\nparms = 1", "there is no total 'parms'"),
        ("[tool.macflops.rules]\nG1 = inf", "tool.macflops.rules.G1 is inf"),
        ("[tool.macflops.severity]\nerror = nan", "tool.macflops.severity.error is nan"),
        ("[tool.macflops.machine]\nbalance = 1e308", "tool.macflops.machine.balance is 1e+308"),
        ("[tool.macflops.limits]\nsource = 0.5", "tool.macflops.limits.source is 0.5"),
        ("[tool.macflops.limits]\nlayers = inf", "tool.macflops.limits.layers is inf"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_its_file(net: Path, settings: str, what: str) -> None:
    (net / "pyproject.toml").write_text(settings)
    line = refused("net.yaml")
    assert line.startswith(f"{net / 'pyproject.toml'}: error: ")
    assert what in line


@pytest.mark.parametrize(
    "settings",
    [
        "tool = 1",
        "[tool.macflops]\ninput-shape = [1, 64, 28, 28]",
        "[tool.macflops.input-shape]\ninput = '1x64x28x28'",
        "[tool.macflops.budget]\nmult-adds = '1G'",
        "[tool.macflops.rules]\nG4 = 1.0",
        "[tool.macflops.rules]\nG4 = 1.5",
    ],
)
def test_settings_that_make_sense_hold(net: Path, settings: str) -> None:
    (net / "pyproject.toml").write_text(settings)
    ran = run("audit", "net.yaml", *QUIET)
    assert (ran.status, ran.err) == (0, "")


def test_values_of_settings_and_of_the_command_line_are_joined_by_name(net: Path) -> None:
    (net / "net.yaml").write_text(NET.replace("[64, 56, 56]", "[64, H, W]"))
    (net / "pyproject.toml").write_text("[tool.macflops.set]\nH = 56\nW = 56\n")
    ran = run("count", "net.yaml", "--set", "H=28", "--format", "json")
    assert ran.json["network"]["inputs"][0]["shape"] == [1, 64, 28, 56]


@pytest.mark.parametrize(
    "budget", ["params=nan", "params=1e9999999", "params=-1", "params=1GB", "params=", "params", "=3", "speed=1"]
)
def test_a_budget_that_is_none_is_refused(net: Path, budget: str) -> None:
    assert refused("net.yaml", "--budget", budget).startswith("--budget: error: ")


@pytest.mark.parametrize(
    "arguments", [["--select", ","], ["--input-shape", "=1x64x56x56"], ["net.yaml"], ["--batch", "9" * 5000]]
)
def test_a_call_that_makes_no_sense_is_refused(net: Path, arguments: list[str]) -> None:
    refused("net.yaml", *arguments)


@pytest.mark.parametrize(
    ("option", "values"),
    [("--set", ("a=1", "a=2")), ("--input-shape", ("1x3x8x8", "1x3x9x9")), ("--budget", ("params=1", "params=2M"))],
)
def test_a_name_that_is_given_twice_is_refused(net: Path, option: str, values: tuple[str, str]) -> None:
    told = refused("net.yaml", option, values[0], option, values[1])
    assert told.startswith(f"{option}: error: ")
    assert "twice" in told


def test_a_network_without_a_rule_to_check_is_not_called_good(net: Path) -> None:
    ran = run("audit", "net.yaml", "--ignore", ",".join(codes()))
    assert ran.status == 0
    assert "No rule was checked." in ran.out
    assert "Nothing to change" not in ran.out
    assert "within the limits" not in ran.out


def test_a_pipe_that_nobody_fills_is_not_waited_for(net: Path) -> None:
    os.mkfifo("pipe.yaml")
    assert "no regular file" in refused("pipe.yaml")


def test_the_end_of_a_long_path_is_shown_and_its_line(net: Path) -> None:
    folder = net / ("long_" * 10) / ("longer_" * 10)
    folder.mkdir(parents=True)
    (folder / "net.yaml").write_text(NET)
    out = run("audit", str(folder / "net.yaml"), *QUIET).out
    assert "longer_/net.yaml:5  " in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("batch", [10**15, 10**18])
def test_the_largest_numbers_fit_a_terminal(net: Path, batch: int) -> None:
    out = run("audit", "net.yaml", "--batch", str(batch), *QUIET).out
    assert max(map(len, out.splitlines())) <= 80


def shell(command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command line in which $M is the program."""
    environment = {**os.environ, "M": f"{sys.executable} -m macflops"}
    return subprocess.run(["bash", "-c", command], capture_output=True, env=environment, timeout=60, check=False)


def test_a_reader_that_goes_away_leaves_the_status_as_it_is(net: Path) -> None:
    for command, status in (("count zoo:densenet121", b"0"), ("audit zoo:densenet121 --fail-on note", b"1")):
        ran = shell(f"$M {command} | true; echo ${{PIPESTATUS[0]}}")
        assert (ran.stdout.strip(), ran.stderr) == (status, b"")


def test_closed_streams_are_no_traceback(net: Path) -> None:
    assert (shell("$M count net.yaml >&-").returncode, shell("$M count net.yaml >&-").stderr) == (0, b"")
    ran = shell("$M count - <&-")
    assert (ran.returncode, ran.stderr) == (2, b"-: error: standard input is closed (pipe a network into it)\n")
    assert shell("$M count missing.yaml >&- 2>&-").returncode == 2


def test_a_full_disk_is_one_line(net: Path) -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("there is no /dev/full here")
    ran = shell("$M count net.yaml > /dev/full")
    assert ran.returncode == 2
    assert ran.stderr.startswith(b"standard output: error: cannot be written: no space left on device")
    assert len(ran.stderr.splitlines()) == 1


def test_bars_and_odd_names_come_through_any_locale(net: Path) -> None:
    (net / os.fsdecode(b"\xff.yaml")).write_text(NET)
    ran = shell("PYTHONIOENCODING=ascii $M audit $'\\xff.yaml' --fail-on never")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "█" in ran.stdout.decode("utf-8")
    document = json.loads(shell("$M count $'\\xff.yaml' --format json").stdout)
    assert document["network"]["source"] == os.fsdecode(b"\xff.yaml")


def test_a_working_folder_that_is_gone_is_no_traceback(net: Path) -> None:
    ran = shell("mkdir gone; cd gone; rmdir ../gone; $M count ../net.yaml --format json")
    assert ran.returncode == 0, ran.stderr


def test_linear_layers_are_not_called_convolutions(net: Path) -> None:
    layers = "\n".join(f"  - linear: {{out: {out}}}" for out in (96, 16, 96, 8))
    (net / "net.yaml").write_text(f"macflops: 1\ninput: {{x: [512, 16]}}\nlayers:\n{layers}\n")
    assert "its linear layers move 1.4 times" in run("audit", "net.yaml", *QUIET).out


def test_sides_that_are_sums_stand_in_brackets(net: Path) -> None:
    (net / "net.yaml").write_text("macflops: 1\ninput: [3, H + 1, 8]\nlayers:\n  - pad: {padding: 1}\n")
    assert "input 1x3x(H + 1)x8 " in run("count", "net.yaml").out
    assert "1x3x(H + 3)x10" in run("count", "net.yaml", "--format", "csv").out


def test_a_fault_of_the_program_is_one_line_too(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a\nb")

    monkeypatch.setattr("macflops.api.judge", broken)
    monkeypatch.delenv("MACFLOPS_TRACEBACK")
    assert "ZeroDivisionError: a\\nb, a fault of macflops (report it" in refused("net.yaml")
