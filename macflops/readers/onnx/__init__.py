"""ONNX files: bytes in, a shaped Network out. Weights are never read, and `onnx` is not imported."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from macflops.errors import Location, SourceError
from macflops.network import Builder, Network, no_garbage_collection
from macflops.readers.yaml.limits import Limits, over

__all__ = ["load", "read", "read_proto"]


def load(source: str, **options: Any) -> Network:
    """Return the network in a file. Options are those of `read`. Raises SourceError."""
    from macflops.readers.onnx import files

    return network(files.read(source), source, **options)


def read(data: bytes, file: str, **options: Any) -> Network:
    """Return the network that the bytes of a model describe; `file` is what places in it are called.

    `set` gives numbers to symbolic dimensions by name; `input_shape` replaces the shape of an input by name (None: the
    only one); `batch` the first dimension of all inputs. Raises SourceError.
    """
    from macflops.readers.onnx import files

    return network(files.parse(memoryview(data), file), file, **options)


def read_proto(given: Any, **options: Any) -> Network:
    """Return the network in an `onnx.ModelProto`. Options are those of `read`. Raises SourceError."""
    from macflops.readers.onnx import files, proto

    return network(files.sound(proto.model(given), proto.FILE), proto.FILE, **options)


def network(
    model: Any,
    file: str,
    *,
    set: Mapping[str, Any] | None = None,
    variant: str | None = None,
    input_shape: Mapping[str | None, Sequence[int | str]] | None = None,
    batch: int | None = None,
    limits: Any = None,
) -> Network:
    """Return the network that a model is."""
    from macflops.readers.onnx import build, inputs
    from macflops.readers.onnx.tensors import FLOATS, TYPES
    from macflops.readers.onnx.values import Value
    from macflops.readers.yaml import limited

    graph = model.graph
    limit: Limits = limited(limits)
    if variant is not None:
        raise SourceError(Location(file), f"--variant {variant}: an ONNX file has none", "leave it out")
    if len(graph.nodes) > limit.layers:
        raise SourceError(Location(file), f"{len(graph.nodes):,} nodes", over("layers", limit.layers))
    name = graph.name or os.path.splitext(os.path.basename(file))[0]
    builder = Builder(name, file, "onnx")
    made = build.Build(model, graph, builder, file, limit.magnitude, limit.layers)
    made.dimensions = inputs.Dimensions(set or {}, file)
    wanted = [claim for claim in graph.inputs if claim.name not in graph.initializers]
    with no_garbage_collection():
        for claim, shape in zip(
            wanted, inputs.shapes(wanted, made.dimensions, input_shape or {}, batch).values(), strict=True
        ):
            dtype = TYPES.get(claim.dtype, ("float32", ""))[0]
            tensor = builder.input(claim.name, shape, None if dtype in FLOATS else dtype)
            made.values[claim.name] = Value(shape, dtype, tensor)
        made.dimensions.check_names()
        made.run(graph)
        ends = build.outputs(made, graph)
        if not builder.layers:
            raise SourceError(Location(file), "a network without layers", "its outputs do not depend on its inputs")
        if made.recurs:
            from macflops.readers._turned import straightened

            ends = straightened(builder, ends)
        if any(layer.operator.name == "transpose" for layer in builder.layers):
            from macflops.readers._operands import as_they_are

            as_they_are(builder.layers, ends)
        return builder.network(ends, made.unsupported(), tuple(made.notes))
