"""The rows of a model file, in order: where each takes its inputs, which module it is, with which arguments."""

from __future__ import annotations

from typing import Any, NamedTuple

from macflops.network import Builder
from macflops.readers.yaml import nodes
from macflops.readers.yaml.limits import over
from macflops.readers.yaml.nodes import Node, Scalar, kind
from macflops.readers.yaml.scope import Scope
from macflops.readers.yaml.source import Source
from macflops.readers.yaml.ultralytics import modules
from macflops.readers.yaml.ultralytics.arguments import bound
from macflops.readers.yaml.ultralytics.scaling import Scale
from macflops.readers.yaml.ultralytics.writer import Writer
from macflops.spelling import did_you_mean

SHAPE = "[from, repeats, module, args]"


class Model(NamedTuple):
    """What all rows share."""

    source: Source
    builder: Builder
    scope: Scope
    scale: Scale
    letter: str | None
    activation: Any
    anchored: bool  # boxes are offsets to anchors, as in the first YOLOv5


class Row(NamedTuple):
    """One row as it is written."""

    node: Node
    froms: tuple[int, ...]
    repeats: int
    module: Scalar
    args: list[Any]


def run(model: Model, rows: list[Node], tensor: int) -> list[int]:
    """Write out all rows; return the last one's tensors, which are the network's outputs."""
    made: list[int | tuple[int, ...]] = []
    modern = any(modules.is_modern(module_of(node)) for node in rows)
    for index, node in enumerate(rows):
        row = read(model, node, index)
        inputs = [made[index + f if f < 0 else f] if made or f >= 0 else tensor for f in row.froms]
        at = Writer(model, node, f"model.{index}", modern)
        if any(type(i) is tuple for i in inputs):
            raise at.error("reads a head's outputs", "a head is the last row")
        made.append(written(at, row, [i for i in inputs if type(i) is int]))
    last = made[-1]
    return [last] if type(last) is int else list(last)  # type: ignore[arg-type]


def module_of(node: Node) -> str:
    """Return the name of a row's module, or nothing where it has none."""
    if type(node) is nodes.Sequence and len(node.items) > 2 and type(node.items[2]) is Scalar:
        return node.items[2].text
    return ""


def read(model: Model, node: Node, index: int) -> Row:
    """Return a row, its places and numbers checked."""
    source, scope = model.source, model.scope
    if type(node) is not nodes.Sequence or len(node.items) != 4:
        what = f"a row of {len(node.items)} parts" if type(node) is nodes.Sequence else f"a row is {kind(node)}"
        raise source.error(node, what, f"write {SHAPE}")
    places, times, module, args = node.items
    froms = scope.text(places)
    before = f"the rows before are 0 to {index - 1}, or -1 back" if index else "only the image comes before, as -1"
    if froms == []:
        raise source.error(places, "from nowhere", before)
    for place in froms if isinstance(froms, list) else [froms]:
        if type(place) is not int or not -max(index, 1) <= place < index:
            raise source.error(places, f"from {str(place)[:40]}", before)
    repeats = scope.text(times)
    if type(repeats) is not int or repeats < 1:
        raise source.error(times, f"repeats is {str(repeats)[:40]}", "write a whole number from 1")
    if repeats > source.limits.repeats:
        raise source.error(times, f"{repeats:,} repeats", over("repeats", source.limits.repeats))
    if type(module) is not Scalar or modules.find(module.text) is None:
        hint = did_you_mean(module.text if type(module) is Scalar else "", modules.names(), "modules are")
        raise source.error(module, f"no module {kind(module)} is read", hint)
    if type(args) is not nodes.Sequence:
        raise source.error(args, f"args is {kind(args)}", "write a list: [64, 3, 2]")
    return Row(node, tuple(froms) if isinstance(froms, list) else (froms,), repeats, module,
               [scope.word(item) for item in args.items])  # fmt: skip


def written(at: Writer, row: Row, inputs: list[int]) -> int | tuple[int, ...]:
    """Write a row's module out, as often as its scale wants it; return its tensor, or a head's tensors."""
    module = modules.find(row.module.text)
    assert module is not None
    scale, args = at.model.scale, list(row.args)
    times = scale.times(row.repeats)
    if times > at.source.limits.layers:
        raise at.error(f"{times:,} repeats", over("layers", at.source.limits.layers))
    if module.scaled and args:
        if type(args[0]) is not int or args[0] < 1:
            raise at.error(f"{str(args[0])[:40]} channels", "write a whole number from 1")
        args[0] = scale.channels(args[0])
    if module.repeated:
        args.insert(1, times)
        times = 1
    if module.adapted:
        module.adapted(at, args)
    given = bound(module.function, at, args)
    if module.many:
        if times > 1:
            raise at.error(f"{times} repeats of a module of several inputs", "write 1")
        found: int | tuple[int, ...] = module.function(at, inputs, **given)
        return found
    if len(inputs) != 1:
        raise at.error(f"{len(inputs)} inputs", f"{row.module.text} takes 1")
    tensor = inputs[0]
    for number in range(times):
        tensor = module.function(at.under(str(number)) if times > 1 else at, tensor, **given)
    return tensor
