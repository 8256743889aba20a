"""A row's args as a call: by position, each of the type that the module's function declares."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

from macflops.readers.yaml.ultralytics.writer import Writer

KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "int": ("a whole number", lambda value: type(value) is int),
    "float": ("a number", lambda value: type(value) in (int, float)),
    "bool": ("True or False", lambda value: value is True or value is False),
    "str": ("a word", lambda value: type(value) is str),
    "Ints": ("a list of whole numbers", lambda v: isinstance(v, list) and all(type(n) is int for n in v)),
    "None": ("None", lambda value: value is None),
    "object": ("anything", lambda value: True),
}


def bound(function: Callable[..., Any], at: Writer, args: list[Any]) -> dict[str, Any]:
    """Return the arguments by name. Raises SourceError where there are too many, too few, or of another type."""
    known = list(signature(function).parameters.values())[2:]  # after the writer and the input
    if len(args) > len(known):
        raise at.error(f"{len(args)} args", f"it takes {len(known)}: {', '.join(p.name for p in known)}")
    for parameter in known[len(args) :]:
        if parameter.default is Parameter.empty:
            raise at.error(f"{parameter.name} is missing", f"its args are {', '.join(p.name for p in known)}")
    for parameter, value in zip(known, args, strict=False):
        kinds = str(parameter.annotation).split(" | ")
        if not any(KINDS[kind][1](value) for kind in kinds):
            wanted = " or ".join(KINDS[kind][0] for kind in kinds)
            raise at.error(f"{parameter.name} is {str(value)[:40]}", f"it has to be {wanted}")
    return {parameter.name: value for parameter, value in zip(known, args, strict=False)}
