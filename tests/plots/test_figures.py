"""The repository's figures are what the code draws, and fit to be shown: nothing clipped, nothing on top of another."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from macflops.plots import gallery
from macflops.plots._table import Table
from tests.plots.page import FOLDER, PAGE, drawn, gallery_text

NAMES = [figure.name for figure in gallery.FIGURES]
LEAST = 5.5  # points of type


@pytest.mark.parametrize("figure", gallery.FIGURES, ids=lambda figure: figure.name)
def test_files_are_what_the_code_draws(figure: gallery.Figure) -> None:
    assert gallery.differences(str(FOLDER), figure) == []


def test_no_file_is_missing_or_left_over() -> None:
    assert gallery.orphans(str(FOLDER)) == []


def test_the_page_shows_all_of_them() -> None:
    assert gallery_text() in PAGE.read_text("utf-8")


@pytest.mark.parametrize("page", [PAGE, PAGE.parent.parent / "README.md"], ids=lambda page: page.name)
def test_pictures_and_data_of_pages_are_there(page: Path) -> None:
    targets = re.findall(r'(?:src|srcset|href)="([^"]+)"', page.read_text("utf-8"))
    assert targets
    assert all((page.parent / target).exists() for target in targets)


def test_every_kind_ships_a_figure() -> None:
    from macflops.plots import names

    assert {figure.kind for figure in gallery.FIGURES} == set(names())


def test_pictures_are_small() -> None:
    assert all(path.stat().st_size < 100_000 for path in FOLDER.glob("*.png"))


@pytest.mark.parametrize("name", NAMES)
def test_words_are_whole_apart_and_large_enough(name: str) -> None:
    made = drawn(name)
    figure: Any = made.kind.draw(made.table)
    figure.draw_without_rendering()
    frame = figure.bbox
    texts = [text for text in words(figure) if text.get_visible() and text.get_text().strip()]
    boxes = [text.get_window_extent() for text in texts]
    for text, box in zip(texts, boxes, strict=True):
        shown = text.get_text()
        assert text.get_fontsize() >= LEAST, shown
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1, shown
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1, shown
    for (one, left), (other, right) in combinations(zip(texts, boxes, strict=True), 2):
        wide = min(left.x1, right.x1) - max(left.x0, right.x0)
        high = min(left.y1, right.y1) - max(left.y0, right.y0)
        turned = one.get_rotation() % 90 or other.get_rotation() % 90  # the box of slanted words is larger than they
        assert wide <= 1 or high <= 1 or turned, (one.get_text(), other.get_text())


def words(figure: Any) -> list[Any]:
    """Return the texts that are drawn: of axes that show, and of ticks within view."""
    from matplotlib.axis import Axis
    from matplotlib.text import Text

    found = set(figure.findobj(Text))
    for axis in figure.findobj(Axis):
        shown = set(axis.get_ticklabels()) if axis.axes.axison and axis.get_visible() else set()
        low, high = sorted(axis.get_view_interval())
        ticks = (tick for major in (True, False) for tick in axis.get_major_ticks() * major + axis.get_minor_ticks())
        for tick in ticks:
            inside = low <= tick.get_loc() <= high and tick.label1 in shown
            found -= {tick.label2} if inside else {tick.label1, tick.label2}
        if not axis.axes.axison:
            found -= {axis.label, axis.offsetText}
    return sorted(found, key=lambda text: text.get_text())


def planted(name: str, change: Any) -> bytes:
    """Return a picture as PNG after something was done to its pixels, as of another matplotlib."""
    target = BytesIO()
    with Image.open(FOLDER / f"{name}.png") as image:
        picture = image.convert("RGB")
    change(picture)
    picture.save(target, "png")
    return target.getvalue()


def shifted(picture: Any) -> None:
    """Move all by some pixels, as wider words do."""
    from PIL import ImageChops

    picture.paste(ImageChops.offset(picture, 4, 3))


def recolour(picture: Any) -> None:
    """Draw a line's worth of other ink where there was paper."""
    ImageDraw.Draw(picture).line((120, 300, 500, 180), fill="#d55e00", width=4)


def test_another_line_is_seen() -> None:
    stored = (FOLDER / "ratio.png").read_bytes()
    assert gallery.picture_difference(stored, planted("ratio", recolour)) is not None
    assert gallery.picture_difference(stored, planted("ratio", lambda picture: None)) is None
    assert gallery.picture_difference(stored, planted("ratio", shifted)) is None


def test_the_dark_picture_is_not_the_light_one() -> None:
    stored = (FOLDER / "zoo.png").read_bytes()
    assert gallery.picture_difference(stored, (FOLDER / "zoo-dark.png").read_bytes()) is not None


def test_a_point_that_moved_is_seen() -> None:
    made = drawn("zoo")
    moved = Table({**row, "mac_elements": row["mac_elements"] * (1.5 if n == 3 else 1)} for n, row in rows(made))
    anew: Any = made.kind.draw(moved)
    stored = (FOLDER / "zoo.png").read_bytes()
    assert gallery.picture_difference(stored, anew.written("png")) is not None
    assert gallery.picture_difference(planted("zoo", lambda picture: None), anew.written("png")) is not None
    assert gallery.table_difference((FOLDER / "zoo.csv").read_text("utf-8"), moved.csv()) is not None


def rows(made: gallery.Drawn) -> list[tuple[int, Any]]:
    """Return a figure's rows with their numbers."""
    return list(enumerate(made.table.rows))


@pytest.mark.parametrize(
    ("stored", "anew", "same"),
    [
        ("a,b\n1,0.5\n", "a,b\n1,0.500001\n", True),
        ("a,b\n1,0.5\n", "a,b\n1,0.5001\n", False),
        ("a\n100000000\n", "a\n100000001\n", False),  # a count is exact
        ("a\n1\n", "a\n1\n2\n", False),
        ("a\nx\n", "a\ny\n", False),
    ],
)
def test_tables_are_compared_by_number(stored: str, anew: str, same: bool) -> None:
    assert (gallery.table_difference(stored, anew) is None) == same


def test_a_changed_svg_is_seen() -> None:
    stored = (FOLDER / "ratio.svg").read_bytes()
    assert gallery.svg_difference(stored, stored.replace(b"data ", b"data 0", 1)) == "another description"
    assert gallery.svg_difference(stored, stored.replace(b"#0072b2", b"#000000")) == "drawn otherwise"


def test_left_over_and_missing_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "stray.png").write_bytes(b"")
    found = gallery.orphans(str(tmp_path))
    assert "stray.png: no figure has it" in found
    assert "ratio.csv: is missing" in found
    assert len(found) == 1 + 4 * len(gallery.FIGURES)
