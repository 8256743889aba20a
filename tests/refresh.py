"""Rewrites what pages' commands and Python print, after a change that was meant: `python -m tests.refresh [PAGE …]`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import indent

from tests.docs.blocks import PAGES, ROOT, Story, blocks
from tests.docs.files import write_files
from tests.plots import page as gallery


def refreshed(page: Path, files: Path, folder: Path) -> str:
    """Return a page with the text that its blocks should have."""
    lines = page.read_text("utf-8").split("\n")
    told = list(Story(folder, files).tell(page))
    assert len(told) == len(blocks(page))
    for block, wanted in reversed(told):
        start = block.line - 1
        if block.text.rstrip() != wanted.rstrip():
            length = block.text.count("\n")
            lines[start : start + length] = indent(wanted.rstrip("\n"), block.indent).split("\n")
    return "\n".join(lines)


def main() -> None:
    """Rewrite every page, or those that are named."""
    pages = [Path(name).resolve() for name in sys.argv[1:]] or PAGES
    with tempfile.TemporaryDirectory() as files:
        write_files(Path(files))
        for page in pages:
            with tempfile.TemporaryDirectory() as folder:
                text = refreshed(page, Path(files), Path(folder))
                page.write_text(gallery.refreshed(text) if page == gallery.PAGE else text, "utf-8")
    subprocess.run(["git", "diff", "--stat"], cwd=ROOT, check=False, stdout=sys.stdout)


if __name__ == "__main__":
    main()
