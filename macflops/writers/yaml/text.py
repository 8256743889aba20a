"""Entries become lines of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from macflops.errors import Location, SourceError
from macflops.writers.yaml.entries import Entry, Epilogue, Scope, Slot

PLAIN = re.compile(r"-?[\w.][\w./+-]*(?: (?:[*/+-]+|//) [\w.]+)*\Z")  # a word, a number, or a simple expression of such


def lines(entries: Iterable[Entry], scope: Scope, indent: str, relative: bool = False) -> list[str]:
    """Return a list of entries as lines. `relative` is for those of a repeat, which names do not tell apart."""
    found: list[str] = []
    for entry in entries:
        first, *rest = body(entry, scope, relative)
        ignored = f"  # macflops: ignore={','.join(sorted(entry.ignored))}" if entry.ignored else ""
        found.append(f"{indent}- {first}{ignored}")
        found.extend(f"{indent}  {line}" for line in rest)
    return found


def body(entry: Entry, scope: Scope, relative: bool) -> list[str]:
    """Return the lines of one entry, as they stand behind its dash."""
    settings: list[str] = []
    if entry.name and not entry.auto:
        settings.append(f"name: {quoted(entry.name)}")
    reads: tuple[Any, ...] | None = entry.reads
    if relative:
        reads = None if entry.offsets in ((-1,), None) else entry.offsets
    if reads is not None:
        written = [quoted(str(one)) for one in reads]
        settings.append(f"from: {written[0]}" if len(written) == 1 else f"from: [{', '.join(written)}]")
    if entry.share is not None:
        settings.append(f"share: {quoted(shared(entry.share, scope))}")
    if entry.paths is not None:
        return [*branches(entry, scope, relative), *settings]
    if entry.layers is not None and entry.times is not None:
        inner = scope if entry.auto else entry_scope(entry.layers, scope)
        layers = lines(entry.layers, inner, "    ", relative or entry.auto)
        return ["repeat:", f"  times: {value(entry.times)}", "  layers:", *layers, *settings]
    fields = [f"{name}: {value(of)}" for name, of in entry.fields.items() if not isinstance(of, Slot) or of.shown]
    fields += [f"{role}: {epilogue(of)}" for role, of in (("norm", entry.norm), ("act", entry.act)) if of is not None]
    if fields:
        return [f"{entry.word}: {{{', '.join(fields)}}}", *settings]
    return [f"{entry.word}:", *settings] if settings else [entry.word]


def entry_scope(layers: list[Entry], scope: Scope) -> Scope:
    """Return the scope of a named repeat's entries."""
    return layers[0].scope if layers and hasattr(layers[0], "scope") else scope


def branches(entry: Entry, scope: Scope, relative: bool) -> list[str]:
    """Return the lines of branches."""
    found = ["branches:"]
    if entry.split is not None:
        found.append(f"  split: {value(entry.split)}")
    found += [f"  join: {entry.word}", "  paths:"]
    for path in entry.paths or ():
        first, *rest = lines(path, scope, "", relative) or ["[]"]
        found.append(f"    - {first}")
        found.extend(f"      {line}" for line in rest)
    return found


def epilogue(of: Epilogue) -> str:
    """Return a norm or an activation."""
    if isinstance(of, Slot):
        return value(of)
    name, fields = of
    return f"{{{name}: {{{', '.join(f'{field}: {value(item)}' for field, item in fields.items())}}}}}"


def value(of: Any) -> str:
    """Return the value of a field."""
    if isinstance(of, Slot):
        return of.text if of.text is not None else str(of.value)
    if of is None:
        return "null"
    if isinstance(of, bool):
        return "true" if of else "false"
    if isinstance(of, (list, tuple)):
        return f"[{', '.join(map(value, of))}]"
    if isinstance(of, (int, float)):
        return repr(of)
    if not isinstance(of, str):  # a symbol
        from macflops.closed_form import written

        of = str(written(of))
    return quoted(of)


def quoted(text: str) -> str:
    """Return a text as a scalar, in quotes where it needs them."""
    return text if PLAIN.match(text) else json.dumps(text, ensure_ascii=not text.isprintable())


def shared(owner: Entry, scope: Scope) -> str:
    """Return the name of the entry whose weights another uses, from the root. Raises SourceError where it is hidden."""
    found = owner.scope.path() + owner.name
    first, inner = found.partition(".")[0], scope
    while inner.parent is not None:
        if first in inner.taken and inner is not owner.scope:
            what = f"the weights of {found}, whose name is hidden where they are shared, cannot be written"
            raise SourceError(Location(found), what, "give the layers around it other names")
        inner = inner.parent
    return found


def shape(dimensions: Iterable[Any]) -> str:
    """Return a shape as a list."""
    return f"[{', '.join(map(value, dimensions))}]"


def inputs(shapes: Mapping[str, tuple[Any, ...]]) -> str:
    """Return the network's inputs: as a list without the batch where that is 1 and there is one input, called so."""
    if list(shapes) == ["input"] and shapes["input"][:1] == (1,) and len(shapes["input"]) > 1:
        return f"input: {shape(shapes['input'][1:])}"
    return "\n".join(["input:", *(f"  {quoted(name)}: {shape(of)}" for name, of in shapes.items())])
