"""Networks that ship: each file here is a native YAML, and each of its variants a network with a name.

A file without variants is a network by its own name.
"""

from __future__ import annotations

import os
import re
from functools import cache

from macflops.errors import Location, SourceError

FOLDER = os.path.dirname(__file__)
SECTION = re.compile(r"^variants:[^\n]*\n(?:(?:[ ]+[^\n]*|#[^\n]*)?\n)*", re.MULTILINE)
VARIANT = re.compile(r"^  (\w+):", re.MULTILINE)


def names() -> tuple[str, ...]:
    """Return the names of all networks, file by file."""
    return tuple(name for file in files() for name in variants(file) or (file.removesuffix(".yaml"),))


def find(name: str) -> tuple[str, str | None]:
    """Return the file that holds a network, and which of its variants it is. Raises SourceError where none is."""
    for file in files():
        if name in variants(file):
            return file, name
        if name == file.removesuffix(".yaml") and not variants(file):
            return file, None
    from macflops.spelling import did_you_mean

    what = f"no network {name} ships" if name else "no network is named"
    hint = did_you_mean(name, names(), "there are") if name else "macflops zoo list names them all"
    raise SourceError(Location(f"zoo:{name}"), what, hint)


@cache
def files() -> tuple[str, ...]:
    """Return the names of the files, in alphabetical order."""
    return tuple(sorted(file for file in os.listdir(FOLDER) if file.endswith(".yaml")))


@cache
def text(file: str) -> str:
    """Return the text of a file."""
    with open(os.path.join(FOLDER, file), encoding="utf-8") as opened:
        return opened.read()


@cache
def variants(file: str) -> tuple[str, ...]:
    """Return the names of a file's variants. They stand in lines of their own, so that nothing need be parsed."""
    section = SECTION.search(text(file))
    return tuple(VARIANT.findall(section.group())) if section else ()
