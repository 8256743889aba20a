"""What a module is called with: shapes as the call gives them, for the arguments of its forward."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from macflops.errors import Location, SourceError
from macflops.spelling import did_you_mean

INDICES = ("LongTensor", "IntTensor")  # in an annotation


class Wanted(NamedTuple):
    """An input: its name, shape and type, and how it is passed. `fixed`: its type is known."""

    name: str
    shape: tuple[int | str, ...]
    dtype: str
    keyword: bool
    fixed: bool = False


def wanted(
    module: Any, source: str, given: Mapping[str | None, Sequence[int | str]] | None, batch: int | None
) -> list[Wanted]:
    """Return the inputs of a call. Raises SourceError where they do not fit what forward takes."""
    parameters = accepted(module)
    required = [p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    names = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    anything = any(p.kind is p.VAR_KEYWORD for p in parameters)
    if not given:
        example = getattr(module, "example_input_array", None)
        if getattr(example, "shape", None) is None:
            first = names[0] if names else "x"
            several = f" of each input ({', '.join(p.name for p in required)})" if len(required) > 1 else ""
            hint = f"give it: --input-shape {f'{first}=' if several else ''}1x3x224x224"
            raise SourceError(Location(source), f"a module does not say the shape{several} that it takes", hint)
        given = {None: tuple(example.shape)}  # type: ignore[union-attr]
    found = []
    for name, shape in given.items():
        if name is None:
            if len(required) > 1 and len(given) < len(required):
                missing = ", ".join(p.name for p in required)
                what = f"--input-shape for one of the inputs {missing}"
                raise SourceError(Location(source), what, f"say which: {required[0].name}=…, and give the others")
            known = parameters[0] if parameters else None
            title = known.name if known is not None else "input"
        else:
            if name not in names and not anything:
                raise SourceError(
                    Location(source), f"--input-shape {name}: no such input", did_you_mean(name, names, "inputs are")
                )
            known = next((p for p in parameters if p.name == name), None)
            title = name
        sides = tuple(shape)
        if batch is not None and sides:
            sides = (batch, *sides[1:])
        annotation = "" if known is None or known.annotation is known.empty else str(known.annotation)
        indices = any(kind in annotation for kind in INDICES) and "FloatTensor" not in annotation
        dtype = "int64" if indices or title.endswith("ids") else "float32"
        found.append(Wanted(title, sides, dtype, name is not None, indices))
    return found


def accepted(module: Any) -> list[inspect.Parameter]:
    """Return the parameters of a module's forward."""
    try:
        return list(inspect.signature(module.forward).parameters.values())
    except (TypeError, ValueError, AttributeError):
        return []
