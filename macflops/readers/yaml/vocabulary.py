"""The words of entries: operators, what is written like one, and what people mean by other words."""

from __future__ import annotations

from collections.abc import Iterable

from macflops import ops
from macflops.spelling import closest, did_you_mean

OPERATORS = frozenset(ops.names())
STRUCTURES = frozenset({"branches", "repeat", "se"})  # written like operators, but several rows
SETTINGS = ("name", "from", "when", "share")  # what may stand beside an operator
JOINS = ("add", "mul", "concat")

# Words of PyTorch, Keras and the papers, without _, digits and capitals, for what has another name here.
MEANT = {
    "batchnorm": "bn", "layernorm": "layer_norm", "ln": "layer_norm", "groupnorm": "group_norm", "gn": "group_norm",
    "averagepool": "avgpool", "averagepooling": "avgpool", "avgpooling": "avgpool", "pool": "maxpool or avgpool",
    "maxpooling": "maxpool", "gap": "global_avgpool", "globalaveragepool": "global_avgpool",
    "globalpool": "global_avgpool", "adaptiveaveragepool": "adaptive_avgpool",
    "swish": "silu", "hswish": "hardswish", "hsigmoid": "hardsigmoid", "lrelu": "leaky_relu", "relun": "relu6",
    "fc": "linear", "dense": "linear", "fullyconnected": "linear", "gemm": "linear", "innerproduct": "linear",
    "convd": "conv", "convolution": "conv", "pointwise": "conv", "groupconv": "conv", "pwconv": "conv",
    "depthwise": "dwconv", "depthwiseconv": "dwconv", "dwconvolution": "dwconv", "separableconv": "dwconv and conv",
    "deconv": "conv_transpose", "convtranspose": "conv_transpose", "transposedconv": "conv_transpose",
    "interpolate": "upsample", "resize": "upsample", "upsampling": "upsample",
    "channelshuffle": "shuffle", "cat": "concat", "concatenate": "concat", "eltwise": "add", "plus": "add",
    "residual": "branches with join: add", "multiply": "mul", "product": "mul", "chunk": "split",
    "squeezeexcitation": "se", "selayer": "se", "senet": "se", "view": "reshape", "permute": "transpose",
    "padding": "pad", "zeropad": "pad", "localresponsenorm": "lrn", "bmm": "matmul", "mm": "matmul",
    "loop": "repeat", "for": "repeat", "branch": "branches", "parallel": "branches",
}  # fmt: skip


def instead_of(word: str, blocks: Iterable[str] = ()) -> str:
    """Return a hint for a word that names neither an operator nor a block."""
    known = [*OPERATORS, *STRUCTURES, *blocks]
    first = word.split(maxsplit=1)[0].rstrip(":({") if word.strip() else word
    if first != word and first in known:
        return f"write {first}: with a colon, and its fields behind it"
    if word in SETTINGS:
        return "the operator comes first: - conv: {out: 64}"
    exact = "".join(c for c in word.lower() if c.isalpha())
    for candidate in (exact, exact.removesuffix("d")):  # conv2d, BatchNorm2d
        if candidate in MEANT:
            return f"did you mean {MEANT[candidate]}?"
        if plain := next((name for name in known if name.replace("_", "") == candidate), None):
            return f"did you mean {plain}?"
    if closest(word, known):
        return did_you_mean(word, known)
    own = sorted(blocks)
    blocks_too = f"; blocks here are: {', '.join(own[:8])}" if own else ""
    return f"`macflops schema network` lists the operators{blocks_too}"
