"""A block drawn as its graph: what stands side by side (G3).

Boxes are convolutions, linear layers, matrix products and poolings; a level is the longest path from the block's
entry. Norms, activations, joins and copies are drawn through.
"""

from __future__ import annotations

from typing import Any

from macflops import api
from macflops.blocks import FRAGMENTS, LARGEST, levels, side_by_side
from macflops.errors import Location, SourceError
from macflops.plots._table import Table, shown
from macflops.spelling import did_you_mean

ENTRY, EXIT = "in", "out"
MOST = 40  # boxes that can be told apart


def SIZE(table: Table) -> tuple[float, float]:
    """Return the figure's size: a row for each level, a column for each place."""
    wide = max(table.column("place")) + 1
    return (min(max(3.4, 1.0 * wide), 9.0), 1.2 + 0.62 * (max(table.column("level")) + 1))


def data(source: Any, block: str | None = None, **options: Any) -> Table:
    """Return a block's operators with level, place on it, mult-adds and what they read, by row number.

    `block` is a block's name; by default it is the one with most operators side by side. Options are those of
    `macflops.count`. Raises SourceError.
    """
    report = api.count(source, **options)
    network = report.network
    fitting = [b for b in report.blocks if b.stop - b.start <= LARGEST]
    if not fitting:
        raise SourceError(Location(network.source), "no block of up to 100 layers", "name a network with blocks")
    if block is None:
        chosen = max(fitting, key=lambda b: sum(map(len, side_by_side(network, b))))
    else:
        by_name = {b.name: b for b in fitting}
        if block not in by_name:
            raise SourceError(Location("--block"), f"no block {block!r}", did_you_mean(block, by_name))
        chosen = by_name[block]
    ranked = levels(network, chosen)
    if not ranked or sum(map(len, ranked)) > MOST:
        count = sum(map(len, ranked))
        raise SourceError(
            Location("--block"), f"{chosen.name} has {count} convolutions and the like", f"name a block of 1 to {MOST}"
        )
    beside = {layer.name for level in side_by_side(network, chosen) for layer in level}
    reads = sources_of(network, chosen)
    mult_adds = {row.layer.name: row.own.mult_adds for row in report.costs.rows[chosen.start : chosen.stop]}
    common: dict[str, Any] = {"network": network.name, "block": chosen.name}
    rows = [{**common, "operator": ENTRY, "says": "", "level": 0, "place": 0, "beside": 0, "mult_adds": 0, "reads": ""}]
    for level, layers in enumerate(ranked, 1):
        for place, layer in enumerate(layers):
            rows.append(
                {
                    **common,
                    "operator": layer.name,
                    "says": says(network, layer),
                    "level": level,
                    "place": place,
                    "beside": int(layer.name in beside),
                    "mult_adds": mult_adds[layer.name],
                    "reads": " ".join(reads[layer.name]),
                }
            )
    last = {**common, "operator": EXIT, "says": "", "level": len(ranked) + 1, "place": 0, "beside": 0, "mult_adds": 0}
    return Table([*rows, {**last, "reads": " ".join(reads[EXIT])}])


def sources_of(network: Any, block: Any) -> dict[str, list[str]]:
    """Return for each operator, and for the block's end, the operators whose outputs reach it through other layers."""
    made: dict[int, list[str]] = {}  # by tensor: the operators that it comes from
    found: dict[str, list[str]] = {}
    read = set()
    for layer in network.layers[block.start : block.stop]:
        came = list(dict.fromkeys(name for t in layer.inputs for name in made.get(t, [ENTRY])))
        read.update(layer.inputs)
        if layer.operator.role in FRAGMENTS:
            found[layer.name] = came
            came = [layer.name]
        made.update(dict.fromkeys(layer.outputs, came))
    ends = [tensor for tensor in made if tensor not in read]
    found[EXIT] = list(dict.fromkeys(name for tensor in ends for name in made[tensor]))
    return found


def says(network: Any, layer: Any) -> str:
    """Return what a box says: 3x3 conv, 128."""
    operator = layer.operator
    kernel = getattr(operator, "kernel", None)
    sides = "x".join(map(str, kernel)) + " " if kernel else ""
    y = network.tensors[layer.outputs[0]].shape
    names = {"conv": "conv", "dwconv": "depthwise", "maxpool": "max pool", "avgpool": "avg pool"}
    grouped = getattr(operator, "groups", 1)
    x = network.tensors[layer.inputs[0]].shape
    name = names.get(operator.name, operator.name.replace("_", " "))
    if operator.role == "convolution" and grouped != 1:
        name = "depthwise" if grouped == x[1] else f"conv, g={grouped}"
    return f"{sides}{name}\n{y[1] if len(y) > 1 else y[0]} channels"


def finding(table: Table) -> str:
    """Return how many operators stand side by side, and on how many levels."""
    first = table.rows[0]
    inner = table.rows[1:-1]
    wide = max(sum(1 for row in inner if row["level"] == level) for level in {row["level"] for row in inner})
    beside = sum(row["beside"] for row in inner)
    if not beside:
        return f"{shown(first['network'])}, {shown(first['block'])}: a chain of {len(inner)}, nothing side by side"
    at = len({row["level"] for row in inner if row["beside"]})
    return (
        f"{shown(first['network'])}, {shown(first['block'])}: {beside} of {len(inner)} operators stand side by side, "
        f"on {at} level{'s' if at > 1 else ''} of up to {wide}"
    )


def draw(ax: Any, table: Table, theme: Any) -> None:
    """Draw boxes level by level, lines from what they read; those side by side in colour."""
    from matplotlib.patches import FancyBboxPatch

    deep = max(table.column("level"))
    at = ordered(table)
    wide = max(1.0, *(2 * abs(x) + 1 for x, _ in at.values()))
    size = 6.5 if wide <= 6 else 5.5
    half_w, half_h = 0.46, 0.27
    for row in table.rows:
        for name in row["reads"].split():
            through = [
                name,
                *(hop(name, row["operator"], level) for level in between(table, name, row)),
                row["operator"],
            ]
            ends = [at[name]], [at[row["operator"]]]
            passed = [(at[one][0], at[one][1] + dy) for one in through[1:-1] for dy in (half_h, -half_h)]
            spots = [*ends[0], *passed, *ends[1]]
            ax.plot([x for x, _ in spots], [y for _, y in spots], color=theme.muted, linewidth=0.8, zorder=1)
    for row in table.rows:
        x, y = at[row["operator"]]
        if not row["says"]:
            ax.plot(x, y, "o", color=theme.muted, markersize=5)
            ax.annotate(row["operator"], (x, y), (7, 0), textcoords="offset points", va="center", fontsize=7.5)
            continue
        colour = theme.series[1] if row["beside"] else theme.muted
        box = FancyBboxPatch(
            (x - half_w, y - half_h),
            2 * half_w,
            2 * half_h,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=theme.paper,
            edgecolor=colour,
            linewidth=1.3 if row["beside"] else 0.8,
            zorder=2,
        )
        ax.add_patch(box)
        ax.text(x, y, row["says"], ha="center", va="center", fontsize=size, zorder=3, linespacing=1.25)
    ax.set_xlim(-wide / 2 - 0.1, wide / 2 + 0.1)
    ax.set_ylim(-deep - 0.3, 0.3)
    ax.axis("off")


def hop(name: str, reader: str, level: int) -> str:
    """Return a name for the place where a line passes a level on its way down."""
    return f"{name} {reader} {level}"


def between(table: Table, name: str, row: Any) -> range:
    """Return the levels that a line passes between an operator and its reader."""
    (above,) = table.where(operator=name).column("level")
    return range(above + 1, row["level"])


def ordered(table: Table) -> dict[str, tuple[float, int]]:
    """Return where each operator, and each line on a level that it passes, stands: near what is above, so that lines
    seldom cross."""
    nodes: dict[int, list[tuple[str, list[str]]]] = {}
    for row in table.rows:
        reads = []
        for name in row["reads"].split():
            passed = [hop(name, row["operator"], level) for level in between(table, name, row)]
            for level, one, above in zip(between(table, name, row), passed, [name, *passed], strict=False):
                nodes.setdefault(level, []).append((one, [above]))
            reads.append(passed[-1] if passed else name)
        nodes.setdefault(row["level"], []).append((row["operator"], reads))
    at: dict[str, tuple[float, int]] = {}
    for level in sorted(nodes):
        middle = {name: sum(at[a][0] for a in above) / max(len(above), 1) for name, above in nodes[level]}
        names = sorted(middle, key=lambda name: middle[name])
        widths = [1.0 if " " not in name else 0.3 for name in names]
        start = -sum(widths) / 2
        for name, width in zip(names, widths, strict=True):
            at[name] = (start + width / 2, -level)
            start += width
    return at
