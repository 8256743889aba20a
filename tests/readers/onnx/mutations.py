"""Models that no exporter writes: small ones of onnx's own, changed at random where a reader might trip."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import onnx
from onnx import numpy_helper

from macflops.readers.onnx import operators
from tests.readers.onnx.backend import cases, with_constants

NUMBERS = (0, -1, 1, 2, 3, 7, 4095, 4097, 10**6, 2**31 - 1, 2**31, 2**40, 2**62, 2**63 - 1, -(2**63), -2, -(10**9))
Change = Callable[[random.Random, Any, Any], object]


def graphs(graph: Any) -> Iterator[Any]:
    """Yield a graph and all within it."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from graphs(attribute.g)


def attribute(chance: random.Random, model: Any, graph: Any) -> object:
    changed = chance.choice([a for node in graph.node for a in node.attribute])
    if changed.type == onnx.AttributeProto.INT:
        changed.i = chance.choice(NUMBERS)
    elif changed.type == onnx.AttributeProto.INTS:
        changed.ints.append(chance.choice(NUMBERS))
        changed.ints[chance.randrange(len(changed.ints))] = chance.choice(NUMBERS)
    elif changed.type == onnx.AttributeProto.FLOAT:
        changed.f = chance.choice((0.0, 1e30, float("nan"), float("inf"), -1.0))
    elif changed.type == onnx.AttributeProto.STRING:
        changed.s = chance.choice((b"", b"SAME_UPPER", b"linear", b"...i,i->..."))
    return changed


def constant(chance: random.Random, model: Any, graph: Any) -> object:
    tensor = chance.choice([t for t in graph.initializer if t.data_type == onnx.TensorProto.INT64])
    values = numpy_helper.to_array(tensor).copy()
    values.flat[chance.randrange(values.size)] = chance.choice(NUMBERS)
    return tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


def sides(chance: random.Random, model: Any, graph: Any) -> object:
    tensor = chance.choice(list(graph.initializer))
    tensor.dims[chance.randrange(len(tensor.dims))] = abs(chance.choice(NUMBERS)) % 2**63
    return tensor


def claim(chance: random.Random, model: Any, graph: Any) -> object:
    shape = chance.choice(list(graph.input)).type.tensor_type.shape
    changed = chance.choice(list(shape.dim)) if chance.random() < 0.7 else shape.dim.add()
    if chance.random() < 0.3:
        changed.dim_param = "N"
    else:
        changed.dim_value = chance.choice(NUMBERS)
    return changed


def names(graph: Any) -> list[str]:
    return [name for node in graph.node for name in (*node.input, *node.output)] + [i.name for i in graph.input] + [""]


def wiring(chance: random.Random, model: Any, graph: Any) -> object:
    node = chance.choice(list(graph.node))
    side = chance.choice((node.input, node.output))
    side[chance.randrange(len(side))] = chance.choice(names(graph))
    return node


def arity(chance: random.Random, model: Any, graph: Any) -> object:
    node = chance.choice(list(graph.node))
    if chance.random() < 0.5:
        return node.input.append(chance.choice(names(graph)))
    return node.input.pop(chance.randrange(len(node.input)))


def operator(chance: random.Random, model: Any, graph: Any) -> object:
    node = chance.choice(list(graph.node))
    node.op_type = chance.choice([*operators.table()])
    return node


def order(chance: random.Random, model: Any, graph: Any) -> object:
    one, other = chance.sample(list(graph.node), 2)
    copy = onnx.NodeProto()
    copy.CopyFrom(one)
    one.CopyFrom(other)
    other.CopyFrom(copy)
    return one


def version(chance: random.Random, model: Any, graph: Any) -> object:
    model.opset_import[0].version = chance.choice((1, 7, 9, 10, 11, 13, 18, 25, 99))
    return model


CHANGES: tuple[Change, ...] = (attribute, constant, sides, claim, wiring, arity, operator, order, version)


def mutated(seed: int) -> bytes | None:
    """Return a model with a few changes; None where one of them could not be made."""
    chance = random.Random(seed)
    case = chance.choice(cases())
    model = onnx.load_model_from_string(case.model if chance.random() < 0.4 else with_constants(case, seed % 5 == 0))
    try:
        for _ in range(chance.randint(1, 3)):
            chance.choice(CHANGES)(chance, model, chance.choice([*graphs(model.graph)]))
        return bytes(model.SerializeToString())
    except (IndexError, ValueError, TypeError):  # nothing of the kind is there
        return None


def damaged(seed: int) -> bytes:
    """Return a model's bytes, some of them others, left out or put in."""
    chance = random.Random(seed)
    data = bytearray(chance.choice(cases()).model)
    for _ in range(chance.choice((1, 1, 2, 5))):
        place = chance.randrange(len(data))
        data[place : place + chance.randint(0, 2)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 2)))
    return bytes(data)
