"""Where results go: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from errno import EACCES
from typing import Any

import click

from macflops.errors import Location, SourceError

ERRORS = "backslashreplace"  # names of files need not be text; what is none is escaped


def write(text: str, output: str | None) -> None:
    """Print a result, or write it to a file. `-` is standard output."""
    if output is None or output == "-":
        write_out(text)
    else:
        write_bytes(f"{text}\n".encode(errors=ERRORS), output)


def write_lines(lines: Iterable[str], output: str | None) -> None:
    """Print lines as they come, or write them to a file, without ever holding them all. A reader that left ends it."""
    if output is None or output == "-":
        for line in lines:
            if not write_out(line):
                return
    else:
        write_bytes((f"{line}\n".encode(errors=ERRORS) for line in lines), output)


def write_bytes(data: bytes | Iterable[bytes], output: str) -> None:
    """Write to a file: a regular one whole or not at all, a device or a pipe as it is.

    A symbolic link stays one: what it leads to is written.
    """
    parts = [data] if isinstance(data, bytes) else data
    try:
        special = os.path.exists(output) and not os.path.isfile(output)
        if special or output.startswith(("/dev/", "/proc/")):  # replacing /dev/null would take it from all others
            with open(output, "wb") as file:
                file.writelines(parts)
        else:
            replace(os.path.realpath(output), parts)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(
            Location(output or "''"), f"cannot be written: {reason.lower()}", "name another file"
        ) from None


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


def replace(target: str, data: Iterable[bytes]) -> None:
    """Put a regular file that holds this in the place of another, or of none, in one step."""
    import tempfile

    mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else None
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".macflops.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(data)
        if mode is None:
            umask = os.umask(0)
            os.umask(umask)
            mode = 0o666 & ~umask
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
