"""`macflops count`: the numbers alone, of one network layer by layer, of many a row each."""

from __future__ import annotations

import os
from typing import Any

import click

import macflops
from macflops.cli._options import (
    count_arguments,
    counting_options,
    format_option,
    terminal_style,
    warn,
    with_settings,
)
from macflops.cli._output import keep_sources, write
from macflops.errors import Location, SourceError
from macflops.reports import find, names

GROUPED = ("text", "markdown")  # formats whose rows can be of blocks, stages or operators
OF_MANY = ("text", "csv", "jsonl")  # formats that have a row for a network


@click.command(short_help="Print the numbers alone, layer by layer.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--by",
    type=click.Choice(["layer", "block", "stage", "op"]),
    default="layer",
    help="What a row is.",
    show_default=True,
)
@click.option("--assume", multiple=True, metavar="H%32==0", help="What is known of a symbolic dimension.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=1, metavar="N", help="Processes, for several sources.")
@click.option("--resume", is_flag=True, help="Go on with the FILE of -o after an interruption.")
@counting_options
@format_option(*names(), "jsonl")
def command(sources: tuple[str, ...], **options: Any) -> None:
    """Count parameters, mult-adds and memory access of SOURCE, layer by layer.

    Of several sources, or of a folder, each network has one row, as soon as it is counted; one that cannot be counted
    has its error for a row, and the status is 2 at the end.

    \b
      macflops count model.yaml --by stage
      macflops count a.onnx b.onnx models/ -j 2 --format csv -o counts.csv
    """
    options, tables = with_settings(sources[0], options)
    style, output = options["style"], options["output"]
    jobs, resume = options.pop("jobs"), options.pop("resume")
    arguments = {"assume": options["assume"], **count_arguments(options, tables)}
    if len(sources) > 1 or os.path.isdir(sources[0]) or style == "jsonl":
        if style not in OF_MANY:
            raise SourceError(Location("--format"), f"{style} of several sources", f"use one of {', '.join(OF_MANY)}")
        if options["by"] != "layer":
            raise SourceError(Location("--by"), "a network is one row where there are several", "leave it out")
        from macflops.cli._rows import count_rows

        count_rows(sources, style, output, resume, jobs, options["strict"], arguments)
        return
    if resume:
        raise SourceError(Location("--resume"), "a single source", "it goes on with a row for each of several")
    if style not in GROUPED and options["by"] != "layer":
        hint = "leave --by out: each layer's row names its operator, block and stage"
        what = f"rows by {options['by']} are for {' and '.join(GROUPED)}, not {style}"
        raise SourceError(Location("--by"), what, hint)
    keep_sources(sources, output)
    report = macflops.count(sources[0], **arguments)
    warn(report.network, options["strict"])
    chosen: dict[str, Any] = {"by": options["by"]} if style in GROUPED else {}
    if style == "text" and output is None:
        chosen["style"] = terminal_style()
    write(find(style)(report, **chosen), output)
