"""Convolutions."""

from __future__ import annotations

from macflops.arithmetic import Dim, differ, surely
from macflops.readers.onnx.operators._common import Ints, padding
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value


def Conv(
    at: Place,
    x: Value,
    w: Value,
    b: Value | None = None,
    *,
    kernel_shape: Ints | None = None,
    strides: Ints | None = None,
    pads: Ints | None = None,
    dilations: Ints | None = None,
    group: int = 1,
    auto_pad: str = "NOTSET",
) -> Value:
    """x (N, c1, …sides), w (c2, c1/group, …kernel), b (c2): y (N, c2, …sides)."""
    kernel = window(at, x, w, kernel_shape)
    b = None if b is not None and b.zeros else b
    ones = (1,) * len(kernel)
    strides, dilations = strides or ones, dilations or ones
    if len(strides) != len(kernel) or len(dilations) != len(kernel):
        raise at.wrong(f"strides {list(strides)} and dilations {list(dilations)}", f"give {len(kernel)} of each")
    if group < 1 or differ(x.sides[1], w.sides[1] * group):
        what = f"an input of shape {list(x.sides)} under weights of shape {list(w.sides)} in {group} groups"
        raise at.wrong(what, "channels have to be the weights' times the groups")
    return at.layer(
        "conv",
        at.computing(x, w),
        weights=(w, b),
        out=w.sides[0],
        kernel=kernel,
        stride=strides,
        dilation=dilations,
        padding=padding(x.sides[2:], kernel, strides, dilations, pads, auto_pad),
        groups=group,
        bias=b is not None,
    )


def ConvTranspose(
    at: Place,
    x: Value,
    w: Value,
    b: Value | None = None,
    *,
    kernel_shape: Ints | None = None,
    strides: Ints | None = None,
    pads: Ints | None = None,
    dilations: Ints | None = None,
    output_padding: Ints | None = None,
    output_shape: Ints | None = None,
    group: int = 1,
    auto_pad: str = "NOTSET",
) -> Value:
    """x (N, c1, …sides), w (c1, c2/group, …kernel), b (c2): y (N, c2, …sides)."""
    kernel = window(at, x, w, kernel_shape)
    b = None if b is not None and b.zeros else b
    ones = (1,) * len(kernel)
    strides, dilations = strides or ones, dilations or ones
    more: tuple[Dim, ...] = output_padding or (0,) * len(kernel)
    before_after: tuple[Dim, ...] = pads or (0,) * (2 * len(kernel))
    if output_shape is not None or auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        short, long, further = [], [], []
        wanted = (output_shape or ())[-len(kernel) :] or [i * s for i, s in zip(x.sides[2:], strides, strict=True)]
        for i, s, o, k, d, out in zip(x.sides[2:], strides, more, kernel, dilations, wanted, strict=True):
            total = s * (i - 1) + o + d * (k - 1) + 1 - out
            longer = -total if surely(total < 0) else 0  # than the windows reach
            total = total + longer
            further.append(o + longer)
            short.append(total // 2)
            long.append(total - total // 2)
        more = tuple(further)
        before_after = (*short, *long) if auto_pad != "SAME_LOWER" else (*long, *short)
    if differ(x.sides[1], w.sides[0]):
        what = f"an input of shape {list(x.sides)} under weights of shape {list(w.sides)}"
        raise at.wrong(what, "the first has to have as many channels as the second has rows")
    return at.layer(
        "conv_transpose",
        at.computing(x, w),
        weights=(w, b),
        out=w.sides[1] * group,
        kernel=kernel,
        stride=strides,
        dilation=dilations,
        padding=before_after,
        output_padding=more,
        groups=group,
        bias=b is not None,
    )


def window(at: Place, x: Value, w: Value, kernel_shape: Ints | None) -> tuple[Dim, ...]:
    """Return the kernel of weights (…, …, …kernel). Raises SourceError where it is another than the attribute says."""
    kernel = w.sides[2:]
    if len(w.sides) < 3 or len(x.sides) != len(w.sides):
        what = f"an input of shape {list(x.sides)} under weights of shape {list(w.sides)}"
        raise at.wrong(what, "both have to have two dimensions and the sides")
    if kernel_shape is not None and (len(kernel_shape) != len(kernel) or any(map(differ, kernel_shape, kernel))):
        raise at.wrong(f"kernel_shape {list(kernel_shape)} on weights of shape {list(w.sides)}", "make them agree")
    return kernel
