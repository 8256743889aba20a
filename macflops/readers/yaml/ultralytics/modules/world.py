"""The head of YOLO-World: classes are prompts. Source: YOLO-World (Cheng et al. 2024), section 3.2."""

from __future__ import annotations

from macflops.ops.sigmoid import Sigmoid
from macflops.ops.split import Split
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.heads import (
    along,
    box_towers,
    class_width,
    decoded,
    tower,
)
from macflops.readers.yaml.ultralytics.modules.prompts import check_width, contrasted
from macflops.readers.yaml.ultralytics.writer import Writer


@module(scaled=False, many=True, prompted=True)
def WorldDetect(at: Writer, inputs: list[int], nc: int = 80, embed: int = 512, with_bn: bool = False) -> int:
    """Boxes, and the likeness of their embeddings to the prompts: (N, 4 + prompts, positions)."""
    text = at.model.prompts[0]
    check_width(at, text, "embed", embed)
    wide = class_width(at, inputs, nc)
    found = []
    for index, (x, boxes) in enumerate(zip(inputs, box_towers(at, inputs, "cv2"), strict=True)):
        y = tower(at.under(f"cv3.{index}"), x, wide, embed)
        found.append(at.concat(f"concat_{index}", (boxes, contrasted(at.under(f"cv4.{index}"), y, with_bn))))
    bins = at.width(found[0]) - at.shape(text)[1]
    sizes = (bins, at.shape(text)[1])
    boxes, scores = at.parts("scores", Split(sizes=sizes), along(at, "maps", found))
    return at.concat("concat", (decoded(at, boxes), at.add("sigmoid", Sigmoid(), scores)))
