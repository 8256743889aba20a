"""Advice that lasts: who follows it is not given the same advice again. Advice that follows advice is none."""

from __future__ import annotations

from types import ModuleType

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

    Where an exact rewrite has, for later changes opened the way, it is carried out once more, at the end; where
    another has, the last change goes.
    """
    kept, left_out, may_add = list(taken), [], True
    while len(kept) > 1 and (more := again(kept, terms)) is not None:
        last = kept[-1]
        if more.given.change.exact and may_add:
            may_add = False
            aims = terms.aims(last.given.audited.costs)
            done = settled(more.rewrite, more.before, more.given, aims, terms, [])
            if done is not None:
                kept.append(more._replace(given=done))
                continue
        left_out.append((kept.pop(), f"with it {more.name} would be advised again"))
    return kept, left_out


def again(kept: list[Taken], terms: Terms) -> Taken | None:
    """Return the first change that one of the rewrites but the last, which has settled, would be given once more."""
    network = kept[-1].given.audited
    for taken in kept:
        if taken.name != kept[-1].name:
            given = terms.first_given(taken.rewrite, network, terms.aims(network.costs))
            if given is not None:
                return Taken(taken.name, taken.rewrite, network, given)
    return None
