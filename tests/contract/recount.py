"""What one layer costs, worked out anew from its row in the JSON: shapes, attributes and the table of the definitions.

Shares no code with macflops. A kind is named as the definitions name it.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

KINDS = {
    "convolution": "conv conv_transpose",
    "linear": "linear",
    "matmul": "matmul",
    "norm": "bn group_norm layer_norm instance_norm rms_norm lrn",
    "activation": "relu relu6 silu hardswish sigmoid hardsigmoid gelu tanh prelu softmax leaky_relu elu",
    "arithmetic": "add mul sub div maximum minimum pow",
    "pool": "maxpool avgpool global_avgpool global_maxpool adaptive_avgpool adaptive_maxpool",
    "reduction": "mean sum amax amin",
    "lookup": "embedding gather",
    "copy": "concat shuffle transpose pad upsample pixel_shuffle pixel_unshuffle tile",
    "view": "reshape flatten unflatten squeeze unsqueeze split slice identity dropout expand",
}
KIND = {op: kind for kind, ops in KINDS.items() for op in ops.split()}
PRODUCTS = ("convolution", "linear", "matmul")


class Moved(NamedTuple):
    """The counts of one layer by itself; R, W and K in elements."""

    mult_adds: int
    elementwise: int
    reads: int
    writes: int
    weights: int
    params: int

    @property
    def mac(self) -> int:
        """Elements read and written."""
        return self.reads + self.writes + self.weights


def recount(row: dict[str, Any], shared: bool) -> Moved:
    """Return what a row of the JSON costs without fusion; weights that are shared are no parameters again."""
    op, at, kind = row["op"], row["attributes"], KIND[row["op"]]
    inputs, outputs = row["inputs"], row["outputs"]
    x, y = inputs[0], outputs[0]
    read, written = sum(map(prod, inputs)), sum(map(prod, outputs))
    mult_adds = weights = params = 0
    if kind == "convolution":
        taps = prod(at["kernel"]) * x[1] * at["out"] // at["groups"]
        positions = x if op == "conv_transpose" else y
        mult_adds = x[0] * prod(positions[2:]) * taps
        weights = params = taps + at["out"] * at["bias"]
    elif kind == "linear":
        mult_adds = prod(x) * at["out"]
        weights = params = x[-1] * at["out"] + at["out"] * at["bias"]
    elif kind == "matmul":
        mult_adds = prod(y) * x[-1]
    elif op == "bn":
        params = 2 * x[1] * at["affine"]
        weights = params + 2 * x[1]
    elif op in ("group_norm", "instance_norm"):
        weights = params = 2 * x[1] * at["affine"]
    elif op in ("layer_norm", "rms_norm"):
        each = (2 if op == "layer_norm" and at["bias"] else 1) * at["elementwise_affine"]
        weights = params = each * prod(at["normalized_shape"] or x[-1:])
    elif op == "prelu":
        weights = params = at["num_parameters"] or x[1]
    elif kind == "arithmetic" and at["constant"] is not None:
        weights = prod(at["constant"])
        params = weights * at["learnable"]
    elif op == "embedding":
        weights, params = written, at["num_embeddings"] * at["embedding_dim"]
    elif op == "gather":
        read = prod(inputs[1]) + written
    if kind == "view":
        read = written = 0
    computes = kind in ("norm", "activation", "arithmetic", "pool", "reduction")
    return Moved(mult_adds, written if computes else 0, read, written, weights, 0 if shared else params)
