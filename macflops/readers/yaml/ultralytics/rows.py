"""The rows of a model file, in order: where each takes its inputs, which module it is, with which arguments."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

from macflops.network import Builder
from macflops.readers.yaml import nodes
from macflops.readers.yaml.limits import over
from macflops.readers.yaml.nodes import Node, Scalar, kind
from macflops.readers.yaml.scope import Scope
from macflops.readers.yaml.source import Source
from macflops.readers.yaml.ultralytics import modules
from macflops.readers.yaml.ultralytics.arguments import bound
from macflops.readers.yaml.ultralytics.modules import Module
from macflops.readers.yaml.ultralytics.repeated import Result, Template, Written, copied, template
from macflops.readers.yaml.ultralytics.scaling import Scale
from macflops.readers.yaml.ultralytics.writer import Writer
from macflops.spelling import did_you_mean

BEFORE_FIRST = "only the image comes before, as -1"
# Modules whose networks are another package's code, and no rows.
ELSEWHERE = {"TorchVision": "its network is torchvision's code: count that as torch:torchvision.models:NAME"}
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
    prompts: list[int]  # text prompts as they come in, and as modules have changed them


class Call(NamedTuple):
    """A row but for its inputs: which module, how often, with which arguments."""

    name: str
    module: Module
    repeats: int
    args: list[Any]


class Rows:
    """Writes rows out; those that say the same are read once, and written out once for inputs of the same shapes."""

    def __init__(self, model: Model, modern: bool) -> None:
        self.model, self.modern = model, modern
        self.calls: dict[Hashable, Call] = {}  # by the text of their cells
        self.written: dict[Hashable, Written | Template] = {}  # by that text and the shapes of their inputs
        self.made: list[Result] = []  # by each row

    def add(self, node: Node, index: int, tensor: int) -> None:
        """Write a row out. The network's input is a tensor that only the first row may read, as -1."""
        model, builder = self.model, self.model.builder
        places, *cells = parts_of(model, node)
        inputs: list[Any] = [self.made[f] if index else tensor for f in self.froms(places, index)]
        text = text_of(cells)
        call = self.calls.get(text)
        if call is None:
            call = self.calls[text] = read(model, *cells)
        name = f"model.{index}"
        at = Writer(model, node, name, self.modern)
        if not call.module.parts and any(type(i) is tuple for i in inputs):
            raise at.error(*several(self.made, inputs))
        key: Hashable = None
        if not call.module.prompted and not call.module.parts and text is not None:
            key = (text, *[builder.tensors[i].shape for i in inputs])
            found = self.written.get(key)
            if found is not None:
                if type(found) is Written:
                    found = self.written[key] = template(builder, found)
                assert type(found) is Template
                at.make_room(len(found.layers))
                self.made.append(copied(builder, found, name, inputs, at.location))
                return
        layers, tensors = len(builder.layers), len(builder.tensors)
        result = written(at, call, inputs)
        self.made.append(result)
        if key is not None:
            ends = (layers, len(builder.layers)), (tensors, len(builder.tensors))
            self.written[key] = Written(name, tuple(inputs), result, *ends)

    def froms(self, node: Node, index: int) -> list[int]:
        """Return which rows a row reads: the numbers that are written, each checked."""
        if type(node) is Scalar and node.text == "-1" and node.plain:
            return [-1]
        given = self.model.scope.text(node)
        listed = given if isinstance(given, list) else [given]
        for place in listed:
            if type(place) is not int or not -max(index, 1) <= place < index:
                before = f"the rows before are 0 to {index - 1}, or -1 back" if index else BEFORE_FIRST
                raise self.model.source.error(node, f"from {str(place)[:40]}", before)
        if not listed:
            raise self.model.source.error(node, "from nowhere", "write -1 for the row before")
        return listed


def run(model: Model, rows: list[Node], tensor: int) -> list[int]:
    """Write out all rows; return the last one's tensors, which are the network's outputs."""
    writing = Rows(model, any(modules.is_modern(module_of(node)) for node in rows))
    for index, node in enumerate(rows):
        writing.add(node, index, tensor)
    last = writing.made[-1]
    return [last] if type(last) is int else list(last)  # type: ignore[arg-type]


def several(made: list[Result], inputs: list[Any]) -> tuple[str, str]:
    """Return what is wrong where a module reads a row of several tensors, and what to do."""
    row = next(i for i in reversed(range(len(made))) if type(made[i]) is tuple and made[i] in inputs)
    return f"reads row {row}, which gives several tensors", "CBFuse and Index read those; a head is the last row"


def module_of(node: Node) -> str:
    """Return the name of a row's module, or nothing where it has none."""
    if type(node) is nodes.Sequence and len(node.items) > 2 and type(node.items[2]) is Scalar:
        return node.items[2].text
    return ""


def parts_of(model: Model, node: Node) -> list[Node]:
    """Return the four cells of a row."""
    if type(node) is not nodes.Sequence or len(node.items) != 4:
        what = f"a row of {len(node.items)} parts" if type(node) is nodes.Sequence else f"a row is {kind(node)}"
        raise model.source.error(node, what, f"write {SHAPE}")
    return node.items


def text_of(cells: list[Node]) -> Hashable:
    """Return the text of cells, by which equal ones are known."""
    found: list[Hashable] = []
    for cell in cells:
        if type(cell) is Scalar:
            found.append(cell.text if cell.plain else (cell.text,))
        elif type(cell) is nodes.Sequence:
            found.append((None, text_of(cell.items)))
        else:
            found.append(id(cell))
    return tuple(found)


def read(model: Model, times: Node, module: Node, args: Node) -> Call:
    """Return what a row calls, its numbers checked."""
    source, scope = model.source, model.scope
    repeats = scope.text(times)
    if type(repeats) is not int or repeats < 1:
        raise source.error(times, f"repeats is {str(repeats)[:40]}", "write a whole number from 1")
    if repeats > source.limits.repeats:
        raise source.error(times, f"{repeats:,} repeats", over("repeats", source.limits.repeats))
    found = modules.find(module.text) if type(module) is Scalar else None
    if found is None:
        name = module.text if type(module) is Scalar else ""
        hint = ELSEWHERE.get(name) or did_you_mean(name, modules.names(), "modules are")
        raise source.error(module, f"no module {kind(module)} is read", hint)
    if type(args) is not nodes.Sequence:
        raise source.error(args, f"args is {kind(args)}", "write a list: [64, 3, 2]")
    assert type(module) is Scalar
    return Call(module.text, found, repeats, [scope.word(item) for item in args.items])


def written(at: Writer, call: Call, inputs: list[Any]) -> Result:
    """Write a row's module out, as often as its scale wants it; return its tensor, or its tensors."""
    module, scale, args = call.module, at.model.scale, list(call.args)
    times = scale.times(call.repeats)
    if times > at.source.limits.layers:
        raise at.error(f"{times:,} repeats", over("layers", at.source.limits.layers))
    if module.scaled and args:
        if type(args[0]) is not int or args[0] < 1:
            raise at.error(f"{str(args[0])[:40]} channels", "write a whole number from 1")
        args[0] = scale.channels(args[0])
    if module.repeated:
        args.insert(module.repeated, times)
        times = 1
    if module.adapted:
        module.adapted(at, args)
    given = bound(module.function, at, args)
    if module.many:
        if times > 1:
            raise at.error(f"{times} repeats of a module of several inputs", "write 1")
        found: Result = module.function(at, inputs, **given)
        return found
    if len(inputs) != 1:
        raise at.error(f"{len(inputs)} inputs", f"{call.name} takes 1")
    return in_series(at, call, given, times, inputs[0])


def in_series(at: Writer, call: Call, given: dict[str, Any], times: int, tensor: int) -> Result:
    """Write a module out several times, each time on what the time before gave; copies of one that fits itself."""
    builder, function = at.builder, call.module.function
    if times == 1:
        return function(at, tensor, **given)  # type: ignore[no-any-return]
    for number in range(times):
        entered, name = tensor, f"{at.name}.{number}"
        layers, tensors = len(builder.layers), len(builder.tensors)
        result = function(at.under(str(number)), entered, **given)
        if type(result) is tuple:
            raise at.error(f"{times} repeats of a module that gives several tensors", "write 1")
        tensor = result
        if builder.shape(tensor) == builder.shape(entered):
            ends = (layers, len(builder.layers)), (tensors, len(builder.tensors))
            again = template(builder, Written(name, (entered,), tensor, *ends))
            at.make_room(len(again.layers) * (times - 1 - number))
            for other in range(number + 1, times):
                tensor = copied(builder, again, f"{at.name}.{other}", (tensor,), at.location)  # type: ignore[assignment]
            break
    return tensor
