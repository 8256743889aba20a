"""A clock for lessons: networks with random weights on ONNX Runtime, one thread, in turn, the fastest run of each.

It reads the processor time of its thread, which stands still while something else has the processor; where a system
tells that too coarsely, it reads the time of day. What else runs can only slow a run down, so the fastest of many is
the least troubled one, and networks that take turns share what trouble there is. Needs the extra `notebooks`.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import get_clock_info, perf_counter, thread_time
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from macflops.api import Source, load
from macflops.errors import Location, SourceError
from macflops.teaching.table import Table

Optimize: TypeAlias = Literal["all", "extended", "none"]
LEVELS = {"all": "ORT_ENABLE_ALL", "extended": "ORT_ENABLE_EXTENDED", "none": "ORT_DISABLE_ALL"}
WARM_UP, LEAST_ROUNDS = 3, 7
WAYS: Mapping[str, Optimize] = MappingProxyType({"as they come": "extended", "by default": "all"})
NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
FINE = 1e-6  # seconds: a clock that is coarser does not tell one run from another

# ONNX Runtime's operators by class, those of its channel-blocked layout included.
CLASSES = {
    "convolution": ("Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul"),
    "element-wise": ("Relu", "Clip", "Add", "Mul", "Sub", "BatchNormalization", "HardSigmoid", "Sigmoid", "QuickGelu"),
    "data movement": (
        *("Concat", "Transpose", "Reshape", "Flatten", "Split", "Slice", "Gather", "Pad", "Squeeze", "Unsqueeze"),
        *("ReorderInput", "ReorderOutput"),
    ),
    "pooling": ("MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean"),
}


class Clocked(NamedTuple):
    """What a clock read; each round ran each network once."""

    times: dict[str, list[float]]  # milliseconds of every run, by network

    def ms(self, name: str) -> float:
        """Return the milliseconds of a network's fastest run."""
        return min(self.times[name])

    def median_ms(self, name: str) -> float:
        """Return the milliseconds of a network's median run."""
        return median(self.times[name])

    def speed(self, name: str, base: str | None = None) -> float:
        """Return the speed of a network, that of the base, by default the first, being 1."""
        return self.ms(base if base is not None else next(iter(self.times))) / self.ms(name)

    @property
    def rounds(self) -> int:
        """How often each network ran."""
        return min(map(len, self.times.values()))


def clock(networks: Mapping[str, Source], *, seconds: float = 1.0, optimize: Optimize = "all") -> Clocked:
    """Run networks in turn for so many seconds, seven rounds at least, and return the times.

    `optimize` is ONNX Runtime's level: "all", its default, which on some processors also keeps feature maps in blocks
    of channels; "extended" merges operators but keeps channels as they come; "none" runs what the file says.
    """
    runs = {name: runner(source, optimize) for name, source in networks.items()}
    for run in list(runs.values()) * WARM_UP:
        run()
    now = thread_time if reads_processor_time() else perf_counter
    times: dict[str, list[float]] = {name: [] for name in runs}
    order = list(runs)
    end = perf_counter() + seconds
    while perf_counter() < end or len(times[order[0]]) < LEAST_ROUNDS:
        for name in order:
            start = now()
            runs[name]()
            times[name].append(1e3 * (now() - start))
        order.append(order.pop(0))  # each comes first as often as the others
    return Clocked({name: times[name] for name in networks})


def race(
    networks: Mapping[str, Source],
    *,
    seconds: float = 1.0,
    ways: Mapping[str, Optimize] = WAYS,
    beside: Mapping[str, Mapping[str, Any]] = NOTHING,
) -> Table:
    """Clock networks in several ways, print what on, and return milliseconds and speeds; that of the first is 1.

    `ways` maps what the columns are called to levels of ONNX Runtime, `beside` further columns to a cell by network.
    """
    read = {way: clock(networks, seconds=seconds, optimize=level) for way, level in ways.items()}
    print(machine())
    header = ["", *beside]
    for way in ways:
        header += [f"ms {way}", "speed"]
    rows = []
    for name in networks:
        row = [name, *(column[name] for column in beside.values())]
        for times in read.values():
            row += [times.ms(name), times.speed(name)]
        rows.append(row)
    return Table(header, rows)


def outputs(source: Source, *, optimize: Optimize = "all") -> list[Any]:
    """Return what a network with random weights computes of a random input: an array for each of its outputs."""
    return list(runner(source, optimize)())


def profile(source: Source, *, runs: int = 20, optimize: Optimize = "all") -> dict[str, float]:
    """Return which share of a network's time goes to which class of operators, by ONNX Runtime's own profiler.

    Each node counts with its fastest run. What ONNX Runtime spends between nodes is no node's.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = session(source, optimize, os.path.join(folder, "profile"))
        feeds = random_feeds(made)
        for _ in range(runs + WARM_UP):
            made.run(None, feeds)
        events = json.loads(Path(made.end_profiling()).read_text("utf-8"))
    nodes: dict[str, tuple[str, float]] = {}
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            _, fastest = nodes.get(event["name"], ("", float("inf")))
            nodes[event["name"]] = (event["args"]["op_name"], min(fastest, float(event["dur"])))
    total = sum(time for _, time in nodes.values())
    shares = dict.fromkeys((*CLASSES, "rest"), 0.0)
    for operator, time in nodes.values():
        shares[next((kind for kind, names in CLASSES.items() if operator in names), "rest")] += time / total
    return shares


def machine() -> str:
    """Return what the clock runs on, in two lines: the processor; ONNX Runtime, what it runs, what is read."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    processor = next(names, platform.processor() or platform.machine())
    reads = "processor time" if reads_processor_time() else "time of day"
    return (
        f"{processor}, one thread\nONNX Runtime {runtime().__version__}; float32, batch 1, random weights; "
        f"{reads} of the fastest run"
    )


def reads_processor_time() -> bool:
    """Tell whether the processor time of a thread is known finely enough."""
    return get_clock_info("thread_time").resolution <= FINE


def runner(source: Source, optimize: Optimize) -> Callable[[], Any]:
    """Return a function that runs a network once."""
    made = session(source, optimize)
    feeds = random_feeds(made)
    return lambda: made.run(None, feeds)


def session(source: Source, optimize: Optimize, profile_to: str | None = None) -> Any:
    """Return a session of ONNX Runtime on one thread. Raises SourceError where that is not installed."""
    from macflops.writers import written

    if optimize not in LEVELS:
        raise SourceError(Location("optimize"), f"{optimize!r} is no level", f"use one of {', '.join(LEVELS)}")
    ort = runtime()
    options = ort.SessionOptions()
    options.graph_optimization_level = getattr(ort.GraphOptimizationLevel, LEVELS[optimize])
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if profile_to is not None:
        options.enable_profiling, options.profile_file_prefix = True, profile_to
    return ort.InferenceSession(written(load(source), "onnx"), options, providers=["CPUExecutionProvider"])


def random_feeds(made: Any) -> dict[str, Any]:
    """Return random inputs of a session."""
    import numpy as np

    random = np.random.default_rng(0)
    return {one.name: random.standard_normal(one.shape, np.float32) for one in made.get_inputs()}


def runtime() -> Any:
    """Return ONNX Runtime, or raise SourceError."""
    try:
        import onnxruntime
    except ImportError:
        what = "onnxruntime is not installed, which the clock needs"
        raise SourceError(Location("clock"), what, "pip install 'macflops[notebooks]'") from None
    return onnxruntime
