"""How often a loop runs whose counter starts at a number, grows by one, and is compared with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from macflops.arithmetic import ceil_div, floor_div, is_integer
from macflops.readers.torch.calls import Body, Call, Ref

COPIES = ("clone", "alias", "detach", "detach_", "lift_fresh_copy", "_to_copy")
AS_THEY_ARE = frozenset(f"aten.{name}" for name in COPIES)
GROWS = {"aten.add": 1, "aten.sub": -1}
ROUNDS: dict[str, Callable[[int, int], int]] = {  # from how far the limit is, and how much the counter grows
    "aten.lt": lambda far, by: ceil_div(far, by) if by > 0 else -1,
    "aten.le": lambda far, by: floor_div(far, by) + 1 if by > 0 else -1,
    "aten.gt": lambda far, by: ceil_div(far, by) if by < 0 else -1,
    "aten.ge": lambda far, by: floor_div(far, by) + 1 if by < 0 else -1,
    "aten.ne": lambda far, by: far // by if by and far % by == 0 else -1,
}


def trips(condition: Body, body: Body, start: Sequence[Any]) -> int | None:
    """Return how many rounds a loop has, of which the carried numbers in `start` are known; None where they are not.

    The condition compares one counter with a number, and the body adds one to it.
    """
    last = maker(condition, condition.outputs[0])
    if last is None or last.op not in ROUNDS or len(last.args) != 2:
        return None
    counter, limit = last.args
    if not isinstance(counter, Ref) or counter.key not in condition.inputs or not is_integer(limit):
        return None
    place = condition.inputs.index(counter.key)
    begin: Any = start[place] if place < len(start) else None
    grown = maker(body, body.outputs[place])
    if not is_integer(begin) or grown is None or grown.op not in GROWS or len(grown.args) != 2:
        return None
    before, by = grown.args
    if before != Ref(body.inputs[place]) or not is_integer(by) or by == 0:
        return None
    rounds = ROUNDS[last.op](limit - begin, GROWS[grown.op] * by)
    if rounds < 0 and holds(last.op, begin, limit):  # it never ends
        return None
    return max(rounds, 0)


def holds(op: str, number: int, limit: int) -> bool:
    """Tell whether a comparison holds."""
    kinds = {"aten.lt": number < limit, "aten.le": number <= limit, "aten.gt": number > limit}
    return kinds.get(op, number >= limit if op == "aten.ge" else number != limit)


def maker(body: Body, key: Any) -> Call | None:
    """Return the call of a body that makes a tensor, seen through copies."""
    for call in reversed(body.calls):
        if any(made is not None and made.key == key for made in call.made):
            first = call.args[0] if call.args else None
            return maker(body, first.key) if call.op in AS_THEY_ARE and isinstance(first, Ref) else call
    return None
