"""Control flow: branches and loops. What depends on what flows is counted at its dearest, with a note."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.arithmetic import Dim, differ, is_integer, is_symbolic
from macflops.readers._control import UNKNOWN_CONDITION
from macflops.readers.onnx._rows import Stacked
from macflops.readers.onnx.model import Subgraph
from macflops.readers.onnx.operators._common import Ints, axis_of
from macflops.readers.onnx.operators.sequences import GROWING, MOST, parts_of, sequence
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.values import Value


def If(at: Place, condition: Value, *, then_branch: Subgraph, else_branch: Subgraph) -> list[Value]:
    """One of two graphs: the one that a known condition says, else the dearer, with a note."""
    known, inner = condition.numbers, at.build.inner
    if known and not is_symbolic(known[0]):
        return inner.graph(at, then_branch if known[0] else else_branch, (), "")
    mark = inner.mark()
    first = inner.graph(at, then_branch, (), "then")
    one = inner.taken_back(*mark)
    second = inner.graph(at, else_branch, (), "else")
    other = inner.taken_back(*mark)
    chosen = inner.dearer(one, other)
    inner.stands(one if chosen else other)
    at.build.note(at, UNKNOWN_CONDITION.format("then" if chosen else "else"))
    return first if chosen else second


def Loop(
    at: Place, trips: Value | None = None, condition: Value | None = None, *carried: Value, body: Subgraph
) -> list[Value]:
    """A graph that runs a known number of times, on what it made the time before: multiplied, never unrolled."""
    number = trips.numbers if trips is not None else None
    goes_on = condition.numbers if condition is not None else (True,)
    times: Dim
    if goes_on and not is_symbolic(goes_on[0]) and not goes_on[0]:
        times = 0
    elif not number:
        raise Unread("whose number of rounds is not known before it runs")
    else:
        times = number[0]
    if is_integer(times) and times <= 0:
        return none_ran(at, carried, body)
    state = Value((), "bool", contents=(True,))
    return rounds(at, times, (Value((), "int64"), state), carried, (), body, loop=True)


def Scan(
    at: Place,
    first: Value | None = None,
    *more: Value,
    body: Subgraph,
    num_scan_inputs: int,
    directions: Ints | None = None,
    scan_input_axes: Ints | None = None,
    scan_input_directions: Ints | None = None,
    scan_output_axes: Ints | None = None,
    scan_output_directions: Ints | None = None,
) -> list[Value]:
    """A graph that runs along an axis of some tensors, on what it made the time before: multiplied, never unrolled."""
    if at.opset < 9 or first is None:
        raise Unread("before version 9")
    values = (first, *more)
    if not 1 <= num_scan_inputs <= len(values):
        raise at.wrong(f"num_scan_inputs is {num_scan_inputs} of {len(values)}", "the file is damaged")
    scanned = values[len(values) - num_scan_inputs :]
    axes = scan_input_axes or (0,) * num_scan_inputs
    if len(axes) != num_scan_inputs:
        raise at.wrong(f"{len(axes)} axes of {num_scan_inputs} tensors", "give one for each")
    dims = [axis_of(at, axis, len(value.sides)) for axis, value in zip(axes, scanned, strict=True)]
    lengths = [value.sides[dim] for dim, value in zip(dims, scanned, strict=True)]
    if any(differ(length, lengths[0]) for length in lengths):
        raise at.wrong(f"tensors of lengths {lengths}", "all have to be as long")
    if is_integer(lengths[0]) and lengths[0] == 0:
        raise Unread("of no rounds")
    steps = [step(at, value, dim, f".step_{i}") for i, (value, dim) in enumerate(zip(scanned, dims, strict=True))]
    made = rounds(at, lengths[0], (), values[: len(values) - num_scan_inputs], steps, body, loop=False)
    states = len(values) - num_scan_inputs
    for i, axis in enumerate(scan_output_axes or ()):
        value = made[states + i]
        where = axis_of(at, axis, len(value.sides))
        if where:
            shape = (*value.sides[1 : where + 1], value.sides[0], *value.sides[where + 1 :])
            made[states + i] = seen(at, value, shape, f".along_{i}")
    return made


def step(at: Place, value: Value, dim: int, part: str) -> Value:
    """Return what one round sees of a tensor: one slice, a view."""
    return seen(at, value, (*value.sides[:dim], *value.sides[dim + 1 :]), part)


def seen(at: Place, value: Value, shape: Sequence[Dim], part: str) -> Value:
    """Return a view of a value in another shape; of a constant, one whose elements are not followed."""
    if value.constant:
        return Value(tuple(shape), value.dtype, leaves=value.leaves)
    return at.computed(value, outputs=[tuple(shape)], dtypes=[value.dtype], kind="Seen", name="step", part=part)[0]


def rounds(
    at: Place,
    times: Dim,
    before: Sequence[Value],
    carried: Sequence[Value],
    steps: Sequence[Value],
    body: Subgraph,
    loop: bool,
) -> list[Value]:
    """Read a loop's body once, to run a number of times; return the carried values, and the others stacked."""
    inner, mark = at.build.inner, at.build.inner.mark()
    outputs = len(at.build.decoded.inner(body).graph.outputs)
    if outputs < len(carried) + loop:
        raise at.wrong(f"a body of {outputs} outputs for {len(carried)} carried values", "the file is damaged")
    for everything in (False, True):  # if a counter turns out to flow, so that it has to from the beginning
        begin = [entering(at, value, everything) for value in carried]
        since = len(at.build.builder.layers)
        made = inner.graph(at, body, (*before, *begin, *steps), "")
        going_on, made = (made[0], made[1:]) if loop else (None, made)
        changed = [value.tensor is not None and old.tensor is None for value, old in zip(made, begin, strict=False)]
        if not any(changed):
            break
        inner.taken_back(*mark)
    ended = going_on.numbers if going_on is not None else (True,)
    if ended and not is_symbolic(ended[0]) and not ended[0]:
        times = 1
    elif not ended:
        at.build.note(at, f"it may end earlier than after {times} rounds, which are counted")
    for value, old in zip(made, begin, strict=False):
        if old.dtype == value.dtype == GROWING:
            continue
        if value.parts is not None or value.shape is None or len(value.sides) != len(old.sides):
            inner.taken_back(*mark)
            raise Unread("whose carried values change their shape")
        if any(map(different, value.sides, old.sides)):
            inner.taken_back(*mark)
            raise Unread("whose carried values change their shape")
    if not (is_integer(times) and times == 1):
        inner.repeated(since, times)
    last = [after(at, value, old, times) for value, old in zip(made, carried, strict=False)]
    return last + [stacked(at, value, times, i) for i, value in enumerate(made[len(carried) :])]


def different(one: Dim, other: Dim) -> bool:
    """Tell whether two dimensions are not surely one."""
    difference = one - other
    return bool(is_symbolic(difference) or difference != 0)


def entering(at: Place, value: Value, everything: bool) -> Value:
    """Return a carried value as the body sees it: a tensor that flows, or a counter whose elements are not known."""
    if value.shape is None:
        raise Unread("that carries what is not known")
    if value.parts is not None:
        return Value((), GROWING, parts=())
    if value.tensor is None and not value.sides and "float" not in value.dtype and not everything:
        return Value(value.shape, value.dtype)
    return Value(value.shape, value.dtype, at.flowing(value, value.written))


def after(at: Place, value: Value, before: Value, times: Dim) -> Value:
    """Return a carried value as it is after all rounds: of a sequence, with what each of them added."""
    if value.dtype == GROWING:
        parts = before.parts or ()
        grown = len(value.parts or ())
        if grown and (not is_integer(times) or len(parts) + grown * times > MOST):
            return Value(None, "sequence")
        return sequence(*parts, *(value.parts or ()) * times)
    return value if value.tensor is not None else Value(value.shape, value.dtype)


def stacked(at: Place, value: Value, times: Dim, number: int) -> Value:
    """Return what all rounds made of one output."""
    if value.shape is None or value.parts is not None:
        return Value(None)
    shape = (times, *value.sides)
    if value.tensor is None:
        return Value(shape, value.dtype)
    return at.add(f"{at.name}.stack_{number}", Stacked(shape), [value.tensor], (), value.dtype)[0]


def none_ran(at: Place, carried: Sequence[Value], body: Subgraph) -> list[Value]:
    """Return what a loop makes that never runs: what it was given, and nothing of the others."""
    outputs = at.build.decoded.inner(body).graph.outputs[1 + len(carried) :]
    return [*carried, *(Value((0, *(1,) * len(claim.shape or ()))) for claim in outputs)]


def SequenceMap(at: Place, first: Value, *more: Value, body: Subgraph) -> list[Value]:
    """A graph that runs on each tensor of a sequence, all of one shape: multiplied, never unrolled."""
    parts = parts_of(at, first)
    if not parts:
        return [sequence() for _ in range(at.outputs)]
    sequences = [parts, *(parts_of(at, value) for value in more if value.parts is not None)]
    if any(len(s) != len(parts) or any(part.shape != s[0].shape for part in s) for s in sequences):
        raise Unread("of tensors of different shapes")
    inner, since = at.build.inner, len(at.build.builder.layers)
    given = [value.parts[0] if value.parts is not None else value for value in (first, *more)]
    made = inner.graph(at, body, given, "")
    if len(parts) > 1:
        inner.repeated(since, len(parts))
    return [sequence(*(value,) * len(parts)) for value in made]
