"""YOLO26's heads for masks and key points. Source: the published files and their networks' parameters."""

from __future__ import annotations

from macflops.ops.upsample import Upsample
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.heads import (
    along,
    branches,
    key_points,
    key_points_decoded,
    masks,
    prototypes,
    scaled_prototypes,
    whole,
)
from macflops.readers.yaml.ultralytics.writer import Ints, Writer

FLOWS, FLOW_WIDTH = 6, 64  # couplings of the normalizing flow that training weighs key points with


@module(scaled=False, many=True, adapted=scaled_prototypes)
def Segment26(at: Writer, inputs: list[int], nc: int = 80, nm: int = 32, npr: int = 256) -> tuple[int, ...]:
    """Segment whose prototypes are of all maps."""
    found, *raw = whole(at, nc, branches(at, inputs, nc, masks(at, inputs, nm)))
    return (found, prototypes_of_all(at.under("proto"), inputs, nc, nm, npr), *raw)


def prototypes_of_all(at: Writer, inputs: list[int], nc: int, nm: int, hidden: int) -> int:
    """Write out prototypes of the first map with the others added; training also has a map of classes."""
    x, first = inputs[0], at.width(inputs[0])
    for index, other in enumerate(inputs[1:]):
        y = at.conv(f"feat_refine.{index}", other, first)
        factor = 2 ** (index + 1)
        y = at.add(f"upsample_{index}", Upsample(scale_factor=(factor, factor)), y)
        x = at.sum(f"add_{index}", x, y)
    y = prototypes(at, at.conv("feat_fuse", x, hidden, 3), hidden, nm)

    def classes(aside: Writer, feature: int) -> None:
        aside.conv2d("2", aside.conv("1", aside.conv("0", feature, hidden, 3), hidden, 3), nc)

    return at.unused("semseg", y, classes, (1, first, 1, 1))


@module(scaled=False, many=True)
def Pose26(at: Writer, inputs: list[int], nc: int = 80, kpt_shape: Ints = (17, 3)) -> tuple[int, ...]:
    """Pose whose training also has each key point's spread, and a flow that weighs them.

    Sources: RLE (Li et al. 2021), section 3; RealNVP (Dinh et al. 2016), section 3.
    """
    points, numbers = key_points(at, kpt_shape)
    hidden = max(at.width(inputs[0]) // 4, points * (numbers + 2))
    count = 0

    def towers(prefix: str) -> int:
        nonlocal count
        count += 1
        found = []
        for index, x in enumerate(inputs):
            inner = at.under(f"{prefix}cv4.{index}")
            y = inner.conv("1", inner.conv("0", x, hidden, 3), hidden, 3)
            found.append(at.conv2d(f"{prefix}cv4_kpts.{index}", y, points * numbers))
        return along(at, f"{prefix}kpts", found)

    y, *raw = whole(
        at, nc, branches(at, inputs, nc, towers), lambda x: key_points_decoded(at, x, points, numbers, False)
    )

    def in_training(aside: Writer, feature: int, place: int) -> None:
        for _ in range(count * len(inputs)):
            aside.conv2d("cv4_sigma", feature, points * 2)
        for _ in range(2 * FLOWS):  # a scale and a shift for each coupling
            x = aside.linear("0", place, FLOW_WIDTH)
            aside.linear("4", aside.linear("2", x, FLOW_WIDTH), 2)

    return (at.unused("training", y, in_training, (1, hidden, 1, 1), (1, 2)), *raw)
