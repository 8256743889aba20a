"""Where results go: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import click

from macflops.errors import Location, SourceError
from macflops.files import write_bytes

ERRORS = "backslashreplace"  # names of files need not be text; what is none is escaped


def write(text: str, output: str | None) -> None:
    """Print a result, or write it to a file. `-` is standard output."""
    if output is None or output == "-":
        write_out(text)
    else:
        write_bytes(f"{text}\n".encode(errors=ERRORS), output)


def keep_sources(sources: Iterable[str], output: str | None) -> None:
    """Raise SourceError where the file to write is one of the sources."""
    if not output or output == "-" or "\0" in output or not os.path.exists(output):
        return
    target = os.path.realpath(output)
    if any("\0" not in source and os.path.realpath(source) == target for source in sources):
        raise SourceError(Location(output), "is a source of what is to be written there", "name another file")


def write_lines(lines: Iterable[str], output: str | None) -> None:
    """Print lines as they come, or write them to a file, without ever holding them all. A reader that left ends it."""
    if output is None or output == "-":
        for line in lines:
            if not write_out(line):
                return
    else:
        write_bytes((f"{line}\n".encode(errors=ERRORS) for line in lines), output)


def write_out(text: str) -> bool:
    """Print a result; tell whether it was read. A reader that goes away, as `| head` does, is no error."""
    try:
        click.echo(text)
    except BrokenPipeError:
        silence(sys.stdout)
        return False
    except OSError as error:
        silence(sys.stdout)
        reason = (error.strerror or str(error)).lower()
        raise SourceError(Location("standard output"), f"cannot be written: {reason}", "name a file with -o") from None
    return True


def silence(stream: Any) -> None:
    """Send what is still to be written to nowhere, or Python would try again when it ends."""
    with suppress(AttributeError, OSError):  # a closed stream, or one that is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
