"""Small tensors as flat tuples, row by row: what shape arithmetic needs of them, without NumPy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

from macflops.arithmetic import Shape, is_integer
from macflops.readers.onnx.tensors import MOST
from macflops.readers.onnx.values import Numbers


def followed(shape: Shape) -> bool:
    """Tell whether a tensor of this shape is small enough for its elements to be followed."""
    return all(map(is_integer, shape)) and prod(shape) <= MOST


def strides(shape: Shape) -> list[int]:
    """Return how far apart neighbours along each dimension lie."""
    found, step = [], 1
    for side in reversed(shape):
        found.append(step)
        step *= side
    return found[::-1]


def positions(sides: Iterable[int], steps: Iterable[int]) -> list[int]:
    """Return where the elements of a tensor of such sides lie, row by row, its neighbours so far apart in each."""
    found = [0]
    for side, step in zip(sides, steps, strict=True):
        offsets = range(0, side * step, step) if step else (0,) * side
        found = [start + offset for start in found for offset in offsets]
    return found


def take(numbers: Numbers | None, shape: Shape, axis: int, places: Sequence[int]) -> Numbers | None:
    """Return the slices at some places along an axis, or None where the elements are not known."""
    if numbers is None or not all(map(is_integer, shape)):
        return None
    outer, inner = prod(shape[:axis]), prod(shape[axis + 1 :])
    if outer * inner * len(places) > MOST:
        return None
    side = shape[axis]
    return tuple(numbers[(o * side + p) * inner + i] for o in range(outer) for p in places for i in range(inner))


def transposed(numbers: Numbers | None, shape: Shape, order: Sequence[int]) -> Numbers | None:
    """Return the elements with the dimensions in another order."""
    if numbers is None or not followed(shape):
        return None
    steps = strides(shape)
    return tuple([numbers[i] for i in positions((shape[axis] for axis in order), (steps[axis] for axis in order))])


def spread(numbers: Numbers | None, shape: Shape, to: Shape) -> Numbers | None:
    """Return the elements broadcast to another shape."""
    if numbers is None or not followed(to):
        return None
    if shape == to:
        return numbers
    aligned = (1,) * (len(to) - len(shape)) + tuple(shape)
    steps = [0 if side == 1 else step for side, step in zip(aligned, strides(aligned), strict=True)]
    return tuple([numbers[i] for i in positions(to, steps)])


def joined(parts: Sequence[tuple[Numbers | None, Shape]], axis: int) -> Numbers | None:
    """Return the elements of tensors that are concatenated along an axis."""
    if any(numbers is None or not followed(shape) for numbers, shape in parts):
        return None
    if sum(prod(shape) for _, shape in parts) > MOST:
        return None
    found: list[object] = []
    for row in range(prod(parts[0][1][:axis])):
        for numbers, shape in parts:
            length = prod(shape[axis:])
            found.extend((numbers or ())[row * length : (row + 1) * length])
    return tuple(found)


def groups(numbers: Numbers | None, shape: Shape, dims: Sequence[int]) -> list[Numbers] | None:
    """Return the elements that a reduction along some dimensions folds into each of its own, in order."""
    if numbers is None or not followed(shape):
        return None
    kept = [axis for axis in range(len(shape)) if axis not in dims]
    moved = transposed(numbers, shape, (*kept, *dims)) or ()
    each = prod(shape[axis] for axis in dims)
    return [moved[i * each : (i + 1) * each] for i in range(prod(shape[axis] for axis in kept))]
