"""Rewrites what the pages' commands print: `python -m tests.refresh`, after a change that was meant."""

from __future__ import annotations

import subprocess
import sys

from tests.plots import page as gallery
from tests.test_readme import FENCE, PAGES, ROOT, printed


def refreshed(text: str) -> str:
    """Return a console block with its commands' present output."""
    sessions = []
    for session in text.removeprefix("$ ").split("\n$ "):
        command = session.partition("\n")[0]
        sessions.append(f"$ {command}\n{printed(command)}\n")
    return "".join(sessions)


def main() -> None:
    """Rewrite every page."""
    for page in PAGES:
        text = page.read_text("utf-8")
        for language, block in FENCE.findall(text):
            if language == "console" and block.startswith("$ macflops"):
                text = text.replace(block, refreshed(block))
        if page == gallery.PAGE:
            text = gallery.refreshed(text)
        page.write_text(text, "utf-8")
    subprocess.run(["git", "diff", "--stat"], cwd=ROOT, check=False, stdout=sys.stdout)


if __name__ == "__main__":
    main()
