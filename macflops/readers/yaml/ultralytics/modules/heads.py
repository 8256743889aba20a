"""Heads that find objects: boxes and classes at every position of several maps, as they are decoded in inference.

Boxes are distances to their four sides, each the mean of a distribution over `reg_max` bins (Generalized Focal Loss, Li
et al. 2020, section 3.3); its bins are 0 … reg_max − 1, which Ultralytics keeps as a convolution's weights.
"""

from __future__ import annotations

from typing import Any

from macflops.ops.add import Add
from macflops.ops.conv_transpose import ConvTranspose
from macflops.ops.div import Div
from macflops.ops.mul import Mul
from macflops.ops.reshape import Reshape
from macflops.ops.sigmoid import Sigmoid
from macflops.ops.softmax import Softmax
from macflops.ops.split import Split
from macflops.ops.sub import Sub
from macflops.ops.transpose import Transpose
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.anchors import anchored
from macflops.readers.yaml.ultralytics.modules.convolutions import DWConv
from macflops.readers.yaml.ultralytics.writer import Ints, Writer

SIDES = 4  # of a box
BINS = 16


@module(scaled=False, many=True)
def Detect(at: Writer, inputs: list[int], nc: int = 80, anchors: object = None) -> int:
    """Boxes and classes: (N, 4 + nc, positions). With anchors it is the first YOLOv5's."""
    if at.model.anchored or anchors is not None:
        return anchored(at, inputs, nc, anchors)
    boxes, scores = predicted(at, inputs, nc)
    return at.concat("concat", (decoded(at, boxes), at.add("sigmoid", Sigmoid(), scores)))


def scaled_prototypes(at: Writer, args: list[Any]) -> None:
    """Let the scale multiply the prototypes' width."""
    if len(args) > 2 and type(args[2]) is int:
        args[2] = at.model.scale.channels(args[2])


@module(scaled=False, many=True, adapted=scaled_prototypes)
def Segment(at: Writer, inputs: list[int], nc: int = 80, nm: int = 32, npr: int = 256) -> tuple[int, ...]:
    """Detect with nm mask coefficients to each box, and nm prototypes that they weigh, at twice the first map's sides.

    Source: YOLACT (Bolya et al. 2019), section 3.
    """
    whole = Detect(at, inputs, nc)
    masks = beside(at, inputs, max(at.width(inputs[0]) // 4, nm), nm)
    whole = at.concat("concat_1", (whole, masks))
    proto = at.under("proto")
    x = proto.conv("cv1", inputs[0], npr, 3)
    x = proto.add("upsample", ConvTranspose(npr, (2, 2), (2, 2)), x)
    return whole, proto.conv("cv3", proto.conv("cv2", x, npr, 3), nm)


@module(scaled=False, many=True)
def Pose(at: Writer, inputs: list[int], nc: int = 80, kpt_shape: Ints = (17, 3)) -> int:
    """Detect with key points to each box: their places and, of three numbers to each, whether one sees them."""
    if len(kpt_shape) != 2 or kpt_shape[0] < 1 or kpt_shape[1] not in (2, 3):
        raise at.error(f"kpt_shape is {list(kpt_shape)}", "write [points, 2] or [points, 3]")
    points, numbers = kpt_shape
    whole = Detect(at, inputs, nc)
    width = points * numbers
    found = beside(at, inputs, max(at.width(inputs[0]) // 4, width), width)
    batch, _, positions = at.shape(found)
    found = at.add("view", Reshape((batch, points, numbers, positions)), found)
    parts = at.parts("split", Split(sizes=(2, 1), dim=2), found) if numbers == 3 else (found,)
    places = at.add("kpts_mul", Mul(constant=()), parts[0])
    places = at.add("kpts_anchors", Add(constant=(2, positions)), places)
    places = at.add("kpts_strides", Mul(constant=(1, positions)), places)
    if numbers == 3:
        seen = at.add("kpts_sigmoid", Sigmoid(), parts[1])
        places = at.concat("kpts_concat", (places, seen), 2)
    return at.concat("concat_1", (whole, at.add("kpts", Reshape((batch, width, positions)), places)))


def predicted(at: Writer, inputs: list[int], nc: int) -> tuple[int, int]:
    """Write out the towers for boxes and classes; return (N, 4·reg_max, positions) and (N, nc, positions)."""
    bins = at.model.scope.names.get("reg_max", BINS)
    if type(bins) is not int or bins < 2:
        raise at.error(f"reg_max is {bins}", "write a whole number from 2")
    first = at.width(inputs[0])
    narrow, wide = max(16, first // 4, SIDES * bins), max(first, min(nc, 100))
    boxes = [tower(at.under(f"cv2.{i}"), x, narrow, SIDES * bins) for i, x in enumerate(inputs)]
    shape = depthwise_tower if at.modern else tower
    scores = [shape(at.under(f"cv3.{i}"), x, wide, nc) for i, x in enumerate(inputs)]
    return at.concat("boxes", flat(at, "boxes", boxes), 2), at.concat("scores", flat(at, "scores", scores), 2)


def beside(at: Writer, inputs: list[int], hidden: int, width: int) -> int:
    """Write out the towers for what a head predicts beside boxes and classes: (N, width, positions)."""
    towers = [tower(at.under(f"cv4.{i}"), x, hidden, width) for i, x in enumerate(inputs)]
    return at.concat("cv4", flat(at, "cv4", towers), 2)


def tower(at: Writer, x: int, hidden: int, width: int) -> int:
    """Write out two 3x3 convolutions and a pointwise one with a bias."""
    x = at.conv("1", at.conv("0", x, hidden, 3), hidden, 3)
    return at.conv2d("2", x, width)


def depthwise_tower(at: Writer, x: int, hidden: int, width: int) -> int:
    """Write out the same with each 3x3 convolution as a depthwise and a pointwise one."""
    x = at.conv("0.1", DWConv(at.under("0.0"), x, at.width(x), 3), hidden)
    x = at.conv("1.1", DWConv(at.under("1.0"), x, hidden, 3), hidden)
    return at.conv2d("2", x, width)


def flat(at: Writer, name: str, maps: list[int]) -> list[int]:
    """Return maps (N, c, H, W) as (N, c, H·W)."""
    found = []
    for index, tensor in enumerate(maps):
        batch, width, *sides = at.shape(tensor)
        found.append(at.add(f"{name}.view_{index}", Reshape((batch, width, sides[0] * sides[1])), tensor))
    return found


def decoded(at: Writer, boxes: int) -> int:
    """Return boxes (N, 4·reg_max, positions) as centres and sides (N, 4, positions) in pixels."""
    distances = means(at.under("dfl"), boxes)
    positions = at.shape(distances)[2]
    before, after = at.parts("split", Split(2), distances)
    least = at.add("sub", Sub(constant=(1, 2, positions)), before)
    most = at.add("add", Add(constant=(1, 2, positions)), after)
    centre = at.add("halve", Div(constant=()), at.sum("add_1", least, most))
    box = at.concat("box", (centre, at.add("sub_1", Sub(), most, least)))
    return at.add("mul", Mul(constant=(1, positions)), box)


def means(at: Writer, boxes: int) -> int:
    """Return the mean of each side's distribution."""
    batch, width, positions = at.shape(boxes)
    bins = width // SIDES
    x = at.add("view", Reshape((batch, SIDES, bins, positions)), boxes)
    x = at.add("softmax", Softmax(1), at.add("transpose", Transpose((0, 2, 1, 3)), x))
    return at.add("view_1", Reshape((batch, SIDES, positions)), at.conv2d("conv", x, 1, bias=False))
