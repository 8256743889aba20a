"""`macflops zoo`: the networks that ship, with published figures beside ours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

import macflops
from macflops.cli._options import format_option
from macflops.cli._output import write
from macflops.report import Report
from macflops.reports._layout import wrapped
from macflops.wording import quantity
from macflops.zoo import find, names
from macflops.zoo import text as text_of
from macflops.zoo.published import Figure, matches, of
from macflops.zoo.stages import stage_table

NOTES = (
    "Mult-adds at the network's own input. `is our`: which of our counts the published one is: all (convolutions and "
    "linear layers), conv (convolutions alone) or no (neither); * under settings of its own. Top-1 error in %, GPU in "
    "batches/s, ARM in images/s. Sources and settings: macflops zoo show NAME"
)
PRODUCTS = {"mult_adds": ("conv+fc", "conv"), "params": ("all",)}


@click.group(short_help="Show the networks that ship.")
def command() -> None:
    """Show the networks that ship, with published figures beside ours."""


@command.command("list", short_help="List them, published figures beside ours.")
@format_option("text", "json")
def list_command(style: str, output: str | None) -> None:
    """List the networks: mult-adds and parameters beside the published ones, top-1 error and speeds as published."""
    rows = [summary(name) for name in names()]
    if style == "json":
        write(json.dumps(rows, indent=2), output)
        return
    lines = [("network", "ours", "publ.", "is our", "ours", "publ.", "top-1", "GPU", "ARM")]
    for row in rows:
        mult_adds, params = row["mult_adds"], row["params"]
        published, also = row["published_mult_adds"], row["published_params"]
        lines.append(
            (
                row["name"],
                quantity(mult_adds),
                short(published),
                agreement(published),
                quantity(params),
                short(also),
                *(("" if row[key] is None else row[key]["value"]) for key in ("top1_error", "speed_gpu", "speed_arm")),
            )
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    above = f"{'mult-adds':^{sum(widths[1:4]) + 2}} {'params':^{sum(widths[4:6]) + 1}}"
    text = [f"{'':{widths[0]}} {above}"]
    for name, *cells in lines:
        aligned = (f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        text.append(" ".join((f"{name:{widths[0]}}", *aligned)))
    write("\n".join(line.rstrip() for line in (*text, "", *wrapped(NOTES))), output)


@command.command("show", short_help="Show one: its YAML, stages and sources.")
@click.argument("name")
@format_option("text", "json")
def show_command(name: str, style: str, output: str | None) -> None:
    """Show a network: its native YAML, its stage table, and what was published of it."""
    file, _ = find(name)
    report = macflops.count(f"zoo:{name}")
    table = stage_table(report.network)
    figures = [(figure, compared(figure)) for figure in of(name)]
    if style == "json":
        document = {
            **summary(name),
            "file": text_of(file),
            "stages": [row._asdict() for row in table],
            "published": [{**figure._asdict(), **comparison} for figure, comparison in figures],
        }
        write(json.dumps(document, indent=2, ensure_ascii=False), output)
        return
    lines = [text_of(file).rstrip(), "", f"# {name}", ""]
    lines.append(f"{'stage':20} {'output':>10} {'kernel':>8} {'stride':>7} {'repeat':>7} {'channels':>9}")
    for row in table:
        size = "x".join(map(str, row.output)) or "-"
        kernel = "x".join(map(str, row.kernel)) if row.kernel else ""
        stride = "" if row.stride is None else str(row.stride)
        lines.append(f"{row.name:20} {size:>10} {kernel:>8} {stride:>7} {row.repeats:>7} {row.channels:>9}")
    totals = report.totals
    lines += [
        "",
        f"mult-adds {totals.mult_adds:,}   params {totals.params:,}   memory access {totals.mac_bytes:,} B",
        "",
    ]
    lines += published_lines(figures)
    write("\n".join(line.rstrip() for line in lines), output)


def published_lines(figures: Sequence[tuple[Figure, dict[str, Any]]]) -> Iterator[str]:
    """Yield published figures below the source that they are from, ours beside them, and which of our counts it is."""
    if figures:
        yield f"{'published':16} {'value':>16}  {'ours':>14}  is our, at"
    for source in dict.fromkeys(figure.source for figure, _ in figures):
        yield from wrapped(source)
        for figure, comparison in figures:
            if figure.source != source:
                continue
            ours = ""
            if comparison["ours"] is not None:
                ours = f"{comparison['ours']:>14,}  {comparison['matches'] or 'no'}, "
            at = ", ".join(filter(None, (figure.settings, figure.input)))
            left = f"  {figure.metric:14} {f'{figure.value} {figure.unit}'.rstrip():>16}  "
            yield from wrapped(f"{ours}{at}".removesuffix(", "), left, " " * 51 if ours else " " * len(left))


def summary(name: str) -> dict[str, Any]:
    """Return a network's counts and the first published figure of each kind."""
    totals = macflops.count(f"zoo:{name}").totals
    row: dict[str, Any] = {"name": name, "mult_adds": totals.mult_adds, "params": totals.params}
    figures = of(name)
    for metric in PRODUCTS:
        figure = next((f for f in figures if f.metric == metric), None)
        row[f"published_{metric}"] = figure and {**figure._asdict(), **compared(figure)}
    row["top1_error"] = next((f._asdict() for f in map(as_error, figures) if f is not None), None)
    for metric in ("speed_gpu", "speed_arm"):
        row[metric] = next((f._asdict() for f in figures if f.metric == metric), None)
    return row


def as_error(figure: Figure) -> Figure | None:
    """Return a published top-1 error, or accuracy as an error."""
    if figure.metric == "top1_accuracy":
        from decimal import Decimal

        return figure._replace(metric="top1_error", value=str(100 - Decimal(figure.value)))
    return figure if figure.metric == "top1_error" else None


def compared(figure: Figure) -> dict[str, Any]:
    """Return our count beside a published one, and which of our ways of counting gives it."""
    if figure.metric not in PRODUCTS:
        return {"ours": None, "matches": None}
    report = macflops.count(f"zoo:{figure.network}", set=figure.settings.split(), input_shape=figure.input)
    counts = conventions(report) if figure.metric == "mult_adds" else {"all": report.totals.params}
    return {"ours": next(iter(counts.values())), "matches": matches(figure, counts)}


def conventions(report: Report) -> dict[str, int]:
    """Return the mult-adds by convention: of convolutions and linear layers, and of convolutions alone."""
    linear = sum(row.cost.mult_adds for row in report.costs.rows if row.layer.operator.role == "linear")
    return {"conv+fc": report.totals.mult_adds, "conv": report.totals.mult_adds - linear}


def agreement(published: dict[str, Any] | None) -> str:
    """Return which of our counts a published one is, with * where it holds under settings of its own."""
    if published is None:
        return ""
    matches = (published["matches"] or "no").partition(",")[0]
    return matches.replace("conv+fc", "all") + ("*" if published["settings"] else "")


def short(published: dict[str, Any] | None) -> str:
    """Return a published figure to a few digits."""
    if published is None:
        return ""
    value, unit = published["value"], published["unit"]
    if not unit:
        return quantity(int(value))
    return f"{value if len(value) < 6 else f'{float(value):.4g}'} {unit}"
