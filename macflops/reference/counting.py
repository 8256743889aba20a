"""Counting while running: what every layer multiplies, reads and writes, from the arrays that it really works on.

No formula of a layer's cost is here. Mult-adds are counted where NumPy multiplies matrices, from the shapes of those
two matrices; memory access by asking the arrays that go into a primitive and come out of it for their size, and whether
the output is memory of its own or a view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, NamedTuple

import numpy as np

from macflops.reference.layers import Layers
from macflops.reference.plain import Array


class Record(NamedTuple):
    """What one layer did in one run: shapes, mult-adds, and elements. Records stand in the order of execution."""

    name: str  # stage2.down.reduce.norm
    op: str  # conv | norm | act | pool | add | concat | split | shuffle | flatten | linear
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    mult_adds: int
    reads: int  # of its inputs
    weights: int  # of what it has learned, and a batch norm's running mean and variance
    writes: int
    params: int  # learned: the weights but for running statistics

    @property
    def mac(self) -> int:
        """Memory access cost: elements read and written."""
        return self.reads + self.weights + self.writes


class CountedArray(np.ndarray[Any, np.dtype[np.float32]]):
    """An array that adds to its tally what every matrix product with it multiplies."""

    tally: list[int]

    def __array_finalize__(self, parent: object) -> None:
        self.tally = getattr(parent, "tally", [])

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **settings: Any) -> Any:
        if ufunc is np.matmul:
            (*batch_a, rows, inner), (*batch_b, _, columns) = (np.shape(operand) for operand in inputs)
            batch = np.broadcast_shapes(tuple(batch_a), tuple(batch_b))
            self.tally.append(prod(batch) * rows * inner * columns)
        if out is not None:
            settings["out"] = tuple(bare(array) for array in out)
        result = getattr(ufunc, method)(*(bare(operand) for operand in inputs), **settings)
        if out is not None:
            return out[0]
        return counted(result, self.tally) if isinstance(result, np.ndarray) else result


class CountingLayers(Layers):
    """Layers that keep a record of each primitive they run."""

    def __init__(self, parameters: Mapping[str, Array]) -> None:
        super().__init__(parameters)
        self.records: list[Record] = []

    def apply(
        self,
        name: str,
        op: str,
        primitive: Callable[..., Any],
        inputs: tuple[Array, ...],
        learned: tuple[Array, ...] = (),
        statistics: tuple[Array, ...] = (),
        **settings: Any,
    ) -> Any:
        tally: list[int] = []
        operands = [counted(array, tally) for array in (*inputs, *learned, *statistics)]
        result = primitive(*operands, **settings)
        outputs = tuple(bare(array) for array in (result if isinstance(result, tuple) else (result,)))
        viewed = all(np.shares_memory(output, array) for output in outputs for array in inputs)
        self.records.append(
            Record(
                name,
                op,
                tuple(array.shape for array in inputs),
                tuple(output.shape for output in outputs),
                mult_adds=sum(tally),
                reads=0 if viewed else sum(array.size for array in inputs),
                weights=sum(array.size for array in (*learned, *statistics)),
                writes=0 if viewed else sum(output.size for output in outputs),
                params=sum(array.size for array in learned),
            )
        )
        return outputs if isinstance(result, tuple) else outputs[0]


def counted(array: Array, tally: list[int]) -> CountedArray:
    """View an array as one that counts into tally."""
    view = array.view(CountedArray)
    view.tally = tally
    return view


def bare(array: Any) -> Any:
    """View a counted array as a plain one; anything else stays what it is."""
    return array.view(np.ndarray) if isinstance(array, CountedArray) else array
