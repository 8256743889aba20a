"""ONNX: a network as a graph with random weights, which ONNX Runtime runs and Netron shows.

Weights are initializers; constants that are no weights are Constant nodes. What layers share is written once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from macflops.errors import Location, SourceError
from macflops.network import Layer, Network

if TYPE_CHECKING:
    from macflops.writers.onnx.graph import Graph

FAMILIES = (
    "products",
    "elementwise",
    "norms",
    "pools",
    "movement",
    "recurrent",
)  # where the writers of operators are, by name
INDICES = {"embedding": 0, "gather": 1}  # which of an operator's inputs holds integers


def written(network: Network, seed: int = 0) -> bytes:
    """Return a network as an ONNX file. Raises SourceError on what ONNX cannot say."""
    try:
        from macflops.writers.onnx.graph import Graph
    except ImportError as error:
        what = f"{error.name} is not installed, which writing ONNX needs"
        raise SourceError(Location(network.source), what, "pip install onnx numpy") from None
    graph = Graph(network, seed)
    return bytes(model(graph).SerializeToString(deterministic=True))


def model(graph: Graph) -> Any:
    """Return the model of a graph's network, layer by layer."""
    from onnx import TensorProto, helper

    network = graph.network
    integral = indices(network)
    names: dict[int, str] = {}
    inputs = []
    for given in network.inputs:
        tensor = network.tensors[given.tensor]
        names[given.tensor] = graph.unique(given.name)
        kind = TensorProto.INT64 if given.tensor in integral else TensorProto.FLOAT
        inputs.append(helper.make_tensor_value_info(names[given.tensor], kind, dimensions(tensor.shape)))
    for layer in network.layers:
        write(graph, layer, names, integral)
    outputs = []
    for number in dict.fromkeys(network.outputs):
        name = names[number]
        if any(given.tensor == number for given in network.inputs):
            name = graph.unique(f"{name}/output")
            graph.nodes.append(graph.identity(names[number], name))
        shape = dimensions(network.tensors[number].shape)
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    return graph.model(inputs, outputs)


def write(graph: Graph, layer: Layer, names: dict[int, str], integral: set[int]) -> None:
    """Write one layer."""
    from macflops.writers.onnx.graph import Call

    writer = find(layer.operator.name)
    given = [names[tensor] for tensor in layer.inputs]
    call = Call(graph, layer, given)
    if writer is None:
        call.refuse("")
    place = INDICES.get(layer.operator.name)
    if place is not None and layer.inputs[place] not in integral:
        given[place] = call.node("Cast", given[place], to=7)
    found = writer(call)
    results = [found] if isinstance(found, str) else found
    for part, (tensor, result) in enumerate(zip(layer.outputs, results, strict=True)):
        wanted = layer.name if len(results) == 1 else f"{layer.name}.{part}"
        names[tensor] = graph.rename(result, graph.unique(wanted))
    graph.nodes[-1].name = layer.name if len(results) > 1 else names[layer.outputs[0]]


def find(operator: str) -> Any:
    """Return the function that writes the operator of this name, or None."""
    for family in FAMILIES:
        writer = getattr(import_module(f"macflops.writers.onnx.{family}"), operator, None)
        if writer is not None:
            return writer
    return None


def indices(network: Network) -> set[int]:
    """Return the inputs that hold nothing but indices."""
    found = {given.tensor for given in network.inputs}
    for layer in network.layers:
        place = INDICES.get(layer.operator.name)
        found.difference_update(tensor for i, tensor in enumerate(layer.inputs) if i != place)
    return (
        found
        - set(network.outputs)
        - {
            given.tensor
            for given in network.inputs
            if all(given.tensor not in layer.inputs for layer in network.layers)
        }
    )


def dimensions(shape: tuple[Any, ...]) -> list[int | str]:
    """Return a shape as ONNX has it: numbers, and names of those that are none yet."""
    return [side if isinstance(side, int) else str(side) for side in shape]
