"""YOLOE's heads: classes are prompts, encoded before. Source: YOLOE (Wang et al. 2025), sections 3.2 to 3.4."""

from __future__ import annotations

from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.heads import (
    Beside,
    Branch,
    along,
    box_towers,
    class_width,
    depthwise_tower,
    masks,
    prefixes,
    prototypes,
    scaled_prototypes,
    tower,
    whole,
)
from macflops.readers.yaml.ultralytics.modules.prompts import check_width, contrasted
from macflops.readers.yaml.ultralytics.modules.v26 import prototypes_of_all
from macflops.readers.yaml.ultralytics.writer import Writer

GROUPS = 16  # of the embedding, each weighed by its own map of a visual prompt


@module(scaled=False, many=True, prompted=True)
def YOLOEDetect(at: Writer, inputs: list[int], nc: int = 80, embed: int = 512, with_bn: bool = True) -> tuple[int, ...]:
    """Boxes, and the likeness of their embeddings to the prompts: (N, 4 + prompts, positions)."""
    return prompted(at, inputs, nc, embed, with_bn)


@module(scaled=False, many=True, prompted=True, adapted=scaled_prototypes)
def YOLOESegment(at: Writer, inputs: list[int], nc: int = 80, nm: int = 32, npr: int = 256, embed: int = 512,
                 with_bn: bool = True) -> tuple[int, ...]:  # fmt: skip
    """YOLOEDetect with masks, as Segment has them."""
    found, *raw = prompted(at, inputs, nc, embed, with_bn, masks(at, inputs, nm, "cv5"))
    return (found, prototypes(at.under("proto"), inputs[0], npr, nm), *raw)


@module(scaled=False, many=True, prompted=True, adapted=scaled_prototypes)
def YOLOESegment26(at: Writer, inputs: list[int], nc: int = 80, nm: int = 32, npr: int = 256, embed: int = 512,
                   with_bn: bool = True) -> tuple[int, ...]:  # fmt: skip
    """YOLOEDetect with masks, as Segment26 has them."""
    found, *raw = prompted(at, inputs, nc, embed, with_bn, masks(at, inputs, nm, "cv5"))
    return (found, prototypes_of_all(at.under("proto"), inputs, nc, nm, npr), *raw)


def prompted(
    at: Writer, inputs: list[int], nc: int, embed: int, with_bn: bool, extra: Beside | None = None
) -> tuple[int, ...]:
    """Write out boxes and likenesses; what encodes prompts runs before inference, and only its parameters count."""
    text = at.model.prompts[0]
    check_width(at, text, "embed", embed)
    wide = class_width(at, inputs, nc)
    if not with_bn or wide > embed or len(inputs) != 3:
        what = f"{len(inputs)} maps, embed {embed}, with_bn {with_bn}"
        raise at.error(what, f"it takes 3 maps, an embed of {wide} or more, with_bn True")
    shape = depthwise_tower if at.modern else tower
    found = []
    for prefix in prefixes(at):
        boxes = along(at, f"{prefix}boxes", box_towers(at, inputs, f"{prefix}cv2"))
        towers = [shape(at.under(f"{prefix}cv3.{i}"), x, wide, embed) for i, x in enumerate(inputs)]
        likeness = [contrasted(at.under(f"{prefix}cv4.{i}"), x, True) for i, x in enumerate(towers)]
        scores = along(at, f"{prefix}scores", likeness)
        found.append(Branch(boxes, scores, None if extra is None else extra(prefix)))
    y, *raw = whole(at, at.shape(text)[1], found)

    def encoders(aside: Writer, prompt: int, whole_map: int, weights: int, *maps: int) -> None:
        aside.linear("reprta.m.w12", prompt, 4 * embed)
        aside.linear("reprta.m.w3", aside.builder.input("", (1, 2 * embed)), embed)
        visual = aside.under("savpe")
        for index, x in enumerate(maps):
            visual.conv(f"cv1.{index}.1", visual.conv(f"cv1.{index}.0", x, wide, 3), wide, 3)
            visual.conv(f"cv2.{index}.0", x, wide)
        visual.conv2d("cv3", whole_map, embed)
        visual.conv2d("cv4", whole_map, GROUPS, 3)
        both = visual.concat("concat", (visual.conv2d("cv5", weights, GROUPS, 3),) * 2)
        visual.conv2d("cv6.1", visual.conv("cv6.0", both, GROUPS, 3), GROUPS, 3)

    shapes = [(1, at.width(x), 8, 8) for x in inputs]
    return (at.unused("encoders", y, encoders, (1, embed), (1, 3 * wide, 8, 8), (1, 1, 8, 8), *shapes), *raw)
