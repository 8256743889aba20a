"""Runs of equal entries become repeats, where the names within come back by themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from macflops.writers.yaml.entries import Entry, Slot

LONGEST = 12  # entries of what is repeated
LEAST = 2  # entries that a repeat has to save, but for calls of blocks

See = Callable[[Slot], Hashable]


def signature(entry: Entry, relative: bool, see: See) -> Hashable:
    """Return what two entries that are written alike have in common; `see` says what of a slot. None where no two are.

    `relative` is for entries of a repeat, which have no names of their own.
    """
    if relative and (not entry.auto or entry.offsets is None):
        return None
    inner: list[Hashable] = []
    inner_relative = relative or (entry.times is not None and entry.auto)
    for entries in (*(entry.paths or ()), *([entry.layers] if entry.layers is not None else [])):
        signatures = [signature(one, inner_relative, see) for one in entries]
        if None in signatures:
            return None
        inner.append(tuple(signatures))
    fields = () if entry.paths is not None else tuple((name, frozen(v, see)) for name, v in entry.fields.items())
    return (
        entry.word,
        None if entry.auto else entry.name,
        entry.offsets if relative else entry.reads,
        fields,
        frozen(entry.norm, see),
        frozen(entry.act, see),
        frozen(entry.times, see),
        frozen(entry.split, see),
        None if entry.share is None else id(entry.share),
        entry.ignored,
        tuple(inner),
    )


def frozen(value: Any, see: See) -> Hashable:
    """Return a field's value as one that can be compared."""
    if isinstance(value, Slot):
        return see(value)
    if isinstance(value, dict):
        return tuple((name, frozen(item, see)) for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(frozen(item, see) for item in value)
    return value  # type: ignore[no-any-return]


def value_of(slot: Slot) -> Hashable:
    """Return a slot's value."""
    return slot.value


def folded(entries: list[Entry]) -> list[Entry]:
    """Return a list of entries with repeats for what is one."""
    keys = [signature(entry, True, value_of) for entry in entries]
    runs = [equal_run(keys, period) for period in range(1, min(LONGEST, len(entries) // 2) + 1)]
    found: list[Entry] = []
    at = 0
    while at < len(entries):
        best, period = 0, 0
        for number, run in enumerate(runs, 1):
            saved = run[at] // number * number
            if saved > best:
                best, period = saved, number
        if best < (1 if entries[at].body is not None else LEAST):
            found.append(entries[at])
            at += 1
            continue
        found.append(repeat(entries[at : at + period], best // period + 1, entries[at + best + period - 1].outputs))
        at += best + period
    return found


def equal_run(keys: list[Hashable], period: int) -> list[int]:
    """Return for each place how many entries from there on equal the ones a period later."""
    run = [0] * (len(keys) + 1)
    for at in range(len(keys) - period - 1, -1, -1):
        if keys[at] is not None and keys[at] == keys[at + period]:
            run[at] = run[at + 1] + 1
    return run


def repeat(layers: list[Entry], times: int, outputs: tuple[int, ...]) -> Entry:
    """Return a repeat without a name."""
    entry = Entry("repeat", "", layers[0].inputs, outputs)
    entry.layers, entry.times, entry.auto = layers, Slot("times", times), True
    return entry
