"""Recurrent layers. First states of zeros, which exporters write where none are given, are none."""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import Dim, differ
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value

Floats = tuple[float, ...]
Strings = tuple[str, ...]


def recurrent(
    at: Place,
    operator: str,
    gates: int,
    x: Value,
    w: Value,
    r: Value,
    b: Value | None,
    states: tuple[Value | None, ...],
    direction: str,
    layout: int,
    peepholes: Value | None = None,
) -> tuple[Value, ...]:
    """Add a recurrent layer of x (T, N, in), w (directions, gates·hidden, in) and r (directions, gates·hidden, hidden).

    Its outputs are Y (T, directions, N, hidden), and the last states (directions, N, hidden) that anything reads; with
    layout 1 N comes first everywhere.
    """
    if direction not in ("forward", "reverse", "bidirectional"):
        raise at.wrong(f"direction is {direction}", "it is forward, reverse or bidirectional")
    directions = 2 if direction == "bidirectional" else 1
    if not len(x.sides) == len(w.sides) == len(r.sides) == 3:
        raise at.wrong(f"an input of shape {list(x.sides)}, weights of {list(w.sides)}", "all have three dimensions")
    hidden: Dim = r.sides[2]
    expected = (directions, gates * hidden, x.sides[2]), (directions, gates * hidden, hidden)
    if any(map(differ, (*w.sides, *r.sides), (*expected[0], *expected[1]))):
        what = f"weights of shapes {list(w.sides)} and {list(r.sides)} on an input of shape {list(x.sides)}"
        raise at.wrong(what, f"they have to be {list(expected[0])} and {list(expected[1])}")
    at.build.recurs = True
    turned = bool(layout)
    steps, batch = x.sides[:2][::-1] if turned else x.sides[:2]
    given = [state for state in states if state is not None]
    first = () if all(map(zeros, given)) else tuple(state_of(at, state, turned, i) for i, state in enumerate(given))
    more: dict[str, Any] = {"peephole": peepholes is not None} if operator == "lstm" else {}
    y = at.layers(
        operator,
        x,
        *first,
        weights=(w, r, b, peepholes),
        learnable=(True, *(state.declared for state in first)),
        hidden_size=hidden,
        bias=b is not None,
        batch_first=turned,
        bidirectional=directions == 2,
        **more,
    )[0]
    shape = (batch, steps, directions, hidden) if turned else (steps, directions, batch, hidden)
    last = (batch, directions, hidden) if turned else (directions, batch, hidden)
    found = [seen(at, y, shape)]
    for i, part in enumerate((".last", ".cell")[: len(states)], 1):
        found.append(at.byproduct(y, last, part, name="last_state") if at.wants(i) else Value(last, x.dtype))
    return tuple(found[: at.outputs])


def seen(at: Place, y: Value, shape: tuple[Dim, ...]) -> Value:
    """Return y with its directions as a dimension of their own: the order in which it is written, so no copy."""
    if y.constant:
        return Value(shape, y.dtype)
    return at.computed(y, outputs=[shape], dtypes=[y.dtype], kind="Seen", name="directions", part=".directions")[0]


def zeros(state: Value) -> bool:
    """Tell whether a first state is a constant of zeros: by its elements, or as no weights are in it."""
    if not state.constant:
        return False
    if state.held is not None:
        return state.held.zeros()
    return not any(state.numbers) if state.numbers is not None else not state.leaves


def state_of(at: Place, state: Value, turned: bool, number: int) -> Value:
    """Return a first state as (directions, N, hidden)."""
    if not turned or len(state.sides) != 3:
        return state
    shape = (state.sides[1], state.sides[0], state.sides[2])
    if state.constant:
        return Value(shape, state.dtype, leaves=state.leaves)
    return at.computed(
        state, outputs=[shape], dtypes=[state.dtype], kind="Seen", name="state", part=f".state_{number}"
    )[0]


def LSTM(
    at: Place,
    x: Value,
    w: Value,
    r: Value,
    b: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    initial_c: Value | None = None,
    p: Value | None = None,
    *,
    activation_alpha: Floats | None = None,
    activation_beta: Floats | None = None,
    activations: Strings | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    input_forget: int = 0,
    layout: int = 0,
) -> tuple[Value, ...]:
    """Long short-term memory, with four gates. Lengths of sequences change nothing that is counted."""
    return recurrent(at, "lstm", 4, x, w, r, b, (initial_h, initial_c), direction, layout, p)


def GRU(
    at: Place,
    x: Value,
    w: Value,
    r: Value,
    b: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    activation_alpha: Floats | None = None,
    activation_beta: Floats | None = None,
    activations: Strings | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
    linear_before_reset: int = 0,
) -> tuple[Value, ...]:
    """Gated recurrent units, with three gates. Lengths of sequences change nothing that is counted."""
    return recurrent(at, "gru", 3, x, w, r, b, (initial_h,), direction, layout)


def RNN(
    at: Place,
    x: Value,
    w: Value,
    r: Value,
    b: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    activation_alpha: Floats | None = None,
    activation_beta: Floats | None = None,
    activations: Strings = ("Tanh", "Tanh"),
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
) -> tuple[Value, ...]:
    """A recurrent layer without gates. Lengths of sequences change nothing that is counted."""
    return recurrent(at, "rnn", 1, x, w, r, b, (initial_h,), direction, layout)
