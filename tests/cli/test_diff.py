"""`macflops diff`: totals and layers of two networks, by name."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import jsonschema
import pytest

import macflops
from macflops.reports._diff import find, names
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


@pytest.mark.parametrize("style", names())
def test_every_format_says_what_changed_and_does_no_harm(pair: tuple[str, str], style: str) -> None:
    base, head = map(macflops.load, pair)
    evil = [layer._replace(name=f"<b>|{layer.name}`") if layer.name == "relu" else layer for layer in head.layers]
    text = find(style)(macflops.diff(base, head._replace(name="<b>|x", layers=tuple(evil))))
    assert "narrow.norm" in text
    if style == "html":
        assert "<b>" not in text
    if style == "markdown":
        assert not re.search(r"(?<!\\)<b>|[^\\ ]\|(?! )", text)


def test_csv_has_a_row_for_each_thing_that_differs(pair: tuple[str, str]) -> None:
    rows = list(csv.reader(io.StringIO(run("diff", *pair, "--format", "csv").out)))
    found = macflops.diff(*pair)
    assert rows[0] == ["kind", "layer", "field", "base", "head"]
    total = next(row for row in rows if row[2] == "mult_adds")
    assert list(map(int, total[3:])) == [found.base.totals.mult_adds, found.head.totals.mult_adds]
    assert ["changed", "narrow", "out", "16", "24"] in rows
    assert ["added", "relu", "op", "", "relu"] in rows
    assert ["removed", "narrow.norm", "params", "32", ""] in rows
    params = [row[3:] for row in rows if row[0] != "total" and row[2] == "params"]
    assert (
        sum(int(head or 0) - int(base or 0) for base, head in params)
        == found.head.totals.params - found.base.totals.params
    )


def test_markdown_is_a_comment_with_its_layers_folded(pair: tuple[str, str]) -> None:
    lines = run("diff", *pair, "--format", "markdown").out.splitlines()
    assert lines[0] == "## base → head"
    assert any(line.startswith("| mult adds | 28,901,376 | 33,718,272 | +16.7 % |") for line in lines)
    folded = lines[lines.index("<details>") : lines.index("</details>")]
    assert folded[1] == "<summary>4 layers: 1 added, 1 removed, 2 changed.</summary>"
    assert any(line.startswith("| changed | narrow | conv | out 16 → 24<br>") for line in folded)
    for line in lines:
        if line.startswith("|"):
            assert line.count("|") == 5


def test_a_comment_of_many_layers_stays_one(tmp_path: Path) -> None:
    base, head = tmp_path / "a.yaml", tmp_path / "b.yaml"
    text = "input: [8, 4, 4]\nlayers:\n  - repeat: {times: 900, layers: [conv: {out: 8}]}\n"
    base.write_text(text)
    head.write_text(text.replace("out: 8", "out: 16"))
    comment = run("diff", str(base), str(head), "--format", "markdown").out
    assert len(comment) < 65_536  # characters of a comment on GitHub
    assert "And 700 more" in comment


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
