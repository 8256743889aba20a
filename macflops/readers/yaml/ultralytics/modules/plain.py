"""Modules that compute little: joins, resizing, pooling."""

from __future__ import annotations

from macflops.ops.avgpool import AvgPool
from macflops.ops.bn import BatchNorm
from macflops.ops.maxpool import MaxPool
from macflops.ops.pad import Pad
from macflops.ops.upsample import Upsample
from macflops.readers.yaml.ultralytics import activations
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import EPS, Ints, Writer

HALVED = 3  # poolings of SPPF


@module(scaled=False, many=True)
def Concat(at: Writer, inputs: list[int], dimension: int = 1) -> int:
    """Concatenation."""
    return at.concat("", inputs, dimension)


@module(scaled=False, named="nn.Upsample")
def upsample(at: Writer, x: int, size: int | Ints | None = None, scale_factor: float | None = None,
             mode: str = "nearest") -> int:  # fmt: skip
    """Resizing of the sides, to a size or by a whole factor."""
    factor = int(scale_factor) if scale_factor is not None and scale_factor == int(scale_factor) else scale_factor
    if type(factor) is float:
        raise at.error(f"scale_factor is {factor}", "whole factors are read")
    sizes = (size, size) if type(size) is int else size
    operator = Upsample(tuple(sizes) if sizes is not None else None, (factor, factor) if factor else None, mode)  # type: ignore[arg-type]
    return at.add("", operator, x)


@module(scaled=False, named="nn.MaxPool2d")
def maxpool(at: Writer, x: int, k: int, s: int | None = None, p: int = 0) -> int:
    """The greatest of each window."""
    step = k if s is None else s
    return at.add("", MaxPool((k, k), (step, step), padding=(p, p, p, p)), x)


@module(scaled=False, named="nn.AvgPool2d")
def avgpool(at: Writer, x: int, k: int, s: int | None = None, p: int = 0) -> int:
    """The mean of each window."""
    step = k if s is None else s
    return at.add("", AvgPool((k, k), (step, step), padding=(p, p, p, p)), x)


@module(scaled=False, named="nn.ZeroPad2d")
def zero_pad(at: Writer, x: int, p: int | Ints) -> int:
    """Zeros around the image: as many on all sides, or left, right, above, below."""
    around = [p] * 4 if isinstance(p, int) else list(p)
    if len(around) != 4 or min(around) < 0:
        raise at.error(f"padding {p}", "write [left, right, above, below], from 0")
    left, right, above, below = around
    return at.add("", Pad((above, left, below, right)), x)


@module(scaled=False, named="nn.BatchNorm2d")
def batch_norm(at: Writer, x: int, c: object = None) -> int:
    """Batch norm over the channels that come in."""
    return at.add("", BatchNorm(EPS), x)


@module(scaled=False, named="nn.Identity")
def identity(at: Writer, x: int) -> int:
    """What comes in."""
    return x


@module()
def SPP(at: Writer, x: int, c2: int, k: Ints = (5, 9, 13)) -> int:
    """Maxima of windows of several sides, side by side. Source: He et al. 2014, section 2.2."""
    x = at.conv("cv1", x, at.width(x) // 2)
    pools = [at.add(f"m.{i}", MaxPool((s, s), (1, 1), padding=(s // 2,) * 4), x) for i, s in enumerate(k)]
    return at.conv("cv2", at.concat("concat", (x, *pools)), c2)


@module()
def SPPF(at: Writer, x: int, c2: int, k: int = 5, n: int | None = None, shortcut: bool = False) -> int:
    """The same in series: n poolings one after the other, all kept.

    A row that says n, as files do since YOLO26, leaves the first convolution without an activation.
    """
    times = HALVED if n is None else at.times(n)
    first = at.conv("cv1", x, at.width(x) // 2, act=n is None)
    kept = [first]
    for index in range(times):
        name = "m" if index == 0 else f"m_{index}"
        kept.append(at.add(name, MaxPool((k, k), (1, 1), padding=(k // 2,) * 4), kept[-1]))
    y = at.conv("cv2", at.concat("concat", kept), c2)
    return at.sum("add", y, x) if shortcut and at.width(x) == c2 else y


@module(scaled=False)
def ResNetLayer(at: Writer, x: int, c1: int, c2: int, s: int = 1, is_first: bool = False, n: int = 1,
                e: int = 4) -> int:  # fmt: skip
    """A stage of bottlenecks, or the stem. Source: He et al. 2016, table 1."""
    if at.width(x) != c1:
        raise at.error(f"{at.width(x)} channels come in, not {c1}", f"write {at.width(x)}")
    if is_first:
        x = at.conv("layer.0", x, c2, 7, 2, 3)
        return at.add("layer.1", MaxPool((3, 3), (2, 2), padding=(1, 1, 1, 1)), x)
    relu = activations.operator("ReLU")
    for index in range(at.times(n)):
        block, stride = at.under(f"layer.{index}"), s if index == 0 else 1
        y = block.conv("cv2", block.conv("cv1", x, c2), c2, 3, stride, 1)
        y = block.conv("cv3", y, e * c2, act=False)
        if stride != 1 or block.width(x) != e * c2:
            x = block.conv("shortcut.0", x, e * c2, 1, stride, act=False)
        x = block.add("relu", relu, block.sum("add", y, x))
    return x
