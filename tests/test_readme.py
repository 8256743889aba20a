"""The README's and the documentation's commands print what they say; their Python runs; their YAML is read."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from macflops.readers.yaml import read

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    """Return page and text of all code blocks in a language."""
    found = []
    for page in PAGES:
        found += [(page.name, text) for tag, text in FENCE.findall(page.read_text("utf-8")) if tag == language]
    return found


@pytest.mark.parametrize(("page", "text"), [(p, t) for p, t in blocks("console") if t.startswith("$ macflops")])
def test_commands_print_what_the_page_shows(page: str, text: str) -> None:
    for session in text.removeprefix("$ ").split("\n$ "):
        command, _, shown = session.partition("\n")
        assert printed(command) == shown.rstrip()


def printed(command: str) -> str:
    """Return what a command of macflops prints, on both streams."""
    program, *arguments = shlex.split(command)
    assert program == "macflops"
    ran = subprocess.run(
        [sys.executable, "-m", "macflops", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return (ran.stdout + ran.stderr).rstrip()


@pytest.mark.parametrize(("page", "text"), blocks("python"))
def test_python_runs(page: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(text, page, "exec"), {})


@pytest.mark.parametrize(("page", "text"), [(p, t) for p, t in blocks("yaml") if t.startswith(("macflops:", "# "))])
def test_yaml_is_a_network(page: str, text: str) -> None:
    assert read(text, page).layers


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_test_command_is_the_one_that_continuous_integration_runs() -> None:
    assert "<!-- test command -->\n```sh\n" in (ROOT / "README.md").read_text("utf-8")
