"""The stem and the blocks of PP-HGNetV2, the backbone of RT-DETR. Source: the published rtdetr-l and rtdetr-x."""

from __future__ import annotations

from macflops.ops.maxpool import MaxPool
from macflops.ops.pad import Pad
from macflops.readers.yaml.ultralytics import activations
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import Writer

CORNER = Pad((0, 0, 1, 1))  # a row below and a column to the right


@module(scaled=False)
def HGStem(at: Writer, x: int, cm: int, c2: int) -> int:
    """Two halvings of the sides; between them 2x2 convolutions beside a pooling."""
    relu = activations.operator("ReLU")
    x = at.add("pad", CORNER, at.conv("stem1", x, cm, 3, 2, act=relu))
    y = at.add("pad_1", CORNER, at.conv("stem2a", x, cm // 2, 2, 1, 0, act=relu))
    y = at.conv("stem2b", y, cm, 2, 1, 0, act=relu)
    pooled = at.add("pool", MaxPool((2, 2), (1, 1), ceil_mode=True), x)
    x = at.conv("stem3", at.concat("concat", (pooled, y)), cm, 3, 2, act=relu)
    return at.conv("stem4", x, c2, act=relu)


@module(scaled=False, repeated=3)
def HGBlock(at: Writer, x: int, cm: int, c2: int, k: int = 3, n: int = 6, lightconv: bool = False,
            shortcut: bool = False) -> int:  # fmt: skip
    """N convolutions in series, all kept, and two pointwise ones over all."""
    relu = activations.operator("ReLU")
    kept = [x]
    for index in range(at.times(n)):
        inner = at.under(f"m.{index}")
        if lightconv:
            y = inner.conv("conv2", inner.conv("conv1", kept[-1], cm, act=False), cm, k, groups=cm, act=relu)
        else:
            y = inner.conv("", kept[-1], cm, k, act=relu)
        kept.append(y)
    y = at.conv("sc", at.concat("concat", kept), c2 // 2, act=relu)
    y = at.conv("ec", y, c2, act=relu)
    return at.sum("add", y, x) if shortcut and at.width(x) == c2 else y
