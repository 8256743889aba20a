"""What a sweep found, as lines or as a Pareto front.

Lines join configurations that differ in the last axis alone. A configuration is on the Pareto front if no other is at
least as good in both quantities and better in one.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from macflops.errors import Location, SourceError
from macflops.plots._labels import Label, placed
from macflops.plots._table import Table
from macflops.wording import quantity

SIZE = (4.8, 3.4)
MOST = 20_000  # points
SMALL = 12  # points of the front that are labelled
TITLES = {
    "mult_adds": "mult-adds",
    "mac_elements": "memory access, elements",
    "mac_bytes": "memory access, bytes",
    "params": "parameters",
    "flops": "flops",
    "arithmetic_intensity": "arithmetic intensity, flops per byte",
    "activations": "activations, elements",
    "peak_activation_bytes": "peak of activations, bytes",
    "elementwise_ops": "element-wise operations",
}
EXAMPLE = ("zoo:shufflenet_v1_g3_x1_0", {"groups": [1, 2, 3, 4, 8], "width": [0.5, 1, 1.5, 2]})


def data(
    source: Any = None,
    over: Any = (),
    x: str = "mult_adds",
    y: str = "mac_elements",
    pareto: bool = False,
    **options: Any,
) -> Table:
    """Return the rows of a sweep; with `pareto` their `front` is 1 where none is better in both x and y.

    `source` is a network, nothing (a convolution), or a `macflops.sweep` with its own axes; `over` as for
    `macflops.sweep`. With neither, ShuffleNet V1 over groups and width. Raises SourceError.
    """
    import numpy as np

    from macflops.sweeps import Sweep, sweep
    from macflops.sweeps.grid import LARGER_IS_BETTER
    from macflops.sweeps.pareto import front

    if source is None and not over:
        source, over = EXAMPLE
    x, y = x.replace("-", "_"), y.replace("-", "_")
    if isinstance(source, Sweep):
        found = source
        for name in (x, y):
            if name not in found.quantities:
                hint = f"it has {', '.join(found.quantities)}"
                raise SourceError(Location("sweep"), f"the sweep has no {name}", hint)
    else:
        given = {name: value for name, value in options.items() if value not in (None, (), {})}
        found = sweep(source, over, quantities=(x, y), **given)
    if found.size > MOST:
        raise SourceError(Location("--over"), f"{found.size:,} configurations", f"a figure shows up to {MOST:,}")
    rows = [dict(zip(found.shown, row, strict=True)) for row in found.rows()]
    if not rows:
        raise found.refusal() or SourceError(Location("--over"), "nothing is wanted", "give other values")
    axes = [axis.name for axis in found.axes]
    if not pareto:
        return Table({**{name: row[name] for name in axes}, x: row[x], y: row[y], "front": None} for row in rows)
    larger = [name in LARGER_IS_BETTER for name in (x, y)]
    best = set(front([np.array([row[name] for row in rows]) for name in (x, y)], larger).tolist())
    return Table(
        {**{name: row[name] for name in axes}, x: row[x], y: row[y], "front": int(number in best)}
        for number, row in enumerate(rows)
    )


def parts(table: Table) -> tuple[tuple[str, ...], str, str]:
    """Return the names of the axes that vary, of x and of y."""
    *axes, x, y, _ = table.columns
    varied = [name for name in axes if len(table.each(name)) > 1]
    return tuple(varied or axes), x, y


def finding(table: Table) -> str:
    """Return how many configurations are on the front and what they share; of lines, which moves least."""
    axes, x, y = parts(table)
    names = [TITLES.get(name, name).partition(",")[0] for name in (x, y)]
    if table.rows[0]["front"] is None:
        return compared(table)
    best = table.where(front=1)
    shared = [f"{name} = {best.rows[0][name]}" for name in axes if len(best.each(name)) == 1 < len(table.each(name))]
    for one, other in combinations(axes, 2):
        equal = [row[one] == row[other] for row in best.rows]
        if len(best.each(one)) > 1 and all(equal) and table.column(one) != table.column(other):
            shared.append(f"{one} = {other}")
    verb = "is" if len(best) == 1 else "are"
    text = f"{len(best)} of {len(table)} configurations {verb} beaten by none in both {' and '.join(names)}"
    return f"{text}: all with {' and '.join(shared)}" if shared and len(best) > 1 else text


def lines(table: Table) -> dict[tuple[Any, ...], list[Any]]:
    """Return the rows of each line, by the values of all axes but the last, in the order of x."""
    axes, x, _ = parts(table)
    outer = axes[:-1]
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in sorted(table.rows, key=lambda row: row[x]):
        found.setdefault(tuple(row[name] for name in outer), []).append(row)
    return found


def compared(table: Table) -> str:
    """Return which line has least of y, and which most, at an x that most lines reach."""
    import numpy as np

    axes, x, y = parts(table)
    if len(table) == 1:
        return "One configuration: nothing to compare it with"
    titles = [TITLES.get(name, name).partition(",")[0] for name in (x, y)]
    every = [line for line in lines(table).values() if len(line) > 1]
    spans = [(line[0][x], line[-1][x]) for line in every]
    if len(every) < 2 or min(high for _, high in spans) <= max(low for low, _ in spans):
        low, high = min(table.rows, key=lambda row: row[y]), max(table.rows, key=lambda row: row[y])
        times = f", {high[y] / low[y]:.2g} times as much" if low[y] else ""
        return (
            f"{titles[1].capitalize()} is least at {says(low, axes, table)}, most at {says(high, axes, table)}{times}"
        )
    at = (min(high for _, high in spans) * max(low for low, _ in spans)) ** 0.5
    values = [float(np.interp(at, [row[x] for row in line], [row[y] for row in line])) for line in every]
    least, most = (every[int(choose(values))][0] for choose in (np.argmin, np.argmax))
    outer = axes[:-1]
    return (
        f"At {quantity(at)} {titles[0]}, {says(least, outer, table)} has the least {titles[1]}; "
        f"{says(most, outer, table)} has {max(values) / min(values):.2g} times as much"
    )


def draw(ax: Any, table: Table, theme: Any) -> Any:
    """Draw lines along the last axis, or all configurations and their front."""
    _, x, y = parts(table)
    labels = draw_lines(ax, table, theme) if table.rows[0]["front"] is None else draw_front(ax, table, theme)
    for name, axis, scale in ((x, ax.xaxis, ax.set_xscale), (y, ax.yaxis, ax.set_yscale)):
        marked(axis, scale, table.column(name))
        axis.set_label_text(TITLES.get(name, name))
    every = zip(table.column(x), table.column(y), strict=True)
    return placed(ax, labels, size=7, others=list(every))


def marked(axis: Any, scale: Any, values: list[Any]) -> None:
    """Give an axis a logarithmic scale where values spread far, and ticks as 10 M."""
    from matplotlib.ticker import EngFormatter, NullLocator

    if min(values) > 0 and max(values) / min(values) > 8:
        scale("log")
        low, high = axis.get_view_interval()
        steps = (1,) if high / low > 100 else (1, 2, 5)
        axis.set_ticks([m * 10.0**e for e in range(-3, 16) for m in steps if low <= m * 10.0**e <= high])
        axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(EngFormatter(sep=" "))


def draw_lines(ax: Any, table: Table, theme: Any) -> list[Label]:
    """Draw a line for each value of the outer axes; return their labels."""
    axes, x, y = parts(table)
    every = lines(table)
    labels = []
    for number, line in enumerate(every.values()):
        index = number % 6 if len(every) <= 6 else -1
        ax.plot([row[x] for row in line], [row[y] for row in line], "o-", color=theme.series[index], markersize=3.5)
        if len(axes) > 1 and len(every) <= SMALL:
            labels.append(Label(says(line[-1], axes[:-1], table), line[-1][x], line[-1][y], theme.words[index]))
    if len(every) == 1 and len(table) <= SMALL:
        labels = [Label(says(row, axes, table), row[x], row[y], theme.words[0]) for row in table.rows]
    if labels:
        ax.margins(x=0.22)  # room for labels at the lines' ends
    return labels


def draw_front(ax: Any, table: Table, theme: Any) -> list[Label]:
    """Draw all configurations and the front in colour; return some labels of it."""
    axes, x, y = parts(table)
    best = sorted(table.where(front=1).rows, key=lambda row: (row[x], row[y]))
    rest = [row for row in table.rows if not row["front"]]
    size = 14 if len(table) <= 100 else 5
    ax.scatter([r[x] for r in rest], [r[y] for r in rest], size, color=theme.series[-1], linewidth=0, zorder=2)
    ax.plot([r[x] for r in best], [r[y] for r in best], "o-", color=theme.series[1], markersize=4, zorder=3)
    shown = best if len(best) <= SMALL else best[:: len(best) // 4]
    return [Label(says(row, axes, table), row[x], row[y], theme.words[1]) for row in shown]


def says(row: Any, axes: tuple[str, ...], table: Table) -> str:
    """Return a configuration in words: the axes that vary."""
    return ", ".join(f"{name} = {row[name]}" for name in axes if len(table.each(name)) > 1)
