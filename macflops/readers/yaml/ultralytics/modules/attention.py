"""Attention over the positions of a feature map. Source: YOLOv10 (Wang et al. 2024), section 3.2, figure 3."""

from __future__ import annotations

from macflops.ops.matmul import MatMul
from macflops.ops.mul import Mul
from macflops.ops.reshape import Reshape
from macflops.ops.softmax import Softmax
from macflops.ops.split import Split
from macflops.ops.transpose import Transpose
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.bottlenecks import halves
from macflops.readers.yaml.ultralytics.writer import Writer

HEAD = 64  # channels of one head
RATIO = 0.5  # of the width of keys to that of values


@module()
def PSA(at: Writer, x: int, c2: int, e: float = 0.5) -> int:
    """One pointwise convolution to two halves, an attention block on the second, a convolution over both."""
    check_width(at, x, c2)
    a, b = halves(at, x, int(c2 * e))
    return at.conv("cv2", at.concat("concat", (a, psa_block(at, b))), c2)


@module(repeated=1)
def C2PSA(at: Writer, x: int, c2: int, n: int = 1, e: float = 0.5) -> int:
    """PSA with several blocks in series."""
    check_width(at, x, c2)
    a, b = halves(at, x, int(c2 * e))
    for index in range(n):
        b = psa_block(at.under(f"m.{index}"), b)
    return at.conv("cv2", at.concat("concat", (a, b)), c2)


@module(repeated=1)
def C2fPSA(at: Writer, x: int, c2: int, n: int = 1, e: float = 0.5) -> int:
    """The same, with what every block gives kept."""
    check_width(at, x, c2)
    kept = list(halves(at, x, int(c2 * e)))
    for index in range(n):
        kept.append(psa_block(at.under(f"m.{index}"), kept[-1]))
    return at.conv("cv2", at.concat("concat", kept), c2)


def check_width(at: Writer, x: int, c2: int) -> None:
    """Raise SourceError where a module that keeps its width is asked for another."""
    if at.width(x) != c2:
        raise at.error(f"{at.width(x)} channels in and {c2} out", "make them equal")


def psa_block(at: Writer, x: int) -> int:
    """Write out attention and a feed-forward of two pointwise convolutions, each added to its input."""
    width = at.width(x)
    x = at.sum("add", x, attention(at.under("attn"), x, max(width // HEAD, 1)))
    y = at.conv("ffn.1", at.conv("ffn.0", x, 2 * width), width, act=False)
    return at.sum("add_1", x, y)


def attention(at: Writer, x: int, heads: int) -> int:
    """Write out self-attention over H·W positions with a depthwise convolution of the values added."""
    batch, width, *sides = at.shape(x)
    value = width // heads
    key = int(value * RATIO)
    positions = sides[0] * sides[1]
    qkv = at.conv("qkv", x, width + 2 * key * heads, act=False)
    qkv = at.add("view", Reshape((batch, heads, 2 * key + value, positions)), qkv)
    q, k, v = at.parts("split", Split(sizes=(key, key, value), dim=2), qkv)
    q = at.add("transpose", Transpose((0, 1, 3, 2)), at.add("scale", Mul(constant=()), q))
    weights = at.add("softmax", Softmax(-1), at.add("qk", MatMul(), q, k))
    mixed = at.add("av", MatMul(transpose_b=True), v, weights)
    mixed = at.add("view_1", Reshape((batch, width, *sides)), mixed)
    values = at.add("view_2", Reshape((batch, width, *sides)), v)
    near = at.conv("pe", values, width, 3, groups=width, act=False)
    return at.conv("proj", at.sum("add", mixed, near), width, act=False)
