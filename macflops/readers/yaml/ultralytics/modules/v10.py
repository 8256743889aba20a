"""YOLOv10's head: one set of towers for training with many boxes to an object, one for inference with one.

Source: YOLOv10 (Wang et al. 2024), section 3.1, figure 2.
"""

from __future__ import annotations

from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.heads import (
    BINS,
    Branch,
    along,
    box_towers,
    class_width,
    depthwise_tower,
    prefixes,
    whole,
)
from macflops.readers.yaml.ultralytics.writer import Writer


@module(scaled=False, many=True)
def v10Detect(at: Writer, inputs: list[int], nc: int = 80) -> tuple[int, ...]:
    """Boxes and classes of the best boxes: (N, boxes, 6)."""
    wide = class_width(at, inputs, nc)
    found = []
    for prefix in prefixes(at, True):
        boxes = along(at, f"{prefix}boxes", box_towers(at, inputs, f"{prefix}cv2", BINS))
        towers = [depthwise_tower(at.under(f"{prefix}cv3.{i}"), x, wide, nc) for i, x in enumerate(inputs)]
        found.append(Branch(boxes, along(at, f"{prefix}scores", towers), None))
    return whole(at, nc, found)
