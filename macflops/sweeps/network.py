"""A sweep over a network: built once for each structure, on numbers that vary, instead of once for each configuration.

All configurations of a chunk are walked together, as arrays, through the reader, the operators and the costs. Where the
network asks what they answer differently (whether a condition holds, how often a repeat runs, whether groups divide a
width) they are parted by the answer, and each part is walked anew. What cannot be built is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from macflops import api
from macflops.costs import Totals
from macflops.errors import Location, SourceError
from macflops.readers import reader_of
from macflops.sweeps.axes import Axis
from macflops.sweeps.varying import Split, Varying, made

QUANTITIES = Totals._fields
CELLS = 2_000_000  # numbers of each kind that a chunk may hold: its configurations times the network's layers
MOST = 16_384  # configurations of a chunk: arrays that stay in a cache
TOGETHER = frozenset({"yaml", "zoo", "onnx"})  # readers whose numbers may vary


class Part(NamedTuple):
    """Configurations that have answered alike so far: values that vary by name, and where they stand in the chunk."""

    values: Mapping[str, Any]  # arrays that broadcast
    places: Any  # an integer for each configuration

    def parted(self, labels: Any) -> Iterator[Part]:
        """Yield a part for each label: cut along one axis where labels change along it alone, else one by one."""
        along = [axis for axis, length in enumerate(labels.shape) if length > 1 and changes(labels, axis)]
        if len(along) > 1:
            shape = self.places.shape
            labels = np.broadcast_to(labels, shape).reshape(-1)
            values = {name: np.broadcast_to(array, shape).reshape(-1) for name, array in self.values.items()}
            yield from Part(values, self.places.reshape(-1)).parted(labels)
            return
        (axis,) = along
        line = np.moveaxis(labels, axis, 0).reshape(labels.shape[axis], -1)[:, 0]
        for label in np.unique(line):
            at = np.flatnonzero(line == label)
            values = {n: v.take(at, axis) if v.shape[axis] > 1 else v for n, v in self.values.items()}
            yield Part(values, self.places.take(at, axis))

    def numbers(self) -> dict[str, Any]:
        """Return the values as a network takes them: Python's numbers where there is one alone."""
        return {n: v.reshape(-1).tolist()[0] if v.size == 1 else Varying(v) for n, v in self.values.items()}

    def first(self) -> dict[str, Any]:
        """Return the first configuration's values."""
        return {name: value.reshape(-1).tolist()[0] for name, value in self.values.items()}


def changes(labels: Any, axis: int) -> bool:
    """Tell whether labels change along an axis."""
    return bool((labels != np.take(labels, [0], axis)).any())


class NetworkChunks:
    """Evaluates chunks of a sweep over a network; goes to other processes."""

    def __init__(
        self, source: str, options: Mapping[str, Any], axes: tuple[Axis, ...], wanted: tuple[str, ...]
    ) -> None:
        self.source, self.wanted = source, wanted
        self.text = sys.stdin.read() if source == "-" else None  # it can be read once alone
        self.options = dict(options)
        self.set = api.assignments(self.options.pop("set", {}))
        both = sorted(self.set.keys() & {axis.name for axis in axes})
        if both:
            raise SourceError(Location("--over"), f"{both[0]} is swept over and set", "do one of the two")
        layers = self.known(axes)
        self.together = reader_of(source) in TOGETHER
        self.cells = max(16, min(MOST, CELLS // max(1, layers)))

    def known(self, axes: tuple[Axis, ...]) -> int:
        """Return how many layers there are, about.

        Raises SourceError where neither the first nor the last configuration, nor the source itself, can be read.
        """
        last = {axis.name: axis.values[-1] for axis in axes}
        first = {axis.name: axis.values[0] for axis in axes}
        for values in (last, first, {}):
            try:
                network = self.costs(values).network
                api.refuse_symbols(network, "a sweep", first)
                return len(network.layers)
            except SourceError as error:
                if "no parameter" in error.what and error.location.file.startswith("--set"):
                    raise SourceError(Location("--over"), error.what, error.hint) from None
                if not values:
                    raise
        return 0

    def __call__(self, part: tuple[Axis, ...]) -> Any:
        """Return the chunk of these axes."""
        from macflops.sweeps.grid import Chunk

        shape = tuple(len(axis.values) for axis in part)
        columns = {n: np.zeros(shape, float if n == "arithmetic_intensity" else np.int64) for n in self.wanted}
        valid = np.zeros(shape, dtype=bool)
        places = np.arange(valid.size).reshape(shape)
        varying = [place for place, axis in enumerate(part) if self.together and numeric(axis)]
        fixed = [place for place in range(len(part)) if place not in varying]
        for at in product(*(range(len(part[place].values)) for place in fixed)):
            chosen = {part[place].name: part[place].values[i] for place, i in zip(fixed, at, strict=True)}
            cut: list[Any] = [slice(None)] * len(part)
            for place, i in zip(fixed, at, strict=True):
                cut[place] = i
            values = {part[p].name: along(part[p].values, len(varying), i) for i, p in enumerate(varying)}
            for where, number in self.walked(Part(values, places[tuple(cut)]), chosen):
                valid.reshape(-1)[where] = True
                for name in self.wanted:
                    put(columns, name, where, number[name])
        return Chunk(part, columns, valid)

    def walked(self, part: Part, chosen: Mapping[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Yield where configurations stand in the chunk, and their quantities; those that cannot be built are none."""
        left = [part]
        while left:
            part = left.pop()
            try:
                costs = self.costs({**chosen, **part.numbers()})
                for tensor in costs.network.tensors:  # checks that need integers have been left out
                    if not all(side >= 1 for side in tensor.shape):
                        raise SourceError(Location(self.source), "a side of 0", "it has to be at least 1")
                found = {name: costs.total(name) for name in self.wanted}
            except Split as split:
                left.extend(part.parted(split.labels))
            except SourceError:
                if part.places.size > 1 and self.builds({**chosen, **part.first()}):  # it was the varying that failed
                    left.extend(part.parted(np.arange(part.places.size).reshape(part.places.shape)))
            else:
                shape = part.places.shape
                yield part.places.reshape(-1), {name: spread(value, shape) for name, value in found.items()}

    def builds(self, values: Mapping[str, Any]) -> bool:
        """Tell whether one configuration can be built by itself."""
        return self.refusal(values) is None

    def refusal(self, values: Mapping[str, Any]) -> SourceError | None:
        """Return why one configuration cannot be built by itself; None where it can."""
        try:
            self.costs(values)
        except SourceError as error:
            return error
        return None

    def costs(self, values: Mapping[str, Any]) -> Any:
        """Return the costs of one configuration, or of many at once."""
        values = {**self.set, **values}
        if self.text is None:
            return api.count(self.source, set=values, **self.options).costs
        from macflops.readers.yaml import read

        loading = {name: option for name, option in self.options.items() if name not in ("dtype", "fusion")}
        if "input_shape" in loading:
            loading["input_shape"] = api.shapes(loading["input_shape"])
        network = read(self.text, self.source, set=values, **loading)
        return api.count(network, **{n: o for n, o in self.options.items() if n in ("dtype", "fusion")}).costs


def numeric(axis: Axis) -> bool:
    """Tell whether an axis has numbers alone."""
    return all(type(value) in (int, float) for value in axis.values)


def along(values: tuple[Any, ...], dimensions: int, place: int) -> Any:
    """Return an axis's values as an array of so many dimensions, of which it is one."""
    shape = [1] * dimensions
    shape[place] = -1
    return made(list(values), tuple(shape)).array


def spread(value: Any, shape: tuple[int, ...]) -> Any:
    """Return a quantity as one number for each configuration, in a line."""
    if value is None:
        value = float("nan")
    return np.broadcast_to(value.array if isinstance(value, Varying) else value, shape).reshape(-1)


def put(columns: dict[str, Any], name: str, where: Any, numbers: Any) -> None:
    """Put numbers into a column, which becomes one of Python's integers where int64 is too small."""
    if numbers.dtype == object and columns[name].dtype != object:
        columns[name] = columns[name].astype(object)
    columns[name].reshape(-1)[where] = numbers
