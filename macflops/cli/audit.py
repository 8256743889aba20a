"""`macflops audit`: what makes a network slow. The main job."""

from __future__ import annotations

from typing import Any

import click

import macflops
from macflops.budgets import budgets
from macflops.cli._options import (
    count_arguments,
    counting_options,
    format_option,
    terminal_style,
    warn,
    with_settings,
)
from macflops.cli._output import keep_sources, write
from macflops.errors import Location
from macflops.reports import find, names


@click.command(short_help="Say what makes SOURCE slow: the main job.")
@click.argument("source")
@click.option("--select", metavar="CODES", help="Check these rules only: G1,G2.")
@click.option("--ignore", metavar="CODES", help="Do not check these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(["never", "note", "warning", "error"]),
    default="error",
    help="Exit with 1 where a rule's verdict is this severe.",
    show_default=True,
)
@click.option("--budget", multiple=True, metavar="NAME=MAX", help="The most that a total may be: mult_adds=150M.")
@click.option("--no-advice", is_flag=True, help="Do not look for what to write instead.")
@click.option("--top", type=click.IntRange(0), metavar="N", help="Print so many findings.")
@counting_options
@format_option(*names())
@click.pass_context
def command(context: click.Context, /, source: str, **options: Any) -> None:
    """Audit SOURCE: count it, check the guidelines, say what makes it slow and what to write instead."""
    options, tables = with_settings(source, options)
    arguments = count_arguments(options, tables)
    style, output = options["style"], options["output"]
    keep_sources((source,), output)
    from macflops.settings import machine, thresholds

    report = macflops.audit(
        source,
        select=options["select"],
        ignore=options["ignore"] or (),
        budget={**tables.get("budget", {}), **budgets(options["budget"], Location("--budget"))},
        thresholds=thresholds(tables),
        advice=not options["no_advice"],
        hold=tables.get("advice"),
        machine=machine(tables),
        **arguments,
    )
    warn(report.network, options["strict"])
    text: dict[str, Any] = {"top": options["top"]}
    if output is None:
        text["style"] = terminal_style()
    write(find(style)(report, **(text if style == "text" else {})), output)
    context.exit(1 if fails(report, options["fail_on"]) else 0)


def fails(report: Any, fail_on: str) -> bool:
    """Tell whether a guideline's verdict is at or over the threshold, or a budget exceeded; notes fail none."""
    from macflops.guidelines import find as rule
    from macflops.guidelines.findings import SEVERITIES

    if any(budget.exceeded for budget in report.budgets):
        return True
    severe = SEVERITIES[SEVERITIES.index(fail_on) :] if fail_on != "never" else ()
    return any(found.severity in severe and not rule(code).note for code, found in report.verdict.rules.items())
