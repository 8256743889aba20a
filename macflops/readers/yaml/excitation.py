"""Squeeze-and-excitation, written out: a pool, two 1x1 convolutions with a bias, and a product per channel.

Source: Hu et al. 2018, Squeeze-and-Excitation Networks, section 3; 1x1 convolutions are its linear layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from macflops.readers.yaml.entries import Entry
from macflops.readers.yaml.fields import FieldError, dimension, spec
from macflops.readers.yaml.nodes import Node
from macflops.readers.yaml.registry import Result
from macflops.readers.yaml.scope import Scope

if TYPE_CHECKING:
    from macflops.readers.yaml.rows import RowWriter


def write_out(entry: Entry, full: str, inputs: tuple[int, ...], scope: Scope, build: RowWriter) -> Result:
    """Add the rows NAME.pool, .reduce, .act, .expand, .gate and .scale; return the scaled input."""
    shape = build.builder.tensors[inputs[0]].shape
    sides = len(shape) - 2
    if sides < 1:
        raise scope.error(entry.node, f"se on an input of shape {list(shape)}", "it needs dimensions N, C and sides")
    nodes: dict[str, Node] = {field.name: node for field, node in entry.fields}
    hidden = width(nodes, shape[1], scope, build)
    found: dict[str, Any] = {}
    for role, default in (("act", "relu"), ("gate", "sigmoid")):
        node = nodes.get(role)
        if node is None:
            found[role] = build.operator(spec(default), {}, sides, entry, scope)
        else:
            found[role] = build.chosen("act", node, scope, sides)
    conv = spec("conv")

    def pointwise(out: Any) -> Any:
        return build.operator(conv, {"out": out, "bias": True}, sides, entry, scope)

    rows = (
        ("pool", build.operator(spec("global_avgpool"), {}, sides, entry, scope)),
        ("reduce", pointwise(hidden)),
        ("act", found["act"]),
        ("expand", pointwise(shape[1])),
        ("gate", found["gate"]),
    )
    tensor: Any = inputs[0]
    for name, operator in rows:
        if operator is not None:
            node = nodes.get({"reduce": "hidden"}.get(name, name), entry.node)
            tensor = build.add(f"{full}.{name}", operator, (tensor,), entry, node, scope)
    multiply = build.operator(spec("mul"), {}, sides, entry, scope)
    return build.add(f"{full}.scale", multiply, (inputs[0], tensor), entry, entry.node, scope)


def width(nodes: dict[str, Node], channels: Any, scope: Scope, build: RowWriter) -> Any:
    """Return the width between the two convolutions: hidden, or c_in // reduction."""
    name = "hidden" if "hidden" in nodes else "reduction"
    node = nodes[name]
    value = scope.value(node)
    try:
        number = dimension(name, value, build.source.limits.magnitude)
    except FieldError as error:
        raise build.refused(error, value, node, scope) from None
    if type(number) is int and number < 1:
        raise scope.error(node, f"{name} is {number}", "it has to be at least 1")
    if name == "hidden":
        return number
    hidden = channels // number
    if hidden == 0:
        raise scope.error(node, f"reduction: {number} leaves nothing of {channels} channels", f"use {channels} at most")
    return hidden
