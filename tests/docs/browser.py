"""A browser without a window: what a page holds once its scripts have run."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (  # no window, no first-run questions, no network of its own
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=5000",
)  # fmt: skip
FOUND = next((found for name in NAMES if (found := shutil.which(name))), None)
needs_browser = pytest.mark.skipif(FOUND is None, reason="no Chromium here: apt-get install chromium")


def dom(url: str, width: int = 1280) -> str:
    """Return a page's document, as HTML, after its scripts have run in a window so many pixels wide."""
    assert FOUND is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [FOUND, *QUIET, f"--user-data-dir={profile}", f"--window-size={width},900", "--dump-dom", url]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return ran.stdout


def evaluated(page: Path, script: str, folder: Path, width: int = 1280) -> Any:
    """Return what an asynchronous script gives that runs in a page once it is there; the page itself is not touched."""
    probe = folder / "probe.html"
    ending = f"(async () => {{ {script} }})().catch(error => ({{failed: String(error)}}))"
    shown = "found => { document.body.innerHTML = ''; document.body.append(JSON.stringify(found)); }"
    probe.write_text(page.read_text("utf-8") + f"<script>{ending}.then({shown})</script>", "utf-8")
    body = re.search(r"<body[^>]*>(.*)</body>", dom(probe.as_uri(), width), re.DOTALL)
    assert body is not None
    found = json.loads(html.unescape(body[1]))
    assert "failed" not in found, found
    return found
