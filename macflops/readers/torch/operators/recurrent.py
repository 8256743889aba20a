"""Recurrent layers: one operator for each layer, as they are described in YAML and in ONNX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from macflops.arithmetic import Dim, Shape, exact_div
from macflops.ops._stated import Byproduct
from macflops.readers.torch.operators._common import Place, Value

# The parts of a second output: the last state of each direction, and the last cell.
LAST = (".last", ".cell")


def _recurrent(name: str) -> Callable[..., tuple[Value, ...]]:
    """Return the reader of a recurrent module: x (T, N, in) or (N, T, in), states (layers · directions, N, hidden)."""

    def read(
        at: Place,
        input: Value,
        hx: Any,
        params: tuple[Value, ...],
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> tuple[Value, ...]:
        states = hx if isinstance(hx, tuple) else (hx,)
        directions = 2 if bidirectional else 1
        each = len(params) // num_layers  # w_ih, w_hh, b_ih, b_hh, w_hr in each direction
        fields: dict[str, Any] = {"hidden_size": states[-1].shape[-1], "bias": has_biases}
        fields |= {"batch_first": batch_first, "bidirectional": bidirectional}
        if each > directions * (4 if has_biases else 2):
            fields["proj_size"] = states[0].shape[-1]
        y = input
        last: list[list[Value]] = [[] for _ in states]
        for layer in range(num_layers):
            part = f".l{layer}" if num_layers > 1 else ""  # as PyTorch numbers their weights
            first = layer * directions
            given = [_part(at, state, first, first + directions, part) for state in _given(states)]
            weights = params[layer * each : (layer + 1) * each]
            y = at.layer(name, y, *given, weights=weights, part=part, **fields)
            for i in range(len(states)):
                last[i].append(_last(at, y, (directions, *at.made(i + 1)[1:]), i + 1, part))
        return (y, *(_stack(at, found, i + 1) for i, found in enumerate(last)))

    return read


def _given(states: Sequence[Value]) -> Sequence[Value]:
    """Return the first states that are read: not zeros, which PyTorch makes where none are given."""
    return states if any(state.tensor is not None or state.learnt or state.name for state in states) else ()


def _part(at: Place, state: Value, first: int, end: int, part: str) -> Value:
    """Return one layer's first state out of those of all."""
    if state.shape[0] == end - first:
        return state
    return at.layer("slice", state, dim=0, start=first, end=end, part=f"{part}.state")


def _last(at: Place, y: Value, shape: Shape, index: int, part: str) -> Value:
    """Return the last state of the layer that makes y. It costs where anything reads it: output `index` of the call."""
    if not at.wants(index):
        return Value(shape, y.dtype)
    return at.layer(Byproduct(name="last_state", outputs=(shape,)), y, part=part + LAST[index - 1])


def _stack(at: Place, found: list[Value], index: int) -> Value:
    """Return the last states of all layers (layers · directions, N, hidden)."""
    if len(found) == 1 or not at.wants(index):
        return Value(at.made(index), found[0].dtype, found[0].tensor)
    return at.layer("concat", *found, dim=0, part=LAST[index - 1])


def _packed(name: str) -> Callable[..., tuple[Value, ...]]:
    """Return the reader of a recurrent module on packed sequences (T · N, in): all counted as long as the longest."""
    whole = _recurrent(name)

    def read(
        at: Place,
        data: Value,
        batch_sizes: Value,
        hx: Any,
        params: tuple[Value, ...],
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
    ) -> tuple[Value, ...]:
        x = _unpacked(at, data, batch_sizes, False)
        y, *last = whole(at, x, hx, params, has_biases, num_layers, dropout, train, bidirectional, False)
        return (at.reshaped(y, (data.shape[0], y.shape[2]), ".packed"), *last)

    return read


def _unpacked(at: Place, data: Value, batch_sizes: Value, batch_first: bool) -> Value:
    """Return packed sequences (T · N, …) as (T, N, …) or (N, T, …)."""
    steps: Dim = batch_sizes.shape[0]
    batch = exact_div(data.shape[0], steps)
    sides = (batch, steps) if batch_first else (steps, batch)
    return at.reshaped(data, (*sides, *data.shape[1:]), ".unpacked")


def _pack_padded_sequence(at: Place, input: Value, lengths: Value, batch_first: bool) -> tuple[Value, ...]:
    """Sequences (T, N, …) or (N, T, …) as one list of their steps."""
    return (at.reshaped(input, at.made(), ""), Value(at.made(1), "int64"))


def _pad_packed_sequence(
    at: Place, data: Value, batch_sizes: Value, batch_first: bool, padding_value: Any, total_length: Any
) -> tuple[Value, ...]:
    """What _pack_padded_sequence packed, unpacked."""
    return (_unpacked(at, data, batch_sizes, batch_first), Value(at.made(1), "int64"))


def _cell(name: str) -> Callable[..., Any]:
    """Return the reader of one step of x (N, in) and states (N, hidden): a layer of a sequence of one."""

    def read(
        at: Place, input: Value, hx: Any, w_ih: Value, w_hh: Value, b_ih: Value | None = None, b_hh: Value | None = None
    ) -> Any:
        states = hx if isinstance(hx, tuple) else (hx,)
        x = at.reshaped(input, (1, *input.shape), ".step")
        given = [at.reshaped(state, (1, *state.shape), ".state") for state in _given(states)]
        weights = [weight for weight in (w_ih, w_hh, b_ih, b_hh) if weight is not None]
        shape = states[0].shape
        y = at.layer(name, x, *given, weights=weights, hidden_size=shape[-1], bias=b_ih is not None)
        found = [at.reshaped(y, shape, ".output")]
        if len(states) > 1:
            cell = _last(at, y, (1, *shape), 1, "")
            found.append(at.reshaped(cell, shape, ".cell_output"))
        return found

    return read


MADE: dict[str, Any] = {
    "_pack_padded_sequence": _pack_padded_sequence,
    "_pad_packed_sequence": _pad_packed_sequence,
}
for _name, _ours in (("lstm", "lstm"), ("gru", "gru"), ("rnn_tanh", "rnn"), ("rnn_relu", "rnn")):
    MADE |= {_name: _recurrent(_ours), f"{_name}__data": _packed(_ours), f"{_name}_cell": _cell(_ours)}
