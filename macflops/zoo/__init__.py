"""Published networks as native YAML, one file per family, and what was published about them.

A file's variants are networks by name; a file without variants is one, named as the file.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from macflops.errors import Location, SourceError

FOLDER = Path(__file__).parent
VARIANT = re.compile(r"^  (\w+): ", re.MULTILINE)


class Figure(NamedTuple):
    """A published figure: as printed, of a network under settings (NAME=VALUE, as for --set), and where from.

    `convention` says of mult-adds which layers give the printed value (conv, or conv+fc) or that none do, of params the
    same with "all"; it is empty for errors and speeds, which nobody can count.
    """

    network: str
    settings: str
    metric: str
    value: str
    unit: str
    input: str
    source: str
    convention: str


def names() -> tuple[str, ...]:
    """Return the names of all networks, in alphabetical order."""
    return tuple(sorted(name for file in FOLDER.glob("*.yaml") for name in networks(file)))


def find(name: str) -> tuple[Path, str | None]:
    """Return the file that holds a network, and the variant that it is there. Raises SourceError where there is none."""
    files = sorted(FOLDER.glob("*.yaml"), key=lambda file: not name.startswith(file.stem))  # the likely ones first
    for file in files:
        if name in networks(file):
            return file, None if name == file.stem and not variants(file) else name
    from difflib import get_close_matches

    close = get_close_matches(name, names(), 1)
    hint = f"did you mean {close[0]}?" if close else "macflops zoo list shows them"
    raise SourceError(Location(f"zoo:{name}"), "no network of this name ships", hint)


def networks(file: Path) -> tuple[str, ...]:
    """Return the names of the networks in a file."""
    return variants(file) or (file.stem,)


@cache
def variants(file: Path) -> tuple[str, ...]:
    """Return the names of a file's variants: the shipped files write one on a line, so that none need be parsed."""
    _, found, rest = file.read_text("utf-8").partition("\nvariants:\n")
    return tuple(VARIANT.findall(rest.partition("\nblocks:")[0])) if found else ()


def figures(name: str) -> tuple[Figure, ...]:
    """Return what was published about a network."""
    import csv

    with (FOLDER / "published.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return tuple(Figure(*row) for row in rows if row[0] == name)
