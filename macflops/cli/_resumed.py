"""What an interruption left: the rows of FILE.partial, or of a FILE that is to be gone on with."""

from __future__ import annotations

import csv
import io
import json
import os
from typing import Any

from macflops.cli._output import ERRORS
from macflops.errors import Location, SourceError
from macflops.reports._rows import COLUMNS
from macflops.reports.csv import harmless

PARTIAL = ".partial"  # what a file is called until all rows are there


def rows_of(output: str, style: str, conventions: tuple[str, str, str]) -> dict[str, str]:
    """Return the whole rows that are there, by source `as_written`; those of an error are counted again.

    Raises SourceError where the file holds something else, or rows that were counted by other conventions.
    """
    path = left_by(output)
    text = text_of(path)
    text = text[: text.rfind("\n") + 1]  # a line that was cut short is counted again
    rows = of_csv(text, path) if style == "csv" else of_json_lines(text, path)
    found = {}
    for row, line in rows:
        if (row["dtype"], row["fusion"], row["options"]) != (*conventions[:2], as_written(conventions[2], style)):
            what = f"rows of {row['dtype']}, fusion {row['fusion']}{row['options'] and ', '}{row['options']}"
            raise SourceError(Location(path), what, "ask for the same, or leave --resume out")
        if not row["error"]:
            found[row["source"]] = line
    return found


def left_by(output: str) -> str:
    """Return the file that an interruption left, or else the one that is to be gone on with."""
    return output + PARTIAL if os.path.exists(output + PARTIAL) else output


def changed_since(source: str, output: str) -> bool:
    """Tell whether a source is a file that was written after the rows that are there."""
    try:
        return os.stat(source).st_mtime_ns > os.stat(left_by(output)).st_mtime_ns
    except (OSError, ValueError):  # no file: zoo:NAME, or one whose row will say that it is gone
        return False


def as_written(source: str, style: str) -> str:
    """Return a source as a row of this style names it: in a table quoted where it looks like a formula, and as text."""
    return str(harmless(source)).encode(errors=ERRORS).decode() if style == "csv" else source


def text_of(path: str) -> str:
    """Return what a file holds; nothing if there is none."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise refuse(path, error) from None


def of_csv(text: str, path: str) -> list[tuple[dict[str, Any], str]]:
    """Return each row of a table with its line."""
    found = []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for number, cells in enumerate(reader):
            if number == 0:
                if cells != list(COLUMNS):
                    raise ValueError
                continue
            row = dict(zip(COLUMNS, cells, strict=True))
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerow(cells)
            found.append((row, out.getvalue()[:-1]))
    except (ValueError, csv.Error):
        raise not_rows(path, reader.line_num) from None
    return found


def of_json_lines(text: str, path: str) -> list[tuple[dict[str, Any], str]]:
    """Return each document with its line."""
    found = []
    for number, line in enumerate(text.split("\n")[:-1], 1):
        try:
            row = json.loads(line)
            if not {"source", "dtype", "fusion", "options", "error"} <= row.keys():
                raise ValueError
        except (ValueError, AttributeError, RecursionError):
            raise not_rows(path, number) from None
        found.append((row, line))
    return found


def not_rows(path: str, line: int) -> SourceError:
    """Return the error of a file that holds something else."""
    return SourceError(Location(path, line, 1), "this is no row of counts", "leave --resume out to write it anew")


def refuse(path: str, error: Exception) -> SourceError:
    """Return the error of a file that cannot be read or written."""
    reason = getattr(error, "strerror", None) or str(error)
    return SourceError(Location(path), f"cannot be used: {reason.lower()}", "name another file")
