"""A node as a call: its inputs are positional arguments, its attributes keywords, each of the type that is declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

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


class Signature(NamedTuple):
    """What an operator's function takes: how many inputs, and attributes of which kinds by name."""

    least: int
    most: int
    takes_any: bool  # more than `most`
    kinds: dict[str, str]
    required: tuple[str, ...]


@cache
def signature(function: Callable[..., Any]) -> Signature:
    """Return what an operator's function takes."""
    code, declared = function.__code__, function.__annotations__
    most = code.co_argcount - 1
    known = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    return Signature(
        most - len(function.__defaults__ or ()),
        most,
        bool(code.co_flags & 0x04),  # *args
        {name: declared[name].removesuffix(" | None") for name in known},
        tuple(name for name in known if name not in (function.__kwdefaults__ or {})),
    )


def arguments(function: Callable[..., Any], place: Place, inputs: Sequence[Value | None]) -> dict[str, Any]:
    """Return a node's attributes as keywords of its operator's function. Raises SourceError where they do not fit."""
    least, most, takes_any, kinds, required = signature(function)
    given = len(inputs)
    if given < least or (given > most and not takes_any) or None in inputs[:least]:
        wanted = f"{least} or more" if takes_any else str(least) if least == most else f"{least} to {most}"
        raise place.wrong(f"{given} inputs", f"it takes {wanted}")
    if takes_any and None in inputs[most:]:
        raise place.wrong("an input that is left out", "of as many as there are, none can be")
    attributes = place.node.attributes
    for name, value in attributes.items():
        kind = kinds.get(name)
        if kind is None:
            raise place.wrong(f"attribute {name} is not one of {place.node.op}'s", hint(name, tuple(kinds)))
        if not KINDS[kind](value):
            raise place.wrong(f"attribute {name} is {shown(value)}", f"it has to be of type {kind.lower()}")
    for name in required:
        if name not in attributes:
            raise place.wrong(f"attribute {name} is missing", "the file is damaged, or its writer in error")
    return attributes


def hint(name: str, known: Sequence[str]) -> str:
    """Return what to do about an attribute that is not known."""
    return did_you_mean(name, known, "attributes are") if known else "it has none"


def shown(value: Any) -> str:
    """Return an attribute's value for an error."""
    return repr(value)[:60]


__all__ = ["SourceError", "arguments"]
