"""The layers of a report: each with its costs, its block and stage, its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from macflops.arithmetic import Dim, Shape
from macflops.blocks import Block
from macflops.costs import BYTES, Costs
from macflops.errors import Location
from macflops.ops import Cost
from macflops.records import Record


class LayerReport(Record):
    """A layer and what it costs under the chosen fusion: the fields of the JSON, and the cost that they come from."""

    index: int
    name: str
    op: str
    block: str
    stage: str
    location: Location
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    attributes: Mapping[str, Any]
    params: Dim
    mult_adds: Dim
    flops: Dim
    elementwise_ops: Dim
    mac_elements: Dim
    mac_bytes: Dim
    fused_into: str | None
    cost: Cost


def layer_reports(costs: Costs, blocks: Sequence[Block]) -> tuple[LayerReport, ...]:
    """Return one report per layer, in execution order."""
    tensors, width = costs.network.tensors, BYTES[costs.dtype]
    found = []
    for block in blocks:
        for row in costs.rows[block.start : block.stop]:
            layer, cost = row.layer, row.cost
            found.append(
                LayerReport(
                    index=row.position,
                    name=layer.name,
                    op=layer.operator.name,
                    block=block.name,
                    stage=block.stage,
                    location=layer.location,
                    inputs=tuple(tensors[t].shape for t in layer.inputs),
                    outputs=tuple(tensors[t].shape for t in layer.outputs),
                    attributes=layer.operator.attributes(),
                    params=cost.params,
                    mult_adds=cost.mult_adds,
                    flops=2 * cost.mult_adds,
                    elementwise_ops=cost.elementwise_ops,
                    mac_elements=cost.mac,
                    mac_bytes=cost.mac * width,
                    fused_into=row.fused_into,
                    cost=cost,
                )
            )
    return tuple(found)
