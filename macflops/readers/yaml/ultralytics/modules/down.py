"""Halvings of the sides.

Sources: AConv and ADown as the published YOLOv9 has them; SCDown: YOLOv10 (Wang et al. 2024), section 3.2.
"""

from __future__ import annotations

from macflops.ops.avgpool import AvgPool
from macflops.ops.maxpool import MaxPool
from macflops.ops.split import Split
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import Writer

SMOOTH = AvgPool((2, 2), (1, 1))


@module()
def AConv(at: Writer, x: int, c2: int) -> int:
    """The mean of neighbours, a 3x3 convolution of stride 2."""
    return at.conv("cv1", at.add("pool", SMOOTH, x), c2, 3, 2, 1)


@module()
def ADown(at: Writer, x: int, c2: int) -> int:
    """The mean of neighbours; a 3x3 convolution on half of the channels, pooling and a pointwise one on the rest."""
    half = c2 // 2
    a, b = at.parts("split", Split(2), at.add("pool", SMOOTH, x))
    a = at.conv("cv1", a, half, 3, 2, 1)
    b = at.conv("cv2", at.add("pool_1", MaxPool((3, 3), (2, 2), padding=(1, 1, 1, 1)), b), half, 1, 1, 0)
    return at.concat("concat", (a, b))


@module()
def SCDown(at: Writer, x: int, c2: int, k: int, s: int) -> int:
    """A pointwise convolution to the width, a depthwise one to the sides."""
    return at.conv("cv2", at.conv("cv1", x, c2), c2, k, s, groups=c2, act=False)
