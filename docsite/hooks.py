"""What MkDocs calls while it builds: adds the pages that are made, and a place for pages that nav does not name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "figures"
if str(ROOT) not in sys.path:  # MkDocs loads this file by its path
    sys.path.append(str(ROOT))

from docsite import commands, operators, rules  # noqa: E402


def on_config(config: Any) -> Any:
    """Name each rule's page under Rules, and pages that nav does not name under More, so that none is lost."""
    for entry in config.nav:
        if "Rules" in entry:
            entry["Rules"] += [{title: uri} for uri, title in rules.titles().items()]
    named = set(uris(config.nav))
    docs = Path(config.docs_dir)
    others = sorted(str(page.relative_to(docs)) for page in docs.rglob("*.md"))
    if more := [uri for uri in others if uri not in named]:
        config.nav.append({"More": more})
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made from the code."""
    from mkdocs.structure.files import File

    for pages in (rules.pages(), operators.pages(), commands.pages()):
        for uri, content in pages.items():
            files.append(File.generated(config, uri, content=content))
    for path in sorted(FIGURES.iterdir()):
        files.append(File.generated(config, f"figures/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead to the figures where the site has them: beside its pages."""
    return markdown.replace('="../figures/', '="figures/') if page.file.src_uri == "figures.md" else markdown


def uris(nav: Any) -> list[str]:
    """Return the pages that a navigation names."""
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    return [uri for part in parts for uri in uris(part)]
