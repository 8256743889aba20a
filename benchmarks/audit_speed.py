"""How long an audit takes, as whole processes: against what starting its two libraries takes, and as networks grow.

    python -m benchmarks.audit_speed              prints a Markdown table
    python -m benchmarks.audit_speed -o FILE      replaces the part of FILE between this benchmark's two marks

Each figure is a ratio of two things that ran in turn, so that a busy machine troubles both alike; it is the ratio of
medians, with the least and the greatest of five parts of the rounds beside it. Byte code is compiled first, whatever
PYTHONDONTWRITEBYTECODE says: an installed program has it.
"""

from __future__ import annotations

import argparse
import compileall
import os
import pty
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
MARKS = ("<!-- audit_speed: begin -->", "<!-- audit_speed: end -->")
IMPORTS = [sys.executable, "-c", "import click, yaml"]
PROGRAM = [sys.executable, "-m", "macflops"]
AUDIT = [*PROGRAM, "audit", "zoo:shufflenet_v2_x1_0"]
ADVISED = [*PROGRAM, "audit", "zoo:shufflenet_v1_g3_x1_0"]
LIGHT = ("onnx", "backend/test/data/light/light_shufflenet.onnx")  # a package, and a model file that it ships
UNIT = """\
  - conv: {{out: 16, kernel: 3, norm: bn, act: relu}}
  - add:
    name: add_{0}
    from: [-1, -2]
"""


class Ran(NamedTuple):
    """Seconds that a process took, and the most memory that it held, in bytes."""

    seconds: float
    memory: int


class Row(NamedTuple):
    """One line of the table."""

    name: str
    aim: str
    first: Sequence[Ran]
    second: Sequence[Ran]

    def __str__(self) -> str:
        ours, theirs = ([ran.seconds for ran in runs] for runs in (self.first, self.second))
        parts = [median(ours[i::5]) / median(theirs[i::5]) for i in range(min(5, len(ours)))]
        times = f"{1e3 * median(ours):,.0f} | {1e3 * median(theirs):,.0f}"
        memory = max(ran.memory for ran in self.first) / 1e6
        ratio = f"**{median(ours) / median(theirs):.2f}** ({min(parts):.2f} to {max(parts):.2f})"
        return f"| {self.name} | {times} | {ratio} | {self.aim} | {memory:,.0f} |"


def main() -> None:
    """Measure and print, or write."""
    parser = argparse.ArgumentParser(description="Measure how long an audit takes.")
    parser.add_argument("-o", metavar="FILE", type=Path, help="write into this file, between its two marks")
    parser.add_argument("--rounds", type=int, default=40, help="runs of each short process (default 40)")
    options = parser.parse_args()
    compileall.compile_dir(ROOT / "macflops", quiet=2)
    text = "\n".join(table(options.rounds))
    if options.o is None:
        print(text)
        return
    page = options.o.read_text(encoding="utf-8") if options.o.exists() else f"{MARKS[0]}\n{MARKS[1]}\n"
    before, _, rest = page.partition(MARKS[0])
    options.o.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.partition(MARKS[1])[2]}", encoding="utf-8")


def table(rounds: int) -> list[str]:
    """Measure everything; return the table's lines."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = (described(Path(folder) / f"{layers}.yaml", layers) for layers in (5_000, 100_000))
        many, few = ([*PROGRAM, "count", str(file), "--by", "op"] for file in (large, small))
        rows = [
            Row(
                "audit of ShuffleNet V2 (grid is advised), in a pipe ÷ `import click, yaml`",
                "2.0",
                *in_turn(AUDIT, IMPORTS, rounds),
            ),
            Row("the same without advice", "2.0", *in_turn([*AUDIT, "--no-advice"], IMPORTS, rounds)),
            Row("with advice, on a terminal", "2.0", *in_turn(AUDIT, IMPORTS, rounds, terminal=True)),
            Row(
                "audit of ShuffleNet V1 (dense, grid and balance are tried), in a pipe ÷ the same",
                "2.5",
                *in_turn(ADVISED, IMPORTS, rounds),
            ),
            Row(
                "audit of light_shufflenet.onnx (dense and grid are advised), in a pipe ÷ the same",
                "2.5",
                *in_turn([*PROGRAM, "audit", str(files(LIGHT[0]) / LIGHT[1])], IMPORTS, rounds),
            ),
            Row("count of 100,000 layers ÷ of 5,000", "20", *in_turn(many, few, max(5, rounds // 8))),
        ]
    return [
        f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, {rounds} rounds; "
        f"load average {os.getloadavg()[0]:.1f}.",
        "",
        "| what | ms | against, ms | ratio of medians (of fifths) | at most | peak, MB |",
        "| --- | --: | --: | --: | --: | --: |",
        *map(str, rows),
    ]


def described(file: Path, layers: int) -> Path:
    """Write a network of so many layers, residual additions among them, as YAML; return the file."""
    units = "".join(UNIT.format(number) for number in range(layers // 4))
    file.write_text(f"macflops: 1\ninput: [16, 14, 14]\nlayers:\n{units}", encoding="utf-8")
    return file


def in_turn(first: list[str], second: list[str], rounds: int, terminal: bool = False) -> tuple[list[Ran], list[Ran]]:
    """Run two commands one after the other, so many times; the first of all runs is not counted."""
    found: tuple[list[Ran], list[Ran]] = ([], [])
    for number in range(rounds + 1):
        pair = [run(command, terminal) for command in ((first, second) if number % 2 else (second, first))]
        if number:
            for runs, ran in zip(found, pair if number % 2 else reversed(pair), strict=True):
                runs.append(ran)
    return found


def run(command: list[str], terminal: bool) -> Ran:
    """Run a command with its output into a pipe, or on a terminal of its own; fail where it does."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    leader, end = pty.openpty() if terminal else os.pipe()
    start = perf_counter()
    process = subprocess.Popen(command, stdout=end, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment)
    os.close(end)
    while read(leader):
        pass
    _, status, used = os.wait4(process.pid, 0)
    seconds = perf_counter() - start
    os.close(leader)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:  # 1: the audit found something
        raise subprocess.CalledProcessError(process.returncode, command)
    return Ran(seconds, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def read(descriptor: int) -> bytes:
    """Return what a process has written; nothing at its end, which a terminal tells by an error."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


if __name__ == "__main__":
    main()
