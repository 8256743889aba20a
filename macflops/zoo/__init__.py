"""Networks that ship: each file here is a native YAML, and each of its variants a network with a name.

A file without variants is a network by its own name.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from macflops.errors import Location, SourceError
from macflops.spelling import did_you_mean

FOLDER = Path(__file__).parent
SECTION = re.compile(r"^variants:[^\n]*\n(?:(?:[ ]+[^\n]*|#[^\n]*)?\n)*", re.MULTILINE)
VARIANT = re.compile(r"^  (\w+):", re.MULTILINE)


def names() -> tuple[str, ...]:
    """Return the names of all networks, file by file."""
    return tuple(name for path in files() for name in variants(path) or (path.stem,))


def find(name: str) -> tuple[Path, str | None]:
    """Return the file that holds a network, and which of its variants it is. Raises SourceError where none is."""
    for path in files():
        if name == path.stem or name in path.read_text("utf-8"):  # most files are not parsed at all
            found = variants(path)
            if name in found:
                return path, name
            if not found and name == path.stem:
                return path, None
    raise SourceError(Location(f"zoo:{name}"), f"no network {name} ships", did_you_mean(name, names(), "there are"))


def files() -> list[Path]:
    """Return the files, in alphabetical order."""
    return sorted(FOLDER.glob("*.yaml"))


@cache
def variants(path: Path) -> tuple[str, ...]:
    """Return the names of a file's variants. They stand in lines of their own, so that nothing need be parsed."""
    section = SECTION.search(path.read_text("utf-8"))
    return tuple(VARIANT.findall(section.group())) if section else ()
