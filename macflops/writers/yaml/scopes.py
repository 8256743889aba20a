"""Names become scopes: entries go where their names say, under names that the format allows and nothing else has."""

from __future__ import annotations

import re
from collections.abc import Iterable

from macflops.writers.yaml.entries import Entry, Scope

UNWANTED = re.compile(r"[^\w/+-]+")
DEEPEST = 40  # scopes within each other; the format allows a hundred, branches and repeats included


def placed(entries: Iterable[Entry], inputs: Iterable[str]) -> Scope:
    """Return the root scope of these entries, whose names are whole; then each has its last part."""
    root = Scope("", None)
    root.taken.update(inputs)
    open_scopes: list[tuple[str, Scope]] = [("", root)]  # from the root: as it is called in the source, and the scope
    for entry in entries:
        *above, last = parts(entry.name)
        if entry.split_of is not None and above and above[-1] == entry.split_of:
            last = f"{above.pop()}_{last}"
        depth = 1
        while depth < len(open_scopes) and depth <= len(above) and open_scopes[depth][0] == above[depth - 1]:
            depth += 1
        del open_scopes[depth:]
        for name in above[depth - 1 :]:
            open_scopes.append((name, opened(name, open_scopes[-1][1])))
        scope = open_scopes[-1][1]
        entry.scope = scope
        entry.name = scope.unique(word(last) or entry.word)
        scope.entries.append(entry)
    return root


def opened(name: str, parent: Scope) -> Scope:
    """Return a new scope; one that is called by a number may become a repetition."""
    numbered = name.isdecimal() and name not in parent.taken
    if numbered:
        parent.taken.add(name)
    scope = Scope(name if numbered else parent.unique(word(name) or "block"), parent)
    scope.numbered = numbered
    scope.call = Entry("", scope.name, (), ())
    scope.call.scope, scope.call.body = parent, scope
    parent.entries.append(scope.call)
    return scope


def parts(name: str) -> list[str]:
    """Return the parts of a name between its dots."""
    found = name.split(".")
    return found if len(found) <= DEEPEST else [*found[:DEEPEST], "_".join(found[DEEPEST:])]


def word(part: str) -> str:
    """Return a part of a name as the format allows it: one word, and no number."""
    cleaned = UNWANTED.sub("_", part.lstrip("/+-"))
    return f"_{cleaned}" if cleaned and not re.search(r"[^\W\d]", cleaned) else cleaned
