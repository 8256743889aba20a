"""Operators of ATen: functions named as they are, found by name, in files by what they do.

A function's arguments after the place, which it adds its layers through, are ATen's, by ATen's names and defaults. One
function reads all overloads, but where one is named behind two underscores: max__dim. Source: native_functions.yaml.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from macflops.members import members

# What says where a tensor is kept, and how: nothing that counts.
IGNORED = frozenset(
    {"dtype", "device", "layout", "pin_memory", "memory_format", "non_blocking", "generator", "implicit"}
)


class Entry(NamedTuple):
    """What is known of an operator: the function that reads it, and what it does to memory."""

    function: Callable[..., Any] | None
    in_place: bool  # writes what its first argument is
    view: bool  # shows its first argument's memory
    free: bool  # no work of its own
    weighted: bool  # a layer with weights


NOT_KNOWN = Entry(None, False, False, False, False)


@cache
def table() -> dict[str, tuple[Callable[..., Any], str]]:
    """Return the function of each operator and the file that it is in, by name."""
    found: dict[str, tuple[Callable[..., Any], str]] = {}
    for file in members(__file__):
        module = import_module(f"{__name__}.{file}")
        public = [(name, f) for name, f in vars(module).items() if not name.startswith("_")]
        for name, function in (*public, *getattr(module, "MADE", {}).items()):
            code = getattr(function, "__code__", None)
            if code is not None and code.co_varnames[:1] == ("at",):
                found[name] = (function, file)
    return found


@cache
def entry(op: str, overload: str = "") -> Entry:
    """Return what is known of an operator, by its name with its namespace, and its overload."""
    space, _, name = op.partition(".")
    known = table()
    if space == "higher_order" and known.get(name, (None, ""))[1] == "control":
        return Entry(known[name][0], False, False, False, False)
    if space != "aten":
        return NOT_KNOWN
    found = known.get(f"{name}__{overload}") or known.get(name)
    in_place = False
    if found is None and name.endswith("_") and not name.endswith("__"):
        base = name[:-1]
        found, in_place = known.get(f"{base}__{overload}") or known.get(base), True
    if found is None:
        return NOT_KNOWN
    function, file = found
    free = file in ("views", "constants")
    weighted = file in ("convolution", "products", "norms", "recurrent") or name in ("embedding", "prelu")
    return Entry(function, in_place, not in_place and name in shown(), free, weighted)


@cache
def shown() -> frozenset[str]:
    """Return the names of the operators whose outputs show their first input's memory."""
    views = import_module(f"{__name__}.views").ALIASES
    copies = import_module(f"{__name__}.copies").ALIASES
    return frozenset((*views, *copies))
