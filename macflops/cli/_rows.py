"""Rows of many networks: printed as they come, or streamed to a file that an interruption leaves to go on with."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import click

from macflops.cli._output import ERRORS, keep_sources, write_lines, write_out
from macflops.cli._resumed import PARTIAL, as_written, changed_since, refuse, rows_of
from macflops.errors import Location, SourceError, printable
from macflops.files import special
from macflops.many import Row, found, rows, used
from macflops.reports._rows import STYLES
from macflops.wording import counted

HEADED = ("csv",)  # formats whose first line is no row


def count_rows(
    arguments: Sequence[str], style: str, output: str | None, resume: bool, jobs: int, strict: bool, options: Any
) -> None:
    """Count all sources that the arguments stand for; leave with status 2 where one could not be counted."""
    sources, others = found(arguments)
    if others:
        note(f"{counted(len(others), 'YAML file')} without layers left out: {', '.join(others[:3])}")
    if resume and (output is None or output == "-" or special(output) or style == "text"):
        raise SourceError(Location("--resume"), "nothing to go on with", "name the file: --format jsonl -o FILE")
    if output is not None:
        keep_sources(sources, output)
    done = rows_of(output, style, used(options)) if resume and output is not None else {}
    if output is not None and done:
        for source in sources:
            if changed_since(source, output):
                done.pop(as_written(source, style), None)
    todo = [source for source in sources if as_written(source, style) not in done]
    failures: list[str] = []
    lines = STYLES[style](watched(rows(todo, jobs, strict, **options), len(todo), failures), sources)
    if output is None or output == "-":
        for line in lines:
            write_out(line)
    else:
        into_file(output, (list(islice(lines, 1)) if style in HEADED else []) + list(done.values()), lines)
    if failures:
        note(f"{len(failures)} of {counted(len(sources), 'source')} could not be counted")
        sys.exit(2)


def watched(counts: Iterable[Row], number: int, failures: list[str]) -> Iterator[Row]:
    """Yield rows, with a progress bar on a terminal where the rows go elsewhere; note those that failed."""
    hidden = not sys.stderr.isatty() or (sys.stdout is not None and sys.stdout.isatty())
    with click.progressbar(counts, number, "count", file=sys.stderr, hidden=hidden) as bar:
        for row in bar:
            if row.error is not None:
                failures.append(row.source)
            yield row


def into_file(output: str, first: list[str], lines: Iterable[str]) -> None:
    """Write lines to FILE.partial as they come, and call it FILE when all are there."""
    partial = output + PARTIAL
    if special(output):  # what is no regular file is never replaced, nor does it leave anything to go on with
        write_lines(chain(first, lines), output)
        return
    try:
        with open(partial, "w", encoding="utf-8", errors=ERRORS, newline="\n") as file:
            for line in first:
                file.write(f"{line}\n")
            file.flush()
            for line in lines:
                file.write(f"{line}\n")
                file.flush()  # so that nothing that was counted is lost
        os.replace(partial, os.path.realpath(output))  # a symbolic link stays one
    except KeyboardInterrupt:
        note(f"interrupted: --resume goes on with {partial}")
        raise
    except (OSError, ValueError) as error:
        raise refuse(output, error) from None


def note(text: str) -> None:
    """Print a note to standard error."""
    click.echo(f"macflops: {printable(text)}", err=True)
