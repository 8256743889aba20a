"""The notebooks run, agree with their texts, and show what they would show today."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from macflops.teaching import check
from macflops.teaching.exercises import numbers
from tests.notebook_tools import alike, differences, executed, from_text, shown, texts

TEXTS = texts()
SOLUTION = re.compile(r"<details><summary>Solution (\d\.\d)</summary>\n\n```py\n(.*?)```\n.*?</details>", re.DOTALL)
LARGEST = 1_500_000  # bytes of one notebook, outputs included
FIRST = ["1_what_a_network_costs", "2_equal_widths", "3_groups", "4_fragments_and_element_wise_work"]
NAMES = [*FIRST, "5_shufflenet_v1", "6_shufflenet_v2", "7_audit_your_own"]
each = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)


CLOCKS = {"clock", "profile", "machine", "race"}


def called(cell: Any) -> list[ast.Call]:
    """Return the calls in a cell."""
    return [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]


def is_measured(cell: Any) -> bool:
    """Tell whether a cell prints what a clock read."""
    return "measured" in cell.metadata.get("tags", [])


def stored(text: Path) -> Any:
    """Return the notebook that is stored beside a text."""
    return nbformat.read(text.with_suffix(".ipynb"), 4)


def test_there_are_seven() -> None:
    assert [text.stem for text in TEXTS] == NAMES
    assert sorted(path.stem for path in TEXTS[0].parent.glob("*.ipynb")) == NAMES


@each
def test_a_notebook_is_its_text(text: Path) -> None:
    notebook, wanted = stored(text), from_text(text)
    nbformat.validate(notebook)
    assert [(c.cell_type, c.source, dict(c.metadata)) for c in notebook.cells] == [
        (c.cell_type, c.source, dict(c.metadata)) for c in wanted.cells
    ]


@each
def test_every_cell_has_run_in_order_without_an_error(text: Path) -> None:
    notebook = stored(text)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        assert not any(output.output_type == "error" or output.get("name") == "stderr" for output in cell.outputs)
        assert not any("image/png" in output.get("data", {}) for output in cell.outputs)
    assert text.with_suffix(".ipynb").stat().st_size < LARGEST


@each
def test_a_notebook_shows_what_it_would_show_today(text: Path) -> None:
    changed = differences(stored(text), executed(from_text(text)))
    assert not changed, "\n\n".join([*changed, "(python -m tests.notebook_tools makes them anew)"])


@each
def test_only_measured_cells_ask_the_clock(text: Path) -> None:
    for cell in from_text(text).cells:
        if cell.cell_type == "code":
            calls = {n.func.id for n in called(cell) if isinstance(n.func, ast.Name)}
            assert bool(calls & CLOCKS) == is_measured(cell), cell.source


@each
def test_a_notebook_uses_the_public_interface_alone(text: Path) -> None:
    public = {"macflops", "macflops.teaching", "macflops.plots", "macflops.reference", "macflops.symbolic"}
    public |= {"macflops.crosscheck"}
    for cell in from_text(text).cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                named = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert all(name in public for name in named if name.startswith("macflops"))
                assert not (isinstance(node, ast.Attribute) and node.attr.startswith("_"))


@each
def test_a_notebook_opens_with_a_prediction_and_closes_on_the_same_network(text: Path) -> None:
    notebook = from_text(text)
    headings = [line for cell in notebook.cells for line in cell.source.splitlines() if line.startswith("## ")]
    assert headings[0] == "## Predict"
    assert headings[-1].startswith("## The same network")
    opening = next(place for place, cell in enumerate(notebook.cells) if "## Predict" in cell.source)
    assert not any(cell.cell_type == "code" for cell in notebook.cells[:opening])
    closing = next(place for place, cell in enumerate(notebook.cells) if "## The same network" in cell.source)
    assert any("examples/mobile.yaml" in cell.source for cell in notebook.cells[closing:])


@each
def test_a_folded_solution_is_there_for_every_exercise_and_is_right(text: Path) -> None:
    source = text.read_text("utf-8")
    solutions = dict(SOLUTION.findall(source))
    wanted = [number for number in numbers() if number.startswith(text.name[0])]
    assert list(solutions) == wanted == re.findall(r'^check\("(\d\.\d)"', source, re.MULTILINE)
    for number, code in solutions.items():
        space: dict[str, Any] = {}
        exec(compile(code, number, "exec"), space)
        functions = [value for name, value in space.items() if not name.startswith("_") and callable(value)]
        assert any(check(number, function).right for function in functions), number


def test_a_stale_output_is_found() -> None:
    notebook, other = stored(TEXTS[0]), stored(TEXTS[0])
    assert not differences(notebook, other)
    printing = next(
        c for c in other.cells if c.cell_type == "code" and shown(c) and c.outputs[0].output_type == "stream"
    )
    printing.outputs[0].text = "something else"
    assert len(differences(notebook, other)) == 1
    measured = next(cell for cell in other.cells if is_measured(cell))
    measured.outputs = []
    assert len(differences(notebook, other)) == 1
    other.cells[0].source += " "
    assert len(differences(notebook, other)) == 2
    assert len(differences(notebook, nbformat.v4.new_notebook())) == len(notebook.cells)


def test_pictures_are_alike_to_a_hundredth_of_a_point() -> None:
    head = "<dc:title>Matplotlib v3.11.2, https://matplotlib.org/</dc:title>"
    picture = f"""{head}<!-- groups --><path id="m0123456789" d="M 1.5 2"/>"""
    one = ("image/svg+xml", picture)
    later = picture.replace("3.11.2", "3.12")
    for other, same in (
        (picture.replace("1.5", "1.501"), True),
        (picture.replace("1.5", "1.6"), False),
        (picture.replace("m0123456789", "mabcdef0123"), True),
        (picture.replace("1.5", "1.5 3"), False),
        (picture.replace("groups", "widths"), False),
        (later.replace("1.5", "1.6"), True),  # another version draws letters elsewhere: words are compared
        (later.replace("groups", "widths"), False),
    ):
        assert alike(one, (one[0], other)) is same
    assert not alike(one, ("text/plain", picture))
    assert not alike(("text/plain", "1.5"), ("text/plain", "1.501"))
