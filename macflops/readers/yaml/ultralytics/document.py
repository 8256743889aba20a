"""A whole model file: its constants, its scale, its rows in order."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from macflops.errors import Location, SourceError
from macflops.network import Builder, Network
from macflops.readers.yaml import comments, nodes
from macflops.readers.yaml.inputs import Inputs
from macflops.readers.yaml.nodes import Mapping, Node, Scalar, kind
from macflops.readers.yaml.params import Given
from macflops.readers.yaml.scope import Scope
from macflops.readers.yaml.source import Source
from macflops.readers.yaml.ultralytics import activations, modules
from macflops.readers.yaml.ultralytics.modules.prompts import TEXT
from macflops.readers.yaml.ultralytics.rows import Model, module_of, run
from macflops.readers.yaml.ultralytics.scaling import Scale
from macflops.spelling import did_you_mean

if TYPE_CHECKING:
    from macflops.readers.yaml.document import Options

# A file that is called yolov8s.yaml means scale s, as Ultralytics reads it.
NAMED_SCALE = re.compile(r"yolo(?:e-)?v?\d+([a-z])6?(?:[-_.]|$)")
PYTHON = {"None": None, "True": True, "False": False}
CLASSES = 80  # where a file does not say how many
SIDE, CLASSIFIED_SIDE = 640, 224  # the images that Ultralytics trains detectors and classifiers on


def network(source: Source, root: Mapping, options: Options) -> Network:
    """Return the network that a model file describes. Raises SourceError at the row that is wrong."""
    top = {key.text: node for key, node in root.pairs}
    if "head" not in top:
        raise source.error(root, "backbone without head", "write the head's rows: head: [[-1, 1, Classify, [nc]]]")
    values = constants(top, options, source)
    letter, scale = chosen_scale(top, values, options.variant, source)
    scope = Scope(source, {**PYTHON, **values})
    rows = [row for part in ("backbone", "head") for row in listed(top[part], part, source)]
    name = os.path.splitext(os.path.basename(source.file))[0] if source.file != "-" else "stdin"
    told = letter is None or len(values["scales"]) == 1 or NAMED_SCALE.search(name) is not None
    builder = Builder(name if told else f"{name}-{letter}", source.file, "yaml")

    prompted = any(modules.is_prompted(module_of(node)) for node in rows)
    inputs = Inputs(image(root, rows, values, prompted), source)
    given: dict[str | None, Any] = {name or "input": shape for name, shape in options.input_shape.items()}
    symbols = inputs.symbols(values, given)
    if symbols:
        from macflops.readers.yaml.document import symbols as made

        values = {**made(symbols), **values}
    shapes = inputs.shapes(Scope(source, values), given, options.batch)
    if len(shapes["input"]) != 4 or type(shapes["input"][1]) is not int:
        what = f"an image of shape {[str(dim) for dim in shapes['input']]}"
        raise SourceError(Location(source.file), what, "give N, C, H, W, of which H and W may be names")
    tensor = builder.input("input", shapes["input"])
    prompts = [builder.input("text", prompts_of(shapes, source))] if prompted else []
    activation = activations.named(top.get("activation"), source)
    model = Model(source, builder, scope, scale, letter, activation, "anchors" in top, prompts)
    outputs = run(model, rows, tensor)
    warned = comments.warnings(source)
    if not told and options.variant is None:
        place = Location(source.file, top["scales"].line, top["scales"].column)
        warned = [(place, f"scale {letter} is taken: --variant names another"), *warned]
    return builder.network(outputs, warnings=tuple(warned), ignored=comments.ignored(source))


def constants(top: dict[str, Node], options: Options, source: Source) -> dict[str, Any]:
    """Return what the file's keys say, but for its rows; `--set` replaces a value."""
    scope = Scope(source, dict(PYTHON))
    found = {key: constant(scope, node) for key, node in top.items() if key not in ("backbone", "head", "activation")}
    for name, given in options.set.items():
        if name not in found and name not in ("ch", "end2end"):
            raise SourceError(Location(source.file), f"no parameter {name}", did_you_mean(name, found, "they are"))
        found[name] = Given(name, given).value(scope)
    return found


def constant(scope: Scope, node: Node) -> Any:
    """Return what a key says: text that is no expression stands for itself (`text_model: mobileclip2:b`)."""
    try:
        return scope.text(node)
    except SourceError:
        if type(node) is Scalar:
            return node.text
        raise


def chosen_scale(
    top: dict[str, Node], values: dict[str, Any], variant: str | None, source: Source
) -> tuple[str | None, Scale]:
    """Return the scale's letter and what it multiplies by. Raises SourceError where there is no such scale."""
    scales = values.get("scales")
    if not scales:
        if variant is not None:
            raise SourceError(Location(source.file), f"no variant {variant}", "the file has no scales")
        multiples = tuple(values.get(name, 1.0) for name in ("depth_multiple", "width_multiple"))
        return None, Scale.of(multiples, top, source)
    if not isinstance(scales, dict):
        raise source.error(top["scales"], f"scales is {kind(top['scales'])}", "write {n: [0.33, 0.25, 1024]}")
    wanted = variant or named_scale(source.file, scales) or next(iter(scales))
    if wanted not in scales:
        raise SourceError(Location(source.file), f"no scale {wanted}", did_you_mean(wanted, scales, "scales are"))
    return str(wanted), Scale.of(scales[wanted], top, source)


def named_scale(file: str, scales: dict[str, Any]) -> str | None:
    """Return the scale that the file's name ends in, or None."""
    found = NAMED_SCALE.search(os.path.basename(file))
    return found[1] if found and found[1] in scales else None


def listed(node: Node, part: str, source: Source) -> list[Node]:
    """Return the rows of a part."""
    if type(node) is not nodes.Sequence or (part == "backbone" and not node.items):
        raise source.error(node, f"{part} is {kind(node)}", "write a list of rows: [from, repeats, module, args]")
    return node.items


def image(root: Mapping, rows: list[Node], values: dict[str, Any], prompted: bool) -> Node:
    """Return the shapes of one image, and of its text prompts, as the file could have written them.

    Ultralytics' files leave them out. There are as many prompts as classes.
    """
    last = rows[-1] if rows else None
    side = CLASSIFIED_SIDE if last is not None and module_of(last) == "Classify" else SIDE

    def shape(*numbers: object) -> nodes.Sequence:
        made = nodes.Sequence(root.line, root.column)
        made.items.extend(Scalar(str(number), True, root.line, root.column) for number in numbers)
        return made

    channels = values.get("ch", 3)
    if not prompted:
        return shape(channels, side, side)
    both = Mapping(root.line, root.column, False)
    for name, made in (("input", shape(1, channels, side, side)), ("text", shape(1, values.get("nc", CLASSES), TEXT))):
        both.pairs.append((Scalar(name, True, root.line, root.column), made))
    return both


def prompts_of(shapes: dict[str, tuple[Any, ...]], source: Source) -> tuple[Any, ...]:
    """Return the shape of the text prompts (N, prompts, width), of as many images."""
    text = shapes["text"]
    if len(text) != 3 or type(text[1]) is not int or type(text[2]) is not int:
        what = f"text prompts of shape {[str(dim) for dim in text]}"
        raise SourceError(Location(source.file), what, "give N, prompts, width: text=1x80x512")
    return (shapes["input"][0], *text[1:])
