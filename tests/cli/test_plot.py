"""`macflops plot` and `macflops figures`: files of the right kind, written whole, and errors in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from macflops import plots


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder."""
    root = str(Path(__file__).parent.parent.parent)
    return subprocess.run(
        [sys.executable, "-m", "macflops", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root, **environment},
        check=False,
    )


def test_the_list_names_all_kinds(tmp_path: Path) -> None:
    ran = run("plot", cwd=tmp_path)
    assert [line.split()[0] for line in ran.stdout.splitlines() if line[0] != " "] == list(plots.names())
    assert all(len(line) <= 80 for line in ran.stdout.splitlines())


MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "csv": b"series,"}


@pytest.mark.parametrize(("suffix", "magic"), MAGIC.items())
def test_files_are_of_their_kind(tmp_path: Path, suffix: str, magic: bytes) -> None:
    ran = run("plot", "groups", "-o", f"x.{suffix}", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"x.{suffix}: At equal mult-adds, 8 groups move")
    assert (tmp_path / f"x.{suffix}").read_bytes().startswith(magic)
    assert [path.name for path in tmp_path.iterdir()] == [f"x.{suffix}"]


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    for suffix in ("svg", "pdf"):
        options = ("plot", "shuffle", "-o", f"a.{suffix}")
        assert run(*options, cwd=tmp_path, PYTHONHASHSEED="1").returncode == 0
        here: Any = plots.find("shuffle")()
        assert (tmp_path / f"a.{suffix}").read_bytes() == here.written(suffix)


def test_dark_is_dark_and_a_default_name_is_not_overwritten(tmp_path: Path) -> None:
    assert run("plot", "shuffle", cwd=tmp_path).stdout.startswith("shuffle.png: ")
    light = (tmp_path / "shuffle.png").read_bytes()
    assert run("plot", "shuffle", "--dark", "-o", "dark.png", cwd=tmp_path).returncode == 0
    again = run("plot", "shuffle", "--dark", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (2, "shuffle.png: error: is there already (name a file with -o)\n")
    assert (tmp_path / "shuffle.png").read_bytes() == light != (tmp_path / "dark.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["plot", "nope"], "no kind 'nope'"),
        (["plot", "roof"], "did you mean roofline?"),
        (["plot", "roofline"], "it draws a network (name a SOURCE"),
        (["plot", "groups", "zoo:resnet50"], "it takes no SOURCE"),
        (["plot", "waste", "zoo:resnet50", "zoo:vgg16"], "it takes one SOURCE"),
        (["plot", "waste", "missing.yaml", "-o", "x.png"], "missing.yaml: error"),
        (["plot", "groups", "-o", "x.gif"], "use .png, .svg, .pdf or .csv"),
        (["plot", "groups", "-o", "x"], "use .png, .svg, .pdf or .csv"),
        (["plot", "groups", "-o", "no/such/folder/x.png"], "cannot be written: no such file or directory"),
        (["plot", "groups", "-o", ".svg"], "does not end as a figure"),
        (["plot", "groups", "--device", "t4"], "--device: error: plot groups does not take it"),
        (["plot", "roofline", "zoo:resnet50", "--device", "t5", "-o", "x.png"], "one of: a100_sxm4_40gb"),
        (["plot", "roofline", "zoo:resnet50", "--device", "bad.yaml", "-o", "x.png"], "bandwidth is 'fast'"),
        (["plot", "roofline", "zoo:resnet50", "--device", "none.yaml", "-o", "x.png"], "cannot be read"),
        (["plot", "roofline", "zoo:resnet50", "--dtype", "int8", "-o", "x.png"], "has no figure for int8"),
        (["plot", "roofline", "symbolic.yaml", "-o", "x.png"], "with --set"),
        (["plot", "waste", "symbolic.yaml", "-o", "x.png"], "--set H=…"),
        (["plot", "share", "symbolic.yaml", "-o", "x.png"], "with --set"),
        (["plot", "fragments", "zoo:resnet50", "--block", "x", "-o", "x.png"], "no block 'x'"),
        (["plot", "shuffle", "--channels", "9", "--groups", "2"], "groups: 2 does not divide 9 channels"),
        (["plot", "shuffle", "--channels", "400"], "draw 1 to 16"),
        (["plot", "sweep", "--over", "c1=1:3000", "--over", "c2=1:3000", "--over", "h=7"], "a figure shows up to"),
        (
            ["plot", "sweep", "--over", "c1=3", "--over", "c2=3", "--over", "g=2", "--over", "h=7"],
            "g=2 does not divide c1=3 and c2=3 (give groups that divide both widths)",
        ),
        (
            ["plot", "sweep", "-x", "beauty", "--over", "c1=3", "--over", "c2=3", "--over", "h=7"],
            "'beauty' is not",
        ),
        (["figures", "--check", "-o", "nowhere"], "is no folder"),
        (["figures", "--only", "rati"], "did you mean ratio?"),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "bad.yaml").write_text("{title: x, flops: {float32: 1}, bandwidth: fast}")
    (tmp_path / "symbolic.yaml").write_text(
        "macflops: 1\nname: s\ninput: [3, H, 8]\nlayers:\n  - conv: {out: 8}\n  - conv: {out: 8}\n"
    )
    before = sorted(tmp_path.iterdir())
    ran = run(*arguments, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_figures_are_drawn_and_checked(tmp_path: Path) -> None:
    assert run("figures", "--only", "shuffle", cwd=tmp_path).returncode == 0
    folder = tmp_path / "figures"
    names = ["shuffle-dark.png", "shuffle.csv", "shuffle.png", "shuffle.svg"]
    assert sorted(path.name for path in folder.iterdir()) == names
    (folder / "shuffle.csv").write_text("groups\n2\n")
    ran = run("figures", "--check", "--only", "shuffle", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, f"{os.path.join('figures', 'shuffle.csv')}: 2 rows, now 9\n")


def test_drawing_leaves_no_global_state() -> None:
    program = (
        "import sys, matplotlib; names = [name for name in matplotlib.rcParams if name != 'backend']\n"
        "before = [matplotlib.rcParams[name] for name in names]\n"
        "import macflops.plots as plots\n"
        "figure = plots.shuffle(); figure.written('png'); figure._repr_svg_()\n"
        "assert [matplotlib.rcParams[name] for name in names] == before\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


@pytest.mark.parametrize(
    ("kind", "sources"),
    [("shuffle", ()), ("ratio", ()), ("fragments", ("zoo:googlenet",)), ("waste", ("zoo:resnet50",))],
)
def test_a_kind_draws_on_axes_that_it_is_given(kind: str, sources: tuple[str, ...]) -> None:
    from matplotlib.figure import Figure

    page = Figure(figsize=(9, 4), layout="constrained")
    left, right = page.subplots(1, 2)
    found: Any = plots.find(kind)
    assert found(*sources, ax=left) is page
    page.draw_without_rendering()
    assert not right.lines
    assert not right.patches


def test_names_of_strangers_are_words_and_no_markup(tmp_path: Path) -> None:
    name = "$\\frac{1}{$ <b>&amp; \u4e2d\u6587" + "x" * 300
    text = f"macflops: 1\nname: '{name}'\ninput: [3, 8, 8]\nlayers:\n  - conv: {{out: 8}}\n  - conv: {{out: 8}}\n"
    (tmp_path / "n.yaml").write_text(text, "utf-8")
    for kind in ("roofline", "waste", "share", "fragments"):
        ran = run("plot", kind, "n.yaml", "-o", f"{kind}.svg", cwd=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, ""), kind
        ElementTree.parse(tmp_path / f"{kind}.svg")
