"""Deformable attention: each query reads a few points of every map, at places that it computes.

Source: Deformable DETR (Zhu et al. 2020), section 4.1, equations (2) and (3).
"""

from __future__ import annotations

from macflops.arithmetic import Dim
from macflops.ops._stated import Computed
from macflops.ops.add import Add
from macflops.ops.div import Div
from macflops.ops.mul import Mul
from macflops.ops.reshape import Reshape
from macflops.ops.softmax import Softmax
from macflops.ops.split import Split
from macflops.ops.sub import Sub
from macflops.ops.sum import Sum
from macflops.ops.transpose import Transpose
from macflops.readers.yaml.ultralytics.writer import Writer


def deformed(
    at: Writer, query: int, boxes: int, value: int, maps: list[tuple[Dim, Dim]], heads: int, points: int
) -> int:
    """Write it out for queries (N, q, c), their boxes (N, q, 4) and the positions (N, s, c) of maps of these sides."""
    batch, queries, width = at.shape(query)
    head, levels = width // heads, len(maps)
    total = levels * points
    values = at.linear("value_proj", value, width)
    values = at.add("value_view", Reshape((batch, at.shape(value)[1], heads, head)), values)
    values = at.add("value_transpose", Transpose((0, 2, 3, 1)), values)
    values = at.add("value_view_1", Reshape((batch * heads, head, at.shape(value)[1])), values)
    sizes = tuple(high * wide for high, wide in maps)
    parts = at.parts("value_split", Split(sizes=sizes, dim=2), values)
    grids = places(at, query, boxes, heads, levels, points)
    read = []
    for level, (part, grid, (high, wide)) in enumerate(zip(parts, grids, maps, strict=True)):
        image = at.add(f"map_{level}", Reshape((batch * heads, head, high, wide)), part)
        sampled = Computed("grid_sample", ((batch * heads, head, queries, points),))
        read.append(at.add(f"sample_{level}", sampled, image, grid))
    whole = at.concat("samples", read, -1)
    weights = at.linear("attention_weights", query, heads * total)
    weights = at.add("weights_view", Reshape((batch, queries, heads, total)), weights)
    weights = at.add("softmax", Softmax(-1), weights)
    weights = at.add("weights_transpose", Transpose((0, 2, 1, 3)), weights)
    weights = at.add("weights_view_1", Reshape((batch * heads, 1, queries, total)), weights)
    mixed = at.add("sum", Sum((-1,)), at.add("mul", Mul(), whole, weights))
    mixed = at.add("transpose", Transpose((0, 2, 1)), at.add("view", Reshape((batch, width, queries)), mixed))
    return at.linear("output_proj", mixed, width)


def places(at: Writer, query: int, boxes: int, heads: int, levels: int, points: int) -> tuple[int, ...]:
    """Write out where each query reads: for each map (N·heads, q, points, 2), from −1 to 1."""
    batch, queries, _ = at.shape(query)
    total = levels * points
    offsets = at.linear("sampling_offsets", query, heads * total * 2)
    offsets = at.add("offsets_view", Reshape((batch, queries, heads, total, 2)), offsets)
    boxes = at.add("boxes", Reshape((batch, queries, 1, 1, 4)), boxes)
    centres, extents = at.parts("boxes_split", Split(2, dim=4), boxes)
    offsets = at.add("offsets_scale", Mul(), at.add("offsets_div", Div(constant=()), offsets), extents)
    found = at.add("locations", Add(), centres, at.add("offsets_half", Mul(constant=()), offsets))
    grid = at.add("grid", Sub(constant=()), at.add("grid_twice", Mul(constant=()), found))
    grid = at.add("grid_transpose", Transpose((0, 2, 1, 3, 4)), grid)
    grid = at.add("grid_view", Reshape((batch * heads, queries, total, 2)), grid)
    return at.parts("grid_split", Split(levels, dim=2), grid)
