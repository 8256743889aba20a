"""The V2 paper's Tables 1 to 4 against predicted memory access.

Each of the paper's experiments is a network of the zoo. Speed and memory access are relative to the row of each table
that the guideline favours (equal widths, one group, one fragment, nothing element-wise), at the same mult-adds.
"""

from __future__ import annotations

from typing import Any

from macflops import api
from macflops.plots._labels import Label, placed
from macflops.plots._statistics import rank_correlation
from macflops.plots._table import Table
from macflops.zoo.published import figures

SIZE = (6.8, 4.0)
PANELS = (1, 2)
SUBPLOTS = {"sharex": True, "sharey": True}
DEVICES = {"speed_gpu": "GPU (GTX 1080 Ti)", "speed_arm": "ARM (Snapdragon 810, one core)"}
BASE = {
    "paper_g1": {"ratio": "1"},
    "paper_g2": {"groups": "1"},
    "paper_g3": {"fragments": "1", "parallel": "0"},
    "paper_g4": {"relu": "0", "shortcut": "0"},
}
COLUMN = ("scale", "channels", "arm")  # what tells a table's columns apart
NBSP = "\u00a0"
WORDS = {"paper_g1": "c1 : c2", "paper_g2": "groups", "paper_g3": "fragments", "paper_g4": "element-wise"}


def data() -> Table:
    """Return speed, and MAC in elements, of each experiment ÷ those of its base row, by device and table."""
    printed = {}
    for figure in figures():
        if figure.network in BASE and figure.metric in DEVICES:
            settings = dict(part.split("=") for part in figure.settings.split())
            printed[figure.network, figure.metric, figure.settings] = (settings, float(figure.value))
    rows = []
    for (network, device, _), (settings, speed) in printed.items():
        column = {name: value for name, value in settings.items() if name in COLUMN}
        base = {**column, **BASE[network]}
        (at_base,) = (
            value
            for (name, metric, _), (other, value) in printed.items()
            if (name, metric) == (network, device) and other == base
        )
        if settings == base:
            continue
        moved, least = (api.count(f"zoo:{network}", set=s).totals for s in (settings, base))
        rows.append(
            {
                "table": int(network[-1]),
                "network": network,
                "device": device.removeprefix("speed_"),
                "what": what(network, settings),
                "column": " ".join(f"{name}={value}" for name, value in column.items()),
                "speed": speed,
                "speed_ratio": speed / at_base,
                "mac_ratio": moved.mac_elements / least.mac_elements,
                "mult_adds_ratio": moved.mult_adds / least.mult_adds,
            }
        )
    return Table(rows)


def what(network: str, settings: dict[str, str]) -> str:
    """Return what an experiment varies, in a word."""
    if network == "paper_g1":
        return f"1 : {settings['ratio']}"
    if network == "paper_g2":
        return f"{settings['groups']} groups"
    if network == "paper_g3":
        kind = "branches" if settings["parallel"] == "1" else "in series"
        return f"{settings['fragments']} {kind}"
    both = [name for name in ("relu", "shortcut") if settings[name] == "1"]
    return " + ".join({"relu": "ReLU"}.get(name, name) for name in both)


def correlation(table: Table, device: str, number: int | None = None) -> float:
    """Return the rank correlation of relative speed with relative memory access: in one table, or in all together."""
    rows = table.where(device=device) if number is None else table.where(device=device, table=number)
    return rank_correlation(rows.column("mac_ratio"), rows.column("speed_ratio"))


def kept(table: Table, device: str, what: str) -> float:
    """Return the share of its speed that an experiment keeps in the narrowest of its columns: the first printed."""
    return max(table.where(device=device, what=what).rows, key=lambda row: row["speed"])["speed_ratio"]  # type: ignore[no-any-return]


def finding(table: Table) -> str:
    """Return how memory access goes with speed on both devices, and what the three worst experiments keep."""
    spans = []
    for device, words in (("gpu", "on the GPU"), ("arm", "on ARM")):
        found = sorted(correlation(table, device, number) for number in table.each("table"))
        spans.append(f"{found[-1]:.2f} to {found[0]:.2f} {words}")
    falls = all(correlation(table, device, number) < 0 for device in ("gpu", "arm") for number in table.each("table"))
    worst = ("1 : 12", "8 groups", "4 branches")
    keeps = {name: [kept(table, device, name) for device in ("gpu", "arm")] for name in worst}
    first, *rest = (f"{name.replace(' ', NBSP)} keeps {gpu:.2f} / {arm:.2f}" for name, (gpu, arm) in keeps.items())
    others = "".join(f", {one.replace('keeps ', '')}" for one in rest)
    return (
        f"In {'each' if falls else 'not every one'} of the four tables, speed falls as predicted memory access grows "
        f"(rank correlation {', '.join(spans)}): {first} of its speed on GPU / ARM{others}"
    ).replace("-0.", "−0.")


def draw(axes: Any, table: Table, theme: Any) -> Any:
    """Draw relative speed over relative memory access for each device; the line is time in proportion to MAC."""
    later = []
    for ax, (metric, title) in zip(axes, DEVICES.items(), strict=True):
        device = metric.removeprefix("speed_")
        ax.plot([1, 3], [1, 1 / 3], "--", color=theme.muted, linewidth=0.9, zorder=0)
        for index, network in enumerate(BASE):
            rows = table.where(device=device, network=network)
            ax.scatter(
                rows.column("mac_ratio"),
                rows.column("speed_ratio"),
                16,
                color=theme.series[index],
                marker="osD^"[index],
                linewidth=0,
                alpha=0.9,
                label=f"{network[-1]} {WORDS[network]}: {correlation(table, device, int(network[-1])):.2f}".replace(
                    "-0", "−0"
                ),
            )
        labels = []
        for index, name in enumerate(("1 : 12", "8 groups", "4 branches")):
            row = max(table.where(device=device, what=name).rows, key=lambda r: r["speed"])
            text = f"{name}: {row['speed_ratio']:.2f}"
            labels.append(Label(text, row["mac_ratio"], row["speed_ratio"], theme.words[index]))
        rest = table.where(device=device).rows
        later.append(placed(ax, labels, size=7.5, others=[(r["mac_ratio"], r["speed_ratio"]) for r in rest]))
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xticks([1, 1.5, 2, 3, 4], ["1", "1.5", "2", "3", "4"])
        ax.set_yticks([0.25, 0.5, 0.75, 1], ["0.25", "0.5", "0.75", "1"])
        ax.minorticks_off()
        ax.set_xlim(0.93, 5.8)
        ax.set_ylim(0.15, 1.12)
        ax.grid()
        together = f"{correlation(table, device):.2f}".replace("-", "−")
        ax.set_title(title, weight="normal", fontsize=8)
        ax.legend(
            loc="lower left",
            title=f"table, rank correlation\n(all together {together})",
            title_fontsize=6.5,
            alignment="left",
            frameon=False,
            fontsize=6.5,
            handletextpad=0.1,
            labelspacing=0.2,
            borderpad=0,
            borderaxespad=0.4,
        )
        ax.set_xlabel("predicted memory access ÷ base")
    axes[0].set_ylabel("measured speed ÷ base")
    axes[1].annotate(
        "time ∝ memory access",
        (2.2, 1 / 2.2),
        (2, -8),
        textcoords="offset points",
        fontsize=6.5,
        color=theme.words[-1],
        ha="right",
        va="top",
    )

    def label() -> None:
        for place in later:
            place()

    return label
