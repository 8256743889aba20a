"""Labels beside points that keep out of each other's way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

FAR = (4.0, 11.0, 18.0, 26.0, 36.0)  # points between a mark and its label
SIDES = {"left": 0.0, "right": 1.0, "center": 0.5, "bottom": 0.0, "top": 1.0}
SPOTS = (
    ("left", "center", 1, 0),
    ("right", "center", -1, 0),
    ("center", "bottom", 0, 1),
    ("center", "top", 0, -1),
    ("left", "bottom", 0.7, 0.7),
    ("left", "top", 0.7, -0.7),
    ("right", "bottom", -0.7, 0.7),
    ("right", "top", -0.7, -0.7),
)


class Label(NamedTuple):
    """A text beside a point, in data coordinates."""

    text: str
    x: float
    y: float
    color: str


def placed(
    ax: Any, labels: Sequence[Label], size: float = 7.0, marks: float = 3.5, others: Iterable[tuple[float, float]] = ()
) -> Callable[[], None]:
    """Return what places labels once all else is laid out: each at the free spot around its point that is best.

    `others` are points without labels that labels keep off, too. A label goes farther off where it has to, with a line
    to its point; one that finds no free spot is left out: the table beside the figure has it.
    """

    def place() -> None:
        order = list(labels)
        for _ in range(len(labels)):
            texts, left = attempt(ax, order, size, marks, others)
            if not left:
                return
            first = left[0]
            if order[0] is first:  # nowhere at all
                return
            for text in texts:
                text.remove()
            order.remove(first)
            order.insert(0, first)  # what found no place chooses first
        attempt(ax, order, size, marks, others)

    return place


def attempt(
    ax: Any, labels: Sequence[Label], size: float, marks: float, others: Iterable[tuple[float, float]]
) -> tuple[list[Any], list[Label]]:
    """Place labels in this order; return their texts, and the labels that found no place."""
    from matplotlib.transforms import Bbox

    reach = marks * ax.figure.dpi / 72

    def boxes(points: Iterable[tuple[float, float]]) -> list[Any]:
        found = (ax.transData.transform(point) for point in points)
        return [Bbox.from_extents(x - reach, y - reach, x + reach, y + reach) for x, y in found]

    own, rest = boxes((label.x, label.y) for label in labels), boxes(others)
    texts: list[Any] = []
    left = []
    for label in labels:
        spots = ((spot, far) for far in FAR for spot in SPOTS)
        text = next((t for spot, far in spots if (t := tried(ax, label, size, spot, far, own, rest))), None)
        if text is None:
            left.append(label)
        else:
            texts.append(text)
    return texts, left


def tried(ax: Any, label: Label, size: float, spot: Any, far: float, own: list[Any], rest: list[Any]) -> Any:
    """Put a label on a spot and return it, or None where it is not free: of words, of marks, of lines through words."""
    ha, va, dx, dy = spot
    corner = (SIDES[ha], SIDES[va])
    look: dict[str, Any] = {"ha": ha, "va": va, "fontsize": size, "color": label.color}
    where = ((label.x, label.y), (dx * far, dy * far))
    text = ax.annotate(label.text, *where, textcoords="offset points", **look)
    box, frame = text.get_window_extent(), ax.get_window_extent()
    free = frame.x0 <= box.x0 and box.x1 <= frame.x1 + 8 and frame.y0 <= box.y0 and box.y1 <= frame.y1 + 8
    if not free or any(box.overlaps(other) for other in (*own, *rest)):
        text.remove()
        return None
    if far > FAR[0]:
        text.remove()
        path = between(ax.transData.transform((label.x, label.y)), box, corner)
        if any(other.contains(x, y) for other in own for x, y in path if not other.contains(*path[0])):
            return None
        line = {"arrowstyle": "-", "linewidth": 0.5, "color": label.color, "shrinkA": 0, "shrinkB": 2, "relpos": corner}
        text = ax.annotate(label.text, *where, textcoords="offset points", arrowprops=line, **look)
    own.append(box)
    return text


def between(point: Any, box: Any, corner: tuple[float, float]) -> list[tuple[float, float]]:
    """Return places along the line from a point to a corner of a box."""
    x, y = point
    ends = (box.x0 + corner[0] * box.width, box.y0 + corner[1] * box.height)
    return [(x + part / 12 * (ends[0] - x), y + part / 12 * (ends[1] - y)) for part in range(13)]
