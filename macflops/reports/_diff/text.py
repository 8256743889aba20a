"""Text for a person at a terminal: the totals of both networks, then each layer that differs."""

from __future__ import annotations

from collections.abc import Iterator

from macflops.differences import COUNTS, Change, Diff, exact
from macflops.errors import printable
from macflops.reports._diff._changes import SIGNS, grown, pieces, told
from macflops.wording import quantity


def render(found: Diff) -> str:
    """Return the totals of both networks, and a line or two for each layer that differs."""
    return "\n".join(lines(found))


def lines(found: Diff) -> Iterator[str]:
    """Yield the lines."""
    yield f"{printable(found.base.network.name, 36)} -> {printable(found.head.network.name, 36)}"
    yield ""
    for name, total in found.totals.items():
        if total.base is None or total.head is None:
            continue
        numbers = isinstance(total.base, (int, float)) and isinstance(total.head, (int, float))
        unit = "B" if name.endswith("bytes") else ""
        before, after = (shown(n, unit) if numbers else exact(n) for n in (total.base, total.head))
        change = grown(total.change, total.base == total.head)
        yield f"  {name.replace('_', ' '):22} {before:>12} -> {after:>12}  {change:>10}".rstrip()
    yield ""
    if found.layers:
        for layer in found.layers:
            yield from change_lines(layer)
        yield ""
    yield told(found)


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
    for piece in pieces(change):
        before, after = (exact(n) if piece.name in COUNTS else n for n in (piece.base, piece.head))
        yield f"      {piece.name} {before} -> {after}"
