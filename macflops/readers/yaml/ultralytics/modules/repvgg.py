"""Convolutions of two kernels side by side, which a runtime may merge. Source: RepVGG (Ding et al. 2021), section 3."""

from __future__ import annotations

from macflops.readers.yaml.ultralytics import activations
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import Writer


@module(repeated=1)
def RepC3(at: Writer, x: int, c2: int, n: int = 3, e: float = 1.0) -> int:
    """Two pointwise convolutions side by side, n double ones after the first, their sum.

    Source: RT-DETR (Zhao et al. 2023), section 4.2, figure 4.
    """
    hidden = int(c2 * e)
    y = at.conv("cv1", x, hidden)
    for index in range(n):
        y = double(at.under(f"m.{index}"), y, hidden)
    y = at.sum("add", y, at.conv("cv2", x, hidden))
    return at.conv("cv3", y, c2) if hidden != c2 else y


def double(at: Writer, x: int, out: int) -> int:
    """Write out a 3x3 and a pointwise convolution of one input, their sum and SiLU."""
    large, small = at.conv("conv1", x, out, 3, act=False), at.conv("conv2", x, out, act=False)
    return at.add("act", activations.operator("SiLU"), at.sum("add", large, small))
