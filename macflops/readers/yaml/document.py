"""A whole document: its top level, in the order in which its parts depend on each other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from macflops.errors import Location, SourceError
from macflops.network import Builder, Network
from macflops.readers.yaml import blocks, nodes
from macflops.readers.yaml.build import Build, History
from macflops.readers.yaml.inputs import Inputs, Shapes
from macflops.readers.yaml.nodes import Node, Scalar, kind
from macflops.readers.yaml.params import Params, pairs
from macflops.readers.yaml.scope import Scope
from macflops.readers.yaml.source import Source
from macflops.records import Record
from macflops.spelling import did_you_mean

KEYS = ("macflops", "name", "input", "params", "variants", "blocks", "layers", "outputs")
VERSION = "1"


class Options(Record):
    """What the caller asks for, besides the text."""

    set: Mapping[str, Any]
    variant: str | None
    input_shape: Shapes
    batch: int | None


def network(source: Source, options: Options) -> Network:
    """Return the network that a source describes, natively or as a model file of Ultralytics'."""
    root = document(source)
    if root.get("backbone") is not None and root.get("layers") is None and root.get("macflops") is None:
        from macflops.readers.yaml import ultralytics

        return ultralytics.network(source, root, options)
    top = top_level(source, root)
    params = Params(top.get("params"), source)
    inputs = Inputs(top.get("input"), source)
    wanted = inputs.symbols(params.nodes, options.input_shape)
    variant = chosen_variant(top.get("variants"), options.variant, params, source)
    values = params.values(symbols(wanted), variant, options.set)
    scope = Scope(source, dict(values))
    name = options.variant or title(top.get("name"), source)

    builder = Builder(name, source.file, "yaml")
    called, preparer = blocks.read(top.get("blocks"), source)
    if "layers" not in top:
        raise source.at(1, 1, "layers is missing", "write the list of layers: layers:")
    entries = preparer.entries(top["layers"], top["layers"], "layers")
    build = Build(source, builder, called, values)
    history: History = []
    for input_name, shape in inputs.shapes(scope, options.input_shape, options.batch).items():
        tensor = builder.input(input_name, shape)
        build.registry.input(input_name, tensor)
        history.append(tensor)
    if len(history) > 1:
        history.clear()
    build.run(entries, scope, history)
    if not builder.layers:
        raise source.error(top["layers"], "a network without layers", "write at least one that is there")
    outputs = results(top.get("outputs"), history, build, scope)
    warned = inputs.warnings(wanted, params.nodes, options.input_shape)
    ignored: Mapping[int, frozenset[str]] = {}
    if "ignore" in source.text:
        from macflops.readers.yaml import comments

        warned += comments.warnings(source)
        ignored = comments.ignored(source)
    return builder.network(outputs, warnings=tuple(warned), ignored=ignored)


def document(source: Source) -> nodes.Mapping:
    """Return the mapping that the document is."""
    root = nodes.parse(source.text, source.file, source.limits)
    if root is None or (type(root) is Scalar and not root.text):
        raise SourceError(Location(source.file), "nothing is in it", "describe a network: input and layers at least")
    if type(root) is not nodes.Mapping:
        hint = "begin with macflops: 1, then input: and layers:"
        raise source.error(root, f"the file is {kind(root)}, where a network is a mapping", hint)
    return root


def top_level(source: Source, root: nodes.Mapping) -> dict[str, Node]:
    """Return the parts of the document by key."""
    top: dict[str, Node] = {}
    for key, node in root.pairs:
        if key.text not in KEYS:
            raise source.error(key, f"{key.text} is no part of a network", did_you_mean(key.text, KEYS, "parts are"))
        top[key.text] = node
    version = top.get("macflops")
    if version is not None and (type(version) is not Scalar or version.text != VERSION):
        raise source.error(version, f"format version {kind(version)}", f"this macflops reads version {VERSION}")
    return top


def title(node: Node | None, source: Source) -> str:
    """Return the network's name: as it is written, or as the file is called."""
    if node is None:
        return "stdin" if source.file == "-" else os.path.splitext(os.path.basename(source.file))[0]
    if type(node) is not Scalar or not node.text:
        raise source.error(node, f"name is {kind(node)}", "write a text")
    return node.text


def chosen_variant(node: Node | None, wanted: str | None, params: Params, source: Source) -> Node | None:
    """Return the node of the variant that is asked for. Every variant is checked for names that are no parameters."""
    found = {key.text: body for key, body in pairs(node, source, "variants", "{small: {width: 0.5}}")}
    for body in found.values():
        params.check_known({key.text: (key, value) for key, value in pairs(body, source, "a variant", "{width: 0.5}")})
    if wanted is None:
        return None
    if wanted not in found:
        hint = did_you_mean(wanted, found, "variants are") if found else "it has none"
        raise SourceError(Location(source.file), f"no variant {wanted}", hint)
    return found[wanted]


def symbols(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return symbols for dimensions. SymPy is imported only where there is one."""
    if not names:
        return {}
    from sympy import Symbol

    return {name: Symbol(name, integer=True, positive=True) for name in names}


def results(node: Node | None, history: History, build: Build, scope: Scope) -> list[int]:
    """Return the tensors of the outputs: those that are named, or what the last entry gave."""
    if node is None:
        last = history[-1]
        return [last] if type(last) is int else list(last)  # type: ignore[arg-type]
    items = node.items if type(node) is nodes.Sequence else [node]
    if not items:
        raise scope.error(node, "outputs is empty", "name at least one layer, or leave it out: the last one then")
    found: list[int] = []
    for item in items:
        if type(item) is not Scalar or not item.text:
            raise scope.error(item, f"an output is {kind(item)}", "write the name of a layer")
        result = build.registry.find(item.text, item, scope).result
        found.extend([result] if type(result) is int else result)  # type: ignore[arg-type]
    return list(dict.fromkeys(found))
