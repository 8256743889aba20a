"""Transformers' encoders over the positions of a feature map. Source: Vaswani et al. 2017, sections 3.1 and 3.2."""

from __future__ import annotations

from macflops.arithmetic import Dim
from macflops.ops._stated import Computed
from macflops.ops.cos import Cos
from macflops.ops.gelu import Gelu
from macflops.ops.layer_norm import LayerNorm
from macflops.ops.matmul import MatMul
from macflops.ops.mul import Mul
from macflops.ops.reshape import Reshape
from macflops.ops.sin import Sin
from macflops.ops.softmax import Softmax
from macflops.ops.transpose import Transpose
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import Writer

HEADS = 4  # of C3TR


@module(scaled=False)
def AIFI(at: Writer, x: int, cm: int = 2048, num_heads: int = 8) -> int:
    """One layer of an encoder, positions added to its queries and keys. Source: RT-DETR (Zhao et al. 2023), 4.2."""
    batch, width, *sides = at.shape(x)
    if width % 4:
        raise at.error(f"{width} channels", "make them a multiple of 4: sines and cosines of two sides")
    x = rows_of(at, x)
    placed = at.sum("add", x, positions(at, sides[0] * sides[1], width))
    y = attended(at.under("ma"), placed, placed, x, num_heads)
    x = at.add("norm1", LayerNorm(), at.sum("add_1", x, y))
    y = at.linear("fc2", at.add("act", Gelu(), at.linear("fc1", x, cm)), width)
    x = at.add("norm2", LayerNorm(), at.sum("add_2", x, y))
    return at.add("view", Reshape((batch, width, *sides)), at.add("transpose_1", Transpose((0, 2, 1)), x))


@module(repeated=1)
def C3TR(at: Writer, x: int, c2: int, n: int = 1, shortcut: bool = True, g: int = 1, e: float = 0.5) -> int:
    """C3 with n layers of attention, without norms, in place of its bottlenecks."""
    hidden = int(c2 * e)
    y = at.conv("cv1", x, hidden)
    batch, _, *sides = at.shape(y)
    inner = at.under("m")
    y = rows_of(inner, y)
    y = inner.sum("add", y, inner.linear("linear", y, hidden))
    for index in range(n):
        layer = inner.under(f"tr.{index}")
        q, k, v = (layer.linear(name, y, hidden, False) for name in "qkv")
        y = layer.sum("add", attended(layer.under("ma"), q, k, v, HEADS), y)
        y = layer.sum("add_1", layer.linear("fc2", layer.linear("fc1", y, hidden, False), hidden, False), y)
    y = inner.add("transpose_1", Transpose((0, 2, 1)), y)
    y = inner.add("view", Reshape((batch, hidden, *sides)), y)
    return at.conv("cv3", at.concat("concat", (y, at.conv("cv2", x, hidden))), c2)


def rows_of(at: Writer, x: int) -> int:
    """Return a map (N, c, H, W) as rows of its positions (N, H·W, c)."""
    batch, width, *sides = at.shape(x)
    return at.add("transpose", Transpose((0, 2, 1)), at.add("flatten", Reshape((batch, width, sides[0] * sides[1])), x))


def attended(at: Writer, query: int, key: int, value: int, heads: int) -> int:
    """Write out attention of several heads; query (N, m, c), key and value (N, n, c), result (N, m, c)."""
    batch, length, width = at.shape(query)
    if heads < 1 or width % heads:
        raise at.error(f"{heads} heads over {width} channels", "their number has to divide the channels")
    q, k, v = (
        heads_of(at, name, at.linear(f"in_proj.{name}", tensor, width), heads)
        for name, tensor in (("q", query), ("k", key), ("v", value))
    )
    q = at.add("scale", Mul(constant=()), q)
    weights = at.add("softmax", Softmax(-1), at.add("qk", MatMul(transpose_b=True), q, k))
    mixed = at.add("transpose", Transpose((0, 2, 1, 3)), at.add("av", MatMul(), weights, v))
    return at.linear("out_proj", at.add("view", Reshape((batch, length, width)), mixed), width)


def heads_of(at: Writer, name: str, x: int, heads: int) -> int:
    """Return rows (N, n, c) as (N, heads, n, c ÷ heads)."""
    batch, length, width = at.shape(x)
    x = at.add(f"{name}_view", Reshape((batch, length, heads, width // heads)), x)
    return at.add(f"{name}_transpose", Transpose((0, 2, 1, 3)), x)


def positions(at: Writer, number: Dim, width: int) -> int:
    """Write out the sines and cosines of both sides' positions, which are computed at each run: (positions, width)."""
    quarter = width // 4
    parts = []
    for side in ("rows", "columns"):
        product = Computed(
            "outer", ((number, quarter),), role="matmul", mult_adds=number * quarter, weights=number + quarter
        )
        angles = at.add(f"{side}.angles", product)
        parts += [at.add(f"{side}.sin", Sin(), angles), at.add(f"{side}.cos", Cos(), angles)]
    return at.concat("positions", parts)
