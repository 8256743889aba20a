"""Bottlenecks and the stages that hold them: cross-stage partial networks.

Source: CSPNet (Wang et al. 2020), section 3, figure 3; C2f and C3k2 as the published YOLOv8 and YOLO11 have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from macflops.ops.bn import BatchNorm
from macflops.ops.split import Split
from macflops.readers.yaml.ultralytics import activations
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import EPS, Ints, Writer


@module()
def Bottleneck(at: Writer, x: int, c2: int, shortcut: bool = True, g: int = 1, k: Ints = (3, 3), e: float = 0.5) -> int:
    """Two convolutions, the first to a share e of the width; with the input added where it fits."""
    if len(k) != 2:
        raise at.error(f"k is {list(k)}", "write the kernels of both convolutions: [3, 3]")
    y = at.conv("cv2", at.conv("cv1", x, int(c2 * e), k[0]), c2, k[1], groups=g)
    return at.sum("add", x, y) if shortcut and at.width(x) == c2 else y


@module(repeated=1)
def C3(at: Writer, x: int, c2: int, n: int = 1, shortcut: bool = True, g: int = 1, e: float = 0.5) -> int:
    """Two pointwise convolutions side by side, bottlenecks after the first, a third over both."""
    return cross_stage(at, x, c2, n, shortcut, g, e, (1, 3))


@module(repeated=1)
def C3x(at: Writer, x: int, c2: int, n: int = 1, shortcut: bool = True, g: int = 1, e: float = 0.5) -> int:
    """C3 whose bottlenecks have kernels of 1x3 and 3x1."""
    return cross_stage(at, x, c2, n, shortcut, g, e, ((1, 3), (3, 1)))


@module(repeated=1)
def C3k(at: Writer, x: int, c2: int, n: int = 1, shortcut: bool = True, g: int = 1, e: float = 0.5, k: int = 3) -> int:
    """C3 whose bottlenecks have two kernels of side k."""
    return cross_stage(at, x, c2, n, shortcut, g, e, (k, k))


@module(repeated=1)
def C3Ghost(at: Writer, x: int, c2: int, n: int = 1, shortcut: bool = True, g: int = 1, e: float = 0.5) -> int:
    """C3 with ghost bottlenecks."""
    hidden = int(c2 * e)
    y = at.conv("cv1", x, hidden)
    for index in range(n):
        y = GhostBottleneck(at.under(f"m.{index}"), y, hidden)
    return at.conv("cv3", at.concat("concat", (y, at.conv("cv2", x, hidden))), c2)


@module(repeated=1)
def C1(at: Writer, x: int, c2: int, n: int = 1) -> int:
    """A pointwise convolution, with n 3x3 ones in series added to it."""
    first = y = at.conv("cv1", x, c2)
    for index in range(n):
        y = at.conv(f"m.{index}", y, c2, 3)
    return at.sum("add", y, first)


@module(repeated=1)
def BottleneckCSP(at: Writer, x: int, c2: int, n: int = 1, shortcut: bool = True, g: int = 1, e: float = 0.5) -> int:
    """Bottlenecks between two convolutions beside a third, norm and SiLU over both. Source: CSPNet, figure 3."""
    hidden = int(c2 * e)
    y = at.conv("cv1", x, hidden)
    for index in range(n):
        y = Bottleneck(at.under(f"m.{index}"), y, hidden, shortcut, g, (3, 3), 1.0)
    both = at.concat("concat", (at.conv2d("cv3", y, hidden, bias=False), at.conv2d("cv2", x, hidden, bias=False)))
    both = at.add("act", activations.operator("SiLU"), at.add("bn", BatchNorm(EPS), both))
    return at.conv("cv4", both, c2)


@module(repeated=1)
def C2(at: Writer, x: int, c2: int, n: int = 1, shortcut: bool = True, g: int = 1, e: float = 0.5) -> int:
    """One pointwise convolution to two halves, bottlenecks on the first, a second convolution over both."""
    hidden = int(c2 * e)
    a, b = halves(at, x, hidden)
    for index in range(n):
        a = Bottleneck(at.under(f"m.{index}"), a, hidden, shortcut, g, (3, 3), 1.0)
    return at.conv("cv2", at.concat("concat", (a, b)), c2)


@module(repeated=1)
def C2f(at: Writer, x: int, c2: int, n: int = 1, shortcut: bool = False, g: int = 1, e: float = 0.5) -> int:
    """C2 that keeps what every bottleneck gives."""
    hidden = int(c2 * e)
    kept = list(halves(at, x, hidden))
    for index in range(n):
        kept.append(Bottleneck(at.under(f"m.{index}"), kept[-1], hidden, shortcut, g, (3, 3), 1.0))
    return at.conv("cv2", at.concat("concat", kept), c2)


def deep_in_large(at: Writer, args: list[Any]) -> None:
    """At scales m, l and x the bottlenecks of C3k2 are C3k, whatever the row says."""
    if at.model.letter in ("m", "l", "x"):
        args[2:3] = [True]


@module(repeated=1, modern=True, adapted=deep_in_large)
def C3k2(at: Writer, x: int, c2: int, n: int = 1, c3k: bool = False, e: float = 0.5, attn: bool = False, g: int = 1,
         shortcut: bool = True) -> int:  # fmt: skip
    """C2f whose bottlenecks are narrow in the middle, or C3k with two of its own, or followed by attention."""
    from macflops.readers.yaml.ultralytics.modules.attention import psa_block

    hidden = int(c2 * e)
    kept = list(halves(at, x, hidden))
    for index in range(n):
        inner = at.under(f"m.{index}")
        if attn:
            y = psa_block(inner.under("1"), Bottleneck(inner.under("0"), kept[-1], hidden, shortcut, g))
        elif c3k:
            y = C3k(inner, kept[-1], hidden, 2, shortcut, g)
        else:
            y = Bottleneck(inner, kept[-1], hidden, shortcut, g)
        kept.append(y)
    return at.conv("cv2", at.concat("concat", kept), c2)


@module()
def GhostBottleneck(at: Writer, x: int, c2: int, k: int = 3, s: int = 1) -> int:
    """Two ghost convolutions, a depthwise one between them where the stride is 2; with the input added.

    Source: GhostNet (Han et al. 2020), section 3.2.
    """
    from macflops.readers.yaml.ultralytics.modules.convolutions import DWConv, GhostConv

    y = GhostConv(at.under("conv.0"), x, c2 // 2)
    if s == 2:
        y = DWConv(at.under("conv.1"), y, c2 // 2, k, s, act=False)
    y = GhostConv(at.under("conv.2"), y, c2, act=False)
    if s == 2:
        x = DWConv(at.under("shortcut.0"), x, at.width(x), k, s, act=False)
        x = at.conv("shortcut.1", x, c2, act=False)
    return at.sum("add", y, x)


def cross_stage(at: Writer, x: int, c2: int, n: int, shortcut: bool, g: int, e: float, k: Sequence[Any]) -> int:
    """Write out C3 with bottlenecks of these kernels."""
    hidden = int(c2 * e)
    y = at.conv("cv1", x, hidden)
    for index in range(n):
        y = Bottleneck(at.under(f"m.{index}"), y, hidden, shortcut, g, k, 1.0)
    return at.conv("cv3", at.concat("concat", (y, at.conv("cv2", x, hidden))), c2)


def halves(at: Writer, x: int, hidden: int) -> tuple[int, ...]:
    """Write out a pointwise convolution to two halves of this width each; return both."""
    return at.parts("split", Split(2), at.conv("cv1", x, 2 * hidden))
