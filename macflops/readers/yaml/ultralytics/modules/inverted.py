"""Compact inverted blocks: depthwise convolutions around pointwise ones. Source: YOLOv10, section 3.2, figure 3."""

from __future__ import annotations

from macflops.readers.yaml.ultralytics import activations
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.bottlenecks import halves
from macflops.readers.yaml.ultralytics.writer import Writer


@module(repeated=1, modern=True)
def C2fCIB(at: Writer, x: int, c2: int, n: int = 1, shortcut: bool = False, lk: bool = False, g: int = 1,
           e: float = 0.5) -> int:  # fmt: skip
    """C2f with such blocks in place of its bottlenecks."""
    hidden = int(c2 * e)
    kept = list(halves(at, x, hidden))
    for index in range(n):
        kept.append(block(at.under(f"m.{index}"), kept[-1], shortcut, lk))
    return at.conv("cv2", at.concat("concat", kept), c2)


def block(at: Writer, x: int, shortcut: bool, large: bool) -> int:
    """Write out five convolutions, the third depthwise of twice the width: of 3x3, or of 7x7 beside 3x3."""
    width = at.width(x)
    y = at.conv("cv1.0", x, width, 3, groups=width)
    y = at.conv("cv1.1", y, 2 * width)
    if large:
        inner = at.under("cv1.2")
        wide = inner.conv("conv", y, 2 * width, 7, 1, 3, 2 * width, act=False)
        near = inner.conv("conv1", y, 2 * width, 3, 1, 1, 2 * width, act=False)
        y = inner.add("act", activations.operator("SiLU"), inner.sum("add", wide, near))
    else:
        y = at.conv("cv1.2", y, 2 * width, 3, groups=2 * width)
    y = at.conv("cv1.3", y, width)
    y = at.conv("cv1.4", y, width, 3, groups=width)
    return at.sum("add", x, y) if shortcut else y
