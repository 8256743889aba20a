"""The channel shuffle: view, transpose, flatten; and the permutation.

What is drawn is what the NumPy reference runs (`macflops.reference.channel_shuffle`), channel by channel.
"""

from __future__ import annotations

from typing import Any

from macflops.errors import Location, SourceError
from macflops.plots._table import Table
from macflops.wording import counted

PANELS = (1, 2)
SUBPLOTS = {"width_ratios": (1.0, 1.0)}
MOST = 16  # channels whose numbers can be read


def SIZE(table: Table) -> tuple[float, float]:
    """Return the figure's size: cells as large as their numbers need."""
    groups = table.rows[0]["groups"]
    cells = 7.3 + groups + len(table) // groups
    return (max(4.6, 0.7 * len(table)), 0.6 + 0.185 * cells)


def data(channels: int = 8, groups: int = 2) -> Table:
    """Return for each output channel the input channel that it is, and the groups of both. Raises SourceError."""
    from macflops.reference import shuffle_permutation

    if not 1 <= channels <= MOST:
        raise SourceError(Location("--channels"), f"{channels} channels", f"draw 1 to {MOST}")
    try:
        order = shuffle_permutation(channels, groups)
    except ValueError as error:
        what, _, hint = str(error).partition(" (")
        raise SourceError(Location("--groups"), what, hint.rstrip(")") or "use a divisor") from None
    each = channels // groups
    return Table(
        {
            "groups": groups,
            "output_channel": place,
            "input_channel": int(channel),
            "output_group": place // each,
            "input_group": int(channel) // each,
        }
        for place, channel in enumerate(order)
    )


def finding(table: Table) -> str:
    """Return from how many groups each group of the output takes, and whether evenly."""
    groups = table.rows[0]["groups"]
    counts = [
        [table.where(output_group=out).column("input_group").count(group) for group in range(groups)]
        for out in range(groups)
    ]
    reached = min(sum(1 for n in row if n) for row in counts)
    even = all(len(set(row)) == 1 for row in counts)
    name = f"{counted(len(table), 'channel')} in {counted(groups, 'group')}"
    if groups == 1 or len(table) == groups:
        return f"{name}: the shuffle moves nothing"
    if even:
        return f"{name}: after the shuffle each group holds {counted(counts[0][0], 'channel')} of every group"
    of = f"all {groups}" if reached == groups else f"{reached} or more"
    return f"{name}: after the shuffle each group holds channels of {of} groups, but unevenly"


def draw(axes: Any, table: Table, theme: Any) -> None:
    """Draw the three steps at the left, the permutation at the right."""
    steps, lines = axes
    groups = table.rows[0]["groups"]
    channels = len(table)
    each = channels // groups
    order = table.column("input_channel")

    def cell(ax: Any, x: float, y: float, channel: int, side: float = 0.86) -> None:
        from matplotlib.patches import Rectangle

        colour = theme.series[(channel // each) % len(theme.series)]
        ax.add_patch(Rectangle((x - side / 2, y - side / 2), side, side, facecolor=colour, alpha=0.85, linewidth=0))
        ax.text(x, y, str(channel), ha="center", va="center", fontsize=7, color="#000000", weight="bold")

    y = 0.0
    heads = []
    for i in range(channels):
        cell(steps, i, y, i)
    heads.append((y, f"channels: {channels}"))
    y -= 1.9
    heads.append((y, f"view: {groups} x {each}"))
    for g in range(groups):
        for i in range(each):
            cell(steps, i, y - g, g * each + i)
    y -= groups - 1 + 1.9
    heads.append((y, f"transpose: {each} x {groups}"))
    for i in range(each):
        for g in range(groups):
            cell(steps, g, y - i, order[i * groups + g])
    y -= each - 1 + 1.9
    heads.append((y, "flatten"))
    for place, channel in enumerate(order):
        cell(steps, place, y, channel)
    for at, text in heads:
        steps.text(-0.43, at + 0.62, text, fontsize=7, va="bottom", color=theme.ink)
    steps.set_xlim(-0.6, max(channels, each) - 0.4)
    steps.set_ylim(y - 0.6, 1.5)
    steps.set_aspect("equal", anchor="W")
    steps.axis("off")
    for row in table.rows:
        colour = theme.series[row["input_group"] % len(theme.series)]
        lines.plot([row["input_channel"], row["output_channel"]], [0, -4], color=colour, linewidth=1.3, zorder=1)
        cell(lines, row["input_channel"], 0.3, row["input_channel"])
        cell(lines, row["output_channel"], -4.3, row["input_channel"])
    for g in range(groups):
        middle = g * each + (each - 1) / 2
        for at, va in ((0.95, "bottom"), (-4.95, "top")):
            lines.text(middle, at, f"group {g}", ha="center", va=va, fontsize=7)
            reach = each / 2 - 0.1
            line_y = at - 0.08 if va == "bottom" else at + 0.08
            lines.plot([middle - reach, middle + reach], [line_y, line_y], color=theme.muted, linewidth=0.8)
    lines.set_xlim(-0.6, channels - 0.4)
    lines.set_ylim(-5.8, 1.8)
    lines.set_aspect("equal", anchor="C")
    lines.axis("off")
