"""The documentation site: it builds strictly, asks nothing of the network, and no link leads nowhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from docsite import hooks
from macflops import ops
from macflops.guidelines import codes
from tests.docs.blocks import ROOT
from tests.docs.browser import dom, needs_browser

LOADING = {  # tags, and the attribute that names what they load
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "link": "href", "object": "data",
}  # fmt: skip
ELSEWHERE = re.compile(r"(?:https?:)?//")


class Found(HTMLParser):
    """What a page loads, where it links to, and the anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what matters of a tag."""
        values = {name: value for name, value in attrs if value is not None}
        if "id" in values:
            self.anchors.add(values["id"])
        if tag in LOADING and LOADING[tag] in values:
            self.loads.append(values[LOADING[tag]])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built."""
    pytest.importorskip("mkdocstrings", reason="no MkDocs here: pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert "WARNING" not in ran.stderr, ran.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Found]:
    """Every page of the site, read."""
    return {page: Found(page.read_text("utf-8")) for page in sorted(site.rglob("*.html"))}


def test_every_page_of_the_documentation_is_there_and_made_pages_too(pages: dict[Path, Found], site: Path) -> None:
    built = {page.relative_to(site).with_suffix("").as_posix() for page in pages}
    written = {page.relative_to(ROOT / "docs").with_suffix("").as_posix() for page in (ROOT / "docs").rglob("*.md")}
    assert written <= built
    assert {f"rules/{code.lower()}" for code in codes()} <= built
    assert set(ops.names()) <= pages[site / "operators.html"].anchors
    assert "macflops.api.audit" in pages[site / "python.html"].anchors


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Found], site: Path) -> None:
    for page, found in pages.items():
        assert not [target for target in found.loads if ELSEWHERE.match(target)], page
    for style in site.rglob("*.css"):
        text = style.read_text("utf-8")
        assert not re.findall(r"(?:@import|url\()\s*['\"]?(?:https?:)?//[^)]*", text), style


def test_no_link_leads_nowhere(pages: dict[Path, Found], site: Path) -> None:
    for page, found in pages.items():
        for link in (*found.links, *found.loads):
            if ELSEWHERE.match(link) or link.startswith(("mailto:", "data:", "javascript:")):
                continue
            target, _, anchor = link.partition("#")
            if page.name == "404.html":  # its links are the host's
                continue
            file = (page.parent / unquote(target.partition("?")[0])).resolve() if target and target != "." else page
            file = file / "index.html" if file.is_dir() else file
            assert file.exists(), f"{page.relative_to(site)}: {link}"
            if anchor and file in pages and file.name != "explore.html":  # there, what stands behind # is a state
                assert unquote(anchor) in pages[file].anchors, f"{page.relative_to(site)}: {link}"


@needs_browser
def test_search_works_from_a_folder(site: Path) -> None:
    document = dom(f"{(site / 'rules' / 'g1.html').as_uri()}?q=shuffle")
    number = re.search(r"(\d+) matching documents", document)
    assert number is not None
    assert int(number[1]) > 5


def test_a_page_that_the_navigation_does_not_name_is_not_lost(tmp_path: Path) -> None:
    (tmp_path / "guide").mkdir()
    for name in ("index.md", "guide/new.md"):
        (tmp_path / name).write_text("# A page\n", "utf-8")
    config = SimpleNamespace(docs_dir=str(tmp_path), nav=[{"Home": "index.md"}, {"Rules": ["rules/index.md"]}])
    nav = hooks.on_config(config).nav
    assert nav[-1] == {"More": ["guide/new.md"]}
    assert len(nav[1]["Rules"]) == 1 + len(codes())
