"""The head of the first YOLOv5: boxes as offsets to anchors.

Source: YOLOv3 (Redmon and Farhadi 2018), section 2.1; the bounded form as the published YOLOv5 decodes it.
"""

from __future__ import annotations

from macflops.ops.add import Add
from macflops.ops.mul import Mul
from macflops.ops.pow import Pow
from macflops.ops.reshape import Reshape
from macflops.ops.sigmoid import Sigmoid
from macflops.ops.split import Split
from macflops.ops.transpose import Transpose
from macflops.readers.yaml.ultralytics.writer import Writer

BOX = 5  # a centre, two sides, and whether there is an object


def anchored(at: Writer, inputs: list[int], nc: int, anchors: object, masks: int = 0) -> int:
    """Write out a pointwise convolution for each map and its decoding; return (N, boxes, 5 + nc + masks)."""
    counts = numbers_of(at, anchors, len(inputs))
    numbers = BOX + nc + masks
    found = []
    for index, (x, number) in enumerate(zip(inputs, counts, strict=True)):
        batch, _, *sides = at.shape(x)
        y = at.conv2d(f"m.{index}", x, number * numbers)
        y = at.add(f"view_{index}", Reshape((batch, number, numbers, *sides)), y)
        y = at.add(f"transpose_{index}", Transpose((0, 1, 3, 4, 2)), y)
        raw: list[int] = []  # mask coefficients stay as they are
        if masks:
            y, *raw = at.parts(f"split_masks_{index}", Split(sizes=(BOX + nc, masks), dim=4), y)
        y = at.add(f"sigmoid_{index}", Sigmoid(), y)
        centre, extent, rest = at.parts(f"split_{index}", Split(sizes=(2, 2, 1 + nc), dim=4), y)
        grid = (1, number, *sides, 2)
        centre = at.add(f"centre_{index}", Add(constant=grid), at.add(f"twice_{index}", Mul(constant=()), centre))
        centre = at.add(f"stride_{index}", Mul(constant=()), centre)
        extent = at.add(f"square_{index}", Pow(constant=()), at.add(f"twice_extent_{index}", Mul(constant=()), extent))
        extent = at.add(f"anchor_{index}", Mul(constant=grid), extent)
        whole = at.concat(f"concat_{index}", (centre, extent, rest, *raw), 4)
        found.append(at.add(f"boxes_{index}", Reshape((batch, number * sides[0] * sides[1], numbers)), whole))
    return at.concat("boxes", found, 1)


def numbers_of(at: Writer, anchors: object, maps: int) -> list[int]:
    """Return how many anchors each map has. Raises SourceError where they do not fit."""
    given = at.model.scope.names.get("anchors") if anchors is None else anchors
    hint = "write for each map a list of widths and heights, or one number of anchors"
    if type(given) is int and 1 <= given <= 1000:
        return [given] * maps
    if not isinstance(given, list) or len(given) != maps or not all(isinstance(g, list) and g for g in given):
        raise at.error("anchors do not fit the maps", hint)
    if any(len(g) % 2 for g in given):
        raise at.error("an anchor without its height", hint)
    return [len(g) // 2 for g in given]
