"""Heads that say something of every pixel: its class, its depth."""

from __future__ import annotations

from macflops.ops.add import Add
from macflops.ops.clamp import Clamp
from macflops.ops.conv_transpose import ConvTranspose
from macflops.ops.exp import Exp
from macflops.ops.mul import Mul
from macflops.ops.upsample import Upsample
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import Writer


@module(scaled=False, many=True)
def SemanticSegment(at: Writer, inputs: list[int], nc: int = 19) -> int:
    """Classes at every position of the first map: (N, nc, H, W). Training has a second head on the second map."""
    width = at.width(inputs[0])
    y = at.conv2d("classifier.1", at.conv("classifier.0", inputs[0], width, 3), nc)
    if len(inputs) < 2:
        return y

    def auxiliary(aside: Writer, x: int) -> None:
        aside.conv2d("1", aside.conv("0", x, width, 3), nc)

    return at.unused("aux_head", y, auxiliary, (1, at.width(inputs[1]), 1, 1))


@module(scaled=False, many=True)
def Depth(at: Writer, inputs: list[int], c_mid: int = 256) -> int:
    """The distance at every second position of the first map's double: maps are added from the smallest up."""
    maps = [at.conv(f"proj.{index}", x, c_mid) for index, x in enumerate(inputs)]
    y = maps[-1]
    for index in reversed(range(len(maps) - 1)):
        y = at.add(f"upsample_{index}", Upsample(scale_factor=(2, 2), mode="bilinear", align_corners=True), y)
        y = at.sum(f"add_{index}", y, maps[index])
        y = at.conv(f"refine.{index}.1", at.conv(f"refine.{index}.0", y, c_mid, 3), c_mid, 3)
    half = c_mid // 2
    y = at.add("head.1", ConvTranspose(half, (2, 2), (2, 2)), at.conv("head.0", y, half, 3))
    y = at.conv2d("head.3", at.conv("head.2", y, c_mid // 4, 3), 1)
    y = at.add("clamp", Clamp(-4.0, 5.0), y)
    y = at.add("cal_b", Add(constant=(1,)), at.add("cal_a", Mul(constant=(1,)), y))
    return at.add("exp", Exp(), y)
