"""`macflops sweep`: costs over a grid of configurations."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from macflops.cli._options import counting_options, format_option
from macflops.cli._output import write_lines
from macflops.errors import Location, SourceError
from macflops.wording import counted

LONG = 2_000_000  # configurations from which on there is a progress bar


@click.command(short_help="Count a grid of configurations.")
@click.argument("source", required=False)
@click.option("--over", multiple=True, metavar="NAME=VALUES", help="What varies: c1=16,24 or width=0.25:2:0.25.")
@click.option("--quantity", metavar="NAMES", help="Columns: mult_adds,mac_bytes,…")
@click.option("--mult-adds", metavar="AMOUNT", help="Only what has so many mult-adds: 50M.")
@click.option("--tolerance", type=click.FloatRange(0), default=0.05, help="How far from them.", show_default=True)
@click.option("--pareto", metavar="NAMES", help="Only the Pareto front of these quantities.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=1, metavar="N", help="Processes.")
@counting_options
@format_option("csv", "json")
def command(source: str | None, style: str, output: str | None, **options: Any) -> None:
    """Count a grid of configurations: of SOURCE, or of a convolution where there is none.

    A convolution has c1, c2, h and as wanted w, g, k, s, N: output h x w, input s*h x s*w, no bias. What cannot be
    built is left out; where nothing can be, the status is 2. Ranges include their last value.

    \b
      macflops sweep --over c1=16:512:16 --over c2=16:512:16 --over h=28
      macflops sweep zoo:shufflenet_v1_g3_x1_0 --over groups=1,2,4,8
    """
    gc.enable()  # a sweep may be long: what falls off on the way must not stay
    from macflops.budgets import amount
    from macflops.sweeps import sweep
    from macflops.sweeps.grid import DEFAULT

    given = options.pop("mult_adds")
    arguments: dict[str, Any] = {name: options[name] for name in ("dtype", "tolerance", "jobs")}
    if source is not None:
        chosen = {"set": options["set_"], "input_shape": options["input_shape"] or None, "fusion": options["fusion"]}
        arguments |= chosen | {name: options[name] for name in ("variant", "batch") if options[name] is not None}
    elif any(options[name] for name in ("set_", "input_shape", "variant", "batch")) or options["fusion"] != "none":
        raise SourceError(Location("sweep"), "options of a network without one", "name a SOURCE, or use --over N=…")
    names = options["quantity"]
    found = sweep(
        source,
        options["over"],
        quantities=tuple(name.strip().replace("-", "_") for name in names.split(",")) if names else DEFAULT,
        mult_adds=None if given is None else amount("--mult-adds", given, Location("--mult-adds")),
        pareto=options["pareto"] or (),
        **arguments,
    )
    lines = as_csv(found) if style == "csv" else as_json(found)
    write_lines(lines, output)


def watched(found: Any) -> Iterator[tuple[Any, ...]]:
    """Yield a sweep's rows, with a progress bar on a terminal where they are many."""
    hidden = found.size < LONG or not sys.stderr.isatty()
    with click.progressbar(length=found.size, file=sys.stderr, hidden=hidden, label="sweep") as bar:
        rows = 0
        for table in found.tables():
            rows += len(next(iter(table.values()), ()))
            columns = [table[name].tolist() for name in found.shown if name in table]
            yield from zip(*columns, strict=True)
            bar.update(min(found.cells, found.size))
    if not rows:
        refusal = found.refusal()
        if refusal is not None:
            raise refusal
        click.echo(f"nothing wanted among {counted(found.size, 'configuration')}", err=True)


def as_csv(found: Any) -> Iterator[str]:
    """Yield lines of CSV, many rows at a time; names of networks' parameters are quoted where they need it."""
    import csv
    from io import StringIO

    for rows in batches(iter([found.shown]), without_nan(watched(found))):
        text = StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        yield text.getvalue().rstrip("\n")


def without_nan(rows: Iterator[tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """Yield rows with None for ratios that have no value."""
    for row in rows:
        yield [None if value != value else value for value in row] if any(v != v for v in row) else row


def batches(*rows: Iterator[Any]) -> Iterator[list[Any]]:
    """Yield rows some thousands at a time."""
    from itertools import chain, islice

    every = chain(*rows)
    while batch := list(islice(every, 4096)):
        yield batch


def as_json(found: Any) -> Iterable[str]:
    """Yield lines of a JSON document: columns by name, and rows. A ratio that has no value is null."""
    import json

    before = f'{{"schema": "macflops.sweep/1", "columns": {json.dumps(found.shown)}, "rows": ['
    first = True
    for rows in batches(without_nan(watched(found))):  # raises before anything is written, where nothing can be built
        yield (f"{before}\n" if first else ",") + ",\n".join(map(json.dumps, rows))
        first = False
    yield f"{before}\n]}}" if first else "]}"
