"""docs/theory.md: its figures are what the commands print. That each of its commands runs, tests/docs has."""

from __future__ import annotations

import re

from click.testing import CliRunner

from macflops.cli.main import program


def printed(*arguments: str) -> str:
    """Return what a command prints."""
    return CliRunner().invoke(program, arguments).output


def test_figures_are_those_of_the_commands() -> None:
    sides = ("--assume", "H%32==0", "--assume", "W%32==0")
    counted = printed("count", "zoo:shufflenet_v2_x1_0", "--input-shape", "1x3xHxW", *sides)
    assert "mult_adds = (367051*H*W + 131072000) // 128" in counted
    assert "refuted: c1 = 1, c2 = 1" in printed("prove", "--claim", "c1 + c2 >= 3*sqrt(c1*c2)")
    hidden = [tuple(map(int, found)) for found in re.findall(r"(\d+) of\s+(\d+) are\s+hidden", printed("prove", "T7"))]
    assert [f"{100 * some / every:.0f}" for some, every in hidden] == ["24", "2", "0"]  # a quarter, one in fifty, none
