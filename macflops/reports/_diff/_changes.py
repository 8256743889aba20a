"""What a layer's change is, piece by piece: an attribute, a shape or a count, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from macflops.differences import COUNTS, Change, Diff
from macflops.wording import counted

SIGNS = {"added": "+", "removed": "-", "changed": "~", "renamed": "="}


class Piece(NamedTuple):
    """One thing that differs: its name, and what it is in each network (None where it is not)."""

    name: str
    base: Any
    head: Any


def pieces(change: Change) -> Iterator[Piece]:
    """Yield what differs of a layer that is there in both networks; shapes as 1x3x224x224."""
    if change.base is None or change.head is None:
        return
    for field in change.fields:
        before, after = getattr(change.base, field), getattr(change.head, field)
        if field == "attributes":
            for name in (*before, *(name for name in after if name not in before)):
                if before.get(name) != after.get(name):
                    yield Piece(name, before.get(name), after.get(name))
        elif field in ("inputs", "outputs"):
            yield Piece(field, shapes(before), shapes(after))
        elif field == "op" or field in COUNTS:
            yield Piece(field, before, after)


def shapes(given: Any) -> str:
    """Return shapes as 1x3x224x224, one after the other."""
    return " ".join("x".join(map(str, shape)) for shape in given)


def told(found: Diff) -> str:
    """Return how many layers differ, and how: 4 layers: 1 added, 1 removed, 2 changed."""
    kinds = [change.kind for change in found.layers]
    if not kinds:
        return "No layer differs."
    listed = [f"{kinds.count(kind)} {kind}" for kind in SIGNS if kind in kinds]
    return f"{counted(len(kinds), 'layer')}: {', '.join(listed)}."


def grown(change: float | None, same: bool) -> str:
    """Return by how much a total grew: +16.1 %, or that it did not; nothing where no number says it."""
    return "the same" if same else "" if change is None else f"{100 * change:+.1f} %"
