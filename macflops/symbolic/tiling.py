"""A 1x1 convolution as matrix products in tiles, with a fast memory of S elements: how many elements move.

A product of A (rows x depth) and B (depth x columns) keeps a block of one of the three matrices in the fast memory and
streams the other two past it. `moved` counts every element that is loaded or stored, edges included;
`simulate` moves them one by one, in a memory that refuses to hold more than S.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

Kept: TypeAlias = Literal["output", "left", "right"]


class Product(NamedTuple):
    """A matrix product: rows x depth times depth x columns."""

    rows: int
    depth: int
    columns: int


class Tiling(NamedTuple):
    """Which matrix a block is kept of, the block's sides, and how many elements are moved."""

    kept: Kept
    first: int  # rows of the output or of A, or depth of B's block
    second: int  # columns of the output or of B, or depth of A's block
    moved: int


def moved(product: Product, kept: Kept, first: Any, second: Any) -> Any:
    """Return how many elements a tiling moves: loads of A and B, loads and stores of the output. Works on arrays.

    Output kept: A is loaded once per column of blocks, B once per row of blocks, the output stored once. A kept: A
    once, B once per row of blocks; the output is stored once per block along the depth, and loaded for all but the
    first of them. B kept: likewise.
    """
    m, k, n = product
    if kept == "output":
        return m * k * blocks(n, second) + k * n * blocks(m, first) + m * n
    if kept == "left":
        return m * k + k * n * blocks(m, first) + m * n * (2 * blocks(k, second) - 1)
    return k * n + m * k * blocks(n, second) + m * n * (2 * blocks(k, first) - 1)


def blocks(side: Any, block: Any) -> Any:
    """Return how many blocks cover a side."""
    return -(-side // block)


def holds(kept: Kept, first: Any, second: Any) -> Any:
    """Return how many elements the fast memory holds at most: the block, a vector that streams by, and one element."""
    return first * second + (np.minimum(first, second) if kept == "output" else second if kept == "left" else first) + 1


def best(product: Product, capacity: int) -> Tiling:
    """Return the tiling that moves the fewest elements, of all blocks that fit."""
    m, k, n = product
    found = []
    choices: tuple[tuple[Kept, int, int], ...] = (("output", m, n), ("left", m, k), ("right", k, n))
    for kept, high, wide in choices:
        first = np.unique(blocks(high, np.arange(1, high + 1)))
        first = first[holds(kept, first, 1) <= capacity]
        second = largest(kept, first, capacity)
        first, second = first[second >= 1], np.minimum(second[second >= 1], wide)
        if len(first):
            amounts = moved(product, kept, first, second)
            at = int(np.argmin(amounts))
            found.append(Tiling(kept, int(first[at]), int(second[at]), int(amounts[at])))
    return min(found, key=lambda tiling: tiling.moved)


def largest(kept: Kept, first: Any, capacity: int) -> Any:
    """Return the largest second side of a block with this first side that fits."""
    if kept == "output":  # first·second + min(first, second) + 1
        narrow = (capacity - 1) // (first + 1)
        return np.where(narrow < first, narrow, (capacity - 1 - first) // first)
    if kept == "left":  # first·second + second + 1
        return (capacity - 1) // (first + 1)
    return (capacity - 1 - first) // first


class FastMemory:
    """A memory that holds so many elements, and counts each that is loaded or stored."""

    def __init__(self, capacity: int) -> None:
        self.capacity, self.moved, self.peak = capacity, 0, 0
        self.held: set[Any] = set()

    def load(self, element: Any) -> None:
        """Load an element from the slow memory."""
        self.moved += 1
        self.create(element)

    def create(self, element: Any) -> None:
        """Begin an element that the slow memory does not have yet. Raises MemoryError where there is no room."""
        self.held.add(element)
        self.peak = max(self.peak, len(self.held))
        if self.peak > self.capacity:
            raise MemoryError(f"{self.peak} elements in a memory of {self.capacity}")

    def store(self, element: Any) -> None:
        """Store an element into the slow memory; it stays."""
        self.use(element)
        self.moved += 1

    def drop(self, element: Any) -> None:
        """Forget an element."""
        self.held.remove(element)

    def use(self, *elements: Any) -> None:
        """Compute with elements, which have to be here."""
        if not self.held.issuperset(elements):
            raise LookupError(f"{elements} are not all in the fast memory")


def simulate(product: Product, tiling: Tiling, capacity: int) -> tuple[int, int]:
    """Carry a tiling out, each element by itself; return how many moved and how many mult-adds were done."""
    memory, done = FastMemory(capacity), 0
    m, k, n = product
    if tiling.kept == "output":
        for rows in spans(m, tiling.first):
            for columns in spans(n, tiling.second):
                done += keep_output(memory, rows, range(k), columns)
    elif tiling.kept == "left":
        for rows in spans(m, tiling.first):
            for depth in spans(k, tiling.second):
                done += keep_operand(memory, "A", rows, depth, range(n))
    else:
        for columns in spans(n, tiling.second):
            for depth in spans(k, tiling.first):
                done += keep_operand(memory, "B", columns, depth, range(m))
    return memory.moved, done


def spans(side: int, block: int) -> Iterator[range]:
    """Yield the blocks of a side, the last one as long as is left."""
    return (range(start, min(start + block, side)) for start in range(0, side, block))


def keep_output(memory: FastMemory, rows: range, depth: range, columns: range) -> int:
    """Compute a block of the output; one vector of the shorter side streams by, the longer one element by element."""
    outputs = [("C", i, j) for i in rows for j in columns]
    for output in outputs:
        memory.create(output)
    done = 0
    left_streams = len(rows) <= len(columns)
    short, long = (rows, columns) if left_streams else (columns, rows)
    for x in depth:
        vector = [("A", i, x) if left_streams else ("B", x, i) for i in short]
        for element in vector:
            memory.load(element)
        for j in long:
            other = ("B", x, j) if left_streams else ("A", j, x)
            memory.load(other)
            for i, element in zip(short, vector, strict=True):
                memory.use(element, other, ("C", i, j) if left_streams else ("C", j, i))
                done += 1
            memory.drop(other)
        for element in vector:
            memory.drop(element)
    for output in outputs:
        memory.store(output)
        memory.drop(output)
    return done


def keep_operand(memory: FastMemory, kept: str, own: range, depth: range, others: range) -> int:
    """Keep a block of A (or B); a vector of the other operand streams by, outputs come one by one."""
    block = {(i, x): ("A", i, x) if kept == "A" else ("B", x, i) for i in own for x in depth}
    for element in block.values():
        memory.load(element)
    done = 0
    for j in others:
        vector = {x: ("B", x, j) if kept == "A" else ("A", j, x) for x in depth}
        for element in vector.values():
            memory.load(element)
        for i in own:
            output = ("C", i, j) if kept == "A" else ("C", j, i)
            (memory.load if depth.start else memory.create)(output)
            for x in depth:
                memory.use(block[i, x], vector[x], output)
                done += 1
            memory.store(output)
            memory.drop(output)
        for element in vector.values():
            memory.drop(element)
    for element in block.values():
        memory.drop(element)
    return done
