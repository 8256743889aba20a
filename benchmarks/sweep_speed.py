"""How fast sweeps are: configurations per second, against numexpr and plain NumPy on the same arithmetic.

    python benchmarks/sweep_speed.py                 prints a Markdown table
    python benchmarks/sweep_speed.py -o FILE         replaces the part of FILE between this benchmark's two marks

It needs numexpr (pip install numexpr). A configuration is one (c1, c2, g, h) of a pointwise convolution; its mult-adds
and its memory access are computed in int64. NumPy and numexpr broadcast over the whole grid at once; ours goes by
chunks, on two threads, through the operator's formula. Rounds go in turn; the median counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import prod
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

import macflops

MARKS = ("<!-- sweep_speed: begin -->", "<!-- sweep_speed: end -->")
OVER = {"c1": range(8, 8 * 513, 8), "c2": range(8, 8 * 1025, 8), "h": [7, 14, 28, 56, 112, 224], "g": [1, 2, 4, 8]}
SIZE = 512 * 1024 * 6 * 4
NETWORKS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("zoo:shufflenet_v2_x1_0", {"H": range(32, 832, 2), "W": range(32, 832, 2)}, {"input_shape": "1x3xHxW"}),
    ("zoo:resnext50_32x4d", {"width": range(1, 257), "groups": range(1, 257)}, {}),
    (
        "zoo:mobilenet_v1",
        {"width": [i / 100 for i in range(10, 410)], "H": range(32, 257)},
        {"input_shape": "1x3xHx224"},
    ),
    ("zoo:mobilenet_v2", {"width": [i / 100 for i in range(10, 310)]}, {}),
    ("zoo:shufflenet_v1_g3_x1_0", {"width": [0.25, 0.5, 1, 1.5, 2], "groups": [1, 2, 4, 8]}, {}),
]


def grid() -> dict[str, Any]:
    """Return the grid's axes as arrays that broadcast, the longest one last."""
    order = sorted(OVER, key=lambda name: len(OVER[name]))
    shapes = {name: [-1 if place == at else 1 for at in range(4)] for place, name in enumerate(order)}
    return {name: np.array(OVER[name], np.int64).reshape(shapes[name]) for name in OVER}


def ours(executor: ThreadPoolExecutor) -> None:
    """Sweep by chunks."""
    for _ in macflops.sweep(over=OVER, quantities=("mult_adds", "mac_elements"), executor=executor):
        pass


def plain(v: dict[str, Any]) -> None:
    """Compute the same in one expression each."""
    weights = v["c1"] // v["g"] * v["c2"]
    _ = v["h"] * v["h"] * weights, v["h"] * v["h"] * v["c1"] + v["h"] * v["h"] * v["c2"] + weights


def by_numexpr(v: dict[str, Any]) -> None:
    """Compute the same by numexpr, on two threads."""
    import numexpr

    numexpr.evaluate("h*h*(c1/g*c2)", local_dict=v, truediv=False)
    numexpr.evaluate("h*h*c1 + h*h*c2 + c1/g*c2", local_dict=v, truediv=False)


def seconds(run: Callable[[], Any]) -> float:
    """Return how long a run takes."""
    start = perf_counter()
    run()
    return perf_counter() - start


def layers(rounds: int) -> list[str]:
    """Return the table of layers."""
    import numexpr

    numexpr.set_num_threads(2)
    v = grid()
    with ThreadPoolExecutor(2) as executor:
        runs = {
            "macflops.sweep, 2 threads": lambda: ours(executor),
            "numexpr, 2 threads": lambda: by_numexpr(v),
            "NumPy": lambda: plain(v),
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                times[name].append(seconds(run))
    best = median(times["macflops.sweep, 2 threads"])
    lines = ["| pointwise convolutions | million configurations a second | ours is faster by |", "| --- | --: | --: |"]
    for name, taken in times.items():
        lines.append(f"| {name} | {SIZE / median(taken) / 1e6:.0f} | {median(taken) / best:.1f} |")
    return lines


def networks(rounds: int) -> list[str]:
    """Return the table of networks: a whole sweep, reading included, against counting each anew."""
    lines = ["| network | configurations | sweep, s | counting each anew, s (from 40 of them) | faster by |"]
    lines.append("| --- | --: | --: | --: | --: |")
    for source, over, options in NETWORKS:
        found: list[Any] = []

        def run(source: str = source, over: Any = over, options: Any = options, found: list[Any] = found) -> None:
            found[:] = macflops.sweep(source, over, quantities=("params", "mult_adds", "mac_elements"), **options)

        taken = median(seconds(run) for _ in range(rounds))
        names, size = list(over), prod(map(len, over.values()))
        some = [dict(zip(names, (axis[i * len(axis) // 40] for axis in over.values()), strict=True)) for i in range(40)]

        def anew(source: str = source, some: Any = some, options: Any = options) -> None:
            for values in some:
                try:
                    _ = macflops.count(source, set=values, **options).totals
                except macflops.SourceError:  # groups that do not divide a width
                    continue

        each = median(seconds(anew) for _ in range(3)) / len(some)
        axes = ", ".join(f"{len(axis)} {name}" for name, axis in over.items())
        ratio = each * size / taken
        lines.append(f"| {source} | {size:,} ({axes}) | {taken:.3g} | {each * size:.3g} | {ratio:.3g} |")
    return lines


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(description="Measure the speed of sweeps.")
    parser.add_argument("-o", metavar="FILE", type=Path, help="write into this file, between its two marks")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    text = "\n".join([*layers(options.rounds), "", *networks(3)])
    if options.o is None:
        print(text)
        return
    before, _, rest = options.o.read_text("utf-8").partition(MARKS[0])
    options.o.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.partition(MARKS[1])[2]}", "utf-8")


if __name__ == "__main__":
    main()
