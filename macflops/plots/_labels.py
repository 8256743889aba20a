"""Labels beside points that keep out of each other's way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from matplotlib.text import Text
from matplotlib.transforms import Bbox

FAR = (4.0, 11.0, 18.0, 26.0)  # points between a mark and its label
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
        scale = ax.figure.dpi / 72
        points = [ax.transData.transform(point) for point in (*((label.x, label.y) for label in labels), *others)]
        reach = marks * scale
        taken = [Bbox.from_extents(x - reach, y - reach, x + reach, y + reach) for x, y in points]
        frame = ax.get_window_extent()
        for label in labels:
            for far in FAR:
                if any(tried(ax, label, size, spot, far, frame, taken) for spot in SPOTS):
                    break

    return place


def tried(ax: Any, label: Label, size: float, spot: Any, far: float, frame: Any, taken: list[Bbox]) -> bool:
    """Put a label on a spot, if it is free there."""
    ha, va, dx, dy = spot
    line = {"arrowstyle": "-", "linewidth": 0.5, "color": label.color, "shrinkA": 0, "shrinkB": 2}
    text = ax.annotate(
        label.text,
        (label.x, label.y),
        (dx * far, dy * far),
        textcoords="offset points",
        ha=ha,
        va=va,
        fontsize=size,
        color=label.color,
        arrowprops=line if far > FAR[0] else None,
    )
    text.update_positions(ax.figure.canvas.get_renderer())
    box = Text.get_window_extent(text)  # of the words alone, without the line
    free = frame.x0 <= box.x0 and box.x1 <= frame.x1 + 8 and frame.y0 <= box.y0 and box.y1 <= frame.y1 + 8
    if free and not any(box.overlaps(other) for other in taken):
        taken.append(box)
        return True
    text.remove()
    return False
