"""Control flow: branches and loops. What depends on what flows is counted at its dearest, or once, with a note.

They are torch.export's operators of higher order, whose bodies may read what lies around them.
"""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import Dim, Shape, differ, is_integer, surely
from macflops.ops._stated import Seen
from macflops.readers._control import UNKNOWN_CONDITION, UNKNOWN_ROUNDS
from macflops.readers.onnx._rows import Stacked
from macflops.readers.torch.calls import Body
from macflops.readers.torch.operators._common import Place, Unread, Value
from macflops.readers.torch.trips import trips

BRANCHES = ("the first", "the second")


def cond(at: Place, pred: Any, true_graph: Body, false_graph: Body, *more: Any) -> list[Value | None]:
    """One of two graphs: the one that a known condition says, else the dearer, with a note."""
    build, trials = at.build, at.build.trials
    known = None if isinstance(pred, Value) or pred is None else surely(pred)
    if known is not None:
        return build.inner(true_graph if known else false_graph, (), at.name)
    mark = trials.mark()
    first = build.inner(true_graph, (), at.name)
    one = trials.taken_back(*mark)
    second = build.inner(false_graph, (), at.name)
    other = trials.taken_back(*mark)
    chosen = trials.dearer(one, other)
    trials.stands(one if chosen else other)
    build.note(f"cond: {UNKNOWN_CONDITION.format(BRANCHES[not chosen])}")
    return first if chosen else second


def while_loop(
    at: Place, cond_graph: Body, body_graph: Body, carried: tuple[Any, ...], *more: Any, numbers: Any = ()
) -> list[Value]:
    """A graph that runs as long as another says, on what it made the time before: multiplied, never unrolled."""
    times = trips(cond_graph, body_graph, numbers)
    if times == 0:
        return list(carried)
    if times is None:
        at.build.note(f"while_loop: {UNKNOWN_ROUNDS}")
    begin = [entering(at, value) for value in carried]
    since = len(at.build.builder.layers)
    at.build.inner(cond_graph, begin, at.name)
    made = at.build.inner(body_graph, begin, at.name)
    return carried_on(at, made, begin, since, 1 if times is None else times)


def scan(at: Place, graph: Body, init: tuple[Value, ...], xs: tuple[Value, ...], *more: Any) -> list[Value]:
    """A graph that runs along the first dimension of some tensors, on what it made the time before: multiplied."""
    times = length(xs)
    begin = [entering(at, value) for value in init]
    steps = [step(at, value, i) for i, value in enumerate(xs)]
    since = len(at.build.builder.layers)
    made = at.build.inner(graph, (*begin, *steps), at.name)
    last = carried_on(at, made[: len(init)], begin, since, times)
    return last + [stacked(at, value, times, i) for i, value in enumerate(made[len(init) :])]


def map_impl(at: Place, graph: Body, xs: tuple[Value, ...], *more: Any) -> list[Value]:
    """A graph that runs on each part of some tensors along the first dimension: multiplied, never unrolled."""
    times = length(xs)
    steps = [step(at, value, i) for i, value in enumerate(xs)]
    since = len(at.build.builder.layers)
    made = at.build.inner(graph, steps, at.name)
    repeated(at, since, times)
    return [stacked(at, value, times, i) for i, value in enumerate(made)]


def length(xs: tuple[Value, ...]) -> Dim:
    """Return how long tensors are along the first dimension. Raises Unread where they differ."""
    if not xs or not all(value.shape for value in xs) or any(differ(x.shape[0], xs[0].shape[0]) for x in xs):
        raise Unread("along tensors of different lengths")
    return xs[0].shape[0]


def entering(at: Place, value: Any) -> Value:
    """Return a carried value as the body sees it: a tensor that flows, or a counter."""
    if not isinstance(value, Value):
        return Value((), "int64")
    if value.tensor is None and not value.shape and "float" not in value.dtype:
        return Value(value.shape, value.dtype)
    return Value(value.shape, value.dtype, at.flowing(value))


def step(at: Place, value: Value, number: int) -> Value:
    """Return what one round sees of a tensor: one slice, a view."""
    shape: Shape = value.shape[1:]
    if value.constant:
        return Value(shape, value.dtype, leaves=value.leaves)
    return at.layer(Seen(name="step", outputs=(shape,)), value, part=f".step_{number}", dtype=value.dtype)


def carried_on(at: Place, made: list[Value | None], begin: list[Value], since: int, times: Dim) -> list[Value]:
    """Let the layers of a body run a number of times; return what it carries. Raises Unread where shapes change."""
    found = [old if value is None else value for value, old in zip(made, begin, strict=True)]
    for value, old in zip(found, begin, strict=True):
        if len(value.shape) != len(old.shape) or any(map(differ, value.shape, old.shape)):
            raise Unread("whose carried values change their shape")
    repeated(at, since, times)
    return found


def repeated(at: Place, since: int, times: Dim) -> None:
    """Let layers run a number of times."""
    if not (is_integer(times) and times == 1):
        at.build.trials.repeated(since, times)


def stacked(at: Place, value: Value | None, times: Dim, number: int) -> Value:
    """Return what all rounds made of one output."""
    if value is None:
        raise Unread("that makes what is no tensor")
    shape = (times, *value.shape)
    if value.tensor is None:
        return Value(shape, value.dtype, leaves=value.leaves)
    return at.layer(Stacked(shape), value, part=f".stack_{number}", dtype=value.dtype)
