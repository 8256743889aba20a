"""HTML: one page that stands by itself, without scripts and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from macflops.differences import COUNTS, Diff, exact
from macflops.errors import printable
from macflops.reports._diff._changes import grown, pieces, told
from macflops.reports.html import amount, not_counted, page

COLOURS = {"added": "warning", "removed": "ok", "changed": "", "renamed": "note"}


def render(found: Diff) -> str:
    """Return the page of a difference. Names are escaped, for they come from strangers."""
    base, head = (escape(printable(report.network.name, 80)) for report in (found.base, found.head))
    body = [f"<h1>{base} → {head}</h1>", *totals(found), f"<h2>Layers</h2><p>{told(found)}</p>", *layers(found)]
    return page(f"{base} → {head}", [*body, *not_counted(found.base), *not_counted(found.head)])


def totals(found: Diff) -> Iterator[str]:
    """Yield a row per total."""
    yield '<table><tr><th>total</th><th class="n">base</th><th class="n">head</th><th class="n">change</th></tr>'
    for name, total in found.totals.items():
        shown = (amount(total.base), amount(total.head), grown(total.change, total.base == total.head))
        cells = "".join(f'<td class="n">{escape(text)}</td>' for text in shown)
        yield f"<tr><th>{name.replace('_', ' ')}</th>{cells}</tr>"
    yield "</table>"


def layers(found: Diff) -> Iterator[str]:
    """Yield a row per layer that differs, with what differs."""
    if not found.layers:
        return
    yield '<div class="wide"><table><tr><th></th><th>layer</th><th>op</th><th>what changed</th></tr>'
    for change in found.layers:
        layer = change.head or change.base
        assert layer is not None
        name = escape(printable(change.name, 80))
        if change.kind == "renamed" and change.base is not None:
            name = f"{escape(printable(change.base.name, 80))} → {name}"
        said = []
        for piece in pieces(change):
            before, after = (exact(n) if piece.name in COUNTS else str(n) for n in (piece.base, piece.head))
            said.append(escape(printable(f"{piece.name} {before} → {after}")))
        kind = f'<td class="{COLOURS[change.kind]}">{change.kind}</td>'
        yield f"<tr>{kind}<td>{name}</td><td>{layer.op}</td><td>{'<br>'.join(said)}</td></tr>"
    yield "</table></div>"
