"""Convolutions with their norm and activation."""

from __future__ import annotations

from math import gcd

from macflops.ops.bn import BatchNorm
from macflops.ops.conv_transpose import ConvTranspose
from macflops.readers.yaml.ultralytics import activations
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import EPS, Ints, Writer


@module()
def Conv(at: Writer, x: int, c2: int, k: int | Ints = 1, s: int = 1, p: int | Ints | None = None, g: int = 1,
         d: int = 1, act: bool = True) -> int:  # fmt: skip
    """Convolution, batch norm, activation."""
    return at.conv("", x, c2, k, s, p, g, d, act)


@module()
def DWConv(at: Writer, x: int, c2: int, k: int | Ints = 1, s: int = 1, d: int = 1, act: bool = True) -> int:
    """The same with as many groups as divide both widths."""
    return at.conv("", x, c2, k, s, None, gcd(at.width(x), c2), d, act)


@module()
def GhostConv(at: Writer, x: int, c2: int, k: int = 1, s: int = 1, g: int = 1, act: bool = True) -> int:
    """Half of the channels by a convolution, the other half from those by a 5x5 depthwise one.

    Source: GhostNet (Han et al. 2020), section 3.1.
    """
    half = c2 // 2
    first = at.conv("cv1", x, half, k, s, None, g, act=act)
    second = at.conv("cv2", first, half, 5, 1, None, half, act=act)
    return at.concat("concat", (first, second))


@module()
def Focus(at: Writer, x: int, c2: int, k: int = 1, s: int = 1, p: int | None = None, g: int = 1) -> int:
    """Every second pixel of every second row, four times, as channels; then a convolution (YOLOv5's first stem)."""
    from macflops.ops.slice import Slice

    parts = []
    for column in (0, 1):
        for row in (0, 1):
            rows = at.add(f"rows_{row}{column}", Slice(2, row, None, 2), x)
            parts.append(at.add(f"columns_{row}{column}", Slice(3, column, None, 2), rows))
    return at.conv("conv", at.concat("concat", parts), c2, k, s, p, g)


@module(named="nn.ConvTranspose2d")
def conv_transpose(at: Writer, x: int, c2: int, k: int = 2, s: int = 2, p: int = 0) -> int:
    """Transposed convolution with a bias."""
    return at.add("", ConvTranspose(c2, (k, k), (s, s), padding=(p, p, p, p)), x)


@module()
def DWConvTranspose2d(at: Writer, x: int, c2: int, k: int = 1, s: int = 1, p1: int = 0, p2: int = 0) -> int:
    """The same with as many groups as divide both widths; p2 is added to the far borders."""
    groups = gcd(at.width(x), c2)
    return at.add("", ConvTranspose(c2, (k, k), (s, s), (1, 1), (p1, p1, p1, p1), (p2, p2), groups), x)


@module(named="ConvTranspose")
def normed_conv_transpose(at: Writer, x: int, c2: int, k: int = 2, s: int = 2, p: int = 0, bn: bool = True,
                          act: bool = True) -> int:  # fmt: skip
    """Transposed convolution, batch norm (or a bias), SiLU."""
    x = at.add("conv_transpose", ConvTranspose(c2, (k, k), (s, s), padding=(p, p, p, p), bias=not bn), x)
    x = at.add("bn", BatchNorm(EPS), x) if bn else x
    return at.add("act", activations.operator("SiLU"), x) if act else x
