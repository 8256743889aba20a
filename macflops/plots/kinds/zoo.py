"""Mult-adds against memory access: who is fooled by FLOPs."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from macflops import api
from macflops.plots._labels import Label, placed
from macflops.plots._table import Table
from macflops.wording import percent

SIZE = (5.6, 4.0)
NETWORKS = {
    "alexnet": "AlexNet",
    "densenet121": "DenseNet-121",
    "efficientnet_b0": "EfficientNet-B0",
    "googlenet": "GoogLeNet",
    "inception_v3": "Inception V3",
    "mobilenet_v1": "MobileNet V1",
    "mobilenet_v2": "MobileNet V2",
    "mobilenet_v3_large": "MobileNet V3 L",
    "mobilenet_v3_small": "MobileNet V3 S",
    "nasnet_a_mobile": "NASNet-A",
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
    "resnet101": "ResNet-101",
    "resnext50_32x4d": "ResNeXt-50",
    "shufflenet_v1_g1_x1_0": "ShuffleNet V1 g1",
    "shufflenet_v1_g3_x1_0": "ShuffleNet V1 g3",
    "shufflenet_v1_g8_x1_0": "ShuffleNet V1 g8",
    "shufflenet_v2_x0_5": "ShuffleNet V2 0.5x",
    "shufflenet_v2_x1_0": "ShuffleNet V2 1x",
    "shufflenet_v2_x2_0": "ShuffleNet V2 2x",
    "squeezenet1_0": "SqueezeNet 1.0",
    "squeezenet1_1": "SqueezeNet 1.1",
    "vgg16": "VGG-16",
}


def data(**options: Any) -> Table:
    """Return mult-adds and MAC in elements of each network. Options are those of `macflops.count`."""
    rows = []
    for name in NETWORKS:
        report = api.count(f"zoo:{name}", **options)
        totals, fusion = report.totals, report.costs.fusion
        rows.append(
            {"network": name, "fusion": fusion, "mult_adds": totals.mult_adds, "mac_elements": totals.mac_elements}
        )
    return Table(rows)


def fooled(table: Table) -> tuple[Any, Any]:
    """Return the pair in which one has most times fewer mult-adds and yet moves most times more, the lesser of both."""

    def margin(pair: tuple[Any, Any]) -> float:
        one, other = pair
        return float(min(other["mult_adds"] / one["mult_adds"], one["mac_elements"] / other["mac_elements"]))

    return max(permutations(table.rows, 2), key=margin)


def finding(table: Table) -> str:
    """Return the two networks that mult-adds order most wrongly."""
    one, other = fooled(table)
    names = [NETWORKS[row["network"]].replace(" ", "\u00a0") for row in (one, other)]
    more = one["mac_elements"] / other["mac_elements"]
    return (
        f"FLOPs fool: {names[0]} has {percent(one['mult_adds'] / other['mult_adds'])} of {names[1]}'s mult-adds, "
        f"and moves {more:.1f} times as much memory"
    )


def draw(ax: Any, table: Table, theme: Any) -> Any:
    """Draw networks as points, the two of the finding joined."""
    one, other = fooled(table)
    x = [value / 1e6 for value in table.column("mult_adds")]
    y = [value / 1e6 for value in table.column("mac_elements")]
    ax.set_xscale("log")
    ax.set_yscale("log")
    for ratio in (1, 10, 100, 1000):
        ax.axline((1000, 1000 / ratio), (10_000, 10_000 / ratio), color=theme.faint, linewidth=0.6, zorder=0)
    ax.scatter(x, y, 16, color=theme.series[0], linewidth=0)
    pair = [(row["mult_adds"] / 1e6, row["mac_elements"] / 1e6) for row in (one, other)]
    ax.plot(*zip(*pair, strict=True), "o-", color=theme.series[1], linewidth=1, markersize=5, zorder=3)
    ax.set_xlim(min(x) / 1.6, max(x) * 2.2)
    ax.set_ylim(min(y) / 1.5, max(y) * 1.5)
    ax.set_xticks([100, 1000, 10_000], ["100 M", "1 G", "10 G"])
    ax.set_yticks([10, 20, 50, 100], ["10 M", "20 M", "50 M", "100 M"])
    ax.minorticks_off()
    ax.set_xlabel("mult-adds (grey lines: equal mult-adds per element moved)")
    ax.set_ylabel(f"memory access, elements (fusion {one['fusion']})")
    first = (one["network"], other["network"])
    ordered = sorted(table.rows, key=lambda row: row["network"] not in first)
    labels = [
        Label(
            NETWORKS[row["network"]],
            row["mult_adds"] / 1e6,
            row["mac_elements"] / 1e6,
            theme.words[1] if row["network"] in first else theme.ink,
        )
        for row in ordered
    ]
    (x0, y0), (x1, y1) = pair
    joined = [(x0 * (x1 / x0) ** (part / 20), y0 * (y1 / y0) ** (part / 20)) for part in range(21)]
    return placed(ax, labels, others=joined)
