"""Figures of a notebook as SVG, and the same bytes each time."""

from __future__ import annotations


def svg() -> None:
    """Have this notebook show figures as SVG, the same each time: no date, no random names."""
    import matplotlib
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    matplotlib.rcParams["svg.hashsalt"] = "macflops"
    matplotlib.rcParams["figure.figsize"] = (6.4, 3.6)
    set_matplotlib_formats("svg", metadata={"Date": None})  # type: ignore[no-untyped-call]
