"""Heads that find objects: boxes and classes at every position of several maps, as they are decoded in inference.

Boxes are distances to their four sides, each the mean of a distribution over `reg_max` bins (Generalized Focal Loss, Li
et al. 2020, section 3.3); its bins are 0 … reg_max − 1, which Ultralytics keeps as a convolution's weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

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
from macflops.ops.upsample import Upsample
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.anchors import anchored
from macflops.readers.yaml.ultralytics.modules.convolutions import DWConv
from macflops.readers.yaml.ultralytics.modules.selection import selected
from macflops.readers.yaml.ultralytics.writer import Ints, Writer

SIDES = 4  # of a box
BINS = 16


class Branch(NamedTuple):
    """What one set of towers gives."""

    boxes: int  # (N, 4·reg_max, positions)
    scores: int  # (N, nc, positions)
    beside: int | None  # what the head gives beside them (N, extra, positions)


Beside = Callable[[str], int]  # writes out what a head gives beside, its towers' names beginning so
SINGLE, DOUBLE = ("",), ("", "one2one_")  # how the names of a branch's towers begin


@module(scaled=False, many=True)
def Detect(at: Writer, inputs: list[int], nc: int = 80, anchors: object = None) -> int | tuple[int, ...]:
    """Boxes and classes: (N, 4 + nc, positions). With anchors it is the first YOLOv5's."""
    if at.model.anchored or anchors is not None:
        return anchored(at, inputs, nc, anchors)
    return whole(at, nc, branches(at, inputs, nc))


def scaled_prototypes(at: Writer, args: list[Any]) -> None:
    """Let the scale multiply the prototypes' width; the first YOLOv5's anchors come last."""
    if len(args) > 3 and at.model.anchored:
        args.append(args.pop(1))
    if len(args) > 2 and type(args[2]) is int:
        args[2] = at.model.scale.channels(args[2])


@module(scaled=False, many=True, adapted=scaled_prototypes)
def Segment(at: Writer, inputs: list[int], nc: int = 80, nm: int = 32, npr: int = 256,
            anchors: object = None) -> tuple[int, ...]:  # fmt: skip
    """Detect with nm mask coefficients to each box, and nm prototypes that they weigh, at twice the first map's sides.

    Source: YOLACT (Bolya et al. 2019), section 3.
    """
    if at.model.anchored:
        near = Upsample(scale_factor=(2, 2))
        return anchored(at, inputs, nc, anchors, nm), prototypes(at.under("proto"), inputs[0], npr, nm, near)
    found, *raw = whole(at, nc, branches(at, inputs, nc, masks(at, inputs, nm)))
    return (found, prototypes(at.under("proto"), inputs[0], npr, nm), *raw)


def masks(at: Writer, inputs: list[int], nm: int, towers: str = "cv4") -> Beside:
    """Return what writes mask coefficients out."""
    hidden = max(at.width(inputs[0]) // 4, nm)
    return lambda prefix: beside(at, inputs, hidden, nm, f"{prefix}{towers}")


def prototypes(at: Writer, x: int, hidden: int, nm: int, larger: Any = None) -> int:
    """Write out nm prototypes of masks (N, nm, 2·H, 2·W), made larger by a transposed convolution or as given."""
    x = at.conv("cv1", x, hidden, 3)
    x = at.add("upsample", larger or ConvTranspose(hidden, (2, 2), (2, 2)), x)
    return at.conv("cv3", at.conv("cv2", x, hidden, 3), nm)


@module(scaled=False, many=True)
def Pose(at: Writer, inputs: list[int], nc: int = 80, kpt_shape: Ints = (17, 3)) -> tuple[int, ...]:
    """Detect with key points to each box: their places and, of three numbers to each, whether one sees them."""
    points, numbers = key_points(at, kpt_shape)
    width = points * numbers
    hidden = max(at.width(inputs[0]) // 4, width)
    found = branches(at, inputs, nc, lambda prefix: beside(at, inputs, hidden, width, f"{prefix}cv4"))
    return whole(at, nc, found, lambda x: key_points_decoded(at, x, points, numbers, True))


def key_points(at: Writer, kpt_shape: Ints) -> tuple[int, int]:
    """Return how many key points there are, and how many numbers to each."""
    if len(kpt_shape) != 2 or kpt_shape[0] < 1 or kpt_shape[1] not in (2, 3):
        raise at.error(f"kpt_shape is {list(kpt_shape)}", "write [points, 2] or [points, 3]")
    return kpt_shape[0], kpt_shape[1]


def key_points_decoded(at: Writer, x: int, points: int, numbers: int, doubled: bool) -> int:
    """Return key points (N, points·numbers, positions) in pixels; doubled, as the first heads had their offsets."""
    batch, width, positions = at.shape(x)
    x = at.add("view", Reshape((batch, points, numbers, positions)), x)
    parts = at.parts("split", Split(sizes=(2, 1), dim=2), x) if numbers == 3 else (x,)
    places = at.add("kpts_mul", Mul(constant=()), parts[0]) if doubled else parts[0]
    places = at.add("kpts_anchors", Add(constant=(2, positions)), places)
    places = at.add("kpts_strides", Mul(constant=(1, positions)), places)
    if numbers == 3:
        places = at.concat("kpts_concat", (places, at.add("kpts_sigmoid", Sigmoid(), parts[1])), 2)
    return at.add("kpts", Reshape((batch, width, positions)), places)


def prefixes(at: Writer, double: bool = False) -> tuple[str, ...]:
    """Return how the names of each branch's towers begin: two branches where the file says `end2end: True`.

    Both run in inference, as PyTorch's modules do until they are fused.
    """
    given = at.model.scope.names.get("end2end", double)
    if given not in (True, False, None):
        raise at.error(f"end2end is {str(given)[:40]}", "write True or False")
    return DOUBLE if given else SINGLE


def branches(
    at: Writer, inputs: list[int], nc: int, extra: Beside | None = None, names: tuple[str, ...] | None = None
) -> list[Branch]:
    """Write out all branches of a head."""
    found = []
    for prefix in prefixes(at) if names is None else names:
        boxes, scores = predicted(at, inputs, nc, prefix)
        found.append(Branch(boxes, scores, None if extra is None else extra(prefix)))
    return found


def whole(
    at: Writer, nc: int, found: list[Branch], finish: Callable[[int], int] | None = None,
    decode: Callable[[Branch, bool], int] | None = None,
) -> tuple[int, ...]:  # fmt: skip
    """Return what a head finds, decoded, and what its other branch gives, raw.

    One branch gives (N, 4 + nc + extra, positions). Of two the last is decoded, and its best boxes selected:
    (N, boxes, 6 + extra).
    """
    *others, last = found
    box = decode(last, bool(others)) if decode else decoded(at, last.boxes, bool(others))
    y = at.concat("concat", (box, at.add("sigmoid", Sigmoid(), last.scores)))
    if last.beside is not None:
        y = at.concat("concat_1", (y, last.beside if finish is None else finish(last.beside)))
    if others:
        y = selected(at, y, nc)
    return (y, *(tensor for branch in others for tensor in branch if tensor is not None))


def predicted(at: Writer, inputs: list[int], nc: int, prefix: str = "") -> tuple[int, int]:
    """Write out the towers for boxes and classes; return (N, 4·reg_max, positions) and (N, nc, positions)."""
    shape = depthwise_tower if at.modern else tower
    wide = class_width(at, inputs, nc)
    boxes = box_towers(at, inputs, f"{prefix}cv2")
    scores = [shape(at.under(f"{prefix}cv3.{i}"), x, wide, nc) for i, x in enumerate(inputs)]
    return along(at, f"{prefix}boxes", boxes), along(at, f"{prefix}scores", scores)


def box_towers(at: Writer, inputs: list[int], name: str, bins: Any = None) -> list[int]:
    """Write out the towers for boxes, of as many bins to a side as the file's reg_max says where none are given."""
    bins = at.model.scope.names.get("reg_max", BINS) if bins is None else bins
    if type(bins) is not int or bins < 1:
        raise at.error(f"reg_max is {bins}", "write a whole number from 1")
    narrow = max(16, at.width(inputs[0]) // 4, SIDES * bins)
    return [tower(at.under(f"{name}.{i}"), x, narrow, SIDES * bins) for i, x in enumerate(inputs)]


def class_width(at: Writer, inputs: list[int], nc: int) -> int:
    """Return the hidden width of the towers for classes."""
    width: int = at.width(inputs[0])
    return max(width, min(nc, 100))


def beside(at: Writer, inputs: list[int], hidden: int, width: int, name: str = "cv4") -> int:
    """Write out the towers for what a head predicts beside boxes and classes: (N, width, positions)."""
    return along(at, name, [tower(at.under(f"{name}.{i}"), x, hidden, width) for i, x in enumerate(inputs)])


def along(at: Writer, name: str, maps: list[int]) -> int:
    """Return the positions of all maps one after the other: (N, c, positions)."""
    return at.concat(name, flat(at, name, maps), 2)


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


def decoded(at: Writer, boxes: int, corners: bool = False) -> int:
    """Return boxes (N, 4·reg_max, positions) as centres and sides, or as corners: (N, 4, positions) in pixels."""
    distances = means(at.under("dfl"), boxes)
    positions = at.shape(distances)[2]
    before, after = at.parts("split", Split(2), distances)
    least = at.add("sub", Sub(constant=(1, 2, positions)), before)
    most = at.add("add", Add(constant=(1, 2, positions)), after)
    if corners:
        box = at.concat("box", (least, most))
    else:
        centre = at.add("halve", Div(constant=()), at.sum("add_1", least, most))
        box = at.concat("box", (centre, at.add("sub_1", Sub(), most, least)))
    return at.add("mul", Mul(constant=(1, positions)), box)


def means(at: Writer, boxes: int) -> int:
    """Return the mean of each side's distribution; what comes in, where it has a single bin."""
    batch, width, positions = at.shape(boxes)
    bins = width // SIDES
    if bins == 1:
        return boxes
    x = at.add("view", Reshape((batch, SIDES, bins, positions)), boxes)
    x = at.add("softmax", Softmax(1), at.add("transpose", Transpose((0, 2, 1, 3)), x))
    return at.add("view_1", Reshape((batch, SIDES, positions)), at.conv2d("conv", x, 1, bias=False))
