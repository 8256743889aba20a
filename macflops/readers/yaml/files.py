"""Files: bytes from the disk or standard input, as text."""

from __future__ import annotations

import os
import sys

from macflops.errors import Location, SourceError
from macflops.readers.yaml.limits import Limits, over
from macflops.readers.yaml.syntax import decoded


def text_of(path: str, limits: Limits) -> str:
    """Return the text of a file, or of standard input for `-`. Raises SourceError where it cannot be read."""
    if path == "-" and sys.stdin is None:
        raise SourceError(Location(path), "standard input is closed", "pipe a network into it")
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):  # it could keep us waiting
        raise SourceError(Location(path), "this is no regular file", "read it through standard input: -")
    most = 4 * limits.source  # bytes; a character takes at most four
    try:
        if path == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(most + 1)
    except IsADirectoryError:
        raise SourceError(Location(path), "this is a folder", "name one file in it") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(
            Location(path), f"cannot be read: {reason.lower()}", "look at its path and permissions"
        ) from None
    if len(data) > most:
        raise SourceError(Location(path), "a source that is too long", over("source", limits.source))
    return decoded(data, path)
