"""The canvas: a figure without pyplot's global state, its heading, and how it is written to bytes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from macflops.plots._theme import Theme

CREATOR = f"macflops, matplotlib {matplotlib.__version__}"
METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": CREATOR},
    "pdf": {"CreationDate": None, "Creator": "macflops", "Producer": "macflops"},
}
rc_context: Any = matplotlib.rc_context  # its stubs list every name of a setting
rcParams: Any = matplotlib.rcParams  # noqa: N816
POINTS = 72.0  # to the inch
DPI = 160


class Figure(MatplotlibFigure):
    """A figure that knows its theme, so that it is written, and shown in a notebook, as it was drawn."""

    theme: Theme

    def written(self, suffix: str, metadata: Mapping[str, str] | None = None) -> bytes:
        """Return the figure as png, svg or pdf: the same bytes each time, on one version of matplotlib."""
        target = BytesIO()
        with rc_context(self.theme.rc()), quiet():
            self.savefig(target, format=suffix, dpi=DPI, metadata={**METADATA[suffix], **(metadata or {})})
        return small(target) if suffix == "png" else target.getvalue()

    def _repr_svg_(self) -> str:
        return self.written("svg").decode()


def drawn(module: Any, table: Any, heading: str, ax: Any, theme: Theme) -> Any:
    """Draw a table with a kind's module under its heading: on `ax`, or on a new figure."""
    rows, columns = getattr(module, "PANELS", (1, 1))
    size = module.SIZE(table) if callable(module.SIZE) else module.SIZE
    with rc_context(theme.rc()), quiet():
        if ax is None:
            whole: Any = Figure(figsize=size, dpi=DPI, layout="constrained")
            whole.theme = theme
            FigureCanvasAgg(whole)
            whole.get_layout_engine().set(w_pad=0.05, h_pad=0.05, wspace=0.04, hspace=0.04)
            place = whole
        else:
            whole = ax.figure
            while getattr(whole, "figure", whole) is not whole:  # out of subfigures
                whole = whole.figure
            if rows * columns > 1 and ax.get_subplotspec() is None:
                raise ValueError("a kind of several panels needs an ax of a grid (make it with Figure.subplots)")
            place = None if rows * columns == 1 else whole.add_subfigure(ax.get_subplotspec())
        if place is None:
            ax.set_title(wrapped(heading, ax.get_window_extent().width / whole.dpi * POINTS, "axes.titlesize"))
            axes = ax
        else:
            if ax is not None:
                ax.remove()
            width = size[0] if ax is None else 0.92 * place.bbox.width / whole.dpi
            axes = place.subplots(rows, columns, **getattr(module, "SUBPLOTS", {}))
            text = wrapped(heading, width * POINTS - 14, "figure.titlesize")
            place.suptitle(text, x=5 / POINTS / width, ha="left")
        later = module.draw(axes, table, theme)
        if later is not None:  # labels that keep out of each other's way: they have to know where all is
            whole.draw_without_rendering()
            later()
    return whole


@contextmanager
def quiet() -> Iterator[None]:
    """Keep matplotlib from warning of letters that its font has not: names come from strangers."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def small(png: BytesIO) -> bytes:
    """Return a PNG with a palette of 256 colours: a third of the size, and no eye sees it."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    target = BytesIO()
    with Image.open(png) as image:
        flat = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        about = PngInfo()
        about.add_text("Software", CREATOR)
        flat.save(target, "png", optimize=True, dpi=(DPI, DPI), pnginfo=about)
    return target.getvalue()


def wrapped(text: str, points: float, size: str) -> str:
    """Break a text into lines of at most so many points, in bold type of the size that this setting has."""
    font = FontProperties(family="DejaVu Sans", weight="bold", size=rcParams[size])
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and TextPath((0, 0), longer, prop=font).get_extents().width > points:
            lines.append(word)
        else:
            lines[-1:] = [longer]
    return "\n".join(lines)
