"""Executes the notebooks: `python -m tests.notebook_tools [1 2 …]` makes each .ipynb anew from its text beside it.

The text (.md, Jupytext's Markdown) is what is edited and reviewed; the notebook is that text with its outputs. A cell
that is tagged `measured` prints what a clock read: it runs like any other, and its output is not compared.
"""

from __future__ import annotations

import re
import sys
from itertools import zip_longest
from math import isclose
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
SECONDS = 120  # for one cell, on a machine that does other things besides
IDENTITY = re.compile(r"(?<=[\"#])[mp][0-9a-f]{10}\b")  # of a mark or a clip: a hash of its coordinates
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
KEPT = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def texts() -> list[Path]:
    """Return the texts of all notebooks, in order."""
    return sorted(FOLDER.glob("[0-9]_*.md"))


def from_text(text: Path) -> Any:
    """Return a notebook without outputs from its text; cells are numbered, so that nothing in it is random."""
    notebook = jupytext.read(text)
    notebook.metadata = nbformat.from_dict({**KEPT, "language_info": {"name": "python"}})
    for place, cell in enumerate(notebook.cells):
        cell.id = f"cell-{place}"
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def executed(notebook: Any) -> Any:
    """Run all cells, in a copy of the folder that they need. Raises CellExecutionError where one fails."""
    with TemporaryDirectory() as folder:
        for needed in ("notebooks/networks", "examples"):
            copytree(FOLDER.parent / needed, Path(folder) / needed)
        place = {"metadata": {"path": str(Path(folder) / "notebooks")}}
        NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=place).execute()
    notebook.metadata = nbformat.from_dict({**KEPT, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it ran
    return notebook


def differences(stored: Any, fresh: Any) -> list[str]:
    """Return in which cells that are not measured a fresh run shows something else than what is stored."""
    found = []
    for place, (old, new) in enumerate(zip_longest(stored.cells, fresh.cells)):
        if old is None or new is None or old.source != new.source:
            found.append(f"cell {place}: its source differs")
        elif old.cell_type == "code" and "measured" not in old.metadata.get("tags", []):
            before, after = shown(old), shown(new)
            if len(before) != len(after) or not all(map(alike, before, after)):
                found.append(f"cell {place}:\n{old.source}\n--- stored\n{brief(before)}\n--- now\n{brief(after)}")
    return found


def shown(cell: Any) -> list[tuple[str, str]]:
    """Return what a cell shows: kind and text of each output, streams joined."""
    found: list[tuple[str, str]] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts = [(output.name, output.text)]
        elif output.output_type == "error":
            parts = [("error", output.evalue)]
        else:
            parts = sorted(output.data.items())
        for kind, text in parts:
            if found and found[-1][0] == kind and output.output_type == "stream":
                found[-1] = (kind, found[-1][1] + text)
            else:
                found.append((kind, text))
    return found


def alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether two outputs show the same: texts exactly, pictures to a hundredth of a point.

    Versions of matplotlib draw letters differently; then the words of a picture are what is compared.
    """
    if one[0] != other[0] or one[0] != "image/svg+xml":
        return one == other
    before, after = one[1], other[1]
    if version(before) != version(after):
        return words(before) == words(after)
    before, after = (IDENTITY.sub("id", picture) for picture in (before, after))
    if NUMBER.sub("#", before) != NUMBER.sub("#", after):
        return False
    pairs = zip(NUMBER.findall(before), NUMBER.findall(after), strict=True)
    return all(isclose(float(a), float(b), abs_tol=0.01) for a, b in pairs)


def version(picture: str) -> str:
    """Return which version of matplotlib made a picture."""
    found = re.search(r"Matplotlib v([\d.]+)", picture)
    return found[1] if found else ""


def words(picture: str) -> list[str]:
    """Return the words of a picture, which matplotlib writes as comments beside the letters' outlines."""
    return re.findall(r"<!-- (.*?) -->", picture)


def brief(outputs: list[tuple[str, str]]) -> str:
    """Return outputs for a message, cut."""
    return "\n".join(f"[{kind}] {text[:2000]}" for kind, text in outputs)


def main() -> None:
    """Execute the notebooks of these numbers, all by default, and store them."""
    for text in texts():
        if len(sys.argv) == 1 or text.name[0] in sys.argv[1:]:
            nbformat.write(executed(from_text(text)), text.with_suffix(".ipynb"))
            print(text.with_suffix(".ipynb").name)


if __name__ == "__main__":
    main()
