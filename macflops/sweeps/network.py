"""A sweep over a network: compiled once to closed forms, then evaluated on arrays.

What a network's structure depends on (a condition, a number of repeats, a width that is rounded) is no symbol: each of
its values has closed forms of its own. Where a closed form may not hold, for a check was left open, the configuration
is counted by itself; one that cannot be built is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import sympy

from macflops import api
from macflops.arithmetic import is_symbolic, open_questions
from macflops.costs import Totals
from macflops.errors import Location, SourceError
from macflops.sweeps import closed
from macflops.sweeps.axes import Axis
from macflops.sweeps.axes import size as size_of

QUANTITIES = Totals._fields
Compiled: TypeAlias = tuple[Any, list[Any]]  # totals in closed form, and the questions left open
FEW = 64  # configurations that are sooner counted than compiled


class NetworkChunks:
    """Evaluates chunks of a sweep over a network; goes to other processes, which compile for themselves."""

    def __init__(
        self, source: str, options: Mapping[str, Any], axes: tuple[Axis, ...], wanted: tuple[str, ...]
    ) -> None:
        self.source, self.wanted = source, wanted
        self.options = dict(options)
        self.set = api.assignments(self.options.pop("set", {}))
        both = sorted(self.set.keys() & {axis.name for axis in axes})
        if both:
            raise SourceError(Location("--over"), f"{both[0]} is swept over and set", "do one of the two")
        self.loading = {name: o for name, o in self.options.items() if name not in ("dtype", "fusion")}
        self.first = {axis.name: axis.values[0] for axis in axes}
        self.largest = {axis.name: max(axis.values) for axis in axes if whole(axis)}
        self.dimensions = self.symbols_of_inputs()
        self.known(axes)
        self.symbolic: tuple[str, ...] = ()
        for axis in axes if size_of(axes) > FEW else ():
            if whole(axis) and len(axis.values) > 1 and self.compiled((*self.symbolic, axis.name), self.first):
                self.symbolic = (*self.symbolic, axis.name)
        self.forms: dict[tuple[Any, ...], Any] = {}

    def known(self, axes: tuple[Axis, ...]) -> None:
        """Raise SourceError where neither the first nor the last configuration, nor the source itself, can be read."""
        last = {axis.name: axis.values[-1] for axis in axes}
        for values in (self.first, last, {}):
            try:
                self.counted(values, refuse=False)
                return
            except SourceError as error:
                if not values or "no parameter" in error.what:
                    raise

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "forms": {}}  # symbols are made anew elsewhere

    def __call__(self, part: tuple[Axis, ...]) -> Any:
        """Return the chunk of these axes."""
        from macflops.sweeps.grid import Chunk

        shape = tuple(len(axis.values) for axis in part)
        columns = self.blank(shape)
        valid = np.zeros(shape, dtype=bool)
        others: list[Any] = [range(len(a.values)) if a.name not in self.symbolic else (slice(None),) for a in part]
        for at in product(*others):
            chosen = {a.name: a.values[i] for a, i in zip(part, at, strict=True) if not isinstance(i, slice)}
            inside = tuple(a for a in part if a.name in self.symbolic)
            block, fine = self.block(chosen, inside)
            for name in self.wanted:
                put(columns, name, at, block[name])
            valid[at] = fine
        return Chunk(part, columns, valid)

    def blank(self, shape: tuple[int, ...]) -> dict[str, Any]:
        """Return a column for each quantity."""
        return {name: np.zeros(shape, float if name == "arithmetic_intensity" else np.int64) for name in self.wanted}

    def block(self, chosen: dict[str, Any], inside: tuple[Axis, ...]) -> tuple[dict[str, Any], Any]:
        """Return the quantities of all configurations with these values, and which can be built."""
        shape = tuple(len(axis.values) for axis in inside)
        key = tuple(sorted(chosen.items()))
        if inside and key not in self.forms:
            self.forms[key] = self.compiled(self.symbolic, chosen)
        found = self.blank(shape)
        certain = np.zeros(shape, dtype=bool)
        if inside and self.forms[key] is not None:
            found, certain = self.on_arrays(self.forms[key], inside)
        fine = certain.copy()
        for at in map(tuple, np.argwhere(~certain)):
            values = chosen | {axis.name: axis.values[i] for axis, i in zip(inside, at, strict=True)}
            totals = self.counted(values)
            if totals is not None:
                fine[at] = True
                for name in self.wanted:
                    value = getattr(totals, name)
                    put(found, name, at, float("nan") if value is None else value)
        return found, fine

    def on_arrays(self, compiled: Compiled, inside: tuple[Axis, ...]) -> tuple[dict[str, Any], Any]:
        """Return closed forms on arrays, and where all that was left open holds."""
        totals, questions = compiled
        forms = [getattr(totals, name) for name in self.wanted if name != "arithmetic_intensity"]
        asked = [
            one
            for question in questions
            for one in question[1:]
            if not isinstance(one, sympy.core.relational.Relational)
        ]
        narrow_enough = all(
            closed.fits(form, self.largest) for form in (*forms, *asked, totals.flops, totals.mac_bytes)
        )
        kind: Any = np.int64 if narrow_enough else object
        values = {}
        for place, axis in enumerate(inside):
            side = [1] * len(inside)
            side[place] = -1
            values[axis.name] = np.array(axis.values, dtype=kind).reshape(side)
        known: dict[Any, Any] = {}
        shape = tuple(len(axis.values) for axis in inside)
        certain = np.ones(shape, dtype=bool)
        for question in questions:
            certain &= np.asarray(closed.holds(question, values, known)).astype(bool)
        found = {}
        for name in self.wanted:
            if name == "arithmetic_intensity":
                flops = closed.evaluate(totals.flops, values, known)
                amount: Any = np.asarray(flops / closed.evaluate(totals.mac_bytes, values, known), dtype=float)
            else:
                amount = np.asarray(closed.evaluate(getattr(totals, name), values, known))
            found[name] = np.array(np.broadcast_to(amount, shape))
        return found, certain

    def compiled(self, names: tuple[str, ...], chosen: Mapping[str, Any]) -> Compiled | None:
        """Return the totals in closed form in these names, and what was left open; None where that cannot be."""
        values = {name: value for name, value in chosen.items() if name not in names}
        symbols = {
            name: sympy.Symbol(name, integer=True, positive=True) for name in names if name not in self.dimensions
        }
        try:
            with open_questions() as questions:
                report = api.count(self.source, set={**self.set, **values, **symbols}, **self.options)
            asked: dict[Any, None] = dict.fromkeys(questions)
            for tensor in report.network.tensors:
                asked |= {
                    ("holds", sympy.Ge(side, 1, evaluate=False)): None for side in tensor.shape if is_symbolic(side)
                }
            totals = report.totals
            closed.holds(("equal", totals.mac_elements, 0), dict.fromkeys(names, np.ones(1, np.int64)), {})
            for question in asked:
                closed.holds(question, dict.fromkeys(names, np.ones(1, np.int64)), {})
        except (SourceError, closed.UnknownFormError, ZeroDivisionError):
            return None
        return totals, list(asked)

    def symbols_of_inputs(self) -> frozenset[str]:
        """Return the names of the inputs' symbolic dimensions: these are symbols without being set."""
        try:
            network = api.load(self.source, set=self.set, **self.loading)
        except SourceError:
            return frozenset()
        sides = [side for i in network.inputs for side in network.tensors[i.tensor].shape if is_symbolic(side)]
        return frozenset(symbol.name for side in sides for symbol in side.free_symbols)  # type: ignore[attr-defined]

    def counted(self, values: Mapping[str, Any], refuse: bool = True) -> Totals | None:
        """Return one configuration's totals, counted by itself; None where it cannot be built."""
        try:
            return api.count(self.source, set={**self.set, **values}, **self.options).totals
        except SourceError:
            if refuse:
                return None
            raise


def whole(axis: Axis) -> bool:
    """Tell whether an axis has whole numbers from 1 alone."""
    return all(type(value) is int and value >= 1 for value in axis.values)


def put(columns: dict[str, Any], name: str, at: Any, value: Any) -> None:
    """Put numbers into a column, which becomes one of Python's integers where int64 is too small."""
    try:
        columns[name][at] = value
    except OverflowError:
        columns[name] = columns[name].astype(object)
        columns[name][at] = value
