"""What runs the pages' blocks finds fault where there is one: pages with planted mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs import blocks as running
from tests.docs.blocks import Story, blocks

RIGHT = {
    "console": "```console\n$ macflops schema\n```",
    "a status": "```console\n$ macflops count none.yaml -o x.txt\n$ echo $?\n```",
    "python with its output": "```python\nprint(6 * 7)\n```\n\n```text\n42\n```",
    "names that last": "```python\nx = 1\n```\n\n```python\nprint(x)\n```\n\n```text\n1\n```",
    "a file for later": '```yaml title="a.yaml"\ninput: [3]\nlayers: [relu]\n```\n\n```sh\nmacflops count a.yaml\n```',
    "a status that is meant": "```sh\nmacflops count none.yaml  # exits with 2\n```",
    "left out, with a reason": "<!-- not run: installs -->\n```sh\nrm -rf /nothing\n```",
    "within a list": "- so:\n\n    ```python\n    print(1)\n    ```\n\n    ```text\n    1\n    ```",
    "settings": "```toml\n[tool.macflops]\nfusion = 'bn'\n```",
}
WRONG = {
    "another program": "```sh\ncurl nowhere\n```",
    "left out without a reason": "<!-- not run: -->\n```sh\nrm -rf /nothing\n```",
    "a marker too far away": "<!-- not run: installs -->\n\n```sh\nrm -rf /nothing\n```",
    "a failing command": "```sh\nmacflops count none.yaml\n```",
    "a status that is not so": "```sh\nmacflops schema  # exits with 1\n```",
    "a failing pipe's end": "```sh\nmacflops schema | grep nothing-like-it\n```",
    "no language": "```\nmacflops\n```",
    "a language that nothing runs": "```java\nint i;\n```",
    "text behind nothing": "```text\n42\n```",
    "Python that prints unseen": "```python\nprint(1)\n```\n\nAnd so on.",
    "Python that fails": "```python\nraise ValueError\n```",
    "YAML that is no network": "```yaml\ninput: [3, 8, 8]\nlayers: [conv: {out: x}]\n```",
    "a setting that is none": "```toml\n[tool.macflops]\nfusions = 'bn'\n```",
    "a table that is not ours": "```toml\n[tool.other]\nx = 1\n```",
    "a workflow's command": "```yaml\njobs: {a: {steps: [{run: macflops adit x.yaml}]}}\n```",
}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page that is not written yet."""
    monkeypatch.setattr(running, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return tmp_path / "page.md"


def told(page: Path, text: str) -> list[tuple[str, str]]:
    """Run a page with this text; return each block's text and what it should be."""
    page.write_text(f"# A page\n\n{text}\n", "utf-8")
    nothing = page.parent / "nothing"
    nothing.mkdir()
    story = Story(page.parent, nothing)
    story.environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    return [(block.text, wanted) for block, wanted in story.tell(page)]


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_right_passes(page: Path, text: str) -> None:
    assert len(told(page, text)) == len(blocks(page)) >= 1


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_wrong_does_not(page: Path, text: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        told(page, text)


def test_what_a_command_prints_is_what_should_stand_there(page: Path) -> None:
    ((shown, wanted),) = told(page, "```console\n$ macflops --version\nmacflops 9.9.9\n```")
    assert shown != wanted
    assert wanted.startswith("$ macflops --version\nmacflops 0.")
