"""The connections between YOLOv9's two backbones: several maps of one convolution, each added where it fits.

Source: CBNet (Liu et al. 2020), section 3; as the published YOLOv9-e has it.
"""

from __future__ import annotations

from macflops.ops.split import Split
from macflops.ops.upsample import Upsample
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import Ints, Writer


@module(scaled=False)
def CBLinear(
    at: Writer, x: int, c2s: Ints, k: int = 1, s: int = 1, p: int | None = None, g: int = 1
) -> tuple[int, ...]:
    """A convolution with bias to several maps of these widths."""
    if not c2s or min(c2s) < 1:
        raise at.error(f"c2s is {list(c2s)[:9]}", "write the widths of the maps: [64, 128]")
    return at.parts("split", Split(sizes=tuple(c2s)), at.conv2d("conv", x, sum(c2s), k, s, p, g))


@module(scaled=False, many=True, parts=True)
def CBFuse(at: Writer, inputs: list[int | tuple[int, ...]], idx: Ints) -> int:
    """One map of each input but the last, resized to the last one's sides and added to it."""
    *others, last = inputs
    if type(last) is not int:
        raise at.error("the last input gives several tensors", "the last one is the map that the others are added to")
    if len(idx) != len(others):
        raise at.error(f"{len(idx)} indices for {len(others)} inputs", "give one for each input but the last")
    sides = tuple(at.shape(last)[2:])
    resized = []
    for number, (index, other) in enumerate(zip(idx, others, strict=True)):
        resized.append(at.add(f"upsample_{number}", Upsample(sides), chosen(at, other, index)))
    return at.sum("add", *resized, last) if resized else last


@module(scaled=False, many=True, parts=True)
def Index(at: Writer, inputs: list[int | tuple[int, ...]], c2: int, index: int = 0) -> int:
    """One of the tensors that a row gives; c2 is its width."""
    if len(inputs) != 1:
        raise at.error(f"{len(inputs)} inputs", "Index takes 1")
    return chosen(at, inputs[0], index)


def chosen(at: Writer, tensors: int | tuple[int, ...], index: int) -> int:
    """Return one of the tensors that a row gives."""
    found = tensors if isinstance(tensors, tuple) else (tensors,)
    if not -len(found) <= index < len(found):
        raise at.error(f"index {index} of {len(found)} tensors", "use one that is there, from 0")
    return found[index]
