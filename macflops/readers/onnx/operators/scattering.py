"""What looks up and writes at places that other tensors name, and what moves elements about."""

from __future__ import annotations

from itertools import product

from macflops.arithmetic import Dim, floor_div, is_integer, size
from macflops.readers.onnx.arrays import followed, strides
from macflops.readers.onnx.operators._common import Ints, axis_of, integers, plain_integers
from macflops.readers.onnx.operators.copies import Pad
from macflops.readers.onnx.operators.views import sliced
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.values import Numbers, Value


def GatherElements(at: Place, x: Value, indices: Value, *, axis: int = 0) -> Value:
    """Elements of x, each at its own index along an axis: as many as there are indices."""
    dim = axis_of(at, axis, len(x.sides))
    if len(indices.sides) != len(x.sides):
        raise at.wrong(f"indices of shape {list(indices.sides)} into {list(x.sides)}", "give as many dimensions")

    def contents() -> Numbers | None:
        if x.numbers is None or indices.numbers is None or not (followed(x.sides) and followed(indices.sides)):
            return None
        steps, found = strides(x.sides), []
        for place, index in zip(product(*map(range, indices.sides)), indices.numbers, strict=True):
            moved = (*place[:dim], index % x.sides[dim], *place[dim + 1 :])
            found.append(x.numbers[sum(i * step for i, step in zip(moved, steps, strict=True))])
        return tuple(found)

    return at.computed(
        x,
        indices,
        outputs=[indices.sides],
        dtypes=[x.dtype],
        kind="LookedUp",
        numbers=contents,
        learnable=True,
        dim=dim,
    )[0]


def GatherND(at: Place, x: Value, indices: Value, *, batch_dims: int = 0) -> Value:
    """Slices of x for indices (…, k), whose last dimension names a place along k dimensions."""
    along = indices.sides[-1] if indices.sides else None
    if not is_integer(along) or not 0 <= batch_dims < len(indices.sides) or batch_dims + along > len(x.sides):  # type: ignore[operator]
        raise at.wrong(f"indices of shape {list(indices.sides)} into {list(x.sides)}", "they name too many dimensions")
    shape = (*indices.sides[:-1], *x.sides[batch_dims + int(along or 0) :])

    def contents() -> Numbers | None:
        if x.numbers is None or indices.numbers is None or batch_dims or not followed(x.sides) or not along:
            return None
        steps, each = strides(x.sides), int(size(x.sides[along:]))
        found: list[object] = []
        for i in range(0, len(indices.numbers), along):
            place = [n % side for n, side in zip(indices.numbers[i : i + along], x.sides, strict=False)]
            first = sum(n * step for n, step in zip(place, steps, strict=False))
            found.extend((x.numbers or ())[first : first + each])
        return tuple(found)

    return at.computed(
        x, indices, outputs=[shape], dtypes=[x.dtype], kind="LookedUp", numbers=contents, learnable=True
    )[0]


def scattered(at: Place, x: Value, indices: Value, updates: Value, numbers: Numbers | None = None) -> Value:
    """Add a copy of x with elements at some places replaced, or added to."""
    return at.computed(
        x, indices, updates, outputs=[x.sides], dtypes=[x.dtype], kind="Moved", learnable=True, numbers=lambda: numbers
    )[0]


def Scatter(at: Place, x: Value, indices: Value, updates: Value, *, axis: int = 0) -> Value:
    """ScatterElements, as it was called before version 11."""
    return ScatterElements(at, x, indices, updates, axis=axis)


def ScatterElements(
    at: Place, x: Value, indices: Value, updates: Value, *, axis: int = 0, reduction: str = "none"
) -> Value:
    """x with the updates at their own indices along an axis."""
    axis_of(at, axis, len(x.sides))
    if len(indices.sides) != len(x.sides) or len(updates.sides) != len(x.sides):
        raise at.wrong(f"indices of shape {list(indices.sides)} into {list(x.sides)}", "give as many dimensions")
    return scattered(at, x, indices, updates)


def ScatterND(at: Place, x: Value, indices: Value, updates: Value, *, reduction: str = "none") -> Value:
    """x with updates (…, slices) at the places that indices (…, k) name."""
    along = indices.sides[-1] if indices.sides else None
    if not is_integer(along) or along > len(x.sides):  # type: ignore[operator]
        raise at.wrong(f"indices of shape {list(indices.sides)} into {list(x.sides)}", "they name too many dimensions")
    contents: Numbers | None = None
    known = x.numbers, indices.numbers, updates.numbers
    if reduction == "none" and None not in known and followed(x.sides) and along:
        steps, each = strides(x.sides), int(size(x.sides[along:]))
        found = list(x.numbers or ())
        for row, i in enumerate(range(0, len(indices.numbers or ()), along)):
            place = [n % side for n, side in zip((indices.numbers or ())[i : i + along], x.sides, strict=False)]
            first = sum(n * step for n, step in zip(place, steps, strict=False))
            found[first : first + each] = (updates.numbers or ())[row * each : (row + 1) * each]
        contents = tuple(found) if len(found) == size(x.sides) else None
    return scattered(at, x, indices, updates, contents)


def TensorScatter(
    at: Place, cache: Value, update: Value, places: Value | None = None, *, axis: int = -2, mode: str = "linear"
) -> Value:
    """A cache with an update written along an axis."""
    axis_of(at, axis, len(cache.sides))
    given = (cache, update) if places is None else (cache, update, places)
    return at.computed(*given, outputs=[cache.sides], dtypes=[cache.dtype], kind="Moved")[0]


def ReverseSequence(at: Place, x: Value, lengths: Value, *, batch_axis: int = 1, time_axis: int = 0) -> Value:
    """x with the first elements along time reversed, as many as each example's length says."""
    axis_of(at, batch_axis, len(x.sides))
    axis_of(at, time_axis, len(x.sides))
    return at.computed(x, lengths, outputs=[x.sides], dtypes=[x.dtype], kind="Moved")[0]


def MaxUnpool(
    at: Place,
    x: Value,
    indices: Value,
    output_shape: Value | None = None,
    *,
    kernel_shape: Ints,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """x (N, c, …sides) at the places that a pooling took its elements from, zeros elsewhere."""
    count = len(x.sides) - 2
    by, gone = strides or (1,) * count, pads or (0,) * (2 * count)
    if not count == len(kernel_shape) == len(by) or len(gone) != 2 * count:
        raise at.wrong(f"a kernel {list(kernel_shape)} on an input of shape {list(x.sides)}", "give one for each side")
    shape: tuple[Dim, ...]
    if output_shape is not None:
        shape = integers(at, output_shape, "output_shape")
    else:
        along = zip(x.sides[2:], by, kernel_shape, gone, gone[count:], strict=False)
        shape = (*x.sides[:2], *((side - 1) * s + k - b - a for side, s, k, b, a in along))
    return at.computed(x, indices, outputs=[shape], dtypes=[x.dtype], kind="Moved")[0]


def Col2Im(
    at: Place,
    x: Value,
    image_shape: Value,
    block_shape: Value,
    *,
    dilations: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """Columns (N, c·block, blocks) added up to an image (N, c, …sides), where blocks overlap."""
    sides, block = integers(at, image_shape, "image_shape"), integers(at, block_shape, "block_shape")
    if len(x.sides) != 3 or len(sides) != len(block):
        raise at.wrong(f"columns of shape {list(x.sides)}", "they are (N, c·block, blocks)")
    shape = (x.sides[0], floor_div(x.sides[1], size(block)), *sides)
    return at.computed(x, outputs=[shape], dtypes=[x.dtype], name="fold", kernel=block)[0]


def CenterCropPad(at: Place, x: Value, shape: Value, *, axes: Ints | None = None) -> Value:
    """x cropped or padded around its middle, to a shape along all dimensions or some."""
    dims = range(len(x.sides)) if axes is None else [axis_of(at, axis, len(x.sides)) for axis in axes]
    wanted = plain_integers(at, shape, "shape")
    if len(wanted) != len(dims) or not all(is_integer(x.sides[dim]) for dim in dims):
        raise (
            Unread("of a symbolic dimension")
            if len(wanted) == len(dims)
            else at.wrong(f"{len(wanted)} sides of {len(dims)} dimensions", "give one for each")
        )
    found, more = x, [0] * (2 * len(x.sides))
    for dim, side in zip(dims, wanted, strict=True):
        have = x.sides[dim]
        if side < have:
            first = (have - side) // 2
            found = sliced(at, found, dim, first, first + side, 1, f".crop_{dim}")
        elif side > have:
            more[dim] = (side - have) // 2
            more[len(x.sides) + dim] = side - have - more[dim]
    return Pad(at, found, pads=tuple(more))
