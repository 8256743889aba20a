"""Modules that text prompts guide. Source: YOLO-World (Cheng et al. 2024), section 3.3, equations (3) and (4)."""

from __future__ import annotations

from typing import Any

from macflops.ops._stated import Fold
from macflops.ops.adaptive_maxpool import AdaptiveMaxPool
from macflops.ops.add import Add
from macflops.ops.amax import AMax
from macflops.ops.bn import BatchNorm
from macflops.ops.clamp import Clamp
from macflops.ops.div import Div
from macflops.ops.layer_norm import LayerNorm
from macflops.ops.matmul import MatMul
from macflops.ops.mul import Mul
from macflops.ops.reshape import Reshape
from macflops.ops.sigmoid import Sigmoid
from macflops.ops.softmax import Softmax
from macflops.ops.transpose import Transpose
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.bottlenecks import Bottleneck, halves
from macflops.readers.yaml.ultralytics.modules.transformer import heads_of
from macflops.readers.yaml.ultralytics.writer import EPS, Writer

TEXT = 512  # width of a prompt, as CLIP encodes it
LARGEST_HEADS = 64  # the scale's largest width is that often the largest number of heads


def scaled_heads(at: Writer, args: list[Any]) -> None:
    """Let the scale multiply the number of heads; the embedding is as wide as the hidden channels."""
    if len(args) < 4 or type(args[3]) is not int:
        raise at.error("nh is missing", "write [c2, ec, nh]")
    scale, share = at.model.scale, args[7] if len(args) > 7 else 0.5
    if type(share) not in (int, float):
        raise at.error(f"e is {str(share)[:40]}", "it has to be a number")
    if args[3] > 1:
        args[3] = int(max(round(min(args[3], scale.most // LARGEST_HEADS)) * scale.width, 1))
    args[2] = int(args[0] * share)


@module(repeated=1, prompted=True, adapted=scaled_heads)
def C2fAttn(at: Writer, x: int, c2: int, n: int = 1, ec: int = 128, nh: int = 1, gc: int = 512, shortcut: bool = False,
            g: int = 1, e: float = 0.5) -> int:  # fmt: skip
    """C2f whose last part is weighed by its nearest prompt."""
    hidden = int(c2 * e)
    if nh < 1 or hidden % nh:
        raise at.error(f"{nh} heads over {hidden} hidden channels", "their number has to divide the channels")
    kept = list(halves(at, x, hidden))
    for index in range(n):
        kept.append(Bottleneck(at.under(f"m.{index}"), kept[-1], hidden, shortcut, g, (3, 3), 1.0))
    check_width(at, at.model.prompts[-1], "gc", gc)
    kept.append(nearest(at.under("attn"), kept[-1], hidden, nh))
    return at.conv("cv2", at.concat("concat", kept), c2)


def nearest(at: Writer, x: int, hidden: int, heads: int) -> int:
    """Write out a convolution, weighed at each position and head by its greatest product with a prompt."""
    batch, _, high, wide = at.shape(x)
    head = hidden // heads
    guide = at.linear("gl", at.model.prompts[-1], hidden)
    guide = at.add("guide_view", Reshape((batch, at.shape(guide)[1], heads, head)), guide)
    guide = at.add("guide_transpose", Transpose((0, 2, 3, 1)), guide)
    rows = at.add("view", Reshape((batch, heads, head, high * wide)), x)
    rows = at.add("transpose", Transpose((0, 1, 3, 2)), rows)
    weights = at.add("max", AMax((-1,)), at.add("matmul", MatMul(), rows, guide))
    weights = at.add("view_1", Reshape((batch, heads, high, wide)), weights)
    weights = at.add("div", Div(constant=()), weights)
    weights = at.add("sigmoid", Sigmoid(), at.add("bias", Add(constant=(heads, 1, 1), learnable=True), weights))
    y = at.conv("proj_conv", x, hidden, 3, act=False)
    y = at.add("view_2", Reshape((batch, heads, head, high, wide)), y)
    y = at.add("mul", Mul(), y, at.add("view_3", Reshape((batch, heads, 1, high, wide)), weights))
    return at.add("view_4", Reshape((batch, hidden, high, wide)), y)


@module(scaled=False, many=True, prompted=True)
def ImagePoolingAttn(at: Writer, inputs: list[int], ec: int = 256, ct: int = 512, nh: int = 8, k: int = 3,
                     scale: bool = False) -> tuple[int, ...]:  # fmt: skip
    """Prompts that have looked at the image: k² maxima of each map. What comes after reads them."""
    if min(ec, nh, k) < 1 or ec % nh:
        raise at.error(f"ec is {ec}, nh is {nh}", "numbers from 1, and nh has to divide ec")
    text = at.model.prompts[-1]
    batch, number, _ = at.shape(text)
    check_width(at, text, "ct", ct)
    patches = []
    for index, x in enumerate(inputs):
        pooled = at.add(f"im_pools.{index}", AdaptiveMaxPool((k, k)), at.conv2d(f"projections.{index}", x, ec))
        patches.append(at.add(f"view_{index}", Reshape((batch, ec, k * k)), pooled))
    image = at.add("transpose", Transpose((0, 2, 1)), at.concat("concat", patches, -1))
    query, key, value = (
        heads_of(at, name, at.linear(f"{name}.1", at.add(f"{name}.0", LayerNorm(), tensor), ec), nh)
        for name, tensor in (("query", text), ("key", image), ("value", image))
    )
    weights = at.add("scale", Div(constant=()), at.add("qk", MatMul(transpose_b=True), query, key))
    mixed = at.add("av", MatMul(), at.add("softmax", Softmax(-1), weights), value)
    mixed = at.add("view", Reshape((batch, number, ec)), at.add("transpose_1", Transpose((0, 2, 1, 3)), mixed))
    y = at.linear("proj", mixed, ct)
    if scale:
        y = at.add("mul", Mul(constant=(1,), learnable=True), y)
    y = at.sum("add", y, text)
    at.model.prompts.append(y)
    return (y,)


def check_width(at: Writer, text: int, name: str, width: int) -> None:
    """Raise SourceError where a module wants prompts of another width than they are given."""
    given = at.shape(text)[2]
    if given != width:
        raise at.error(f"{name} is {width}, and prompts are {given} wide", f"write {given}, or --input-shape text=…")


def contrasted(at: Writer, x: int, normed: bool) -> int:
    """Write out the products of all positions with all prompts: (N, prompts, H, W), scaled and shifted.

    Positions are batch-normed, or else of length 1; prompts are of length 1. Source: YOLO-World, equation (2).
    """
    batch, width, high, wide = at.shape(x)
    text = at.model.prompts[0]
    x = at.add("norm", BatchNorm(EPS), x) if normed else of_length_1(at, "x", x, 1)
    text = of_length_1(at, "text", text, -1)
    rows = at.add("view", Reshape((batch, width, high * wide)), x)
    y = at.add("matmul", MatMul(), text, rows)
    y = at.add("view_1", Reshape((batch, at.shape(text)[1], high, wide)), y)
    y = at.add("logit_scale", Mul(constant=(), learnable=True), y)
    return at.add("bias", Add(constant=(1,), learnable=True), y)


def of_length_1(at: Writer, name: str, x: int, dim: int) -> int:
    """Return a tensor divided by its length along a dimension."""
    length = at.add(f"{name}.norm", Fold((dim,), True, "norm"), x)
    return at.add(f"{name}.div", Div(), x, at.add(f"{name}.clamp", Clamp(min=1e-12), length))
