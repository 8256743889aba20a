"""How a folder finds its own members: an operator, a rule, a reader, a report or a command is one new file."""

from __future__ import annotations

import os
from importlib import import_module


def members(file: str) -> tuple[str, ...]:
    """Return the names of a package's public files and folders, in alphabetical order, without importing any.

    `file` is the package's `__file__`. A name that begins with an underscore is not public.
    """
    folder = os.path.dirname(file)
    entries = os.listdir(folder)
    names = [e.removesuffix(".py") for e in entries if e.endswith(".py") or "." not in e]
    return tuple(sorted(name for name in names if not name.startswith("_")))


def only_class(module_name: str, parent: type) -> type:
    """Import a module and return the one class in it that descends from `parent`."""
    module = import_module(module_name)
    (found,) = (
        member
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, parent) and member.__module__ == module.__name__
    )
    return found
