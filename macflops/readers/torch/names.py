"""What layers are called: the path of the module whose work they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from macflops.readers.torch import operators
from macflops.readers.torch.calls import Body, Call, Ref, Run


def names(run: Run) -> list[str]:
    """Return a name for each call of a run.

    The call that is a module's own work (it reads the module's parameters, or is all that the module does) is called
    as the module is; others by their operator, behind the module's path.
    """
    mains: dict[int, int] = {}  # the module call's one operator, by the identity of its scope
    works: dict[int, list[int]] = {}
    inner: set[str] = set()  # modules that others are in
    for scope in {id(call.scope): call.scope for call in run.calls}.values():
        path = scope.path
        while path:
            path = path.rpartition(".")[0]
            if path in inner:
                break
            inner.add(path)
    for index, call in enumerate(run.calls):
        scope, entry = call.scope, operators.entry(call.op, call.overload)
        if not entry.free:
            works.setdefault(id(scope), []).append(index)
        if entry.weighted and id(scope) not in mains and owns(run, call):
            mains[id(scope)] = index
    for scope_id, indices in works.items():
        if scope_id not in mains and len(indices) == 1 and run.calls[indices[0]].scope.path not in inner:
            mains[scope_id] = indices[0]
    found = []
    for index, call in enumerate(run.calls):
        path = call.scope.path
        plain = call.op.rpartition(".")[2].strip("_")
        if mains.get(id(call.scope)) == index and path:
            found.append(path)
        else:
            found.append(f"{path}.{plain}" if path else plain)
    return found


def owns(run: Run, call: Call) -> bool:
    """Tell whether a call reads a parameter of the very module that it belongs to."""
    path = call.scope.path
    prefix = f"{path}." if path else ""
    for key in keys((*call.args, *call.kwargs.values())):
        held = run.held.get(key)
        if held is not None and held.learnable and held.name.startswith(prefix):
            rest = held.name[len(prefix) :]
            if "." not in rest:
                return True
    return False


def keys(given: Any) -> Iterator[Any]:
    """Yield the keys of all tensors in arguments."""
    if type(given) is Ref:
        yield given.key
    elif isinstance(given, (tuple, list)):
        for part in given:
            yield from keys(part)
    elif type(given) is Body:
        own = {*given.inputs, *(made.key for call in given.calls for made in call.made if made is not None)}
        for call in given.calls:
            yield from (key for key in keys((*call.args, *call.kwargs.values())) if key not in own)
        yield from (key for key in given.outputs if key is not None and key not in own)
