"""Advice that lasts: who follows it is not given the same advice again. Advice that follows advice is none."""

from __future__ import annotations

from types import ModuleType

from macflops.advice import rewrites
from macflops.advice.judge import reasons, too_far
from macflops.advice.subject import Aims
from macflops.advice.terms import Attempt, Audited, Given, Terms, may_move_more
from macflops.records import Record

MOST_ROUNDS = 4  # in which a change settles


class Taken(Record):
    """A change that is given, by which rewrite, and the network before it."""

    name: str
    rewrite: ModuleType
    before: Audited
    given: Given


def settled(
    rewrite: ModuleType, current: Audited, given: Given, aims: Aims, terms: Terms, against: list[Attempt]
) -> Given | None:
    """Return a change after which the same rewrite has no more to say: carried on while it has.

    None where carrying on breaks what is held; `against` then begins with that.
    """
    for _ in range(MOST_ROUNDS):
        more = terms.first_given(rewrite, given.audited, terms.aims(given.audited.costs))
        if more is None:
            return given
        after = more.audited.costs
        why = reasons(current.costs, after, aims, exact=given.change.exact, may_move_more=may_move_more(rewrite))
        why += too_far(current.costs, after, getattr(rewrite, "within", None))
        if why:
            again = f"it would be advised again, and then {why[0]}"
            against.insert(0, Attempt(given.change, rewrite, current.costs, aims, again))
            return None
        given = more._replace(change=given.change.carried_on(more.change))
    again = "it would be advised again and again"
    against.insert(0, Attempt(given.change, rewrite, current.costs, aims, again))
    return None


def lasting(taken: list[Taken], terms: Terms) -> tuple[list[Taken], list[tuple[Taken, str]]]:
    """Return the changes after which none of their rewrites has more to say, and those left out for that, with why.

    Where an exact rewrite has, for later changes opened the way, it is carried out at the end, once more or for the
    first time; where another has, the last change goes.
    """
    kept, left_out, may_add = list(taken), [], True
    while kept and (more := again(kept, terms)) is not None:
        if more.given.change.exact and may_add:
            may_add = False
            kept.append(more)
        else:
            left_out.append((kept.pop(), f"with it {more.name} would be advised again"))
    return kept, left_out


def again(kept: list[Taken], terms: Terms) -> Taken | None:
    """Return the first change that would be given now: by one of the rewrites but the last, or by an exact one."""
    network = kept[-1].given.audited
    aims = terms.aims(network.costs)
    taken = {change.name for change in kept}
    for name in rewrites.names():
        rewrite = rewrites.find(name)
        exact = getattr(rewrite, "exact", False)
        if name == kept[-1].name or not (exact or name in taken):  # the last one has settled
            continue
        given = terms.first_given(rewrite, network, aims)
        if given is not None and exact:
            given = settled(rewrite, network, given, aims, terms, [])
        if given is not None:
            return Taken(name, rewrite, network, given)
    return None
