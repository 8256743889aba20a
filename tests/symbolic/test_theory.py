"""docs/theory.md: each of its commands runs, and its figures are what they print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from macflops.cli.main import program

TEXT = (Path(__file__).parents[2] / "docs" / "theory.md").read_text("utf-8")
COMMANDS = [
    line.partition("  #")[0].strip()
    for code in re.findall(r"```sh\n(.*?)```", TEXT, re.S)
    for line in code.splitlines()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_runs(line: str) -> None:
    result = CliRunner().invoke(program, shlex.split(line)[1:])
    assert result.exit_code == (1 if "3*sqrt" in line else 0), result.output
    assert result.output.strip()


def test_figures_are_those_of_the_commands() -> None:
    def printed(*arguments: str) -> str:
        return CliRunner().invoke(program, arguments).output

    sides = ("--assume", "H%32==0", "--assume", "W%32==0")
    counted = printed("count", "zoo:shufflenet_v2_x1_0", "--input-shape", "1x3xHxW", *sides)
    assert "mult_adds = (367051*H*W + 131072000) // 128" in counted
    assert "refuted: c1 = 1, c2 = 1" in printed("prove", "--claim", "c1 + c2 >= 3*sqrt(c1*c2)")
    hidden = [tuple(map(int, found)) for found in re.findall(r"(\d+) of\s+(\d+) are\s+hidden", printed("prove", "T7"))]
    assert [f"{100 * some / every:.0f}" for some, every in hidden] == ["24", "2", "0"]  # a quarter, one in fifty, none
