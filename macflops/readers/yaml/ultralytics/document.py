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
from macflops.readers.yaml.scope import Scope
from macflops.readers.yaml.source import Source
from macflops.readers.yaml.ultralytics import activations
from macflops.readers.yaml.ultralytics.rows import Model, run
from macflops.readers.yaml.ultralytics.scaling import Scale
from macflops.spelling import did_you_mean

if TYPE_CHECKING:
    from macflops.readers.yaml.document import Options

# A file that is called yolov8s.yaml means scale s, as Ultralytics reads it.
NAMED_SCALE = re.compile(r"yolo(?:e-)?v?\d+([a-z])(?:[-_.]|$)")
PYTHON = {"None": None, "True": True, "False": False}
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
    builder = Builder(name if letter is None or NAMED_SCALE.match(name) else f"{name}-{letter}", source.file, "yaml")

    inputs = Inputs(image(root, rows, values), source)
    symbols = inputs.symbols(values, options.input_shape)
    if symbols:
        from macflops.readers.yaml.document import symbols as made

        values = {**made(symbols), **values}
    shapes = inputs.shapes(Scope(source, values), options.input_shape, options.batch)
    if len(shapes["input"]) != 4 or type(shapes["input"][1]) is not int:
        what = f"an image of shape {[str(dim) for dim in shapes['input']]}"
        raise SourceError(Location(source.file), what, "give N, C, H, W, of which H and W may be names")
    tensor = builder.input("input", shapes["input"])
    activation = activations.named(top.get("activation"), source)
    model = Model(source, builder, scope, scale, letter, activation, "anchors" in top)
    outputs = run(model, rows, tensor)
    warned = warnings(top, letter, options.variant, name, source) + comments.warnings(source)
    return builder.network(outputs, warnings=tuple(warned), ignored=comments.ignored(source))


def constants(top: dict[str, Node], options: Options, source: Source) -> dict[str, Any]:
    """Return what the file's keys say, but for its rows; `--set` replaces a value."""
    scope = Scope(source, dict(PYTHON))
    found = {key: scope.text(node) for key, node in top.items() if key not in ("backbone", "head", "activation")}
    for name, given in options.set.items():
        if name not in found and name != "ch":
            raise SourceError(Location(source.file), f"no parameter {name}", did_you_mean(name, found, "they are"))
        found[name] = scope.text(Scalar(given, True, 1, 1)) if isinstance(given, str) else given
    return found


def chosen_scale(
    top: dict[str, Node], values: dict[str, Any], variant: str | None, source: Source
) -> tuple[str | None, Scale]:
    """Return the scale's letter and what it multiplies by. Raises SourceError where there is no such scale."""
    scales = values.get("scales")
    if not scales:
        if variant is not None:
            raise SourceError(Location(source.file), f"no variant {variant}", "the file has no scales")
        return None, Scale.of((values.get("depth_multiple", 1.0), values.get("width_multiple", 1.0)), top, source)
    if not isinstance(scales, dict):
        raise source.error(top["scales"], f"scales is {kind(top['scales'])}", "write {n: [0.33, 0.25, 1024]}")
    wanted = variant or named_scale(source.file, scales) or next(iter(scales))
    if wanted not in scales:
        raise SourceError(Location(source.file), f"no scale {wanted}", did_you_mean(wanted, scales, "scales are"))
    return str(wanted), Scale.of(scales[wanted], top, source)


def named_scale(file: str, scales: dict[str, Any]) -> str | None:
    """Return the scale that the file's name ends in, or None."""
    found = NAMED_SCALE.match(os.path.basename(file))
    return found[1] if found and found[1] in scales else None


def listed(node: Node, part: str, source: Source) -> list[Node]:
    """Return the rows of a part."""
    if type(node) is not nodes.Sequence or (part == "backbone" and not node.items):
        raise source.error(node, f"{part} is {kind(node)}", "write a list of rows: [from, repeats, module, args]")
    return node.items


def image(root: Mapping, rows: list[Node], values: dict[str, Any]) -> nodes.Sequence:
    """Return the shape of one image as the file could have written it: Ultralytics' files leave it out."""
    last = rows[-1] if rows else None
    module = last.items[2] if type(last) is nodes.Sequence and len(last.items) > 2 else None
    side = CLASSIFIED_SIDE if type(module) is Scalar and module.text == "Classify" else SIDE
    shape = nodes.Sequence(root.line, root.column)
    for number in (values.get("ch", 3), side, side):
        shape.items.append(Scalar(str(number), True, root.line, root.column))
    return shape


def warnings(
    top: dict[str, Node], letter: str | None, variant: str | None, name: str, source: Source
) -> list[tuple[Location, str]]:
    """Return a warning where one of several scales was taken because none was named."""
    if letter is None or variant is not None or NAMED_SCALE.match(name):
        return []
    node = top["scales"]
    return [(Location(source.file, node.line, node.column), f"scale {letter} is taken: --variant names another")]
