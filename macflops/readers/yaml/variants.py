"""The names of a file's variants, found fast: for looking through many files."""

from __future__ import annotations

import re

from macflops.errors import SourceError
from macflops.readers.yaml import nodes
from macflops.readers.yaml.limits import Limits

SECTION = re.compile(r"^variants[ \t]*:.*?(?=^[^\s#}\]-]|\Z)", re.MULTILINE | re.DOTALL)


def names(text: str) -> tuple[str, ...]:
    """Return the names of a text's variants, in the order in which they are written."""
    section = SECTION.search(text)
    if section is None:
        return ()
    for part in (section.group(), text):  # the section alone, or all where it needs more (an alias)
        try:
            root = nodes.parse(part, "", Limits())
        except SourceError:
            continue
        found = root.get("variants") if type(root) is nodes.Mapping else None
        return tuple(found.keys()) if type(found) is nodes.Mapping else ()
    return ()
