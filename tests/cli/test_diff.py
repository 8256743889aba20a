"""`macflops diff`: totals and layers of two networks, by name."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

import macflops
from macflops.schemas import find as schema
from tests.cli.runner import run

BASE = """\
macflops: 1
input: [64, 56, 56]
layers:
  - conv: {out: 96}
    name: first
  - conv: {out: 16, norm: bn}
    name: narrow
  - conv: {out: 96}
    name: wide
"""


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """Two files: in the second one layer is wider, one gone and one new."""
    base, head = tmp_path / "base.yaml", tmp_path / "head.yaml"
    base.write_text(BASE)
    head.write_text(BASE.replace("{out: 16, norm: bn}", "{out: 24}") + "  - relu\n")
    return str(base), str(head)


def test_what_changed_is_named(pair: tuple[str, str]) -> None:
    found = macflops.diff(*pair)
    assert {change.name: change.kind for change in found.layers} == {
        "narrow": "changed",
        "wide": "changed",
        "relu": "added",
        "narrow.norm": "removed",
    }
    pixels = 56 * 56
    before, after, growth = found.totals["mult_adds"]
    assert (before, after) == (pixels * (64 * 96 + 2 * 96 * 16), pixels * (64 * 96 + 2 * 96 * 24))
    assert growth == (after - before) / before


def test_the_document_follows_its_schema(pair: tuple[str, str]) -> None:
    document = run("diff", *pair, "--format", "json").json
    jsonschema.validate(document, schema("diff"))
    assert document == macflops.diff(*pair).to_dict()


def test_text_tells_what_is_more_and_what_is_gone(pair: tuple[str, str]) -> None:
    lines = run("diff", *pair).out.splitlines()
    assert any(line.split()[:2] == ["~", "narrow"] for line in lines)
    assert any(line.split()[:2] == ["-", "narrow.norm"] for line in lines)
    assert any(line.strip() == "out 16 -> 24" for line in lines)
    assert lines[-1] == "4 layers: 1 added, 1 removed, 2 changed."


def test_equal_networks_do_not_differ() -> None:
    assert run("diff", "zoo:resnet50", "zoo:resnet50").out.splitlines()[-1] == "No layer differs."
    assert run("diff", "zoo:resnet50", "nowhere.yaml").status == 2


def test_a_renamed_layer_is_no_other_layer(pair: tuple[str, str]) -> None:
    Path(pair[1]).write_text(BASE.replace("name: wide", "name: broad"))
    (change,) = macflops.diff(*pair).layers
    assert (change.kind, change.name) == ("renamed", "broad")


def test_closed_forms_are_compared(pair: tuple[str, str]) -> None:
    for path in pair:
        Path(path).write_text(Path(path).read_text().replace("[64, 56, 56]", "[64, H, W]"))
    document = run("diff", *pair, "--format", "json").json
    jsonschema.validate(document, schema("diff"))
    assert document["totals"]["mult_adds"] == {"base": "9216*H*W", "head": "10752*H*W", "change": None}
