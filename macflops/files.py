"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from errno import EACCES

from macflops.errors import Location, SourceError


def write_bytes(data: bytes | Iterable[bytes], output: str) -> None:
    """Write to a file: a regular one whole or not at all, a device or a pipe as it is.

    A symbolic link stays one: what it leads to is written. Raises SourceError where that fails.
    """
    parts = [data] if isinstance(data, bytes) else data
    try:
        if special(output):
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


def special(output: str) -> bool:
    """Tell whether this is no regular file, nor can be: replacing /dev/null would take it from all others."""
    return (
        not output or (os.path.exists(output) and not os.path.isfile(output)) or output.startswith(("/dev/", "/proc/"))
    )


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
