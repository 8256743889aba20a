"""A generator of random uses for every operator: its fields and the shapes of its inputs, which fit.

All dimensions of an input differ, so that a swapped axis shows; images have one, two or three sides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from hypothesis import strategies as st

from macflops import ops
from macflops.arithmetic import Dim, Shape
from macflops.ops import Cost, Operator

Draw = Callable[[st.SearchStrategy[Any]], Any]


class Use(NamedTuple):
    """An operator, resolved, and the shapes of its inputs."""

    operator: Operator
    inputs: tuple[Shape, ...]

    @property
    def outputs(self) -> tuple[Shape, ...]:
        """The shapes of its outputs."""
        return self.operator.shapes(*self.inputs)

    @property
    def cost(self) -> Cost:
        """What it costs."""
        return self.operator.cost(*self.inputs, *self.outputs)


def uses(name: str) -> st.SearchStrategy[Use]:
    """Return random uses of the operator of this name."""
    if name not in GENERATORS:
        raise LookupError(f"{name} has no generator in tests/ops/strategies.py: add one, so that it is put to the laws")

    @st.composite
    def use(draw: Draw) -> Use:
        fields, *inputs = GENERATORS[name](draw)
        return used(name, *inputs, **fields)

    return use()


def used(name: str, *inputs: Shape, **fields: Any) -> Use:
    """Return the use of an operator with these fields on inputs of these shapes."""
    operator = ops.find(name)
    assert operator is not None
    return Use(operator(**fields).resolve(*inputs), inputs)


def unlike(draw: Draw, count: int, *others: Dim, least: int = 1, most: int = 9) -> Shape:
    """Draw dimensions that differ from each other and from the others."""
    numbers = st.integers(least, most).filter(lambda number: number not in others)
    return tuple(draw(st.lists(numbers, min_size=count, max_size=count, unique=True)))


def some(draw: Draw, least: int, most: int) -> Shape:
    """Draw the shape of a tensor of so many dimensions, all different."""
    return unlike(draw, draw(st.integers(least, most)), most=7)


def image(draw: Draw, channels: Dim | None = None, least: int = 1) -> Shape:
    """Draw the shape of an image (N, C, …sides) of one, two or three sides."""
    c = draw(st.integers(1, 8)) if channels is None else channels
    n, *sides = unlike(draw, 1 + draw(st.integers(1, 3)), c, least=least, most=least + 7)
    return (n, c, *sides)


def per_side(draw: Draw, sides: int, least: int, most: int) -> Shape:
    """Draw a number for each side."""
    return tuple(draw(st.integers(least, most)) for _ in range(sides))


def window(draw: Draw, channels: Dim) -> tuple[dict[str, Any], Shape]:
    """Draw a window and an image that it fits into."""
    count = draw(st.integers(1, 3))
    kernel, stride = per_side(draw, count, 1, 4 if count < 3 else 3), per_side(draw, count, 1, 3)
    dilation = per_side(draw, count, 1, 3)
    padding = tuple(draw(st.integers(0, min(2, d * (k - 1)))) for k, d in zip(kernel * 2, dilation * 2, strict=True))
    sides: list[Dim] = []
    for k, d, before, after in zip(kernel, dilation, padding[:count], padding[count:], strict=True):
        least = max(1, d * (k - 1) + 1 - before - after)
        sides += unlike(draw, 1, channels, *sides, least=least, most=least + 6)
    (n,) = unlike(draw, 1, channels, *sides, most=8)
    fields = {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding}
    return fields, (n, channels, *sides)


def convolution(draw: Draw) -> tuple[Any, ...]:
    groups, per_group, outs = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    fields, x = window(draw, groups * per_group)
    return fields | {"out": groups * outs, "groups": groups, "bias": draw(st.booleans())}, x


def transposed(draw: Draw) -> tuple[Any, ...]:
    fields, x = convolution(draw)
    more = tuple(draw(st.integers(0, max(s, d) - 1)) for s, d in zip(fields["stride"], fields["dilation"], strict=True))
    count = len(fields["kernel"])
    padding = []
    along = zip(
        x[2:] * 2, fields["kernel"] * 2, fields["stride"] * 2, fields["dilation"] * 2, fields["padding"], strict=True
    )
    for i, k, s, d, p in along:
        padding.append(min(p, ((i - 1) * s + d * (k - 1)) // 2))  # something has to be left of the side
    assert len(padding) == 2 * count
    return fields | {"output_padding": more, "padding": tuple(padding)}, x


def depthwise(draw: Draw) -> tuple[Any, ...]:
    channels, times = draw(st.integers(1, 6)), draw(st.sampled_from((None, 1, 2, 3)))
    fields, x = window(draw, channels)
    return fields | {"out": times and times * channels, "bias": draw(st.booleans())}, x


def pool(draw: Draw, **more: Any) -> tuple[Any, ...]:
    fields, x = window(draw, draw(st.integers(1, 5)))
    if draw(st.booleans()):
        fields["stride"] = None
    return fields | {"ceil_mode": draw(st.booleans())} | more, x


def adaptive(draw: Draw) -> tuple[Any, ...]:
    x = image(draw)
    return {"out": per_side(draw, len(x) - 2, 1, 9)}, x


def on_image(draw: Draw, **fields: Any) -> tuple[Any, ...]:
    return fields, image(draw)


def on_anything(draw: Draw, **fields: Any) -> tuple[Any, ...]:
    return fields, some(draw, 1, 5)


def on_channels(draw: Draw, **fields: Any) -> tuple[Any, ...]:
    return fields, some(draw, 2, 5)


def along_one(draw: Draw, **fields: Any) -> tuple[Any, ...]:
    x = some(draw, 1, 5)
    return fields | {"dim": draw(st.integers(-len(x), len(x) - 1))}, x


def flag(name: str, then: Callable[..., tuple[Any, ...]]) -> Callable[[Draw], tuple[Any, ...]]:
    return lambda draw: then(draw, **{name: draw(st.booleans())})


def clamping(draw: Draw) -> tuple[Any, ...]:
    least, most = draw(st.sampled_from(((0.0, None), (None, 6.0), (0.0, 6.0))))
    return on_anything(draw, min=least, max=most)


def prelu(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 2, 5)
    return {"num_parameters": draw(st.sampled_from((None, 1, x[1])))}, x


def glu(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 2, 5)
    dim = draw(st.integers(1, len(x) - 1))
    return {"dim": draw(st.sampled_from((dim, dim - len(x))))}, (*x[:dim], 2 * (x[dim] + 7), *x[dim + 1 :])


def trailing(draw: Draw, **more: Any) -> tuple[Any, ...]:
    x = some(draw, 1, 5)
    ends = draw(st.integers(0, len(x) - 1))
    fields = {"normalized_shape": x[-ends:] if ends else None, "elementwise_affine": draw(st.booleans())}
    return fields | more, x


def layer_norm(draw: Draw) -> tuple[Any, ...]:
    return trailing(draw, bias=draw(st.booleans()))


def group_norm(draw: Draw) -> tuple[Any, ...]:
    groups, per_group = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    x = image(draw, groups * per_group)
    return {"num_groups": groups, "affine": draw(st.booleans())}, x


def broadcasting(draw: Draw, operands: int = 3) -> tuple[Any, ...]:
    full = some(draw, 1, 5)

    def operand() -> Shape:
        kept = full[draw(st.integers(0, len(full))) :]
        return tuple(1 if draw(st.integers(0, 3)) == 0 else side for side in kept)

    inputs = [full, *(operand() for _ in range(draw(st.integers(1, operands - 1))))]
    if draw(st.booleans()):
        return {"constant": inputs.pop(), "learnable": draw(st.booleans())}, *inputs
    return {}, *draw(st.permutations(inputs))


def matmul(draw: Draw) -> tuple[Any, ...]:
    *batch, m, k, n = unlike(draw, draw(st.integers(3, 5)), most=7)
    second = tuple(draw(st.sampled_from((1, side))) for side in batch)[draw(st.integers(0, len(batch))) :]
    across = draw(st.booleans())
    return {"transpose_b": across}, (*batch, m, k), (*second, *((n, k) if across else (k, n)))


def reduction(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 1, 5)
    dims = draw(st.one_of(st.none(), st.sets(st.integers(0, len(x) - 1), min_size=1)))
    signed = dims and tuple(draw(st.sampled_from((dim, dim - len(x)))) for dim in dims)
    return {"dim": signed, "keepdim": draw(st.booleans())}, x


def concat(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 1, 5)
    dim = draw(st.integers(0, len(x) - 1))
    parts = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    inputs = ((*x[:dim], part, *x[dim + 1 :]) for part in parts)
    return {"dim": draw(st.sampled_from((dim, dim - len(x))))}, *inputs


def split(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 1, 5)
    dim = draw(st.integers(-len(x), len(x) - 1))
    sizes = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)))
    parts, each = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    equal = draw(st.booleans())
    shape = list(x)
    shape[dim] = parts * each if equal else sum(sizes)
    return {"dim": dim} | ({"parts": parts} if equal else {"sizes": sizes}), tuple(shape)


def slicing(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 1, 5)
    dim = draw(st.integers(-len(x), len(x) - 1))
    start = draw(st.integers(0, x[dim] - 1))
    end = draw(st.one_of(st.none(), st.integers(start + 1, x[dim])))
    if draw(st.booleans()):
        start, end = start - x[dim], end if end is None or end == x[dim] else end - x[dim]
    return {"dim": dim, "start": start, "end": end, "step": draw(st.integers(1, 3))}, x


def shuffle(draw: Draw) -> tuple[Any, ...]:
    groups, per_group = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return {"groups": groups}, image(draw, groups * per_group)


def pad(draw: Draw) -> tuple[Any, ...]:
    x = image(draw, least=3)
    padding = per_side(draw, 2 * draw(st.integers(1, len(x) - 2)), 0, 2)
    return {"padding": padding, "mode": draw(st.sampled_from(("constant", "reflect")))}, x


def upsample(draw: Draw) -> tuple[Any, ...]:
    x = image(draw)
    modes = ("nearest", ("linear", "bilinear", "trilinear")[len(x) - 3])
    field, most = draw(st.sampled_from((("size", 9), ("scale_factor", 3))))
    return {field: per_side(draw, len(x) - 2, 1, most), "mode": draw(st.sampled_from(modes))}, x


def pixel_shuffle(draw: Draw) -> tuple[Any, ...]:
    r, c = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    n, h, w = unlike(draw, 3, c * r * r, most=6)
    return {"upscale_factor": r}, (n, c * r * r, h, w)


def pixel_unshuffle(draw: Draw) -> tuple[Any, ...]:
    r = draw(st.integers(1, 3))
    n, c, h, w = unlike(draw, 4, most=5)
    return {"downscale_factor": r}, (n + 20, c, h * r, w * r)


def transpose(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 1, 5)
    order = draw(st.permutations(range(len(x))))
    return {"dims": tuple(draw(st.sampled_from((dim, dim - len(x)))) for dim in order)}, x


def tile(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 1, 4)
    return {"dims": per_side(draw, draw(st.integers(1, 5)), 1, 3)}, x


def expand(draw: Draw) -> tuple[Any, ...]:
    size = some(draw, 1, 5)
    old = [draw(st.sampled_from((1, side))) for side in size][draw(st.integers(0, len(size) - 1)) :]
    new = len(size) - len(old)
    kept = tuple(
        -1 if i >= new and old[i - new] == side and draw(st.booleans()) else side for i, side in enumerate(size)
    )
    return {"size": kept}, tuple(old)


def embedding(draw: Draw) -> tuple[Any, ...]:
    return {"num_embeddings": draw(st.integers(1, 20)), "embedding_dim": draw(st.integers(1, 8))}, some(draw, 1, 3)


def gather(draw: Draw) -> tuple[Any, ...]:
    table = some(draw, 1, 4)
    return {"dim": draw(st.integers(-len(table), len(table) - 1))}, table, unlike(draw, draw(st.integers(0, 2)), *table)


def reshape(draw: Draw) -> tuple[Any, ...]:
    shape = some(draw, 1, 4)
    x = draw(st.permutations(shape))
    rest = draw(st.integers(-1, len(shape) - 1))
    return {"shape": tuple(-1 if i == rest else side for i, side in enumerate(shape))}, tuple(x)


def unflatten(draw: Draw) -> tuple[Any, ...]:
    x = list(some(draw, 1, 4))
    dim = draw(st.integers(-len(x), len(x) - 1))
    sizes = some(draw, 1, 3)
    x[dim] = 1
    for side in sizes:
        x[dim] *= side
    rest = draw(st.integers(-1, len(sizes) - 1))
    fields = {"dim": dim, "unflattened_size": tuple(-1 if i == rest else side for i, side in enumerate(sizes))}
    return fields, tuple(x)


def squeeze(draw: Draw) -> tuple[Any, ...]:
    x = tuple(draw(st.sampled_from((1, side + 1))) for side in some(draw, 1, 5))
    ones = [i for i, side in enumerate(x) if side == 1]
    dims = tuple(draw(st.sampled_from((i, i - len(x)))) for i in ones if draw(st.booleans()))
    return {"dim": draw(st.sampled_from((None, dims)))}, x


def unsqueeze(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 1, 4)
    return {"dim": draw(st.integers(-len(x) - 1, len(x)))}, x


def flatten(draw: Draw) -> tuple[Any, ...]:
    x = some(draw, 1, 5)
    start = draw(st.integers(0, len(x) - 1))
    end = draw(st.integers(start, len(x) - 1))
    return {"start_dim": start, "end_dim": draw(st.sampled_from((end, end - len(x))))}, x


def linear(draw: Draw) -> tuple[Any, ...]:
    return on_anything(draw, out=draw(st.integers(1, 9)), bias=draw(st.booleans()))


def recurrent(draw: Draw, **more: Any) -> tuple[Any, ...]:
    x = some(draw, 3, 3)
    fields = {name: draw(st.booleans()) for name in ("bias", "batch_first", "bidirectional")}
    (hidden,) = unlike(draw, 1, *x, most=6)
    batch = x[0] if fields["batch_first"] else x[1]
    states = draw(st.sampled_from((0, more.pop("states"))))
    if more.pop("projects", False):
        more["proj_size"] = draw(st.one_of(st.none(), st.integers(1, hidden - 1))) if hidden > 1 else None
    widths = (more.get("proj_size") or hidden, hidden)
    shapes = [(2 if fields["bidirectional"] else 1, batch, width) for width in widths]
    return fields | {"hidden_size": hidden} | more, x, *shapes[:states]


def lstm(draw: Draw) -> tuple[Any, ...]:
    return recurrent(draw, states=2, peephole=draw(st.booleans()), projects=True)


PLAIN = (
    *("abs", "celu", "elu", "erf", "exp", "gelu", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log"),
    *("logsigmoid", "mish", "neg", "relu", "relu6", "selu", "sigmoid", "silu", "softplus", "softsign", "sqrt", "tanh"),
    *("cos", "sin"),
)
GENERATORS: dict[str, Callable[[Draw], tuple[Any, ...]]] = {
    **dict.fromkeys((*PLAIN, "identity", "dropout"), on_anything),
    **dict.fromkeys(("softmax", "log_softmax"), along_one),
    **dict.fromkeys(("add", "mul", "maximum", "minimum"), broadcasting),
    **dict.fromkeys(("sub", "div", "pow"), partial(broadcasting, operands=2)),
    **dict.fromkeys(("maxpool", "avgpool"), pool),
    **dict.fromkeys(("adaptive_avgpool", "adaptive_maxpool"), adaptive),
    **dict.fromkeys(("global_avgpool", "global_maxpool"), on_image),
    **dict.fromkeys(("mean", "sum", "amax", "amin"), reduction),
    "bn": flag("affine", on_channels),
    "clamp": clamping,
    "concat": concat,
    "conv": convolution,
    "conv_transpose": transposed,
    "dwconv": depthwise,
    "embedding": embedding,
    "expand": expand,
    "flatten": flatten,
    "gather": gather,
    "glu": glu,
    "group_norm": group_norm,
    "instance_norm": flag("affine", on_image),
    "layer_norm": layer_norm,
    "linear": linear,
    "lstm": lstm,
    **dict.fromkeys(("gru", "rnn"), partial(recurrent, states=1)),
    "lppool": partial(pool, norm_type=2.0),
    "lrn": lambda draw: on_image(draw, size=draw(st.integers(1, 7))),
    "matmul": matmul,
    "pad": pad,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "prelu": prelu,
    "reshape": reshape,
    "rms_norm": trailing,
    "shuffle": shuffle,
    "slice": slicing,
    "split": split,
    "squeeze": squeeze,
    "tile": tile,
    "transpose": transpose,
    "unflatten": unflatten,
    "unsqueeze": unsqueeze,
    "upsample": upsample,
}
