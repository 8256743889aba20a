"""The layers of a report: each with its costs, its block and stage, its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from macflops.arithmetic import Dim, Shape
from macflops.blocks import Block
from macflops.costs import BYTES, Costs
from macflops.errors import Location
from macflops.ops import Cost


class LayerReport(NamedTuple):
    """A layer and what it costs under the chosen fusion: the fields of the JSON, and the cost that they come from.

    A tuple, for networks have up to a million: it takes a fifth of a record's memory.
    """

    index: int  # type: ignore[assignment]  # in execution order, from 0
    name: str  # its whole name, scopes included
    op: str  # the operator, as in YAML
    block: str  # the block that holds it, from the graph
    stage: str  # output sides of the run of blocks
    location: Location  # where it is written
    inputs: tuple[Shape, ...]  # shapes (N, C, H, W), or what its operator takes
    outputs: tuple[Shape, ...]  # shapes, likewise
    attributes: Mapping[str, Any]  # the operator's fields, settled
    params: Dim  # learnable parameters; 0 where the weights are another layer's
    mult_adds: Dim  # multiply-accumulates
    flops: Dim  # 2 x mult_adds
    elementwise_ops: Dim  # elements written, where it is no convolution, linear layer or matrix product
    mac_elements: Dim  # elements read and written, under the chosen fusion
    mac_bytes: Dim  # the same in bytes
    fused_into: str | None  # the layer that it is merged into, None where it stands alone
    cost: Cost  # reads, writes and weights apart


def layer_reports(costs: Costs, blocks: Sequence[Block]) -> tuple[LayerReport, ...]:
    """Return one report per layer, in execution order."""
    tensors, width = costs.network.tensors, BYTES[costs.dtype]
    found = []
    attributes: dict[int, Mapping[str, Any]] = {}  # of each operator once: many layers share theirs
    for block in blocks:
        for row in costs.rows[block.start : block.stop]:
            layer, cost = row.layer, row.cost
            operator = layer.operator
            if id(operator) not in attributes:
                attributes[id(operator)] = operator.attributes()
            found.append(
                LayerReport(
                    index=row.position,
                    name=layer.name,
                    op=operator.name,
                    block=block.name,
                    stage=block.stage,
                    location=layer.location,
                    inputs=tuple(tensors[t].shape for t in layer.inputs),
                    outputs=tuple(tensors[t].shape for t in layer.outputs),
                    attributes=attributes[id(operator)],
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
