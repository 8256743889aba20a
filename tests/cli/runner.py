"""Runs the program in this process, as the console script would."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

from macflops.cli.main import main


class Ran(NamedTuple):
    """What a command left: its exit status, standard output and standard error."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


def run(*arguments: str, stdin: str = "") -> Ran:
    """Run `macflops` with these arguments."""
    out, err, before = io.StringIO(), io.StringIO(), (sys.argv, sys.stdin)
    sys.argv, sys.stdin = ["macflops", *arguments], io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    status: Any = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as stop:
        status = stop.code
    finally:
        sys.argv, sys.stdin = before
    return Ran(status or 0, out.getvalue(), err.getvalue())
