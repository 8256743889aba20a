"""The figures that ship: each as SVG, as PNG for light and dark pages, with its data as CSV beside it."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any, NamedTuple

from macflops.plots._kind import find
from macflops.plots._table import Table

ID = re.compile(rb"\b[a-z][0-9a-f]{10}\b")
CLOSE = 1e-5  # relative: how far numbers of a table may differ, computed on another machine
BLOCK = 8  # pixels: what is compared of two pictures are means over squares of this side …
AROUND = 7  # pixels, where another version of matplotlib drew
MEAN, MOST = 1.5, 48.0  # … of which all differ by so many of 255 levels at most: on average, and each


class Figure(NamedTuple):
    """A figure that ships."""

    name: str
    kind: str
    sources: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()


FIGURES = (
    Figure("ratio", "ratio"),
    Figure("heatmap", "heatmap"),
    Figure("groups", "groups"),
    Figure("fragments", "fragments", ("zoo:googlenet",)),
    Figure("fragments-shufflenet-v2", "fragments", ("zoo:shufflenet_v2_x1_0",)),
    Figure("tables", "tables"),
    Figure("error", "error"),
    Figure("zoo", "zoo"),
    Figure("share", "share"),
    Figure("waste", "waste", ("zoo:shufflenet_v1_g3_x1_0",)),
    Figure("roofline", "roofline", ("zoo:shufflenet_v2_x1_0",)),
    Figure("shuffle", "shuffle"),
    Figure("sweep", "sweep"),
    Figure("theorem6", "theorem6"),
)


class Drawn:
    """A figure of the gallery, made anew: its table and, when asked for, its pictures."""

    def __init__(self, figure: Figure) -> None:
        self.figure, self.kind = figure, find(figure.kind)
        self.table: Table = self.kind.data(*figure.sources, **dict(figure.options))

    @cached_property
    def finding(self) -> str:
        """What it says."""
        return self.kind.finding(self.table).replace("\u00a0", " ")

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield each file's name and content."""
        name = self.figure.name
        yield f"{name}.csv", self.table.csv().encode()
        for dark in (False, True):
            drawn: Any = self.kind.draw(self.table, dark=dark)
            if not dark:
                yield f"{name}.svg", drawn.written("svg", {"Title": self.finding, "Description": self.digest()})
            yield f"{name}{'-dark' if dark else ''}.png", drawn.written("png")

    def digest(self) -> str:
        """Return what ties an SVG to the table that it shows."""
        return f"data {sha256(self.table.csv().encode()).hexdigest()[:16]}"


def names(figure: Figure) -> tuple[str, ...]:
    """Return the names of a figure's files."""
    return tuple(f"{figure.name}{ending}" for ending in (".csv", ".svg", ".png", "-dark.png"))


def orphans(folder: str) -> list[str]:
    """Return the files in a folder that no figure has, and the figures' files that are not there, in sentences."""
    wanted = {name for figure in FIGURES for name in names(figure)}
    there = set(os.listdir(folder))
    return [
        *(f"{name}: no figure has it" for name in sorted(there - wanted)),
        *(f"{name}: is missing" for name in sorted(wanted - there)),
    ]


def differences(folder: str, figure: Figure) -> list[str]:
    """Return in which files a folder's figure differs from one that is made anew, in sentences.

    Tables are compared number by number, PNGs as an eye would from some way off, and an SVG by the table that it says
    it shows, and byte by byte but for ids where the same matplotlib drew it.
    """
    found = []
    anew = Drawn(figure)
    for name, content in anew.files():
        try:
            with open(os.path.join(folder, name), "rb") as file:
                stored = file.read()
        except OSError:
            found.append(f"{name}: is missing")
            continue
        if name.endswith(".csv"):
            what = table_difference(stored.decode(), content.decode())
        elif name.endswith(".svg"):
            what = svg_difference(stored, content)
        else:
            what = picture_difference(stored, content)
        if what:
            found.append(f"{name}: {what}")
    return found


def table_difference(stored: str, anew: str) -> str | None:
    """Return where two CSV files differ, or None."""
    one, other = (list(csv.reader(StringIO(text))) for text in (stored, anew))
    if len(one) != len(other):
        return f"{len(one)} rows, now {len(other)}"
    for number, (left, right) in enumerate(zip(one, other, strict=True), 1):
        if len(left) != len(right):
            return f"row {number} has {len(left)} cells, now {len(right)}"
        for a, b in zip(left, right, strict=True):
            if a != b and not near(a, b):
                return f"row {number} says {a}, now {b}"
    return None


def near(a: str, b: str) -> bool:
    """Tell whether two cells are fractions that are equal but for rounding; integers have to be the same."""
    if a.lstrip("-").isdigit() and b.lstrip("-").isdigit():
        return False
    try:
        one, other = float(a), float(b)
    except ValueError:
        return False
    return abs(one - other) <= CLOSE * max(abs(one), abs(other))


def numbered(svg: bytes) -> bytes:
    """Return an SVG whose ids are numbers in order: matplotlib hashes floats for them, to a processor's last bit."""
    order: dict[bytes, int] = {}
    return ID.sub(lambda found: b"%d" % order.setdefault(found[0], len(order)), svg)


def svg_difference(stored: bytes, anew: bytes) -> str | None:
    """Return how two SVG files differ, or None."""
    if numbered(stored) == numbered(anew):
        return None
    for what in (b"dc:title", b"dc:description", b"dc:creator"):
        one, other = (text.partition(b"<%s>" % what)[2].partition(b"</%s>" % what)[0] for text in (stored, anew))
        if one != other and what != b"dc:creator":
            return f"another {what.decode().removeprefix('dc:')}"
        if one != other:
            return None  # another matplotlib drew it: what it shows is the same
    return "drawn otherwise"


def picture_difference(stored: bytes, anew: bytes) -> str | None:
    """Return how much two PNG files differ to the eye, or None: by their means over squares of pixels.

    Another matplotlib makes words a little wider or narrower, so that all stands some pixels elsewhere: where one drew
    the stored picture, a pixel differs by how far it is out of the range of those around it.
    """
    import numpy as np
    from PIL import Image

    try:
        opened = [Image.open(BytesIO(data)) for data in (stored, anew)]
        one, other = (image.convert("RGB") for image in opened)
    except OSError:
        return "is no picture"
    if max(abs(a - b) for a, b in zip(one.size, other.size, strict=True)) > 2:
        return f"{one.size[0]} x {one.size[1]} pixels, now {other.size[0]} x {other.size[1]}"
    one = one.resize(other.size)
    if opened[0].info.get("Software") == opened[1].info.get("Software"):
        size = (other.size[0] // BLOCK, other.size[1] // BLOCK)
        left, right = (np.asarray(image.resize(size, Image.Resampling.BOX), float) for image in (one, other))
        apart = np.abs(left - right).max(axis=2)
    else:
        apart = np.maximum(beyond(one, other), beyond(other, one))
    if apart.mean() > MEAN or apart.max() > MOST:
        return f"looks otherwise: {apart.mean():.1f} of 255 on average, {apart.max():.0f} at most"
    return None


def beyond(one: Any, other: Any) -> Any:
    """Return by how much pixels of one picture are out of the range of those around them in another, over squares."""
    import numpy as np
    from PIL import Image, ImageChops, ImageFilter

    low, high = (other.filter(kind(2 * AROUND + 1)) for kind in (ImageFilter.MinFilter, ImageFilter.MaxFilter))
    out = ImageChops.lighter(ImageChops.subtract(one, high), ImageChops.subtract(low, one))
    size = (other.size[0] // BLOCK, other.size[1] // BLOCK)
    return np.asarray(out.resize(size, Image.Resampling.BOX), float).max(axis=2)
