"""`macflops diff`: what changed between two networks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

import macflops
from macflops.cli._options import count_arguments, counting_options, format_option, warn, with_settings
from macflops.cli._output import write
from macflops.differences import COUNTS, Change, Diff, exact
from macflops.errors import printable
from macflops.wording import counted, quantity

SIGNS = {"added": "+", "removed": "-", "changed": "~", "renamed": "="}


@click.command(short_help="Say what changed between two networks.")
@click.argument("base")
@click.argument("head")
@counting_options
@format_option("text", "json")
def command(base: str, head: str, **options: Any) -> None:
    """Say what changed from BASE to HEAD: the totals, and each layer that is not the same."""
    options, tables = with_settings(head, options)
    arguments = count_arguments(options, tables)
    found = macflops.diff(base, head, **arguments)
    for report in (found.base, found.head):
        warn(report.network, options["strict"])
    if options["style"] == "json":
        write(json.dumps(found.to_dict(), indent=2, ensure_ascii=False), options["output"])
    else:
        write("\n".join(lines(found)), options["output"])


def lines(found: Diff) -> Iterator[str]:
    """Yield the totals of both networks, and a line or two for each layer that differs."""
    yield f"{printable(found.base.network.name, 36)} -> {printable(found.head.network.name, 36)}"
    yield ""
    for name, total in found.totals.items():
        if total.base is None or total.head is None:
            continue
        numbers = isinstance(total.base, (int, float)) and isinstance(total.head, (int, float))
        unit = "B" if name.endswith("bytes") else ""
        before, after = (shown(n, unit) if numbers else exact(n) for n in (total.base, total.head))
        grown = "" if total.change is None else f"{100 * total.change:+9.1f} %"
        change = "   the same" if total.base == total.head else grown
        yield f"  {name.replace('_', ' '):22} {before:>12} -> {after:>12} {change}".rstrip()
    if not found.layers:
        yield ""
        yield "No layer differs."
        return
    yield ""
    for layer in found.layers:
        yield from change_lines(layer)
    kinds = [change.kind for change in found.layers]
    told = [f"{kinds.count(kind)} {kind}" for kind in SIGNS if kind in kinds]
    yield ""
    yield f"{counted(len(kinds), 'layer')}: {', '.join(told)}."


def shown(number: float, unit: str) -> str:
    """Return a total as a person reads it."""
    return f"{number:.2f}" if isinstance(number, float) else quantity(number, unit)


def change_lines(change: Change) -> Iterator[str]:
    """Yield what a layer is, or was, and what of it differs."""
    layer = change.head or change.base
    assert layer is not None
    name = printable(change.name, 50)
    if change.kind == "renamed" and change.base is not None:
        name = f"{printable(change.base.name, 36)} -> {name}"
    yield f"  {SIGNS[change.kind]} {name}  {layer.op}"
    if change.base is None or change.head is None:
        return
    for field in change.fields:
        before, after = getattr(change.base, field), getattr(change.head, field)
        if field == "attributes":
            names = [n for n in (*before, *(a for a in after if a not in before)) if before.get(n) != after.get(n)]
            for attribute in names:
                yield f"      {attribute} {before.get(attribute)} -> {after.get(attribute)}"
        elif field in COUNTS:
            yield f"      {field} {exact(before)} -> {exact(after)}"
        elif field in ("inputs", "outputs"):
            yield f"      {field} {shapes(before)} -> {shapes(after)}"
        elif field == "op":
            yield f"      op {before} -> {after}"


def shapes(given: Any) -> str:
    """Return shapes as 1x3x224x224, one after the other."""
    return " ".join("x".join(map(str, shape)) for shape in given)
