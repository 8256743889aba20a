"""Poolings and reductions as ONNX nodes."""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import is_integer
from macflops.writers.onnx.graph import Call
from macflops.writers.onnx.products import window

LEAST = -3.4028234663852886e38  # of float32: no maximum is less


def maxpool(call: Call) -> str:
    """ONNX MaxPool."""
    return pooling(call, "MaxPool", LEAST)


def avgpool(call: Call) -> str:
    """ONNX AveragePool, padding included as in PyTorch."""
    if set(call.operator.dilation) != {1}:
        call.needs(19)
        return pooling(call, "AveragePool", 0.0, count_include_pad=1)
    return pooling(call, "AveragePool", 0.0, ("dilations",), count_include_pad=1)


def lppool(call: Call) -> str:
    """ONNX LpPool."""
    if not float(call.operator.norm_type).is_integer():
        call.refuse(f"of norm_type {call.operator.norm_type}")
    return pooling(call, "LpPool", 0.0, p=int(call.operator.norm_type))


def pooling(call: Call, kind: str, filler: float, without: tuple[str, ...] = (), **more: Any) -> str:
    """Return a pooling; behind a Pad where the padding is as long as the kernel, which ONNX Runtime does not have."""
    kernel = call.operator.kernel
    attributes = {name: value for name, value in window(call).items() if name not in without}
    attributes["pads"], more["ceil_mode"] = pads(call, attributes["strides"])
    x = call.x
    if any(pad >= side for pad, side in zip(attributes["pads"], kernel * 2, strict=True)):
        still = [0, 0]
        given = call.integers([*still, *attributes["pads"][: len(kernel)], *still, *attributes["pads"][len(kernel) :]])
        x = call.node("Pad", x, given, call.constant(filler))
        attributes["pads"] = [0] * len(attributes["pads"])
    return call.node(kind, x, **attributes, **more)


def pads(call: Call, stride: list[int]) -> tuple[list[int], int]:
    """Return the padding, and ceil_mode: 1 where a last window hangs over.

    PyTorch leaves such a window out where it would begin behind the image, which not all runtimes do: there the padding
    ends with the last window that is there.
    """
    o, sides = call.operator, len(call.operator.kernel)
    before, after = list(o.padding[:sides]), list(o.padding[sides:])
    if not o.ceil_mode:
        return [*before, *after], 0
    x, y = call.shape[2:], call.outputs[0][2:]
    if not all(map(is_integer, (*x, *y))):
        return [*before, *after], 1
    hanging = False
    for place, (side, out) in enumerate(zip(x, y, strict=True)):
        end = (out - 1) * stride[place] + o.dilation[place] * (o.kernel[place] - 1) + 1
        beyond = end - side - before[place] - after[place]
        hanging |= beyond > 0
        after[place] = max(0, after[place] + min(beyond, 0))
    return [*before, *after], int(hanging)


def adaptive_avgpool(call: Call) -> str:
    """ONNX GlobalAveragePool or AveragePool."""
    return adaptive(call, "AveragePool")


def adaptive_maxpool(call: Call) -> str:
    """ONNX GlobalMaxPool or MaxPool."""
    return adaptive(call, "MaxPool")


def adaptive(call: Call, kind: str) -> str:
    """Return an adaptive pooling whose windows are all alike. Others ONNX does not have."""
    out, sides = call.operator.out, call.shape[2:]
    if set(out) == {1}:
        return call.node(f"Global{kind}", call.x)
    if any(side % one for side, one in zip(call.integral(sides), call.integral(out), strict=True)):
        call.refuse(f"from {list(sides)} to {list(out)}", "pool to sides that divide the input's")
    kernel = [side // one for side, one in zip(sides, out, strict=True)]
    return call.node(kind, call.x, kernel_shape=kernel, strides=kernel)


def global_avgpool(call: Call) -> str:
    """ONNX GlobalAveragePool."""
    return call.node("GlobalAveragePool", call.x)


def global_maxpool(call: Call) -> str:
    """ONNX GlobalMaxPool."""
    return call.node("GlobalMaxPool", call.x)


def mean(call: Call) -> str:
    """ONNX ReduceMean."""
    return reduction(call, "ReduceMean")


def sum(call: Call) -> str:
    """ONNX ReduceSum."""
    return reduction(call, "ReduceSum")


def amax(call: Call) -> str:
    """ONNX ReduceMax."""
    return reduction(call, "ReduceMax")


def amin(call: Call) -> str:
    """ONNX ReduceMin."""
    return reduction(call, "ReduceMin")


def reduction(call: Call, kind: str) -> str:
    """Return a reduction along given dimensions, or all."""
    o = call.operator
    axes = [] if o.dim is None else [call.integers(o.dim)]
    if o.dim == ():
        return call.node("Identity", call.x)
    return call.node(kind, call.x, *axes, keepdims=int(o.keepdim))
