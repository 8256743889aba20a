"""The best of what a head finds, where it needs no suppression: by their scores, a fixed number of them.

Source: YOLOv10 (Wang et al. 2024), section 3.1: one box to each object.
"""

from __future__ import annotations

from macflops.arithmetic import Dim, minimum
from macflops.ops._stated import Computed, Function, LookedUp
from macflops.ops.amax import AMax
from macflops.ops.reshape import Reshape
from macflops.ops.split import Split
from macflops.ops.transpose import Transpose
from macflops.readers.yaml.ultralytics.writer import Writer

MOST = 300  # boxes of one image


def selected(at: Writer, whole: int, nc: int) -> int:
    """Return of (N, 4 + nc + extra, positions) the best boxes (N, k, 6 + extra): sides, score, class, extra."""
    batch, width, positions = at.shape(whole)
    whole = at.add("transpose", Transpose((0, 2, 1)), whole)
    sizes = (4, nc, *((width - 4 - nc,) if width > 4 + nc else ()))
    boxes, scores, *extra = at.parts("select_split", Split(sizes=sizes, dim=2), whole)
    number = minimum(positions, MOST)
    best = at.add("best", AMax((-1,)), scores)
    _, index = at.parts("topk", top(batch, number), best)
    near = looked_up(at, "scores_of_best", scores, index, (batch, number, nc))
    near = at.add("scores_view", Reshape((batch, number * nc)), near)
    score, place = at.parts("topk_1", top(batch, number), near)
    kind, row = divided(at, place)
    rows = [
        looked_up(at, f"rows_{i}", tensor, row, (batch, number, at.shape(tensor)[2]))
        for i, tensor in enumerate((boxes, *extra))
    ]
    columns = [at.add(f"column_{i}", Reshape((batch, number, 1)), tensor) for i, tensor in enumerate((score, kind))]
    return at.concat("selected", (rows[0], *columns, *rows[1:]), 2)


def top(batch: Dim, number: Dim) -> Computed:
    """Return the operator that gives the greatest numbers of each image, and where they are."""
    return Computed("topk", ((batch, number), (batch, number)))


def divided(at: Writer, place: int) -> tuple[int, int]:
    """Return the class and the row of a place among scores."""
    kind = at.add("class", Function("remainder"), place)
    return kind, at.add("row", Function("floor_divide"), place)


def looked_up(at: Writer, name: str, table: int, index: int, shape: tuple[Dim, ...]) -> int:
    """Return the rows of a tensor that indices name."""
    return at.add(name, LookedUp("gather", (shape,)), table, index)
