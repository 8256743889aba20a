"""Normalizations as ONNX nodes."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.writers.onnx.graph import Call


def scale_and_shift(call: Call, shape: Shape, affine: bool, shifted: bool = True) -> list[str]:
    """Return the names of a norm's scale and shift: weights if it is affine, else constants that change nothing."""
    if not affine:
        return [call.ones(shape), *([call.ones(shape, 0.0)] if shifted else [])]
    return [call.weight("scale", shape, centre=1.0), *([call.weight("shift", shape)] if shifted else [])]


def bn(call: Call) -> str:
    """ONNX BatchNormalization."""
    o, channels = call.operator, (call.shape[1],)
    statistics = call.weight("mean", channels), call.weight("variance", channels, centre=1.0)
    inputs = [call.x, *scale_and_shift(call, channels, o.affine), *statistics]
    return call.node("BatchNormalization", *inputs, epsilon=o.eps)


def instance_norm(call: Call) -> str:
    """ONNX InstanceNormalization."""
    o = call.operator
    inputs = scale_and_shift(call, (call.shape[1],), o.affine)
    return call.node("InstanceNormalization", call.x, *inputs, epsilon=o.eps)


def group_norm(call: Call) -> str:
    """ONNX GroupNormalization."""
    call.needs(21)
    o, x = call.operator, call.shape
    inputs = scale_and_shift(call, (x[1],), o.affine)
    if len(x) > 2:
        return call.node("GroupNormalization", call.x, *inputs, num_groups=o.num_groups, epsilon=o.eps)
    image = call.node("Unsqueeze", call.x, call.integers([2]))
    y = call.node("GroupNormalization", image, *inputs, num_groups=o.num_groups, epsilon=o.eps)
    return call.node("Squeeze", y, call.integers([2]))


def layer_norm(call: Call) -> str:
    """ONNX LayerNormalization."""
    o, x = call.operator, call.shape
    ends = x[-1:] if o.normalized_shape is None else o.normalized_shape
    inputs = scale_and_shift(call, ends, o.elementwise_affine, o.elementwise_affine and o.bias)
    return call.node("LayerNormalization", call.x, *inputs, axis=-len(ends), epsilon=o.eps)


def rms_norm(call: Call) -> str:
    """ONNX RMSNormalization."""
    call.needs(23)
    o, x = call.operator, call.shape
    ends = x[-1:] if o.normalized_shape is None else o.normalized_shape
    (scale,) = scale_and_shift(call, ends, o.elementwise_affine, False)
    eps = 2.0**-23 if o.eps is None else o.eps  # PyTorch's default: the type's own
    return call.node("RMSNormalization", call.x, scale, axis=-len(ends), epsilon=eps)


def lrn(call: Call) -> str:
    """ONNX LRN, which is of images of two sides: others are seen as such."""
    o, x = call.operator, call.shape
    if o.size % 2 == 0:
        call.refuse(f"of an even size ({o.size}), which ONNX Runtime does not have,", "use an odd one")
    attributes = {"size": o.size, "alpha": float(o.alpha), "beta": float(o.beta), "bias": float(o.k)}
    if len(x) == 4:
        return call.node("LRN", call.x, **attributes)
    image = call.node("Reshape", call.x, call.integers([0, 0, -1, 1]))
    return call.reshape(call.node("LRN", image, **attributes), x[:2], x)
