"""`activation: nn.ReLU()`: the function after each convolution, SiLU where a file does not say."""

from __future__ import annotations

import re
from typing import Any

from macflops.ops import find
from macflops.readers.yaml.nodes import Node, Scalar, kind
from macflops.readers.yaml.source import Source
from macflops.spelling import did_you_mean

NAMES = {
    "CELU": "celu",
    "ELU": "elu",
    "GELU": "gelu",
    "Hardsigmoid": "hardsigmoid",
    "Hardswish": "hardswish",
    "Identity": "identity",
    "LeakyReLU": "leaky_relu",
    "Mish": "mish",
    "ReLU": "relu",
    "ReLU6": "relu6",
    "SELU": "selu",
    "SiLU": "silu",
    "Sigmoid": "sigmoid",
    "Softplus": "softplus",
    "Tanh": "tanh",
}
CALL = re.compile(r"(?:torch\.)?nn\.(\w+)\(([^()]*)\)\Z")


def operator(name: str) -> Any:
    """Return the operator that a torch.nn activation is, or None for the identity."""
    found = NAMES[name]
    if found == "identity":
        return None
    kind = find(found)
    assert kind is not None
    return kind()


def named(node: Node | None, source: Source) -> Any:
    """Return the operator that `activation` names; its arguments (a slope, inplace) change no count."""
    if node is None:
        return operator("SiLU")
    found = CALL.match(node.text.strip()) if type(node) is Scalar else None
    if not found:
        raise source.error(node, f"activation is {kind(node)}", "write one of torch.nn's: nn.ReLU()")
    if found[1] not in NAMES:
        raise source.error(node, f"no activation {found[1]}", did_you_mean(found[1], NAMES, "known are"))
    return operator(found[1])
