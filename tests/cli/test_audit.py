"""`macflops audit`: exit statuses, options, output formats, settings."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import macflops
from macflops.schemas import find as schema
from tests.cli.runner import run

GOOD = "zoo:shufflenet_v2_x1_0"
SLOW = "zoo:shufflenet_v1_g3_x1_0"  # G4 wastes 9.5 %: a warning

NARROW = """\
macflops: 1
input: [64, 56, 56]
layers:
  - conv: {out: 96}
  - conv: {out: 16}
  - conv: {out: 96}
  - conv: {out: 8}
"""


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([GOOD, "--fail-on", "note"], 0),
        ([SLOW], 0),
        ([SLOW, "--fail-on", "warning"], 1),
        ([SLOW, "--fail-on", "never"], 0),
        ([SLOW, "--fail-on", "warning", "--ignore", "G1,G2,G4"], 0),
        (["zoo:mobilenet_v2"], 1),  # G4 wastes 19.9 %: an error
        (["zoo:mobilenet_v2", "--select", "G1"], 0),
        (["zoo:nasnet_a_mobile"], 1),  # 26 operators side by side: an error
        ([GOOD, "--budget", "mult_adds=145M"], 0),
        ([GOOD, "--budget", "mult_adds=144M"], 1),
        ([GOOD, "--budget", "params=2278604", "--budget", "mac_bytes=67.5M"], 0),
        ([GOOD, "--budget", "params=2278603", "--fail-on", "never"], 1),
        ([GOOD, "--budget", "speed=1"], 2),
        ([GOOD, "--budget", "params=fast"], 2),
        ([GOOD, "--select", "G9"], 2),
        ([GOOD, "--dtype", "float99"], 2),
        (["zoo:shufflenet_v9"], 2),
        (["missing.yaml"], 2),
        ([], 2),
    ],
)
def test_exit_statuses(arguments: list[str], status: int) -> None:
    ran = run("audit", *arguments)
    assert ran.status == status, ran.err
    if status == 2:
        assert ran.out == ""
        assert len(ran.err.splitlines()) == 1
        assert ": error: " in ran.err
        assert ran.err.rstrip().endswith((")", "?"))


@pytest.mark.parametrize("source", [GOOD, SLOW, "zoo:googlenet", "zoo:paper_g2"])
@pytest.mark.parametrize("fusion", ["none", "bn", "runtime"])
def test_the_document_follows_its_schema_and_adds_up(source: str, fusion: str) -> None:
    ran = run("audit", source, "--format", "json", "--fusion", fusion)
    jsonschema.validate(ran.json, schema("audit"))
    totals, layers = ran.json["totals"], ran.json["layers"]
    for name in ("params", "mult_adds", "flops", "elementwise_ops", "mac_elements", "mac_bytes"):
        assert totals[name] == sum(layer[name] for layer in layers)
    for code, rule in ran.json["verdict"]["rules"].items():
        found = [f for f in ran.json["findings"] if f["rule"] == code]
        assert rule["places"] == len(found)
        if code in ("G1", "G2", "G4"):
            assert rule["mac_elements_wasted"] == sum(f["mac_elements_wasted"] for f in found)
            assert rule["mac_share"] == pytest.approx(rule["mac_elements_wasted"] / totals["mac_elements"])
    for finding in ran.json["findings"]:
        assert finding["layer"] in finding["layers"]
        assert finding["measured"] >= finding["limit"]
        if finding["mac_elements"] is not None:
            assert finding["mac_elements_wasted"] == finding["mac_elements"] - finding["mac_bound_elements"]


def test_python_has_the_same_document() -> None:
    assert run("audit", SLOW, "--format", "json").json == macflops.audit(SLOW).to_dict()


def test_a_finding_points_at_its_line_and_the_calls_around_it() -> None:
    (finding,) = (
        f
        for f in macflops.audit(SLOW, select="G2", advice=False).findings
        if f.layer.endswith(".reduce") and "stage2" in f.layer
    )
    text = (Path(macflops.__file__).parent / "zoo" / finding.location.file).read_text("utf-8").splitlines()
    assert "groups: groups" in text[finding.location.line - 1]
    assert text[finding.location.line - 1][finding.location.column - 1 :].startswith("conv:")
    called = [text[line - 1][column - 1 :] for line, column in finding.location.calls]
    assert called[0].startswith("stage:")
    assert called[1].startswith("unit")


def test_findings_of_one_line_are_one() -> None:
    report = macflops.audit(SLOW)
    places = [(f.rule, f.location.line) for f in report.findings]
    assert len(set(places)) == len(places)
    assert report.findings == tuple(
        sorted(report.findings, key=lambda f: ("note", "warning", "error").index(f.severity), reverse=True)
    )


def test_top_limits_what_is_printed_but_not_the_document() -> None:
    assert run("audit", SLOW, "--top", "1").out.count("  1  ") == 1
    assert "  2  G" not in run("audit", SLOW, "--top", "1").out
    assert len(run("audit", SLOW, "--top", "1", "--format", "json").json["findings"]) > 1


def test_a_network_on_standard_input() -> None:
    ran = run("audit", "-", "--format", "json", stdin=NARROW)
    assert [f["location"]["line"] for f in ran.json["findings"]] == [5, 6]


def test_a_comment_silences_a_place() -> None:
    quiet = NARROW.replace("{out: 16}", "{out: 16}  # macflops: ignore=G1")
    ran = run("audit", "-", "--format", "json", stdin=quiet)
    assert [f["location"]["line"] for f in ran.json["findings"]] == [6]
    assert ran.json["verdict"]["rules"]["G1"]["places"] == 1


def test_symbolic_dimensions_are_asked_for() -> None:
    ran = run("audit", "-", stdin=NARROW.replace("[64, 56, 56]", "[64, H, W]"))
    assert ran.status == 2
    assert "H and W are symbolic" in ran.err
    assert "--set H=" in ran.err
    ran = run(
        "audit",
        "-",
        "--fail-on",
        "never",
        "--set",
        "H=56",
        "--set",
        "W=56",
        stdin=NARROW.replace("[64, 56, 56]", "[64, H, W]"),
    )
    assert ran.status == 0


def test_output_goes_to_a_file_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "audit.json"
    assert run("audit", GOOD, "--format", "json", "-o", str(target)) == (0, "", "")
    jsonschema.validate(__import__("json").loads(target.read_text("utf-8")), schema("audit"))
    ran = run("audit", GOOD, "-o", str(tmp_path / "missing" / "audit.txt"))
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["audit.json"]


def test_output_goes_through_links_into_devices_and_pipes_and_never_replaces_them(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "audit.txt", tmp_path / "link", tmp_path / "pipe"
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)
    assert run("audit", GOOD, "-o", str(link)).status == 0
    assert link.is_symlink()
    assert target.read_text("utf-8") == run("audit", GOOD).out
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    assert run("audit", GOOD, "-o", str(pipe)).status == 0
    assert reader.communicate()[0].decode() == run("audit", GOOD).out
    assert pipe.is_fifo()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["audit.txt", "link", "pipe"]
    assert run("audit", GOOD, "-o", "-").out == run("audit", GOOD).out


@pytest.mark.parametrize("target", ["", ".", "missing/audit.txt", "a" * 300, "a\0b"])
def test_what_cannot_be_written_is_one_line(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("audit", GOOD, "-o", target)
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert "error: cannot be written" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_settings_hold_where_the_command_line_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.yaml").write_text(NARROW)
    settings = tmp_path / "pyproject.toml"
    settings.write_text(
        '[tool.macflops]\nformat = "json"\nfusion = "bn"\nselect = ["G1"]\nfail-on = "note"\n'
        "[tool.macflops.rules]\nG1 = 1.01\n[tool.macflops.budget]\nparams = '1k'\n"
        "[tool.macflops.severity]\nwarning = 0.5\nerror = 0.9\n"
    )
    ran = run("audit", str(tmp_path / "net.yaml"))
    assert ran.status == 1
    assert ran.json["conventions"]["fusion"] == "bn"
    assert list(ran.json["verdict"]["rules"]) == ["G1"]
    assert ran.json["verdict"]["rules"]["G1"]["severity"] == "note"
    assert ran.json["budgets"] == [{"name": "params", "max": 1000, "value": 10200, "exceeded": True}]
    ran = run("audit", str(tmp_path / "net.yaml"), "--fusion", "none", "--format", "json", "--fail-on", "never")
    assert ran.json["conventions"]["fusion"] == "none"
    for wrong, what in [
        ("[tool.macflops]\nfuson = 1", "fuson"),
        ("[tool.macflops]\nfusion = 'all'", "fusion"),
        ("[tool.macflops.rules]\nG9 = 1", "G9"),
        ("[tool.macflops.rules]\nG1 = 'x'", "G1"),
        ("[tool.macflops]\nrules = 3", "rules"),
        ("[tool.macflops\n", "cannot be read"),
    ]:
        settings.write_text(wrong)
        ran = run("audit", str(tmp_path / "net.yaml"))
        assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1), wrong
        assert what in ran.err


def on_a_terminal(**environment: str) -> str:
    """Return what an audit prints on a pseudo-terminal."""
    main, other = pty.openpty()
    ran = subprocess.Popen(
        [sys.executable, "-m", "macflops", "audit", SLOW], stdout=other, env={**os.environ, **environment}
    )
    os.close(other)
    printed = b""
    while True:
        try:
            chunk = os.read(main, 65536)
        except OSError:
            break
        if not chunk:
            break
        printed += chunk
    os.close(main)
    assert ran.wait() == 0
    return printed.decode().replace("\r\n", "\n")


def test_colours_are_for_terminals_and_no_color_is_honoured() -> None:
    plain = run("audit", SLOW).out
    coloured = on_a_terminal(TERM="xterm", NO_COLOR="")
    assert "\x1b[" not in plain
    assert "\x1b[33m" in coloured
    assert on_a_terminal(TERM="xterm", NO_COLOR="1") == plain


def test_no_line_is_longer_than_a_terminal() -> None:
    for name in ("shufflenet_v1_g8_x0_5", "nasnet_a_mobile", "googlenet", "resnet50", "densenet121", "paper_g3"):
        for line in run("audit", f"zoo:{name}", "--top", "99").out.splitlines():
            assert len(line) <= 80, line


def test_a_reader_that_goes_away_is_no_error() -> None:
    piped = f"{sys.executable} -m macflops count zoo:densenet121 | head -1"
    ran = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, check=True)
    assert ran.stderr == ""


def test_names_with_control_characters_are_escaped() -> None:
    ran = run("audit", "-", stdin=NARROW.replace("macflops: 1\n", 'macflops: 1\nname: "\\e[31mred"\n'))
    assert "\x1b" not in ran.out
    assert "\\x1b[31mred" in ran.out


def test_an_unknown_file_ending_says_which_are_known(tmp_path: Path) -> None:
    (tmp_path / "net.h5").write_text("")
    ran = run("audit", str(tmp_path / "net.h5"))
    assert (ran.status, ran.out) == (2, "")
    assert ".yaml" in ran.err
