"""Joins become branches: where what a join reads comes, path after path, from one tensor or the parts of a split."""

from __future__ import annotations

from macflops.readers.yaml.vocabulary import JOINS
from macflops.writers.yaml.entries import Entry, Slot

LONGEST = 64  # entries of a path; longer ones are wired by name


def with_branches(entries: list[Entry], read: list[int]) -> list[Entry]:
    """Return a list of entries with branches for what is one. `read` says how often each tensor is read."""
    out: list[Entry] = []
    splits: dict[str, Entry] = {}  # those that are called as a join's
    for entry in entries:
        if entry.split_of is not None:
            splits[entry.split_of] = entry
        if entry.word in JOINS and entry.share is None and not shown(entry):
            join(entry, out, splits.pop(entry.name, None), read)
        out.append(entry)
    return out


def shown(entry: Entry) -> bool:
    """Tell whether an entry has fields other than the defaults."""
    return any(not isinstance(value, Slot) or value.shown for value in entry.fields.values())


def join(entry: Entry, out: list[Entry], split: Entry | None, read: list[int]) -> None:
    """Make branches of a join where it is one; what then stands in their paths leaves the list before it."""
    if split is not None and len(split.outputs) == len(entry.inputs):
        found = segments(out, entry.inputs, split.outputs)
        if found is not None and out[len(out) - sum(map(len, found)) - 1 :][:1] == [split]:
            del out[len(out) - sum(map(len, found)) - 1 :]
            parts = split.fields.get("sizes") or split.fields["parts"].value
            entry.paths, entry.split, entry.starts, entry.inputs = found, parts, split.outputs, split.inputs
            entry.ignored |= split.ignored
            split.scope.taken.discard(split.name)
            split.name = f"{entry.name}.split"
            return
    for start in starts(out, entry.inputs):
        if read[start] > 1 and (found := segments(out, entry.inputs, (start,) * len(entry.inputs))) is not None:
            del out[len(out) - sum(map(len, found)) :]
            entry.paths, entry.starts, entry.inputs = found, (start,) * len(found), (start,)
            return


def starts(out: list[Entry], targets: tuple[int, ...]) -> list[int]:
    """Return where the last path may begin, nearest first."""
    found = [targets[-1]]
    for entry in reversed(out[-LONGEST:]):
        if entry.outputs != (found[-1],):
            break
        found.append(entry.inputs[0])
        found[-1:-1] = entry.inputs[1:]
    return found


def segments(out: list[Entry], targets: tuple[int, ...], begins: tuple[int, ...]) -> list[list[Entry]] | None:
    """Return the paths that end the list, each from its beginning to its target; None where they do not."""
    position = len(out)
    paths: list[list[Entry]] = []
    for target, start in zip(reversed(targets), reversed(begins), strict=True):
        path: list[Entry] = []
        tensor = target
        while tensor != start:
            if not position or len(path) == LONGEST or out[position - 1].outputs != (tensor,):
                return None
            position -= 1
            entry = out[position]
            path.append(entry)
            before = out[position - 1].outputs if position else ()
            if len(entry.inputs) == 1:
                tensor = entry.inputs[0]
            elif len(before) == 1 and before[0] in entry.inputs and before[0] != start:
                tensor = before[0]
            elif start in entry.inputs:
                tensor = start
            else:
                return None
        paths.append(path[::-1])
    return paths[::-1]
