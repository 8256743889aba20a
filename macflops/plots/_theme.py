"""How figures look: a palette that colour-blind readers tell apart, light or dark, and type for a column's width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Theme:
    """Colours of a figure. `series` are for marks, `words` the same hues with the contrast that text needs."""

    name: str
    paper: str
    ink: str
    muted: str
    faint: str
    deep: str
    series: tuple[str, ...]
    words: tuple[str, ...]
    low: str  # a diverging scale: under, at, over
    middle: str
    high: str

    def rc(self) -> dict[str, Any]:
        """Return matplotlib's settings: the same on every machine, with its own font and no time stamps."""
        return {
            "font.family": "DejaVu Sans",
            "font.size": 8.0,
            "mathtext.fontset": "dejavusans",
            "axes.titlesize": 8.5,
            "axes.labelsize": 8.0,
            "xtick.labelsize": 7.5,
            "ytick.labelsize": 7.5,
            "figure.titlesize": 9.0,
            "figure.titleweight": "bold",
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "figure.facecolor": self.paper,
            "savefig.facecolor": self.paper,
            "axes.facecolor": self.paper,
            "axes.edgecolor": self.muted,
            "axes.labelcolor": self.ink,
            "axes.linewidth": 0.6,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.grid": False,
            "axes.unicode_minus": True,
            "grid.color": self.faint,
            "grid.linewidth": 0.5,
            "text.color": self.ink,
            "xtick.color": self.muted,
            "ytick.color": self.muted,
            "xtick.labelcolor": self.ink,
            "ytick.labelcolor": self.ink,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "xtick.major.size": 3.0,
            "ytick.major.size": 3.0,
            "lines.linewidth": 1.5,
            "lines.markersize": 4.5,
            "patch.linewidth": 0.5,
            "hatch.linewidth": 0.5,
            "text.parse_math": False,  # names come from strangers: a $ is a $
            "text.hinting": "no_hinting",  # or words are wider at some resolutions
            "svg.fonttype": "path",
            "svg.hashsalt": "macflops",
            "pdf.fonttype": 42,
            "path.simplify": True,
        }


# After Okabe and Ito 2008, Color Universal Design: blue, vermilion, green, purple, orange, sky.
LIGHT = Theme(
    "light",
    "#ffffff",
    "#1b1f24",
    "#59636e",
    "#d9dee3",
    "#3d4650",
    ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c959f"),
    ("#00639b", "#b04d00", "#00775a", "#a04a7b", "#8f6300", "#1f7cb4", "#59636e"),
    "#0072b2",
    "#f3f4f6",
    "#d55e00",
)
DARK = Theme(
    "dark",
    "#0d1117",
    "#e6edf3",
    "#9aa4af",
    "#2b323b",
    "#5f6b78",
    ("#4aa8e8", "#f07d2e", "#2fbf95", "#e08fbd", "#f0b73a", "#9bd3f5", "#9aa4af"),
    ("#6bbaf0", "#ff9a57", "#4fd3ac", "#eba9cd", "#f5c65c", "#b5dff8", "#9aa4af"),
    "#4aa8e8",
    "#1c232c",
    "#f07d2e",
)
