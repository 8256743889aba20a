"""The Python reference: what it names is there, and every field, property and method of it says what it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import ROOT

NAMES = re.findall(r"^::: (macflops\.[\w.]+)$", (ROOT / "docs" / "python.md").read_text("utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def package() -> Any:
    """The package as the reference sees it."""
    griffe = pytest.importorskip("griffe", reason="no mkdocstrings here: pip install '.[docs]'")
    from docsite.fields import Fields

    return griffe.load("macflops", search_paths=[Path(ROOT)], extensions=griffe.load_extensions(Fields))


@pytest.mark.parametrize("name", NAMES)
def test_all_of_it_says_what_it_is(package: Any, name: str) -> None:
    found = package[name.removeprefix("macflops.")]
    assert found.docstring is not None
    fields = [row for part in found.docstring.parsed if part.kind.value == "attributes" for row in part.value]
    assert [row.name for row in fields if not row.description] == []
    public = [member for member in found.members.values() if not member.name.startswith("_")] if found.is_class else []
    assert [member.name for member in public if member.docstring is None and not is_set_in_init(member)] == []


def is_set_in_init(member: Any) -> bool:
    """Tell whether a member is an attribute that `__init__` makes of an argument."""
    return bool(member.is_attribute and "instance-attribute" in member.labels)


def test_what_raises_says_so() -> None:
    import macflops

    for name in ("load", "count", "audit", "diff", "export", "sweep"):
        assert "Raises SourceError" in (getattr(macflops, name).__doc__ or "")


def test_every_public_name_is_in_the_reference() -> None:
    import macflops

    assert {getattr(macflops, name).__name__ for name in macflops.__all__} <= {name.split(".")[-1] for name in NAMES}
