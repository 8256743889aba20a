"""Views and data movement as ONNX nodes."""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import is_integer, size
from macflops.writers.onnx.graph import Call

LAST = 2**63 - 1  # an end behind all: to the last one


def identity(call: Call) -> str:
    """ONNX Identity."""
    return call.node("Identity", call.x)


def dropout(call: Call) -> str:
    """ONNX Dropout, which does nothing when it is not trained."""
    return call.node("Dropout", call.x, call.constant(call.operator.p))


def reshape(call: Call) -> str:
    """ONNX Reshape."""
    return call.reshape(call.x, call.shape, call.outputs[0])


unflatten = reshape


def flatten(call: Call) -> str:
    """ONNX Flatten where it is of all but the first dimension, else Reshape."""
    o, rank = call.operator, len(call.shape)
    if rank > 1 and o.start_dim % rank == 1 and o.end_dim % rank == rank - 1:
        return call.node("Flatten", call.x)
    return call.reshape(call.x, call.shape, call.outputs[0])


def squeeze(call: Call) -> str:
    """ONNX Squeeze."""
    dims = call.operator.dim
    if dims is None:
        dims = tuple(place for place, side in enumerate(call.shape) if side == 1)
    return call.node("Squeeze", call.x, call.integers(dims)) if dims else identity(call)


def unsqueeze(call: Call) -> str:
    """ONNX Unsqueeze."""
    return call.node("Unsqueeze", call.x, call.integers([call.operator.dim]))


def expand(call: Call) -> str:
    """ONNX Expand, in which 1 leaves a dimension as it is."""
    o = call.operator
    sizes = [1 if is_integer(number) and number == -1 else number for number in o.size]
    return call.node("Expand", call.x, call.integers(sizes))


def slice(call: Call) -> str:
    """ONNX Slice."""
    o = call.operator
    bounds = ([o.start], [LAST if o.end is None else o.end], [o.dim], [o.step])
    return call.node("Slice", call.x, *(call.integers(one) for one in bounds))


def split(call: Call) -> list[str]:
    """ONNX Split."""
    o = call.operator
    if o.sizes is None:
        return call.nodes("Split", o.parts, call.x, axis=o.dim, num_outputs=o.parts)
    return call.nodes("Split", len(o.sizes), call.x, call.integers(o.sizes), axis=o.dim)


def concat(call: Call) -> str:
    """ONNX Concat."""
    return call.node("Concat", *call.inputs, axis=call.operator.dim)


def transpose(call: Call) -> str:
    """ONNX Transpose."""
    return call.node("Transpose", call.x, perm=[dim % len(call.shape) for dim in call.operator.dims])


def tile(call: Call) -> str:
    """ONNX Tile."""
    x, dims = call.shape, tuple(call.operator.dims)
    new = max(0, len(dims) - len(x))
    given = call.reshape(call.x, (), (1,) * new + tuple(x)) if new else call.x
    return call.node("Tile", given, call.integers((1,) * (len(x) - len(dims)) + dims))


def pad(call: Call) -> str:
    """ONNX Pad."""
    o = call.operator
    half = len(o.padding) // 2
    still = (0,) * (len(call.shape) - half)
    pads = call.integers((*still, *o.padding[:half], *still, *o.padding[half:]))
    mode = {"replicate": "edge", "circular": "wrap"}.get(o.mode, o.mode)
    if mode == "wrap":
        call.needs(19)
    value = [call.constant(o.value)] if mode == "constant" and o.value else []
    return call.node("Pad", call.x, pads, *value, mode=mode)


def shuffle(call: Call) -> str:
    """ONNX Reshape, Transpose, Reshape: the channels as (groups, c/groups), transposed, flattened."""
    x, groups = call.shape, call.operator.groups
    whole = all(map(is_integer, x[2:]))
    sides = x[2:] if whole else (-1,)
    apart = call.node("Reshape", call.x, call.integers([0, groups, x[1] // groups, *sides]))
    turned = call.node("Transpose", apart, perm=[0, 2, 1, *range(3, 3 + len(sides))])
    back = call.integers([0, x[1], *sides]) if whole else call.node("Shape", call.x)
    return call.node("Reshape", turned, back)


def pixel_shuffle(call: Call) -> str:
    """ONNX DepthToSpace, which is of four dimensions."""
    r = call.operator.upscale_factor
    image, turned = four(call)
    y = call.node("DepthToSpace", image, blocksize=r, mode="CRD")
    return call.reshape(y, turned, call.outputs[0]) if image != call.x else y


def four(call: Call) -> tuple[str, Any]:
    """Return the input with all dimensions before the last three as one, and what of its shape the output keeps."""
    x = call.shape
    if len(x) == 4:
        return call.x, x[:1]
    return call.reshape(call.x, x, (size(x[:-3]), *x[-3:])), ()


def pixel_unshuffle(call: Call) -> str:
    """ONNX Reshape, Transpose, Reshape: SpaceToDepth has the channels in another order."""
    *lead, c, h, w = call.shape
    r = call.operator.downscale_factor
    n = len(lead)
    apart = call.reshape(call.x, call.shape, (*lead, c, h // r, r, w // r, r))
    turned = call.node("Transpose", apart, perm=[*range(n), n, n + 2, n + 4, n + 1, n + 3])
    return call.reshape(turned, (*lead, c), call.outputs[0])


def upsample(call: Call) -> str:
    """ONNX Resize. Area is nearest where each side becomes a multiple, and an average pool where it becomes a part."""
    o, sides = call.operator, call.shape[2:]
    mode = o.mode
    if mode == "area":
        out = call.integral(call.outputs[0][2:])
        if all(one % side == 0 for one, side in zip(out, call.integral(sides), strict=True)):
            mode = "nearest"
        elif all(side % one == 0 for one, side in zip(out, sides, strict=True)):
            kernel = [side // one for side, one in zip(sides, out, strict=True)]
            return call.node("AveragePool", call.x, kernel_shape=kernel, strides=kernel)
        else:
            call.refuse(f"by area from {list(sides)} to {out}")
    attributes: dict[str, Any] = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    if mode == "nearest":
        attributes = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    elif mode == "nearest-exact":
        attributes |= {"mode": "nearest", "nearest_mode": "round_prefer_ceil"}
    elif mode == "bicubic":
        attributes |= {"mode": "cubic", "cubic_coeff_a": -0.75}
    if o.align_corners and not mode.startswith("nearest"):
        attributes["coordinate_transformation_mode"] = "align_corners"
    if o.scale_factor is not None:
        return call.node("Resize", call.x, "", call.constant([1.0, 1.0, *call.integral(o.scale_factor)]), **attributes)
    return call.node("Resize", call.x, "", "", call.integers((*call.shape[:2], *o.size)), **attributes)
