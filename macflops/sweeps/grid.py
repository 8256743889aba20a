"""What a sweep is: axes, and chunks of configurations with their quantities, in order, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import ceil, floor
from os import PathLike, cpu_count, fspath
from typing import Any

import numpy as np

from macflops.api import choice
from macflops.costs import BYTES
from macflops.errors import Location, SourceError
from macflops.sweeps import layer
from macflops.sweeps.axes import CELLS, Axis, axes, chunks, size
from macflops.sweeps.pareto import front
from macflops.wording import counted

DEFAULT = ("params", "mult_adds", "mac_elements", "mac_bytes", "arithmetic_intensity")
LARGER_IS_BETTER = frozenset({"arithmetic_intensity"})


@dataclass(frozen=True)
class Chunk:
    """Some configurations: a dimension for each axis, arrays of each quantity that broadcast to their product."""

    axes: tuple[Axis, ...]  # what varies, with the values of this chunk
    columns: Mapping[str, Any]  # by quantity
    valid: Any  # where a configuration can be built, and is wanted

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(axis.values) for axis in self.axes)

    def flat(self) -> dict[str, Any]:
        """Return columns, one value for each configuration that can be built: of the axes, then of the quantities."""
        where = np.broadcast_to(self.valid, self.shape).reshape(-1)
        found: dict[str, Any] = {}
        for place, axis in enumerate(self.axes):
            side = [1] * len(self.axes)
            side[place] = -1
            values = np.array(axis.values).reshape(side)
            found[axis.name] = np.broadcast_to(values, self.shape).reshape(-1)[where]
        for name, column in self.columns.items():
            found[name] = np.broadcast_to(column, self.shape).reshape(-1)[where]
        return found


@dataclass(frozen=True)
class Sweep:
    """A sweep: iterate over its chunks, or take all rows at once."""

    axes: tuple[Axis, ...]  # what varies, with all values
    quantities: tuple[str, ...]  # columns beside the axes
    evaluate: Callable[[tuple[Axis, ...]], Chunk]  # what makes a chunk of its axes
    near: tuple[int, int] | None = None  # from how many mult-adds to how many a configuration may have
    pareto: tuple[str, ...] = ()  # quantities to be as small as may be (arithmetic_intensity: as large)
    executor: Executor | None = None  # where chunks are evaluated, if not here
    jobs: int = 1  # processes, where no executor is given
    cells: int = CELLS  # configurations in a chunk, at most

    @property
    def size(self) -> int:
        """How many configurations there are, those that cannot be built included."""
        return size(self.axes)

    def parts(self) -> Iterator[tuple[Axis, ...]]:
        """Yield the axes of each chunk."""
        for cut in chunks(self.axes, self.cells):
            yield tuple(Axis(a.name, a.values[s]) for a, s in zip(self.axes, cut, strict=True))

    def __iter__(self) -> Iterator[Chunk]:
        """Yield chunks in order, evaluated here, on processes, or by the executor; a few ahead, never all."""
        if self.executor is not None:
            yield from ahead(self.executor, self.evaluate, self.parts())
        elif self.jobs > 1:
            with ProcessPoolExecutor(self.jobs) as executor:
                yield from ahead(executor, self.evaluate, self.parts())
        else:
            yield from map(self.evaluate, self.parts())

    def tables(self) -> Iterator[dict[str, Any]]:
        """Yield the rows that are wanted, as columns, chunk by chunk; of a Pareto front all at once."""
        if not self.pareto:
            yield from map(self.wanted, self)
            return
        kept: dict[str, Any] | None = None
        for chunk in self:
            table = self.wanted(chunk)
            if kept is not None:
                table = {name: np.concatenate([kept[name], table[name]]) for name in table}
            at = front([table[name] for name in self.pareto], [name in LARGER_IS_BETTER for name in self.pareto])
            kept = {name: column[at] for name, column in table.items()}
        yield kept or {}

    def wanted(self, chunk: Chunk) -> dict[str, Any]:
        """Return a chunk's rows, those near the mult-adds alone where some are given."""
        table = chunk.flat()
        if self.near is not None:
            least, most = self.near
            near = (table["mult_adds"] >= least) & (table["mult_adds"] <= most)
            table = {name: column[near] for name, column in table.items()}
        return {name: column for name, column in table.items() if name in self.shown}

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns of a table."""
        return (*(axis.name for axis in self.axes), *self.quantities)

    def refusal(self) -> SourceError | None:
        """Return why the first configuration cannot be built, where none can; None where one can."""
        if any(np.any(chunk.valid) for chunk in self):
            return None
        first = {axis.name: axis.values[0] for axis in self.axes}
        why: SourceError | None = self.evaluate.refusal(first)  # type: ignore[attr-defined]
        if why is None:
            return None
        listed = ", ".join(f"{name}={value}" for name, value in first.items())
        what = f"none of {counted(self.size, 'configuration')} can be built; {listed}: {why.what}"
        return SourceError(why.location, what, why.hint, why.excerpt)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield rows of Python's numbers: a value for each axis, then for each quantity."""
        for table in self.tables():
            columns = [table[name].tolist() for name in self.shown if name in table]
            yield from zip(*columns, strict=True)


def around(amount: int, tolerance: float) -> tuple[int, int]:
    """Return the least and the most integers within a tolerance of an amount."""
    if not 0 <= tolerance < float("inf"):
        raise SourceError(Location("--tolerance"), f"a tolerance of {tolerance}", "give a number from 0, as 0.05")
    margin = Fraction(repr(tolerance)) * amount
    return ceil(amount - margin), floor(amount + margin)


def ahead(executor: Executor, evaluate: Callable[..., Any], parts: Iterator[Any]) -> Iterator[Any]:
    """Yield what an executor makes of each part, in order, with a bounded number on their way."""
    waiting = deque(executor.submit(evaluate, part) for part in islice(parts, 4 * (cpu_count() or 1)))
    while waiting:
        yield waiting.popleft().result()
        for part in islice(parts, 1):
            waiting.append(executor.submit(evaluate, part))


def known_quantities(quantities: Sequence[str], pareto: Sequence[str], known: Sequence[str]) -> None:
    """Raise SourceError where a quantity, or one of a Pareto front, is not known."""
    for option, names in (("quantity", quantities), ("pareto", pareto)):
        for name in names:
            choice(option, name, known)


@dataclass(frozen=True)
class LayerChunks:
    """Evaluates chunks of a sweep over convolutions; goes to other processes."""

    fixed: Mapping[str, int]
    dtype: str
    wanted: tuple[str, ...]
    exact: bool

    def __call__(self, part: tuple[Axis, ...]) -> Chunk:
        """Return the chunk of these axes."""
        columns, valid = layer.evaluate(part, self.fixed, self.dtype, self.wanted, self.exact)
        return Chunk(part, columns, valid)

    def refusal(self, values: Mapping[str, Any]) -> SourceError:
        """Return why a configuration cannot be built."""
        return layer.refusal({**self.fixed, **values})


def sweep(
    source: str | PathLike[str] | None = None,
    over: Mapping[str, Any] | Iterable[str] = (),
    *,
    quantities: Sequence[str] = DEFAULT,
    mult_adds: int | None = None,
    tolerance: float = 0.05,
    pareto: str | Iterable[str] = (),
    dtype: str = "float32",
    jobs: int = 1,
    executor: Executor | None = None,
    **options: Any,
) -> Sweep:
    """Return a sweep over a convolution's sizes, or over parameters and symbolic dimensions of a network.

    Without a source, `over` has c1, c2, h and as wanted w, g, k, s, N: output h x w, input s·h x s·w, no bias; what
    cannot be built, because g does not divide a width, is left out. `mult_adds` keeps what is within `tolerance` of
    them, as in the paper's Tables 1 and 2; `pareto` names quantities to be as small as may be (arithmetic_intensity: as
    large). Chunks are evaluated here, on `jobs` processes, or by any executor. Options are those of `count`.
    Raises SourceError on what is not known.
    """
    found = axes(over)
    choice("dtype", dtype, tuple(BYTES))
    chosen = (pareto.split(",") if isinstance(pareto, str) else pareto) if pareto else ()
    best = tuple(name.strip().replace("-", "_") for name in chosen)
    shown = tuple(dict.fromkeys((*quantities, *best)))
    if not found:
        raise SourceError(Location("--over"), "nothing to sweep over", "give --over NAME=1,2,4")
    near = None if mult_adds is None else around(mult_adds, tolerance)
    wanted = shown if near is None else tuple(dict.fromkeys((*shown, "mult_adds")))
    evaluate: Any
    cells = CELLS
    if source is None:
        known_quantities(quantities, best, layer.QUANTITIES)
        if options:
            raise SourceError(Location("sweep"), f"{min(options)} without a source", "name a SOURCE, too")
        fixed = layer.completed(found)
        evaluate = LayerChunks(fixed, dtype, wanted, not layer.fits(found, fixed, dtype))
    else:
        from macflops.sweeps import network

        if not isinstance(source, (str, PathLike)):
            what = f"a {type(source).__name__} has been built: nothing in it varies"
            raise SourceError(Location("sweep"), what, "name its file: a path, zoo:NAME, torch:MODULE:CALLABLE")
        known_quantities(quantities, best, network.QUANTITIES)
        evaluate = network.NetworkChunks(fspath(source), {**options, "dtype": dtype}, found, wanted)
        cells = evaluate.cells
    return Sweep(found, shown, evaluate, near, best, executor, jobs, cells)
