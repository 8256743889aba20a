"""Markdown, for a comment on a pull request: totals at once, layers folded. Names of strangers are escaped."""

from __future__ import annotations

from collections.abc import Iterator

from macflops.differences import COUNTS, Change, Diff, exact
from macflops.report import Report
from macflops.reports._diff._changes import SIGNS, grown, pieces, told
from macflops.reports.markdown import amount, escaped, not_counted

MOST = 200  # layers in the table: a comment holds 65,536 characters


def render(found: Diff) -> str:
    """Return a row per total, and a row per layer that differs."""
    base, head = (escaped(report.network.name) for report in (found.base, found.head))
    lines = [f"## {base} → {head}", "", "| total | base | head | change |", "| --- | ---: | ---: | ---: |"]
    for name, total in found.totals.items():
        change = grown(total.change, total.base == total.head)
        lines.append(f"| {name.replace('_', ' ')} | {amount(total.base)} | {amount(total.head)} | {change} |")
    lines.append("")
    if found.layers:
        lines += ["<details>", f"<summary>{told(found)}</summary>", "", *rows(found), "", "</details>"]
    else:
        lines.append(told(found))
    return "\n".join([*lines, *missing(found.base), *missing(found.head)])


def rows(found: Diff) -> Iterator[str]:
    """Yield a row per layer, and how many more there are."""
    yield "| | layer | op | what changed |"
    yield "| --- | --- | --- | --- |"
    for change in found.layers[:MOST]:
        layer = change.head or change.base
        assert layer is not None
        name = escaped(change.name)
        if change.kind == "renamed" and change.base is not None:
            name = f"{escaped(change.base.name)} → {name}"
        yield f"| {change.kind} | {name} | {layer.op} | {'<br>'.join(said(change))} |"
    if len(found.layers) > MOST:
        yield ""
        yield f"And {len(found.layers) - MOST} more: `--format json` has them all."


def said(change: Change) -> Iterator[str]:
    """Yield what differs of a layer; of one that is new or gone, what it counts."""
    for piece in pieces(change):
        before, after = (exact(n) if piece.name in COUNTS else str(n) for n in (piece.base, piece.head))
        yield f"{escaped(piece.name)} {escaped(before)} → {escaped(after)}"
    if change.base is None or change.head is None:
        layer = change.head or change.base
        for name in COUNTS:
            value = getattr(layer, name)
            if value != 0:
                yield f"{SIGNS[change.kind]} {escaped(exact(value))} {escaped(name)}"


def missing(report: Report) -> Iterator[str]:
    """Yield what of a network could not be counted."""
    for line in not_counted(report):
        yield ""
        yield line
