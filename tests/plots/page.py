"""The gallery in docs/figures.md, written from the figures: `python -m tests.refresh` puts it there."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from macflops.plots import gallery

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "figures"
PAGE = ROOT / "docs" / "figures.md"
BEGIN, END = "<!-- gallery: written by python -m tests.refresh -->\n", "<!-- end of gallery -->\n"


@cache
def drawn(name: str) -> gallery.Drawn:
    """Return a figure of the gallery, made anew once."""
    return gallery.Drawn(next(figure for figure in gallery.FIGURES if figure.name == name))


def section(name: str) -> str:
    """Return a figure's part of the page: what it says, the picture, the command that draws it."""
    made = drawn(name)
    figure, says = made.figure, escape(made.finding, quote=True)
    command = " ".join(("macflops plot", figure.kind, *figure.sources))
    about = " ".join((made.kind.__doc__ or "").partition("\n")[2].split())
    picture = (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="../figures/{name}-dark.png">'
        f'<img src="../figures/{name}.png" alt="{says}" width="{width(name)}"></picture>'
    )
    files = f'<a href="../figures/{name}.csv">data</a>, <a href="../figures/{name}.svg">SVG</a>'
    return f"### {name}\n\n{picture}\n\n{about or made.kind.summary + '.'}\n\n`{command}` ({files})\n"


def width(name: str) -> int:
    """Return how wide a picture is shown, in CSS pixels: a column of a paper, at 100 to the inch."""
    from PIL import Image

    with Image.open(FOLDER / f"{name}.png") as image:
        return round(image.width / 160 * 100)


def gallery_text() -> str:
    """Return the gallery of the page."""
    return "\n".join(section(figure.name) for figure in gallery.FIGURES)


def refreshed(text: str) -> str:
    """Return a page with its gallery written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{gallery_text()}\n{END}{after}"
