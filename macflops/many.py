"""Many networks at once: one row of totals each, in the order of their sources; a broken one is a row that says why."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from macflops.api import count
from macflops.errors import Location, SourceError
from macflops.readers import ENDINGS, PREFIXES, names
from macflops.report import plain

TOTALS = (
    "params",
    "mult_adds",
    "flops",
    "elementwise_ops",
    "mac_elements",
    "mac_bytes",
    "activations",
    "peak_activation_bytes",
    "arithmetic_intensity",
)
DECIDING = ("variant", "batch", "set", "input_shape", "assume")  # options that decide which network is counted
AHEAD = 4  # sources that each process may be ahead of the row that comes next
MOST_PROCESSES = 4  # for each processor: more of them would only take memory
NETWORK = re.compile(rb"^(?:layers|backbone)[ \t]*:", re.MULTILINE)  # what a YAML file that describes one holds
LOOKED_AT = 1 << 20  # bytes of a YAML file in which that has to stand


class Row(NamedTuple):
    """A network's totals, or why there are none: then they are None."""

    source: str
    name: str | None
    dtype: str
    fusion: str
    options: str  # the others that decide which network was counted, as the command line writes them
    complete: bool
    layers: int | None
    totals: Mapping[str, Any]
    unsupported: Mapping[str, int]  # operators that are not known, and how many layers want each
    error: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the row for machines: numbers in full, closed forms as text."""
        totals = {name: self.totals.get(name) for name in TOTALS}
        first: dict[str, Any] = {"source": self.source, "name": self.name, "dtype": self.dtype, "fusion": self.fusion}
        first |= {"options": self.options, "complete": self.complete, "layers": self.layers}
        return {**first, **totals, "unsupported": dict(self.unsupported), "error": self.error}


class Found(NamedTuple):
    """The sources that arguments stand for, and the YAML files in folders that describe no network."""

    sources: tuple[str, ...]
    others: tuple[str, ...]


def found(arguments: Iterable[str]) -> Found:
    """Return the sources that arguments stand for: a folder for all networks in it and in its folders, by name.

    Of YAML files in a folder only those count that describe a network. Hidden folders and links to folders are left
    out. Raises SourceError on a folder without networks.
    """
    sources: dict[str, None] = {}
    others: list[str] = []
    for argument in arguments:
        if not os.path.isdir(argument):
            sources[argument] = None
            continue
        before = len(sources)
        for path in files(argument):
            if holds_a_network(path):
                sources[path] = None
            else:
                others.append(path)
        if len(sources) == before:
            endings = ", ".join(f".{name}" for name in names() if name not in PREFIXES)
            raise SourceError(Location(argument), "no network is in this folder", f"they are files in {endings}")
    return Found(tuple(sources), tuple(others))


def files(folder: str) -> Iterator[str]:
    """Yield the files in a folder and its folders that a reader's ending has, in the order of their names."""
    for path, folders, inside in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(inside):
            ending = os.path.splitext(name)[1][1:].lower()
            if ENDINGS.get(ending, ending) in names() and ending not in PREFIXES:
                yield os.path.join(path, name)


def holds_a_network(path: str) -> bool:
    """Tell whether a file describes a network: every file but YAML of another kind. One that cannot be read may."""
    if not path.lower().endswith((".yaml", ".yml")):
        return True
    try:
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            return NETWORK.search(file.read(LOOKED_AT)) is not None
    except OSError:
        return True


def rows(sources: Iterable[str], jobs: int = 1, strict: bool = False, **options: Any) -> Iterator[Row]:
    """Yield a row for each source, in their order, as soon as it is counted. Options are those of `count`.

    With several `jobs`, each source is counted by one of as many processes; one that dies takes only its row along.
    With `strict`, an operator that is not known is an error.
    """
    if jobs == 1:
        for source in sources:
            yield row(source, strict, options)
        return
    yield from in_processes(iter(sources), jobs, strict, options)


def in_processes(sources: Iterator[str], jobs: int, strict: bool, options: dict[str, Any]) -> Iterator[Row]:
    """Yield rows that processes count, no process more than a few sources ahead of the row that comes next."""
    from collections import deque
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    jobs = min(jobs, MOST_PROCESSES * (os.cpu_count() or 1))
    waiting: deque[tuple[str, Future[Row] | None]] = deque()
    pool = ProcessPoolExecutor(jobs, initializer=attend)
    try:
        while True:
            for source in islice(sources, jobs * AHEAD - len(waiting)):
                waiting.append((source, pool.submit(row, source, strict, options)))
            if not waiting:
                return
            source, future = waiting.popleft()
            try:
                assert future is not None
                yield future.result()
            except BrokenProcessPool:  # by one of those that were under way: each of them once more, by itself
                pool.shutdown(wait=False, cancel_futures=True)
                again = [source, *(s for s, _ in waiting)]
                waiting.clear()
                for one in again:
                    yield alone(one, strict, options)
                pool = ProcessPoolExecutor(jobs, initializer=attend)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def attend() -> None:
    """Let a process that counts leave an interruption to the one that started it, and end with that one.

    A terminal interrupts all of them at once, and one that is killed cannot end those that it started.
    """
    import signal
    from multiprocessing import parent_process
    from multiprocessing.connection import wait
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:

        def end_with(sentinel: int) -> None:
            wait([sentinel])
            os._exit(1)

        Thread(target=end_with, args=(parent.sentinel,), daemon=True).start()


def alone(source: str, strict: bool, options: dict[str, Any]) -> Row:
    """Return the row of a source that a process of its own counts."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    with ProcessPoolExecutor(1, initializer=attend) as pool:
        try:
            return pool.submit(row, source, strict, options).result()
        except BrokenProcessPool:
            error = SourceError(Location(source), "the process that counted it died", "is there enough memory?")
            return failed(source, str(error), options)


def row(source: str, strict: bool, options: Mapping[str, Any]) -> Row:
    """Return a source's row."""
    try:
        report = count(source, **options)
        unsupported = {u.op: len(u.layers) for u in report.unsupported}
        if strict and unsupported:
            what = f"operators that macflops does not know: {', '.join(unsupported)}"
            raise SourceError(Location(source), what, "leave --strict out to count the rest")
        totals = {name: plain(getattr(report.totals, name)) for name in TOTALS}  # text: SymPy unpickles it simplified
        network, conventions = report.network, used(options)
        return Row(source, network.name, *conventions, report.complete, len(network.layers), totals, unsupported, None)
    except SourceError as error:
        return failed(source, str(error), options)
    except (MemoryError, RecursionError) as error:
        kind = "not enough memory" if isinstance(error, MemoryError) else "nested too deeply"
        return failed(source, str(SourceError(Location(source), kind, "lower its size")), options)
    except Exception as error:  # a fault of macflops, which must not take the others' rows along
        what = f"{type(error).__name__}: {error}, a fault of macflops"
        return failed(source, str(SourceError(Location(source), what, "count it alone and report it")), options)


def failed(source: str, error: str, options: Mapping[str, Any]) -> Row:
    """Return the row of a source that cannot be counted."""
    return Row(source, None, *used(options), False, None, {}, {}, error)


def used(options: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the type of elements and the fusion that options ask for, and the others that decide what is counted."""
    others: list[str] = []
    for name in DECIDING:
        value = options.get(name)
        if isinstance(value, Mapping):
            value = [f"{key}={item}" for key, item in value.items()]
        elif isinstance(value, list | tuple) and not all(isinstance(item, str) for item in value):
            value = ["x".join(map(str, value))]
        items = value if isinstance(value, list | tuple) else [] if value is None else [value]
        others.extend(f"--{name.replace('_', '-')} {item}" for item in items)
    return options.get("dtype", "float32"), options.get("fusion", "none"), " ".join(others)
