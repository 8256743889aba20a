"""Text for a person keeps to 80 columns, and names stay whole."""

from __future__ import annotations

from pathlib import Path

import pytest

import macflops
from tests.cli.runner import run

LONG = """\
macflops: 1
input: [3, 8, 8]
layers:
  - conv: {out: 8}
    name: a_name_that_is_longer_than_any_terminal_would_ever_like_to_have_it_and_then_some_more
  - relu
"""


@pytest.mark.parametrize("by", ["layer", "block", "stage", "op"])
@pytest.mark.parametrize("network", ["resnet152", "nasnet_a_mobile", "paper_g4", "vgg16"])
def test_the_table_of_a_count_fits(network: str, by: str) -> None:
    assert fits("count", f"zoo:{network}", "--by", by)


@pytest.mark.parametrize("network", ["resnet18", "nasnet_a_mobile"])
def test_an_audit_fits(network: str) -> None:
    for fusion in ("none", "runtime"):
        assert fits("audit", f"zoo:{network}", "--fusion", fusion, "--top", "100")


@pytest.mark.parametrize("network", ["resnet50", "paper_g4", "mobilenet_v3_large"])
def test_what_was_published_of_a_network_fits(network: str) -> None:
    text = run("zoo", "show", network).out
    assert widest(text[text.index(f"# {network}\n") :]) <= 80  # before it stands the file, as it is


@pytest.mark.parametrize("network", ["zoo:resnet50", "zoo:nasnet_a_mobile"])
def test_every_layer_of_a_count_is_named_whole(network: str) -> None:
    """What stands above a row and what stands in it make the layer's name."""
    lines = run("count", network).out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("layer"))
    names, scope, own = [], "", ""
    for line in lines[start + 1 : -1]:
        if len(line.split()) == 1:  # a scope, or a name that has a line of its own
            scope, own = scope if line.startswith("  ") else line, line
            continue
        name = own if line.startswith("    ") else " ".join(line.split(" ")[:3]) if line[0] == " " else line.split()[0]
        names.append(f"{scope}.{name.strip()}" if name.startswith("  ") else name)
    assert names == [layer.name for layer in macflops.count(network).layers]


def test_a_name_that_leaves_no_room_has_a_line_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text(LONG)
    lines = run("count", str(file)).out.splitlines()
    name = macflops.load(file).layers[0].name
    at = lines.index(name)
    assert lines[at + 1].split() == ["conv", "32", "1,536", "0", "736"]
    assert widest("\n".join(line for line in lines if line != name)) <= 80


def fits(*arguments: str) -> bool:
    """Run a command; tell whether no line has more than 80 columns."""
    ran = run(*arguments)
    assert ran.status in (0, 1), ran.err
    return widest(ran.out) <= 80


def widest(text: str) -> int:
    """Return how many columns the longest line has."""
    return max(map(len, text.splitlines()))
