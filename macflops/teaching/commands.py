"""A command, as one would type it, and what it prints."""

from __future__ import annotations

import shlex
import subprocess
import sys

from macflops.errors import Location, SourceError


def terminal(command: str, last: int | None = None) -> None:
    """Run a command of macflops, print what it prints (or the last lines of it), and how it ended where that is not 0.

    Raises SourceError on another command.
    """
    program, *arguments = shlex.split(command)
    if program != "macflops":
        raise SourceError(Location(program), "is no command of macflops", "write macflops audit …")
    ran = subprocess.run([sys.executable, "-m", "macflops", *arguments], capture_output=True, text=True, check=False)
    print(f"$ {command}")
    lines = (ran.stdout + ran.stderr).rstrip().splitlines()
    if last is not None and len(lines) > last:
        lines = ["…", *lines[-last:]]
    print("\n".join(lines))
    if ran.returncode:
        print(f"(exit status {ran.returncode})")
