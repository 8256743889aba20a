"""Attention within areas of a feature map. Source: YOLOv12 (Tian et al. 2025), section 3.2, figures 2 and 3."""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import exact_div
from macflops.ops.add import Add
from macflops.ops.matmul import MatMul
from macflops.ops.mul import Mul
from macflops.ops.reshape import Reshape
from macflops.ops.softmax import Softmax
from macflops.ops.split import Split
from macflops.ops.transpose import Transpose
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.bottlenecks import C3k
from macflops.readers.yaml.ultralytics.writer import Writer

HEAD = 32  # channels of one head


def scaled_residual(at: Writer, args: list[Any]) -> None:
    """At scales l and x the whole is added to the input, and the feed-forward is narrower."""
    if at.model.letter in ("l", "x"):
        args.extend((True, 1.2))


@module(repeated=1, modern=True, adapted=scaled_residual)
def A2C2f(at: Writer, x: int, c2: int, n: int = 1, a2: bool = True, area: int = 1, residual: bool = False,
          mlp_ratio: float = 2.0, e: float = 0.5, g: int = 1, shortcut: bool = True) -> int:  # fmt: skip
    """Pairs of attention blocks in series, all kept, or C3k in their place; a pointwise convolution over all."""
    hidden = int(c2 * e)
    if hidden % HEAD or hidden < HEAD:
        raise at.error(f"{hidden} hidden channels", f"make them a multiple of {HEAD}")
    kept = [at.conv("cv1", x, hidden)]
    for index in range(n):
        inner = at.under(f"m.{index}")
        if a2:
            y = block(inner.under("0"), kept[-1], mlp_ratio, area)
            y = block(inner.under("1"), y, mlp_ratio, area)
        else:
            y = C3k(inner, kept[-1], hidden, 2, shortcut, g)
        kept.append(y)
    y = at.conv("cv2", at.concat("concat", kept), c2)
    if not (a2 and residual):
        return y
    return at.sum("add", x, at.add("gamma", Mul(constant=(c2, 1, 1), learnable=True), y))


def block(at: Writer, x: int, ratio: float, area: int) -> int:
    """Write out attention and a feed-forward of two pointwise convolutions, each added to its input."""
    width = at.width(x)
    x = at.sum("add", x, attention(at.under("attn"), x, width // HEAD, area))
    y = at.conv("mlp.1", at.conv("mlp.0", x, int(width * ratio)), width, act=False)
    return at.sum("add_1", x, y)


def attention(at: Writer, x: int, heads: int, area: int) -> int:
    """Write out self-attention within each of `area` runs of positions; a depthwise 7x7 convolution of the values."""
    batch, width, high, wide = at.shape(x)
    head = width // heads
    area = max(area, 1)  # published files write -1 for the whole map
    positions = exact_div(high * wide, area)
    qkv = at.conv("qkv", x, 3 * width, act=False)
    qkv = at.add("flatten", Reshape((batch, 3 * width, high * wide)), qkv)
    qkv = at.add("transpose", Transpose((0, 2, 1)), qkv)
    qkv = at.add("view", Reshape((batch * area, positions, heads, 3 * head)), qkv)
    qkv = at.add("transpose_1", Transpose((0, 2, 3, 1)), qkv)
    q, k, v = at.parts("split", Split(sizes=(head, head, head), dim=2), qkv)
    q = at.add("transpose_2", Transpose((0, 1, 3, 2)), at.add("scale", Mul(constant=()), q))
    weights = at.add("softmax", Softmax(-1), at.add("qk", MatMul(), q, k))
    mixed = at.add("av", MatMul(transpose_b=True), v, weights)

    def back(tensor: int, name: str) -> int:
        y = at.add(f"{name}_transpose", Transpose((0, 3, 1, 2)), tensor)
        y = at.add(f"{name}_view", Reshape((batch, high, wide, width)), y)
        return at.add(f"{name}_transpose_1", Transpose((0, 3, 1, 2)), y)

    mixed, values = back(mixed, "mixed"), back(v, "values")
    near = at.conv("pe", values, width, 7, 1, 3, width, act=False)
    return at.conv("proj", at.add("add", Add(), mixed, near), width, act=False)
