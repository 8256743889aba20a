"""Where networks come from. A reader is a file or folder here, named as a file's ending or a source's prefix is.

`model.yaml` is read by `readers/yaml`, `zoo:NAME` by `readers/zoo.py`; `-` is native YAML on standard input. Only
`torch:` and `timm:` run code.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from macflops.errors import Location, SourceError
from macflops.members import members
from macflops.network import Network

ENDINGS = {"yml": "yaml"}  # other spellings of a reader's name
PREFIXES = ("zoo", "torch", "timm")  # readers of what is no file
PICKLED = ("pt", "pth", "bin", "ckpt")  # files that cannot be read without running what is in them


def names() -> tuple[str, ...]:
    """Return the names of all readers, without importing any."""
    return members(__file__)


def load(source: str, **options: Any) -> Network:
    """Return the network that a source holds. Raises SourceError where it cannot be read."""
    return import_module(f"macflops.readers.{reader_of(source)}").load(source, **options)  # type: ignore[no-any-return]


def reader_of(source: str) -> str:
    """Return the name of the reader for a source. Raises SourceError where there is none."""
    if source == "-":
        return "yaml"
    prefix, colon, _ = source.partition(":")
    if colon and prefix in PREFIXES:
        return prefix
    ending = os.path.splitext(source)[1][1:].lower()
    reader = ENDINGS.get(ending, ending)
    if reader in names() and reader not in PREFIXES:
        return reader
    if os.path.isdir(source):
        raise SourceError(Location(source), "this is a folder", "name one file in it")
    if not os.path.exists(source):
        hint = "a source is a .yaml, .onnx or .pt2 file, zoo:NAME, torch:MODULE:CALLABLE, timm:NAME, or - for a pipe"
        if not ending:
            from difflib import get_close_matches

            from macflops.zoo import names as zoo_names

            close = get_close_matches(source, zoo_names(), 1)
            hint = f"did you mean zoo:{close[0]}?" if close else hint
        raise SourceError(Location(source or "''"), "no such file", hint)
    known = ", ".join(f".{name}" for name in names() if name not in PREFIXES)
    if ending in PICKLED:
        hint = "name what builds the module, torch:MODULE:CALLABLE, or save it with torch.export.save as .pt2"
        raise SourceError(Location(source), "a pickle runs code when it is read, and is not", hint)
    files = f"files that end in .{ending}" if ending else "files without an ending"
    raise SourceError(Location(source), f"no reader for {files}", f"known are {known}; - reads YAML from a pipe")
