"""What entries are called without a name, and where `from` is needed: by name, or counted back in the list."""

from __future__ import annotations

from macflops.writers.yaml.entries import Entry, Scope

Results = list[tuple[int, ...]]  # what the entries of a list gave, the input first
Homes = dict[int, tuple[Entry, str]]


def name(entries: list[Entry], taken: set[str], counts: dict[str, int]) -> None:
    """Mark the entries whose names are the ones that the reader gives."""
    for entry in entries:
        number = counts.get(entry.word, 0) + 1
        given = entry.word if number == 1 else f"{entry.word}_{number}"
        while given in taken:
            number += 1
            given = f"{entry.word}_{number}"
        entry.auto = given == entry.name and not (entry.layers is not None)
        if entry.auto:
            counts[entry.word] = number
        else:
            counts[entry.name] = counts.get(entry.name, 0) + 1
        taken.add(entry.name)
        for path in entry.paths or ():
            name(path, taken, counts)


def connect(entries: list[Entry], results: Results, scope: Scope, homes: Homes) -> None:
    """Say what each entry reads. `results` is what came before the list. Raises LookupError where nothing says it."""
    places = {result[0]: place for place, result in enumerate(results) if len(result) == 1}
    for entry in entries:
        plain = bool(results) and entry.inputs == results[-1] and len(entry.inputs) == 1
        back = {tensor: places[tensor] - len(results) for tensor in entry.inputs if tensor in places}
        entry.offsets = tuple(back[tensor] for tensor in entry.inputs) if len(back) == len(set(entry.inputs)) else None
        entry.reads = None if plain else tuple(reference(tensor, scope, homes, back) for tensor in entry.inputs)
        for path, start in zip(entry.paths or (), entry.starts, strict=True):
            connect(path, [(start,)], scope, homes)
        if entry.unrolled and entry.reads is not None:
            results.append(entry.inputs)
        for outputs in entry.unrolled or [entry.outputs]:
            if len(outputs) == 1:
                places[outputs[0]] = len(results)
            results.append(outputs)


def reference(tensor: int, scope: Scope, homes: Homes, back: dict[int, int]) -> str:
    """Return what a tensor is called in a scope: the shortest of its names; in a named repeat, how far back it lies."""
    if tensor in scope.externals and scope.parent is not None:
        if scope.numbered:
            return str(back[tensor])
        return "input" if len(scope.externals) == 1 else f"input.{scope.externals.index(tensor)}"
    entry, suffix = homes[tensor]
    found = f"{entry.name}{suffix}"
    inner = entry.scope
    while inner is not scope:
        assert inner.parent is not None
        whole = inner.call.outputs == (tensor,) and not inner.numbered  # a repetition has no name of its own
        found = inner.name if whole else f"{inner.name}.{found}"
        inner = inner.parent
    return found
