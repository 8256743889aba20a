"""The messages of an ONNX file that counting needs: a graph without its weights. Source: onnx.proto."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from macflops.readers.onnx.tensors import Tensor, tensor
from macflops.readers.onnx.wire import BYTES, FIXED32, VARINT, Bytes, Damaged, fields, packed, signed, text
from macflops.records import Record

MOST_INTS = 1_000_000  # of one attribute
PLAIN = (int, float, str, tuple)  # attributes that are no tensors, graphs or references

Dimension: TypeAlias = "int | str | None"  # of a claimed shape: a number, a name, or unknown


class Node(NamedTuple):
    """An operator at work: names of what it reads ("" where it leaves one out) and writes, attributes by name."""

    op: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]


class Claim(NamedTuple):
    """What the file says of a value: its element type (0: unknown), its shape (None: unknown), what kind it is of."""

    name: str
    dtype: int
    shape: tuple[Dimension, ...] | None
    kind: str = "tensor"


class Graph(Record):
    """A graph: its nodes in order, its tensors, what goes in and comes out, what its writer notes."""

    name: str
    nodes: tuple[Node, ...]
    initializers: dict[str, Tensor]
    inputs: tuple[Claim, ...]
    outputs: tuple[Claim, ...]
    claims: dict[str, Claim]
    metadata: dict[str, str]


class Function(Record):
    """A function of the file's own: an operator written as nodes."""

    name: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]  # defaults; None where one has to be given
    nodes: tuple[Node, ...]
    opsets: dict[str, int]


class Model(Record):
    """A file: its graph, the version of each operator set, and its own functions by domain and name."""

    opsets: dict[str, int]
    graph: Graph | None
    functions: dict[tuple[str, str], Function]
    producer: str


class Reference(NamedTuple):
    """An attribute that is the attribute of the function around it."""

    name: str


class Subgraph(NamedTuple):
    """A graph in an attribute, read only when it is needed.

    `names` says what names of the graph around it are called now, `bound` what the attributes of the function around it
    are.
    """

    data: Bytes
    names: Mapping[str, str] = MappingProxyType({})
    bound: Mapping[str, Any] = MappingProxyType({})


def tag(number: int, kind: int = BYTES) -> int:
    """Return the tag of a field: its number and wire type in one."""
    return number << 3 | kind


# What files are full of: the fields of a node, and the commonest ones of an attribute.
NODE, INPUT, OUTPUT, NAME, OP, ATTRIBUTE, DOMAIN = map(tag, (1, 1, 2, 3, 4, 5, 7))
KEY, KIND, TENSOR, INT, INTS = tag(1), tag(20, VARINT), tag(5), tag(3, VARINT), tag(8)


def model(data: Bytes) -> Model:
    """Return the model that bytes hold. Raises Damaged."""
    opsets: dict[str, int] = {}
    graphs: list[Bytes] = []
    functions: dict[tuple[str, str], Function] = {}
    producer = ""
    for at, value in fields(data):
        if at == tag(7):
            graphs.append(value)
        elif at == tag(8):
            domain, version = opset(value)
            opsets[domain] = version
        elif at == tag(25):
            made = function(value)
            functions[made.domain, made.name] = made
        elif at == tag(2):
            producer = text(value)
    return Model(opsets, graph(graphs) if graphs else None, functions, producer)


def opset(data: Bytes) -> tuple[str, int]:
    """Return an operator set's domain ("" for ONNX's own) and version."""
    domain, version = "", 0
    for at, value in fields(data):
        if at == tag(1):
            domain = text(value)
        elif at == tag(2, VARINT):
            version = signed(value)
    return ("" if domain == "ai.onnx" else domain), version


def graph(parts: Iterable[Bytes]) -> Graph:
    """Return a graph; of several parts, as protobuf merges them."""
    name, nodes, tensors = "", [], {}
    inputs, outputs, claims = [], [], {}
    metadata: dict[str, str] = {}
    known: dict[bytes, tuple[str, Any]] = {}
    for part in parts:
        for at, value in fields(part):
            if at == NODE:
                nodes.append(node(value, known))
            elif at == TENSOR:
                made = tensor(value)
                tensors[made.name] = made
            elif at == tag(2):
                name = text(value)
            elif at == tag(11):
                inputs.append(claim(value))
            elif at == tag(12):
                outputs.append(claim(value))
            elif at == tag(13):
                said = claim(value)
                claims[said.name] = said
            elif at == tag(15):
                made = sparse(value)
                tensors[made.name] = made
            elif at == tag(16):
                metadata.update((entry(value),))
    return Graph(name, tuple(nodes), tensors, tuple(inputs), tuple(outputs), claims, metadata)


def entry(data: Bytes) -> tuple[str, str]:
    """Return a note's key and text."""
    found = {at: text(value) for at, value in fields(data) if at in (tag(1), tag(2))}
    return found.get(tag(1), ""), found.get(tag(2), "")


def node(data: Bytes, known: dict[bytes, tuple[str, Any]]) -> Node:
    """Return a node, its attributes decoded; of plain ones, most of which are in many nodes, each once (`known`)."""
    op = domain = name = ""
    inputs, outputs, attributes = [], [], {}
    for at, value in fields(data):
        if at == INPUT:
            inputs.append(text(value))
        elif at == OUTPUT:
            outputs.append(text(value))
        elif at == NAME:
            name = text(value)
        elif at == OP:
            op = text(value)
        elif at == ATTRIBUTE:
            pair = known.get(value) if type(value) is bytes else None
            if pair is None:
                pair = attribute(value)
                if type(value) is bytes and type(pair[1]) in PLAIN:
                    known[value] = pair
            attributes[pair[0]] = pair[1]
        elif at == DOMAIN:
            domain = text(value)
    return Node(op, "" if domain == "ai.onnx" else domain, name, tuple(inputs), tuple(outputs), attributes)


def attribute(data: Bytes) -> tuple[str, Any]:
    """Return an attribute's name and value: int, float, str, a Tensor, a Subgraph, or a tuple of one kind."""
    name, kind, refers = "", 0, ""
    single: dict[int, Any] = {}
    many: dict[int, list[Any]] = {}
    for at, value in fields(data):
        if at == KEY:
            name = text(value)
        elif at == KIND:
            kind = value
        elif at == TENSOR:
            single[4] = tensor(value)
        elif at == INT:
            single[2] = signed(value)
        elif at == INTS:
            many.setdefault(7, []).extend(packed(value, MOST_INTS))
        elif at == tag(21):
            refers = text(value)
        elif at == tag(2, FIXED32):
            single[1] = struct.unpack("<f", value)[0]
        elif at == tag(4):
            single[3] = text(value)
        elif at == tag(6):
            single[5] = Subgraph(value)
        elif at == tag(22):
            single[11] = sparse(value)
        elif at == tag(8, VARINT):
            many.setdefault(7, []).append(signed(value))
        elif at == tag(7, FIXED32):
            many.setdefault(6, []).append(struct.unpack("<f", value)[0])
        elif at == tag(7):
            many.setdefault(6, []).extend(struct.unpack(f"<{len(value) // 4}f", value[: len(value) // 4 * 4]))
        elif at == tag(9):
            many.setdefault(8, []).append(text(value))
    if refers:
        return name, Reference(refers)
    if not kind:  # files of the first version do not say which
        kind = next(iter((*single, *many)), 0)
    if kind in (6, 7, 8):
        return name, tuple(many.get(kind, ()))
    defaults: dict[int, Any] = {1: 0.0, 2: 0, 3: ""}
    return name, single.get(kind, defaults.get(kind))


def sparse(data: Bytes) -> Tensor:
    """Return a sparse tensor as one whose contents are not known."""
    dims: list[int] = []
    values = Tensor("", (), 0, ())
    for at, value in fields(data):
        if at == tag(1):
            values = tensor(value)
        elif at == tag(3, VARINT):
            dims.append(signed(value))
        elif at == tag(3):
            dims.extend(packed(value, MOST_INTS))
    return Tensor(values.name, tuple(dims), values.dtype, None)


KINDS = {tag(1): "tensor", tag(4): "sequence", tag(5): "map", tag(8): "sparse tensor", tag(9): "optional value"}


def claim(data: Bytes) -> Claim:
    """Return what the file says of a value."""
    name, dtype, shape, kind = "", 0, None, "tensor"
    for at, value in fields(data):
        if at == tag(1):
            name = text(value)
        elif at == tag(2):
            for of_type, said in fields(value):
                kind = KINDS.get(of_type, kind)
                if of_type == tag(1):
                    dtype, shape = tensor_type(said)
    return Claim(name, dtype, shape, kind)


def tensor_type(data: Bytes) -> tuple[int, tuple[Dimension, ...] | None]:
    """Return the element type and the shape of a tensor's type."""
    dtype = 0
    shape: tuple[Dimension, ...] | None = None
    for at, value in fields(data):
        if at == tag(1, VARINT):
            dtype = value
        elif at == tag(2):
            shape = tuple(dimension(part) for number, part in fields(value) if number == tag(1))
    return dtype, shape


def dimension(data: Bytes) -> Dimension:
    """Return a dimension: a number, a name, or None where it is unknown."""
    found: Dimension = None
    for at, value in fields(data):
        if at == tag(1, VARINT):
            found = signed(value)
        elif at == tag(2):
            found = text(value)
    return None if found in (-1, "", "?") else found


def function(data: Bytes) -> Function:
    """Return a function of the file's own."""
    name = domain = ""
    inputs, outputs, nodes = [], [], []
    attributes: dict[str, Any] = {}
    known: dict[bytes, tuple[str, Any]] = {}
    opsets: dict[str, int] = {}
    for at, value in fields(data):
        if at == tag(1):
            name = text(value)
        elif at == tag(4):
            inputs.append(text(value))
        elif at == tag(5):
            outputs.append(text(value))
        elif at == tag(6):
            attributes.setdefault(text(value))
        elif at == tag(11):
            key, default = attribute(value)
            attributes[key] = default
        elif at == tag(7):
            nodes.append(node(value, known))
        elif at == tag(9):
            of, version = opset(value)
            opsets[of] = version
        elif at == tag(10):
            domain = text(value)
    return Function(name, domain, tuple(inputs), tuple(outputs), attributes, tuple(nodes), opsets)


__all__ = ["Claim", "Damaged", "Function", "Graph", "Model", "Node", "Reference", "Subgraph", "graph", "model"]
