"""`macflops count`: the numbers alone."""

from __future__ import annotations

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
from macflops.cli._output import write
from macflops.reports import find, names


@click.command(short_help="Print the numbers alone, layer by layer.")
@click.argument("source")
@click.option(
    "--by",
    type=click.Choice(["layer", "block", "stage", "op"]),
    default="layer",
    help="What a row is.",
    show_default=True,
)
@click.option("--assume", multiple=True, metavar="H%32==0", help="What is known of a symbolic dimension.")
@counting_options
@format_option(*names())
def command(source: str, **options: Any) -> None:
    """Count parameters, mult-adds and memory access of SOURCE, layer by layer."""
    options, tables = with_settings(source, options)
    style, output = options["style"], options["output"]
    report = macflops.count(source, assume=options["assume"], **count_arguments(options, tables))
    warn(report.network, options["strict"])
    text: dict[str, Any] = {"by": options["by"]}
    if output is None:
        text["style"] = terminal_style()
    write(find(style)(report, **(text if style == "text" else {})), output)
