"""The code blocks of the pages, and what each must do: one story per page, run in order in a folder of its own.

- console: `$ command` lines; what they print is what the page shows.
- sh: every line runs; its status is 0, or N where the line ends in `# … exits with N`.
- python: runs, in one namespace per page; what it prints stands in the `text` block right behind it.
- yaml: a network that is audited, or a workflow whose macflops commands run. toml: settings. json: is JSON.
- any with `title="file"`: is also written to that file, for the commands behind it.

A block is left out only by `<!-- not run: why -->` on the line above it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import yaml
from click.testing import CliRunner

import macflops
from macflops import settings
from macflops.cli.main import program

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"( *)(```+|~~~+) *(\w*) *(.*)")
NOT_RUN = re.compile(r" *<!-- (not run: \S.*|test command) -->")  # the README's test command is what CI runs
SHELL = re.compile(r"[|<>&;$`]")
HARMLESS = ("pip install", "git ")  # what a workflow may do beside running macflops
RUN = ("macflops", "cat", "echo", "grep", "head", "tail")  # what is run; anything else says why it is not


class Block(NamedTuple):
    """A fenced block: where its first line stands (from 1), its language, title and text, and if it is left out."""

    page: Path
    line: int
    language: str
    title: str | None
    text: str
    indent: str
    left_out: bool

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """Return all fenced blocks of a page, in order."""
    lines = page.read_text("utf-8").split("\n")
    found, at = [], 0
    while at < len(lines):
        opening = FENCE.fullmatch(lines[at])
        if opening is None:
            at += 1
            continue
        indent, fence, language, info = opening.groups()
        end = next((i for i in range(at + 1, len(lines)) if lines[i].strip() == fence), len(lines))
        title = re.search(r'title="([^"]*)"', info)
        text = dedent("".join(f"{line}\n" for line in lines[at + 1 : end]))
        left_out = at > 0 and NOT_RUN.fullmatch(lines[at - 1]) is not None
        found.append(Block(page, at + 2, language, title and title[1], text, indent, left_out))
        at = end + 1
    return found


class Story:
    """A page's blocks at work, in a folder that holds what its commands name."""

    def __init__(self, folder: Path, files: Path) -> None:
        self.folder, self.names, self.printed, self.status = folder, {"__name__": "page"}, "", 0
        for file in sorted(files.rglob("*")):  # not the folder itself: pages write into theirs
            if file.is_file():
                copy = folder / file.relative_to(files)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(file.read_bytes())
        shim = folder / "bin" / "macflops"
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m macflops "$@"\n')
        shim.chmod(0o755)
        path = os.pathsep.join((str(shim.parent), os.environ.get("PATH", "")))
        self.environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}

    def tell(self, page: Path) -> Iterator[tuple[Block, str]]:
        """Run a page; yield each block with the text that it should have. Raises AssertionError where one fails."""
        for block in blocks(page):
            behind_python, self.printed = self.printed, ""
            if block.left_out:
                yield block, block.text
                continue
            if block.language == "text":
                assert behind_python, f"{block}: text stands behind Python that prints; else say why it is not run"
                yield block, behind_python
                continue
            assert not behind_python, f"{block}: the Python before prints {behind_python!r}: show it in a text block"
            run = getattr(self, f"run_{block.language or 'nothing'}", None)
            assert run is not None, f"{block}: nothing runs a block of {block.language!r} (<!-- not run: why -->)"
            if block.title and block.language not in ("console", "sh"):
                named = self.folder / block.title
                named.parent.mkdir(parents=True, exist_ok=True)
                named.write_text(block.text, "utf-8")
            with contextlib.chdir(self.folder):
                yield block, run(block) or block.text
        assert not self.printed, f"{page.name}: its last Python prints {self.printed!r}: show it in a text block"

    def run_console(self, block: Block) -> str:
        """Return the session with what its commands print."""
        assert block.text.startswith("$ "), f"{block}: a session begins with $"
        sessions = []
        for session in block.text.removeprefix("$ ").split("\n$ "):
            command = session.partition("\n")[0]
            printed = self.run(command)
            sessions.append(f"$ {command}\n" + (f"{printed}\n" if printed else ""))
        return "".join(sessions)

    def run_sh(self, block: Block) -> None:
        """Run each line; its status is 0, or what its comment says."""
        for line in block.text.splitlines():
            command, _, comment = line.partition("  #")
            wanted = re.search(r"exits with (\d)", comment)
            if not command.strip() or command.startswith("#"):
                continue
            arguments = shlex.split(command)
            assert arguments[0] in RUN, f"{block}: {arguments[0]} is not run here (<!-- not run: why -->)"
            printed = self.run(command)
            assert self.status == int(wanted[1] if wanted else 0), f"{block}: {line}: status {self.status}: {printed}"
            assert printed or " -o " in command, f"{block}: {line}: prints nothing"

    def run_python(self, block: Block) -> None:
        """Run it among the page's names; keep what it prints."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block.text, str(block), "exec"), self.names)
        self.printed = printed.getvalue()

    def run_yaml(self, block: Block) -> None:
        """Audit a network (count it, where dimensions are symbols), or run a workflow's commands."""
        document = yaml.safe_load(block.text)
        if "jobs" in document:
            for step in (step for job in document["jobs"].values() for step in job["steps"]):
                for line in step.get("run", "").splitlines():
                    if not line.startswith(HARMLESS):
                        printed = self.shell(line)
                        assert self.status in (0, 1), f"{block}: {line}: {printed}"
            return
        file = self.folder / (block.title or "block.yaml")
        file.write_text(block.text, "utf-8")
        counted = macflops.count(str(file))
        assert counted.layers, f"{block}: a network without layers"
        if isinstance(counted.totals.mac_elements, int):
            assert macflops.audit(str(file)).verdict is not None

    def run_toml(self, block: Block) -> None:
        """Read it as settings."""
        file = self.folder / "settings" / "pyproject.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(block.text, "utf-8")
        assert settings.read(str(file)) is not None, f"{block}: no settings of macflops"

    def run_json(self, block: Block) -> None:
        """Parse it."""
        json.loads(block.text)

    def run(self, command: str) -> str:
        """Return what a command prints, without spaces at the ends of lines.

        One that only calls macflops runs in this process: importing SymPy each time takes longer.
        """
        if not command.startswith("macflops ") or SHELL.search(re.sub(r'"[^"$`]*"', "", command)):
            return stripped(self.shell(command))
        result = CliRunner().invoke(program, shlex.split(command)[1:])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return stripped(self.shell(command))  # an error is told by the program's main
        self.status = result.exit_code
        return stripped(result.stdout + result.stderr)

    def shell(self, command: str) -> str:
        """Return what a command prints, first to standard output, then to standard error; keep its status."""
        ran: Any = subprocess.run(
            ["bash", "-c", f"(exit {self.status}); {command}"],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        self.status = ran.returncode
        return ran.stdout + ran.stderr  # type: ignore[no-any-return]


def stripped(text: str) -> str:
    """Return text without spaces at the ends of its lines, and without empty lines at its end."""
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip()
