"""A node as a call: its inputs are positional arguments, its attributes keywords, each of the type that is declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from macflops.errors import SourceError
from macflops.readers.onnx.model import Subgraph
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.tensors import Tensor
from macflops.readers.onnx.values import Value
from macflops.spelling import did_you_mean


def is_ints(value: Any) -> bool:
    """Tell whether an attribute is a list of integers; an empty list may be of any kind."""
    return isinstance(value, tuple) and all(type(v) is int for v in value)


KINDS: dict[str, Callable[[Any], bool]] = {
    "int": lambda value: type(value) is int,
    "float": lambda value: type(value) is float,
    "str": lambda value: type(value) is str,
    "Ints": is_ints,
    "Floats": lambda value: isinstance(value, tuple) and all(type(v) is float for v in value),
    "Strings": lambda value: isinstance(value, tuple) and all(type(v) is str for v in value),
    "Tensor": lambda value: isinstance(value, Tensor),
    "Subgraph": lambda value: isinstance(value, Subgraph),
    "object": lambda value: True,
}


def arguments(function: Callable[..., Any], place: Place, inputs: Sequence[Value | None]) -> dict[str, Any]:
    """Return a node's attributes as keywords of its operator's function. Raises SourceError where they do not fit."""
    code, declared = function.__code__, function.__annotations__
    least = code.co_argcount - len(function.__defaults__ or ()) - 1
    most = code.co_argcount - 1
    takes_any = bool(code.co_flags & 0x04)  # *args
    given = len(inputs)
    if given < least or (given > most and not takes_any) or any(value is None for value in inputs[:least]):
        wanted = f"{least} or more" if takes_any else str(least) if least == most else f"{least} to {most}"
        raise place.wrong(f"{given} inputs", f"it takes {wanted}")
    if takes_any and any(value is None for value in inputs[most:]):
        raise place.wrong("an input that is left out", "of as many as there are, none can be")
    known = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    for name, value in place.node.attributes.items():
        if name not in known:
            raise place.wrong(f"attribute {name} is not one of {place.node.op}'s", hint(name, known))
        kind = declared[name].removesuffix(" | None")
        if not KINDS[kind](value):
            raise place.wrong(f"attribute {name} is {shown(value)}", f"it has to be of type {kind.lower()}")
    for name in known:
        if name not in place.node.attributes and name not in (function.__kwdefaults__ or {}):
            raise place.wrong(f"attribute {name} is missing", "the file is damaged, or its writer in error")
    return place.node.attributes


def hint(name: str, known: Sequence[str]) -> str:
    """Return what to do about an attribute that is not known."""
    return did_you_mean(name, known, "attributes are") if known else "it has none"


def shown(value: Any) -> str:
    """Return an attribute's value for an error."""
    return repr(value)[:60]


__all__ = ["SourceError", "arguments"]
