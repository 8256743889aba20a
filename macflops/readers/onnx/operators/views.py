"""What shows the same elements in another shape, or some of them."""

from __future__ import annotations

from macflops.arithmetic import Dim, ceil_div, exact_div, is_integer, minimum, size, surely
from macflops.readers.onnx.arrays import take
from macflops.readers.onnx.operators._common import Ints, axes_of, axis_of, integers, plain_integers
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.scalars import whole
from macflops.readers.onnx.values import Numbers, Value, following


def reshaped(at: Place, x: Value, shape: tuple[Dim, ...]) -> Value:
    """Add a view of x as another shape of as many elements."""
    if x.constant:
        return Value(shape, x.dtype, contents=x.numbers, leaves=x.leaves)
    if any(is_integer(side) and side == 0 for side in shape):
        return Value(shape, x.dtype, contents=())
    return at.layer("reshape", x, shape=shape)


def Reshape(at: Place, x: Value, shape: Value, *, allowzero: int = 0) -> Value:
    """x as another shape: 0 is x's own dimension, -1 what the others leave."""
    wanted = list(integers(at, shape, "shape"))
    for i, side in enumerate(wanted):
        if is_integer(side) and side == 0 and not allowzero:
            if i >= len(x.sides):
                raise at.wrong(f"a shape {wanted} for one of {len(x.sides)} dimensions", "0 has nothing to keep")
            wanted[i] = x.sides[i]
    holes = [i for i, side in enumerate(wanted) if is_integer(side) and side == -1]
    if len(holes) > 1 or any(is_integer(side) and side < -1 for side in wanted):
        raise at.wrong(f"a shape {wanted}", "one dimension can be -1, none less")
    if holes:
        rest = size(side for i, side in enumerate(wanted) if i != holes[0])
        if is_integer(rest) and is_integer(size(x.sides)) and (rest == 0 or size(x.sides) % rest):
            raise at.wrong(f"a shape {wanted} for one of {list(x.sides)}", "it has to have as many elements")
        wanted[holes[0]] = exact_div(size(x.sides), rest)
    return reshaped(at, x, tuple(wanted))


def Flatten(at: Place, x: Value, *, axis: int = 1) -> Value:
    """x as a matrix: the dimensions before the axis, and those from it on."""
    rank = len(x.sides)
    if not -rank <= axis <= rank:
        raise at.wrong(f"axis {axis} of {rank} dimensions", "the file is damaged, or its writer in error")
    axis = axis + rank if axis < 0 else axis
    if axis == 1 and rank > 1 and not x.constant:
        return at.layer("flatten", x)
    return reshaped(at, x, (size(x.sides[:axis]), size(x.sides[axis:])))


def Squeeze(at: Place, x: Value, given: Value | None = None, *, axes: Ints | None = None) -> Value:
    """x without dimensions that are 1."""
    wanted = axes_of(at, given, axes)
    if wanted is None:
        gone = {i for i, side in enumerate(x.sides) if is_integer(side) and side == 1}
    else:
        gone = {axis_of(at, axis, len(x.sides)) for axis in wanted}
    if any(is_integer(x.sides[i]) and x.sides[i] != 1 for i in gone):
        raise at.wrong(f"axes {sorted(gone)} of shape {list(x.sides)} are not all 1", "only a 1 can be left out")
    return reshaped(at, x, tuple(side for i, side in enumerate(x.sides) if i not in gone))


def Unsqueeze(at: Place, x: Value, given: Value | None = None, *, axes: Ints | None = None) -> Value:
    """x with dimensions of 1 more."""
    wanted = axes_of(at, given, axes) or ()
    rank = len(x.sides) + len(wanted)
    new = {axis_of(at, axis, rank) for axis in wanted}
    if len(new) < len(wanted):
        raise at.wrong(f"axes {list(wanted)} name one twice", "name each once")
    old = iter(x.sides)
    return reshaped(at, x, tuple(1 if i in new else next(old) for i in range(rank)))


def Slice(
    at: Place,
    x: Value,
    start: Value | None = None,
    end: Value | None = None,
    along: Value | None = None,
    step: Value | None = None,
    *,
    starts: Ints | None = None,
    ends: Ints | None = None,
    axes: Ints | None = None,
) -> Value:
    """Parts of x: bounds are inputs from version 10 on, and attributes before."""
    first = starts if start is None else integers(at, start, "starts")
    last = ends if end is None else integers(at, end, "ends")
    if first is None or last is None:
        raise at.wrong("a slice without bounds", "the file is damaged, or its writer in error")
    dims = axes_of(at, along, axes)
    dims = tuple(range(len(first))) if dims is None else dims
    steps = (1,) * len(first) if step is None else plain_integers(at, step, "steps")
    if not len(first) == len(last) == len(dims) == len(steps) or 0 in steps:
        raise at.wrong("a slice whose bounds, axes and steps do not match", "give one of each, and no step of 0")
    cut, found = 0, x
    for begin, stop, dim, by in zip(first, last, dims, steps, strict=True):
        axis = axis_of(at, dim, len(x.sides))
        side = found.sides[axis]
        begin, stop = bound(begin, side, by, 0), bound(stop, side, by, -1)
        if is_integer(stop) and not is_integer(side) and stop > 1:
            stop = minimum(stop, side)  # what is behind the end is left out
        elif by > 0 and surely(stop > side):
            stop = side
        if begin == 0 and stop == side and by == 1:
            continue
        found = sliced(at, found, axis, begin, stop, by, f".{cut}" if cut else "")
        cut += 1
    return found if cut or x.constant else at.layer("identity", x)


def bound(at: Dim, side: Dim, step: int, least: int) -> Dim:
    """Return a slice's bound counted from the beginning, and within the side."""
    if is_integer(at) and is_integer(side):
        at = at + side if at < 0 else at
        return min(max(at, 0), side) if step > 0 else min(max(at, least), side - 1)
    if is_integer(at):
        return at if 0 <= at < 2**31 - 1 else side + at if at < 0 else side
    return at


def sliced(at: Place, x: Value, axis: int, begin: Dim, stop: Dim, step: int, part: str) -> Value:
    """Add a slice along one axis. One that runs backwards is a slice, and a copy that turns it."""
    side = x.sides[axis]
    known = all(map(is_integer, (begin, stop, side)))
    if step < 0:
        if not known:
            raise Unread("backwards along a symbolic dimension")
        positions = range(begin, stop, step)
        if not positions:
            return empty(x, axis)
        forwards = sliced(at, x, axis, positions[-1], begin + 1, -step, part)
        return turned(at, forwards, axis, f"{part}.flip")
    if (known and begin >= stop) or bool(begin == stop):
        return empty(x, axis)
    if not x.constant:
        if known and (begin, stop, step) == (0, side, 1):
            return x
        return at.layer("slice", x, part=part, dim=axis, start=begin, end=stop, step=step)
    if not known:
        length = ceil_div(stop - begin, step)
        return Value((*x.sides[:axis], length, *x.sides[axis + 1 :]), x.dtype, leaves=x.leaves)
    positions = range(begin, stop, step)
    shape = (*x.sides[:axis], len(positions), *x.sides[axis + 1 :])
    return following(shape, x.dtype, lambda: take(x.numbers, x.sides, axis, positions), (x,), (x,))


def empty(x: Value, axis: int) -> Value:
    """Return x without any of its slices along an axis: a constant, for nothing is in it."""
    return Value((*x.sides[:axis], 0, *x.sides[axis + 1 :]), x.dtype, contents=())


def turned(at: Place, x: Value, axis: int, part: str) -> Value:
    """Add a copy of x that runs backwards along an axis."""

    def contents() -> Numbers | None:
        return take(x.numbers, x.sides, axis, range(x.sides[axis] - 1, -1, -1))

    return at.computed(
        x, outputs=[x.sides], dtypes=[x.dtype], kind="Moved", name="flip", part=part, numbers=contents, dim=axis
    )[0]


def Split(
    at: Place,
    x: Value,
    given: Value | None = None,
    *,
    axis: int = 0,
    split: Ints | None = None,
    num_outputs: int | None = None,
) -> tuple[Value, ...]:
    """Consecutive parts of x along an axis: of these sizes, or as many equal ones as there are outputs."""
    along = axis_of(at, axis, len(x.sides))
    side, number = x.sides[along], at.outputs
    if num_outputs not in (None, number):
        raise at.wrong(f"num_outputs is {num_outputs}, and {number} are named", "make them agree")
    sizes: tuple[Dim, ...] | None = split if given is None else integers(at, given, "sizes")
    if sizes is None:
        sizes = (ceil_div(side, number),) * (number - 1)
        sizes = (*sizes, whole(side - sum(sizes)))
    if any(is_integer(part) and part < 0 for part in sizes):
        raise at.wrong(f"sizes {list(sizes)} of a split", "no part can be negative")
    if not x.constant and not any(is_integer(part) and part == 0 for part in sizes):
        return at.layers("split", x, sizes=sizes, dim=along)
    found: list[Value] = []
    start: Dim = 0
    for i, part in enumerate(sizes):
        found.append(sliced(at, x, along, start, start + part, 1, f".{i}" if i else ""))
        start = start + part
    return tuple(found)


def Gather(at: Place, x: Value, indices: Value, *, axis: int = 0) -> Value:
    """Slices of x along an axis for indices (…), which take the axis's place. A single known one is a view."""
    along = axis_of(at, axis, len(x.sides))
    shape = (*x.sides[:along], *indices.sides, *x.sides[along + 1 :])
    side, numbers = x.sides[along], indices.numbers
    if x.constant and indices.constant:
        positions = [int(i) + (side if i < 0 else 0) for i in numbers] if numbers and is_integer(side) else None
        if positions is not None and not all(0 <= i < side for i in positions):
            raise at.wrong(f"an index outside of shape {list(x.sides)}", "the file is damaged, or its writer in error")
        if positions is None:
            return Value(shape, x.dtype, leaves=x.leaves)
        return following(shape, x.dtype, lambda: take(x.numbers, x.sides, along, positions), (x,), (x,))
    if numbers is not None and len(numbers) == 1 and not x.constant:
        begin = numbers[0] if numbers[0] >= 0 or not is_integer(side) else numbers[0] + side
        if begin < 0 and not is_integer(side):
            begin = side + begin
        part = at.layer("slice", x, dim=along, start=begin, end=begin + 1)
        return at.layer("reshape", part, part=".squeeze", shape=shape)
    if x.kept and along == 0 and len(x.sides) == 2:
        return at.layer(
            "embedding", indices, weights=(x,), num_embeddings=x.sides[0], embedding_dim=x.sides[1], dtype=x.dtype
        )
    return at.layer("gather", x, indices, dim=along)
