"""The advice and the clock: each network before and after its advice, on ONNX Runtime, one thread.

    python -m benchmarks.advice_clock              prints a report in Markdown
    python -m benchmarks.advice_clock -o FILE      writes it to a file

Needs the extra `runtime`. Before and after run in turn, first one and then the other first; a ratio is the median of
the ratios of such pairs, and its interval holds 95 % of 2,000 bootstrap resamplings. `surely` means that the whole
interval says so. What is given is timed twice: as the runtime runs it by default, where on processors with AVX-512 it
keeps feature maps in blocks of 16 channels if their widths allow that, and without these blocks (its optimization level
EXTENDED), as other runtimes may. Of what the judge refuses upon all that is given, each rewrite's first proposal is
timed, if it holds the budgets.

The zoo is split by family. The rule's constants come from an earlier study; whoever changes them looks at the families
for tuning alone, and reports the others.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import onnxruntime

import macflops
from macflops.advice import rewrites
from macflops.advice.compose import HELD
from macflops.advice.judge import budget_reasons, reasons
from macflops.advice.subject import Subject
from macflops.advice.terms import Terms, may_move_more
from macflops.costs import count
from macflops.guidelines import codes
from macflops.guidelines.findings import Thresholds
from macflops.network import Network
from macflops.writers import written

SLOWER, FASTER = 1.01, 0.97  # what counts: slower by over 1 %, and a win that was missed

TUNING: dict[str, list[dict[str, Any]]] = {
    **{f"shufflenet_v1_g{groups}_x1_0": [{}] for groups in (1, 2, 3, 4, 8)},
    **{name: [{}] for name in ("shufflenet_v1_g3_x0_5", "shufflenet_v1_g3_x1_5", "shufflenet_v1_g8_x0_5")},
    "mobilenet_v1": [{"width": width} for width in (0.3, 0.45, 0.6, 0.7, 0.85, 1.0)],
    "resnext50_32x4d": [{}, {"groups": 8, "width": 12}, {"groups": 16, "width": 6}],
    "squeezenet1_0": [{}],
    "squeezenet1_1": [{}],
    "googlenet": [{}],
    "densenet121": [{}, {"growth": 24}, {"growth": 20, "stem": 40}],
}
HELD_OUT: dict[str, list[dict[str, Any]]] = {
    "shufflenet_v2_x0_5": [{}],
    "shufflenet_v2_x1_0": [{}, *({"channels": [c, 2 * c, 4 * c, 1024]} for c in (76, 100, 140, 200))],
    "shufflenet_v2_x1_5": [{}],
    "shufflenet_v2_x2_0": [{}],
    "shufflenet_v2_50": [{}, {"channels": 180}],
    "mobilenet_v2": [{"width": width} for width in (0.35, 0.45, 0.6, 0.7, 0.85, 1.0, 1.15, 1.4)],
    "mobilenet_v3_small": [{}],
    "mobilenet_v3_large": [{}],
    "efficientnet_b0": [{}],
    "resnet18": [{}],
    "resnet50": [{}],
    "nasnet_a_mobile": [{}, {"filters": 36}],
    "xception": [{}],
    "inception_v3": [{}],
}


class Timed(NamedTuple):
    """A pair of networks that ran in turn: after ÷ before, and the interval of that."""

    ratio: float
    least: float
    most: float
    before_ms: float

    def __str__(self) -> str:
        return f"{100 * (self.ratio - 1):+.1f} % ({100 * (self.least - 1):+.1f} to {100 * (self.most - 1):+.1f})"


class Row(NamedTuple):
    """One change that was timed: given, or refused with a reason."""

    half: str
    name: str
    rewrites: str
    work: float | None
    why: str
    timed: Timed
    plain: Timed | None = None  # without blocks of channels


def main() -> None:
    """Measure, and print or write the report."""
    parser = argparse.ArgumentParser(description="Time networks before and after their advice.")
    parser.add_argument("-o", metavar="FILE", type=Path, help="write the report to this file")
    parser.add_argument("--seconds", type=float, default=8, help="for each pair of networks (default 8)")
    parser.add_argument("--only", metavar="PART", default="", help="networks with this in their name")
    options = parser.parse_args()
    started = os.getloadavg()[0]
    given: list[Row] = []
    refused: list[Row] = []
    silent: list[tuple[str, str]] = []
    for half, name, network in networks(options.only):
        advice = macflops.audit(network).advice
        if advice is not None and advice.steps:
            steps = ", ".join(step.rewrite for step in advice.steps)
            timed = in_turn(network, advice.network, options.seconds)
            plain = in_turn(network, advice.network, options.seconds / 2, blocks=False)
            given.append(Row(half, name, steps, advice.recount.work, "", timed, plain))
            progress(given[-1])
        else:
            silent.append((half, name))
        reached = network if advice is None else advice.network
        for rewrite, work, why, changed in turned_down(network, reached):
            refused.append(Row(half, name, rewrite, work, why, in_turn(reached, changed, options.seconds / 2)))
            progress(refused[-1])
    text = "\n".join(report(given, refused, silent, started)) + "\n"
    if options.o is None:
        print(text, end="")
    else:
        options.o.write_text(text, encoding="utf-8")


def progress(row: Row) -> None:
    """Say on standard error what was measured."""
    from sys import stderr

    print(f"{row.name}: {row.rewrites} {row.timed} {row.plain or row.why}", file=stderr, flush=True)


def networks(only: str) -> Iterator[tuple[str, str, Network]]:
    """Yield the half that a network belongs to, its name with what was set, and itself."""
    for half, families in (("tuning", TUNING), ("held out", HELD_OUT)):
        for name, settings in families.items():
            for given in settings:
                title = " ".join([name, *(f"{key}={value}" for key, value in given.items())])
                if only in title:
                    yield half, title, macflops.load(f"zoo:{name}", set=given)


def turned_down(original: Network, reached: Network) -> Iterator[tuple[str, float, str, Network]]:
    """Yield each rewrite's first proposal upon what is reached, if the judge refuses it, but not for the budgets."""
    costs = count(reached)
    aims = Terms(tuple(codes()), Thresholds(), HELD).aims(count(original))
    for name in rewrites.names():
        rewrite = rewrites.find(name)
        change = next((c for c in rewrite.propose(Subject(costs), aims) if c.fits), None)
        if change is None:
            continue
        after = count(change.network)
        why = reasons(costs, after, aims, exact=change.exact, may_move_more=may_move_more(rewrite))
        if why and not list(budget_reasons(after, aims)):
            yield name, after.work / costs.work - 1, why[0], change.network


def in_turn(before: Network, after: Network, seconds: float, blocks: bool = True) -> Timed:
    """Run two networks in turn for so many seconds, fifteen times at least."""
    runs = [session(before, blocks), session(after, blocks)]
    for run in runs * 3:
        run()
    times: tuple[list[float], list[float]] = ([], [])
    end = perf_counter() + seconds
    while perf_counter() < end or len(times[0]) < 15:
        for which in ((0, 1), (1, 0))[len(times[0]) % 2]:
            start = perf_counter()
            runs[which]()
            times[which].append(perf_counter() - start)
    ratios = np.array(times[1]) / np.array(times[0])
    random = np.random.default_rng(0)
    resampled = np.median(random.choice(ratios, (2_000, len(ratios))), axis=1)
    least, most = np.percentile(resampled, (2.5, 97.5))
    return Timed(float(np.median(ratios)), float(least), float(most), 1e3 * median(times[0]))


def session(network: Network, blocks: bool) -> Any:
    """Return a function that runs a network once, on one thread; feature maps in blocks of channels or not."""
    options = onnxruntime.SessionOptions()
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if blocks else levels.ORT_ENABLE_EXTENDED
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    made = onnxruntime.InferenceSession(written(network, "onnx"), options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    feeds = {one.name: random.standard_normal(one.shape, np.float32) for one in made.get_inputs()}
    return lambda: made.run(None, feeds)


def report(
    given: Sequence[Row], refused: Sequence[Row], silent: Sequence[tuple[str, str]], started: float
) -> Iterator[str]:
    """Yield the lines of the report."""
    number = len({row.name for row in given}) + len(silent)
    yield "# The advice and the clock"
    yield ""
    yield "What [the advice](advice.md) did to the time of a network: each was run before and after, in turn. A ratio"
    yield "is the median of such pairs; `surely` means that the whole of its 95 % interval says so. `Given` is advice"
    yield "that macflops gives; its constants may be chosen by networks of the half `tuning`, not by those `held out`."
    yield ""
    yield "Made by `python -m benchmarks.advice_clock -o docs/advice_clock.md`; how it is measured stands in that file."
    yield f"{number} networks of the zoo, input as they have it, batch 1, float32, random weights."
    yield ""
    yield f"{processor()}, one of {os.cpu_count()} processors; ONNX Runtime {onnxruntime.__version__}, one thread."
    yield f"Load average {started:.1f} at the start and {os.getloadavg()[0]:.1f} at the end: where it is over 1,"
    yield "other work ran beside, which widens the intervals and troubles before and after alike."
    yield ""
    yield "`Without blocks` is the same on a runtime that keeps channels as they come (optimization level EXTENDED)."
    yield "By default this one keeps them in blocks of 16 where widths allow that; what a row gains only with blocks"
    yield "is owed to that layout, and to be expected of runtimes that have one. The networks are not independent:"
    yield "several are one family at other widths."
    yield ""
    yield "| | networks | given | faster | surely faster | surely slower by over 1 % | median time | best | worst |"
    yield "| --- | --: | --: | --: | --: | --: | --: | --: | --: |"
    halves = [(half, [row for row in given if half in (row.half, "all")]) for half in ("tuning", "held out", "all")]
    for half, rows in halves:
        total = len(rows) + sum(half in (one, "all") for one, _ in silent)
        yield f"| {half} | {total} | {summary([row.timed for row in rows])} |"
    for half, rows in halves:
        yield f"| {half}, without blocks | | {summary([row.plain for row in rows if row.plain is not None])} |"
    for name in rewrites.names():
        rows = [row for row in given if row.rewrites == name]
        yield f"| {name} alone | | {summary([row.timed for row in rows])} |"
        yield f"| {name} alone, without blocks | | {summary([row.plain for row in rows if row.plain is not None])} |"
    yield ""
    yield "## What was given"
    yield ""
    yield "| network | half | advice | work | before, ms | time, with its interval | without blocks of channels |"
    yield "| --- | --- | --- | --: | --: | --: | --: |"
    for row in sorted(given, key=lambda row: row.timed.ratio):
        cells = (
            row.name,
            row.half,
            row.rewrites,
            share(row.work),
            f"{row.timed.before_ms:.1f}",
            str(row.timed),
            str(row.plain),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
    wins = [row for row in refused if row.timed.most < FASTER]
    losses = [row for row in refused if row.timed.least > SLOWER]
    yield "## What was refused"
    yield ""
    yield f"Upon what was given, if anything was, {len(refused)} proposals that hold the budgets were refused."
    yield f"{len(wins)} of them are true wins, surely faster by over 3 %; {len(losses)} surely slower by over 1 %."
    yield ""
    yield "| network | half | proposal | work | time, with its interval | refused, for it |"
    yield "| --- | --- | --- | --: | --: | --- |"
    for row in sorted(refused, key=lambda row: row.timed.ratio):
        yield f"| {row.name} | {row.half} | {row.rewrites} | {share(row.work)} | {row.timed} | {row.why} |"
    yield ""
    yield f"Nothing is advised for: {', '.join(name for _, name in silent) or 'none'}."


def summary(timed: Sequence[Timed]) -> str:
    """Return the cells that sum up some pairs: how many, faster, surely so, surely slower, and how much."""
    if not timed:
        return "0 | | | | | |"
    ratios = sorted(one.ratio for one in timed)
    faster, surely = sum(ratio < 1 for ratio in ratios), sum(one.most < 1 for one in timed)
    slower = sum(one.least > SLOWER for one in timed)
    times = f"{change(median(ratios))} | {change(ratios[0])} | {change(ratios[-1])}"
    return f"{len(timed)} | {faster} ({100 * faster / len(timed):.0f} %) | {surely} | {slower} | {times}"


def change(ratio: float) -> str:
    """Return a ratio as a relative change."""
    return f"{100 * (ratio - 1):+.1f} %"


def share(relative: float | None) -> str:
    """Return a relative change in percent."""
    return "" if relative is None else f"{100 * relative:+.1f} %"


def processor() -> str:
    """Return what the processor is called."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


if __name__ == "__main__":
    main()
