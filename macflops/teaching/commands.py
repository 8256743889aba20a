"""A command, as one would type it, and what it prints."""

from __future__ import annotations

import shlex
import subprocess
import sys

from macflops.errors import Location, SourceError


def terminal(command: str) -> None:
    """Run a command of macflops, print what it prints, and how it ended where that is not 0."""
    program, *arguments = shlex.split(command)
    if program != "macflops":
        raise SourceError(Location(program), "is no command of macflops", "write macflops audit …")
    ran = subprocess.run([sys.executable, "-m", "macflops", *arguments], capture_output=True, text=True, check=False)
    print(f"$ {command}")
    print((ran.stdout + ran.stderr).rstrip())
    if ran.returncode:
        print(f"(exit status {ran.returncode})")
