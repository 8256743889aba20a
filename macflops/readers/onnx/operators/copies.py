"""What moves elements: transpositions, concatenations, paddings, resizing."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.arithmetic import Dim, floor_div, is_integer
from macflops.errors import ShapeError
from macflops.ops._arithmetic import broadcast_shape, check_broadcast
from macflops.readers.onnx.arrays import joined, spread, transposed
from macflops.readers.onnx.operators._common import Ints, axis_of, integers, plain_integers
from macflops.readers.onnx.operators.views import sliced
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.values import Value, following

Floats = tuple[float, ...]


def Transpose(at: Place, x: Value, *, perm: Ints | None = None) -> Value:
    """x with its dimensions in another order, by default the reverse."""
    order = tuple(reversed(range(len(x.sides)))) if perm is None else perm
    if sorted(order) != list(range(len(x.sides))):
        raise at.wrong(f"perm {list(order)} of {len(x.sides)} dimensions", "name each dimension once")
    return at.layer("transpose", x, numbers=lambda: transposed(x.numbers, x.sides, order), dims=order)


def Concat(at: Place, first: Value, *more: Value, axis: int = 1) -> Value:
    """Some tensors, one after the other along an axis."""
    values, along = (first, *more), axis_of(at, axis, len(first.sides))
    if any(len(value.sides) != len(first.sides) for value in values):
        raise at.wrong("tensors of different ranks", "the file is damaged, or its writer in error")
    present = tuple(v for v in values if not (is_integer(v.sides[along]) and v.sides[along] == 0)) or values[:1]
    return at.layer(
        "concat", *present, numbers=lambda: joined([(v.numbers, v.sides) for v in present], along), dim=along
    )


def Expand(at: Place, x: Value, shape: Value) -> Value:
    """x broadcast to a shape."""
    wanted = integers(at, shape, "shape")
    try:
        check_broadcast(x.sides, wanted)
    except ShapeError as error:
        raise at.error(error) from None
    to = broadcast_shape(x.sides, wanted)
    if x.constant:
        made = following(to, x.dtype, lambda: spread(x.numbers, x.sides, to), (x,), (x,))
        made.origin = x.origin or x
        return made
    return at.layer("expand", x, size=to)


def Tile(at: Place, x: Value, repeats: Value) -> Value:
    """x repeated along each dimension."""
    times = integers(at, repeats, "repeats")
    if len(times) != len(x.sides):
        raise at.wrong(f"{len(times)} repeats of {len(x.sides)} dimensions", "give one for each")
    if all(is_integer(number) and number == 1 for number in times):
        return x if x.constant else at.layer("identity", x)
    return at.layer("tile", x, dims=times)


def Pad(
    at: Place,
    x: Value,
    amounts: Value | None = None,
    constant: Value | None = None,
    along: Value | None = None,
    *,
    mode: str = "constant",
    pads: Ints | None = None,
    value: float = 0.0,
) -> Value:
    """x with more before and after its dimensions, or (negative) less: inputs from version 11 on, attributes before."""
    given = pads if amounts is None else integers(at, amounts, "pads")
    rank = len(x.sides)
    axes = range(rank) if along is None else [axis_of(at, a, rank) for a in plain_integers(at, along, "axes")]
    if given is None or len(given) != 2 * len(axes):
        raise at.wrong(f"pads {given} of {len(axes)} dimensions", "give one before and one after each")
    before, after = [0] * rank, [0] * rank
    for i, axis in enumerate(axes):
        before[axis], after[axis] = given[i], given[i + len(axes)]
    first = next((i for i in range(rank) if before[i] != 0 or after[i] != 0), None)
    if first is None:
        return x if x.constant else at.layer("identity", x)
    names = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    if mode not in names:
        raise at.wrong(f"mode is {mode}", f"modes are {', '.join(names)}")
    grown = [tuple(n if not is_integer(n) or n > 0 else 0 for n in numbers) for numbers in (before, after)]
    found = x
    if any(n != 0 for numbers in grown for n in numbers):
        found = at.layer("pad", x, padding=(*grown[0][first:], *grown[1][first:]), mode=names[mode])
    for axis in range(first, rank):
        lost = [-n if is_integer(n) and n < 0 else 0 for n in (before[axis], after[axis])]
        if any(lost):
            found = sliced(at, found, axis, lost[0], found.sides[axis] - lost[1], 1, f".crop_{axis}")
    return found


def Resize(
    at: Place,
    x: Value,
    second: Value | None = None,
    third: Value | None = None,
    fourth: Value | None = None,
    *,
    mode: str = "nearest",
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    nearest_mode: str = "round_prefer_floor",
    antialias: int = 0,
    axes: Ints | None = None,
    keep_aspect_ratio_policy: str = "stretch",
) -> Value:
    """x (N, c, …sides) by scales, or to sizes. Version 10 has the scales second; later ones third, the sizes fourth."""
    scales, sizes = (second, None) if at.opset < 11 else (third, fourth)
    policies = ("stretch", "not_larger", "not_smaller")
    if keep_aspect_ratio_policy not in policies:
        raise at.wrong(f"keep_aspect_ratio_policy is {keep_aspect_ratio_policy}", f"it is one of {', '.join(policies)}")
    sides = list(x.sides)
    along = range(len(sides)) if axes is None else [axis_of(at, axis, len(sides)) for axis in axes]
    if sizes is not None and sizes.sides != (0,):
        wanted = integers(at, sizes, "sizes")
        if len(wanted) != len(along):
            raise at.wrong(f"{len(wanted)} sizes of {len(along)} dimensions", "give one for each")
        if keep_aspect_ratio_policy != "stretch":
            wanted = in_proportion([x.sides[axis] for axis in along], wanted, keep_aspect_ratio_policy == "not_larger")
        for axis, side in zip(along, wanted, strict=True):
            sides[axis] = side
        return resized(at, x, tuple(sides), mode)
    if scales is None:
        raise at.wrong("neither scales nor sizes", "the file is damaged, or its writer in error")
    numbers = at.needs(scales, "scales")
    if len(numbers) != len(along):
        raise at.wrong(f"{len(numbers)} scales of {len(along)} dimensions", "give one for each")
    if coordinate_transformation_mode == "tf_crop_and_resize" and second is not None and second.sides != (0,):
        region = at.needs(second, "region")  # starts, then ends, as parts of the sides
        numbers = tuple(n * (region[i + len(numbers)] - region[i]) for i, n in enumerate(numbers))
    for axis, scale in zip(along, numbers, strict=True):
        sides[axis] = scaled(sides[axis], scale)
    return resized(at, x, tuple(sides), mode)


def in_proportion(sides: Sequence[Dim], wanted: Sequence[Dim], within: bool) -> tuple[Dim, ...]:
    """Return the sides times one scale: the greatest within the wanted ones, or the least that covers them."""
    if not all(map(is_integer, (*sides, *wanted))) or 0 in sides:
        raise Unread("in proportion, of symbolic dimensions")
    from fractions import Fraction

    scales = [Fraction(new, old) for new, old in zip(wanted, sides, strict=True)]
    scale = min(scales) if within else max(scales)
    return tuple(int(side * scale + Fraction(1, 2)) for side in sides)


def Upsample(
    at: Place,
    x: Value,
    factors: Value | None = None,
    *,
    mode: str = "nearest",
    scales: Floats | None = None,
) -> Value:
    """x (N, c, …sides) by scales: an input in version 9, an attribute before."""
    numbers = scales if factors is None else at.needs(factors, "scales")
    if numbers is None or len(numbers) != len(x.sides):
        raise at.wrong(f"scales {numbers} of {len(x.sides)} dimensions", "give one for each")
    return resized(at, x, tuple(scaled(side, scale) for side, scale in zip(x.sides, numbers, strict=True)), mode)


def scaled(side: Dim, scale: object) -> Dim:
    """Return ⌊side · scale⌋."""
    if not isinstance(scale, (int, float)):
        return side * scale  # type: ignore[operator]  # a quotient of symbols
    if is_integer(side):
        return int(side * scale)
    from fractions import Fraction

    ratio = Fraction(scale).limit_denominator(10**6)
    return floor_div(side * ratio.numerator, ratio.denominator)


def resized(at: Place, x: Value, shape: tuple[Dim, ...], mode: str) -> Value:
    """Add a resizing of the sides."""
    rank = len(shape)
    if rank < 3 or any(new != old for new, old in zip(shape[:2], x.sides[:2], strict=True)):
        return at.computed(x, outputs=[shape], dtypes=[x.dtype], kind="Moved", name="upsample", mode=mode)[0]
    linear = {3: "linear", 4: "bilinear", 5: "trilinear"}.get(rank, "nearest")
    names = {"nearest": "nearest", "linear": linear, "bilinear": linear, "cubic": "bicubic"}
    if mode not in names:
        raise at.wrong(f"mode is {mode}", f"modes are {', '.join(names)}")
    return at.layer("upsample", x, size=shape[2:], mode=names[mode])


def DepthToSpace(at: Place, x: Value, *, blocksize: int, mode: str = "DCR") -> Value:
    """x (N, c·b², h, w) as (N, c, h·b, w·b)."""
    return at.layer("pixel_shuffle", x, upscale_factor=blocksize)


def SpaceToDepth(at: Place, x: Value, *, blocksize: int, mode: str = "DCR") -> Value:
    """x (N, c, h·b, w·b) as (N, c·b², h, w)."""
    return at.layer("pixel_unshuffle", x, downscale_factor=blocksize)
