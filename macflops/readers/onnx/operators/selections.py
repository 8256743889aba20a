"""What chooses elements, or marks them: by rank, by condition, by place along an axis."""

from __future__ import annotations

from itertools import accumulate
from operator import mul

from macflops.arithmetic import Shape, is_integer, is_symbolic
from macflops.readers.onnx.arrays import followed, groups, take
from macflops.readers.onnx.evaluated import elements
from macflops.readers.onnx.operators._common import axis_of, integers
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.tensors import TYPES
from macflops.readers.onnx.values import Numbers, Value

UNBOUNDED = "whose output is as long as its input's elements say"


def TopK(
    at: Place,
    x: Value,
    number: Value | None = None,
    *,
    axis: int = -1,
    k: int | None = None,
    largest: int = 1,
    sorted: int = 1,
) -> tuple[Value, ...]:
    """The k greatest or least elements along an axis, and where they are. k is an input from version 10 on."""
    dim = axis_of(at, axis, len(x.sides))
    if number is None and k is None:
        raise at.wrong("a TopK without k", "the file is damaged, or its writer in error")
    wanted = k if number is None else integers(at, number, "k")[0]
    side = x.sides[dim]
    if (
        wanted is None
        or (is_integer(wanted) and wanted < 0)
        or (is_integer(wanted) and is_integer(side) and wanted > side)
    ):
        raise at.wrong(f"the {wanted} greatest of {side}", "k is at most the dimension")
    shape = (*x.sides[:dim], wanted, *x.sides[dim + 1 :])
    return at.computed(x, outputs=[shape, shape], dtypes=[x.dtype, "int64"], name="topk", k=wanted, dim=dim)


def cumulated(at: Place, name: str, x: Value, axis: Value, exclusive: int, reverse: int) -> Value:
    """Add a cumulative function along an axis."""
    dim = axis.numbers[0] if axis.numbers else None

    def contents() -> Numbers | None:
        if len(x.sides) != 1 or x.numbers is None or exclusive or reverse:
            return None
        return tuple(accumulate(x.numbers, mul if name == "cumprod" else None))

    return at.computed(x, outputs=[x.sides], dtypes=[x.dtype], name=name, numbers=contents, dim=dim)[0]


def CumSum(at: Place, x: Value, axis: Value, *, exclusive: int = 0, reverse: int = 0) -> Value:
    """The sum of all elements up to each one, along an axis."""
    return cumulated(at, "cumsum", x, axis, exclusive, reverse)


def CumProd(at: Place, x: Value, axis: Value, *, exclusive: int = 0, reverse: int = 0) -> Value:
    """The product of all elements up to each one, along an axis."""
    return cumulated(at, "cumprod", x, axis, exclusive, reverse)


def Hardmax(at: Place, x: Value, *, axis: int | None = None) -> Value:
    """1 at the greatest element along an axis, 0 elsewhere: by default the last (second before 13)."""
    dim = axis_of(at, (-1 if at.opset >= 13 else 1) if axis is None else axis, len(x.sides))
    return at.computed(x, outputs=[x.sides], dtypes=[x.dtype], name="hardmax", kind="Computed", dim=dim)[0]


def OneHot(at: Place, indices: Value, depth: Value, values: Value, *, axis: int = -1) -> Value:
    """For each index a row of `depth` elements, with one that is another: the new axis is the last by default."""
    long = integers(at, depth, "depth")[0]
    new = axis_of(at, axis, len(indices.sides) + 1)
    shape = (*indices.sides[:new], long, *indices.sides[new:])
    return at.computed(indices, outputs=[shape], dtypes=[values.dtype], name="one_hot", kind="Moved", dim=new)[0]


def Trilu(at: Place, x: Value, k: Value | None = None, *, upper: int = 1) -> Value:
    """The upper or lower triangle of matrices (…, rows, columns), zeros elsewhere."""
    if len(x.sides) < 2:
        raise at.wrong(f"a triangle of shape {list(x.sides)}", "it needs rows and columns")

    def contents() -> Numbers | None:
        by = 0 if k is None else (k.numbers or (None,))[0]
        if x.numbers is None or not followed(x.sides) or by is None:
            return None
        rows, columns = x.sides[-2:]
        found = []
        for i, number in enumerate(x.numbers):
            row, column = i // columns % rows, i % columns
            kept = column - row >= by if upper else column - row <= by
            found.append(number if kept else type(number)(0))
        return tuple(found)

    shown = {"dim": -1} if k is None or not k.numbers else {"diagonal": k.numbers[0]}
    return at.computed(
        x,
        outputs=[x.sides],
        dtypes=[x.dtype],
        name="triu" if upper else "tril",
        kind="Moved",
        numbers=contents,
        **shown,
    )[0]


def EyeLike(at: Place, x: Value, *, dtype: int | None = None, k: int = 0) -> Value:
    """Ones on a diagonal of a matrix of x's shape, zeros elsewhere: a constant, whatever x holds."""
    if len(x.sides) != 2:
        raise at.wrong(f"a diagonal of shape {list(x.sides)}", "it needs rows and columns")
    kind = x.dtype if dtype is None else TYPES.get(dtype, ("unknown", ""))[0]
    rows, columns = x.sides
    contents: Numbers | None = None
    if followed(x.sides):
        one, zero = (1.0, 0.0) if "float" in kind else (1, 0)
        contents = tuple(one if column - row == k else zero for row in range(rows) for column in range(columns))
    return Value(x.sides, kind, contents=contents)


def NonZero(at: Place, x: Value) -> Value:
    """The indices (rank, number) of elements that are not 0: of elements that are known, or of a mask's."""
    numbers = x.numbers
    if numbers is None and x.constant:
        known = elements(at.build, at.node.inputs[0])
        if known is not None:
            return Value((len(x.sides), int((known != 0).sum())), "int64")
    if numbers is None or not followed(x.sides) or any(map(is_symbolic, numbers)):
        raise Unread(UNBOUNDED)
    places = [i for i, number in enumerate(numbers) if number]
    found: list[list[int]] = []
    step = len(numbers)
    for side in x.sides:
        step //= side or 1
        found.append([place // (step or 1) % side for place in places])
    return Value((len(x.sides), len(places)), "int64", contents=tuple(i for row in found for i in row))


def Compress(at: Place, x: Value, condition: Value, *, axis: int | None = None) -> Value:
    """The slices along an axis, or the elements, for which a condition holds: where it is known."""
    chosen = condition.numbers
    if chosen is None or any(map(is_symbolic, chosen)):
        raise Unread(UNBOUNDED)
    positions = [i for i, wanted in enumerate(chosen) if wanted]
    if axis is None:
        shape: Shape = (len(positions),)
        contents = None if x.numbers is None else tuple(x.numbers[i] for i in positions if i < len(x.numbers))
    else:
        dim = axis_of(at, axis, len(x.sides))
        shape = (*x.sides[:dim], len(positions), *x.sides[dim + 1 :])
        known = is_integer(x.sides[dim]) and all(i < x.sides[dim] for i in positions)
        contents = take(x.numbers, x.sides, dim, positions) if known else None
    return at.computed(x, outputs=[shape], dtypes=[x.dtype], kind="Moved", numbers=lambda: contents)[0]


def Unique(at: Place, x: Value, *, axis: int | None = None, sorted: int = 1) -> tuple[Value, ...]:
    """The elements that differ, where they first are, which each one is, and how often: of elements that are known."""
    numbers = x.numbers
    if numbers is None or any(map(is_symbolic, numbers)) or not followed(x.sides):
        raise Unread(UNBOUNDED)
    others: Shape = ()
    if axis is None:
        rows = [(number,) for number in numbers]
        dim = 0
    else:
        dim = axis_of(at, axis, len(x.sides))
        rest = [i for i in range(len(x.sides)) if i != dim]
        rows = groups(numbers, x.sides, rest) or []
        others = tuple(x.sides[i] for i in rest)
    first: dict[Numbers, int] = {}
    for i, row in enumerate(rows):
        first.setdefault(row, i)
    order = [*first]
    if sorted:
        order.sort()
    where = {row: i for i, row in enumerate(order)}
    count = len(order)
    shape = (count,) if axis is None else (*others[:dim], count, *others[dim:])
    flat = tuple(row[0] for row in order) if axis is None else None
    inverse = tuple(where[row] for row in rows)
    return (
        Value(shape, x.dtype, contents=flat),
        Value((count,), "int64", contents=tuple(first[row] for row in order)),
        Value((len(rows),), "int64", contents=inverse),
        Value((count,), "int64", contents=tuple(inverse.count(i) for i in range(count)) if count < 100 else None),
    )


def Multinomial(at: Place, x: Value, *, dtype: int = 6, sample_size: int = 1, seed: float | None = None) -> Value:
    """Drawn classes (N, sample_size) of unnormalized logarithms of probabilities (N, classes)."""
    if len(x.sides) != 2 or sample_size < 1:
        raise at.wrong(f"{sample_size} draws of shape {list(x.sides)}", "it takes (N, classes), and at least 1 draw")
    kind = TYPES.get(dtype, ("unknown", ""))[0]
    return at.computed(x, outputs=[(x.sides[0], sample_size)], dtypes=[kind], sample_size=sample_size)[0]
