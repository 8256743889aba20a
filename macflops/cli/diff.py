"""`macflops diff`: what changed between two networks."""

from __future__ import annotations

from typing import Any

import click

import macflops
from macflops.cli._options import count_arguments, counting_options, format_option, warn, with_settings
from macflops.cli._output import write
from macflops.reports._diff import find, names


@click.command(short_help="Say what changed between two networks.")
@click.argument("base")
@click.argument("head")
@counting_options
@format_option(*names())
def command(base: str, head: str, **options: Any) -> None:
    """Say what changed from BASE to HEAD: the totals, and each layer that is not the same."""
    options, tables = with_settings(head, options)
    arguments = count_arguments(options, tables)
    found = macflops.diff(base, head, **arguments)
    for report in (found.base, found.head):
        warn(report.network, options["strict"])
    write(find(options["style"])(found), options["output"])
