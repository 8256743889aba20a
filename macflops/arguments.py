"""Arguments of the Python functions: one that cannot be what it should is an error that names it, as an option's is."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from macflops.errors import Location, SourceError

SOURCES = "a path, zoo:NAME, torch:MODULE:CALLABLE, timm:NAME, a Network, an onnx.ModelProto or a torch.nn.Module"


def refuse(name: str, value: object, wanted: str) -> NoReturn:
    """Raise the error for an argument that is something else than wanted."""
    article = "an" if type(value).__name__[:1].lower() in "aeiou" else "a"
    raise SourceError(Location(name), f"{article} {type(value).__name__} where {wanted} belongs", f"give {wanted}")


def of_type(name: str, value: Any, kinds: type | tuple[type, ...], wanted: str) -> None:
    """Raise SourceError unless a value is of one of these types, or None."""
    if value is not None and not isinstance(value, kinds):
        refuse(name, value, wanted)


def texts(name: str, given: Any, wanted: str) -> list[str]:
    """Return one text or several as a list; none for None. Raises SourceError where it is anything else."""
    if given is None:
        return []
    if isinstance(given, str):
        return [given]
    if not isinstance(given, Iterable) or isinstance(given, (bytes, bytearray)):
        refuse(name, given, wanted)
    found = list(given)
    for text in found:
        if not isinstance(text, str):
            refuse(name, text, wanted)
    return found


def named(name: str, given: Mapping[Any, Any], wanted: str) -> dict[str, Any]:
    """Return a mapping whose keys are texts. Raises SourceError where one is none."""
    for key in given:
        if not isinstance(key, str):
            refuse(name, key, wanted)
    return dict(given)


def path(name: str, given: Any, wanted: str) -> str:
    """Return a path as a text. Raises SourceError on what is none."""
    try:
        return os.fsdecode(given)
    except TypeError:
        refuse(name, given, wanted)


def require_shares(name: str, given: Any, known: Iterable[str]) -> None:
    """Raise SourceError unless a value maps some of the known names to numbers over 0, or is None."""
    wanted = f"a mapping of {' and '.join(known)} to shares"
    of_type(name, given, Mapping, wanted)
    for key, share in (given or {}).items():
        if key not in known:
            raise SourceError(Location(name), f"{key!r} is not known", f"use some of {', '.join(known)}")
        if not is_positive(share):
            raise SourceError(Location(name), f"{key} is {share!r}", "give a number over 0")


def is_positive(number: Any) -> bool:
    """Tell whether a value is a finite number over 0."""
    return isinstance(number, (int, float)) and not isinstance(number, bool) and number > 0 and math.isfinite(number)
