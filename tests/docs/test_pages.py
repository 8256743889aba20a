"""Every code block of the README and the documentation runs, and prints what the page shows; links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from macflops.cli.main import program
from tests.docs.blocks import PAGES, ROOT, Story, blocks
from tests.docs.files import write_files

REFRESH = "look at what changed; if it was meant, `python -m tests.refresh` rewrites the page"


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that commands name, written once."""
    folder = tmp_path_factory.mktemp("files")
    write_files(folder)
    return folder


def name(page: Path) -> str:
    """Return a page's name for a test's id."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_does_what_the_page_says(page: Path, files: Path, tmp_path: Path) -> None:
    for block, wanted in Story(tmp_path, files).tell(page):
        assert block.text.rstrip() == wanted.rstrip(), f"{block}: {REFRESH}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_block_escapes(page: Path) -> None:
    """What a renderer shows as code is what runs: no indented block, no fence that is read otherwise."""
    markdown = pytest.importorskip("markdown")
    rendered = markdown.markdown(
        page.read_text("utf-8"), extensions=["pymdownx.superfences", "admonition", "md_in_html"]
    )
    assert rendered.count("<pre") == len(blocks(page))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_in_sentences_exist(page: Path) -> None:
    """`macflops COMMAND --option` within a sentence: there is such a command, and it has these options."""
    prose = re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for line in re.findall(r"`macflops ([^`]+)`", prose):
        words = shlex.split(line.replace("\n", " ").replace("…", ""))
        command: click.Command | None = program
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            word = words.pop(0)
            if word == "COMMAND":
                return
            command = command.get_command(click.Context(command), word)
            assert command is not None, f"macflops {line}: no command {word}"
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "--version"}
        options = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert options <= known, f"macflops {line}: no {options - known}"


def test_links_of_the_readme_lead_somewhere() -> None:
    """Those of the documentation are the site's own test."""
    readme = ROOT / "README.md"
    for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", readme.read_text("utf-8")):
        assert (ROOT / target).exists(), target


def test_the_test_command_is_the_one_that_continuous_integration_runs() -> None:
    assert "<!-- test command -->\n```sh\n" in (ROOT / "README.md").read_text("utf-8")
