"""What to write, place by place: the difference between two networks, and a line that tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from macflops.advice.match import matched, width_of
from macflops.advice.result import Edit
from macflops.advice.subject import Change
from macflops.network import Network

LISTED = 8  # widths in a line


def edits(before: Network, change: Change) -> tuple[Edit, ...]:
    """Return what to write, once for each place: several layers share a line where a block writes them."""
    seen = set()
    found = []
    for edit in all_edits(before, change):
        place = edit.location[:3] if edit.location.line else edit.layer
        key = (place, edit.attribute, str(edit.old), str(edit.new))
        if key not in seen:
            seen.add(key)
            found.append(edit)
    return tuple(found)


def all_edits(before: Network, change: Change) -> Iterator[Edit]:
    """Yield what changes in each layer. A depthwise convolution follows its input: nothing is written there."""
    moved = dict(change.moved)
    for index, position in matched(before, change.network):
        layer = before.layers[index]
        if position is None:
            yield Edit(layer.name, layer.location, "operator", layer.operator.name, None)
            continue
        if layer.name in moved:
            yield Edit(layer.name, layer.location, "before", None, moved[layer.name])
        operator = change.network.layers[position].operator
        if operator is layer.operator or layer.operator.made_width(*before.shapes_of(layer.inputs)) is None:
            continue
        old, new = layer.operator.attributes(), operator.attributes()
        for name, value in new.items():
            if value != old[name]:
                yield Edit(layer.name, layer.location, name, old[name], value)


def touched(before: Network, change: Change) -> frozenset[str]:
    """Return the names of the layers whose channels, groups or place a change alters."""
    names = {name for pair in change.moved for name in pair}
    after = change.network
    for index, position in matched(before, after):
        layer = before.layers[index]
        if position is None:
            names.add(layer.name)
        elif layer.operator.role in ("convolution", "linear"):
            new = after.layers[position]
            if width_of(before, layer) != width_of(after, new) or layer.operator != new.operator:
                names.add(layer.name)
    return frozenset(names)


def written(text: str, found: Sequence[Edit]) -> str:
    """Return a change's text with its widths: channels 60, 120 -> 16, 48."""
    pairs = list(dict.fromkeys((edit.old, edit.new) for edit in found if edit.attribute == "out"))
    if not pairs:
        return text.replace("; middle {widths}", "").replace("{widths}", "widths")
    shown, more = pairs[:LISTED], len(pairs) - LISTED
    old, new = (", ".join(str(pair[side]) for pair in shown) for side in (0, 1))
    rest = f" and {more} more" if more > 0 else ""
    return text.replace("{widths}", f"channels {old} -> {new}{rest}")
