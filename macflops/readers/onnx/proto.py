"""From an `onnx.ModelProto` in memory to its messages: part by part, its weights neither copied nor written."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from macflops.readers.onnx.model import Graph, Model, claim, function, node, opset, sparse
from macflops.readers.onnx.tensors import MOST, Tensor, tensor

if TYPE_CHECKING:
    import onnx

FILE = "onnx.ModelProto"  # what places in it are called


def model(given: onnx.ModelProto) -> Model:
    """Return the model. `onnx` itself is not imported: whoever gives one has."""
    functions = [function(part(one)) for one in given.functions]
    return Model(
        dict(opset(part(one)) for one in given.opset_import),
        graph(given.graph),
        {(one.domain, one.name): one for one in functions},
        given.producer_name,
    )


def graph(given: onnx.GraphProto) -> Graph:
    """Return a graph."""
    tensors = [*map(held, given.initializer), *(sparse(part(one)) for one in given.sparse_initializer)]
    claims = [claim(part(one)) for one in given.value_info]
    known: dict[bytes, tuple[str, Any]] = {}
    return Graph(
        given.name,
        tuple(node(part(one), known) for one in given.node),
        {one.name: one for one in tensors},
        tuple(claim(part(one)) for one in given.input),
        tuple(claim(part(one)) for one in given.output),
        {one.name: one for one in claims},
        {one.key: one.value for one in getattr(given, "metadata_props", ())},  # older versions of onnx have none
    )


def held(given: onnx.TensorProto) -> Tensor:
    """Return a tensor, with its contents if they are few."""
    if 0 <= prod(given.dims) <= MOST:
        return tensor(part(given))
    return Tensor(given.name, tuple(given.dims), given.data_type, None)


def part(message: Any) -> memoryview:
    """Return a message as bytes."""
    return memoryview(message.SerializeToString())
