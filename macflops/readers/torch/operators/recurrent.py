"""Recurrent layers: two products at each step, of the input and of the state before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from macflops.arithmetic import size
from macflops.ops._stated import Computed
from macflops.readers.torch.operators._common import Place, Unread, Value


def _recurrent(name: str) -> Callable[..., Any]:
    """Return the reader of a recurrent layer, over all of its layers and directions."""

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
    ) -> Any:
        if not isinstance(params, tuple) or any(weight.tensor is not None for weight in params):
            raise Unread("with weights that are computed, or on packed sequences")
        steps = size(input.shape[:-1])  # elements of the batch, at all times
        products = [weight for weight in params if len(weight.shape) == 2]
        operator = Computed(
            name=name,
            outputs=tuple(at.made(index) for index in range(len(at.call.made))),
            role="matmul",
            mult_adds=sum(steps * size(weight.shape) for weight in products),
            weights=sum(size(weight.shape) for weight in params),
            params=sum(size(weight.shape) for weight in params if weight.learnt),
            settings=(("num_layers", num_layers), ("bidirectional", bidirectional)),
        )
        flowing = [state for state in (hx if isinstance(hx, tuple) else (hx,)) if state.tensor is not None]
        return at.layers(operator, input, *flowing, weights=params)

    return read


def _cell(name: str) -> Callable[..., Any]:
    """Return the reader of one step."""

    def read(
        at: Place, input: Value, hx: Any, w_ih: Value, w_hh: Value, b_ih: Value | None = None, b_hh: Value | None = None
    ) -> Any:
        weights = tuple(weight for weight in (w_ih, w_hh, b_ih, b_hh) if weight is not None)
        if any(weight.tensor is not None for weight in weights):
            raise Unread("with weights that are computed")
        rows = size(input.shape[:-1])
        elements = sum(size(weight.shape) for weight in weights)
        operator = Computed(
            name=name,
            outputs=tuple(at.made(index) for index in range(len(at.call.made))),
            role="matmul",
            mult_adds=rows * (size(w_ih.shape) + size(w_hh.shape)),
            weights=elements,
            params=sum(size(weight.shape) for weight in weights if weight.learnt),
        )
        flowing = [state for state in (hx if isinstance(hx, tuple) else (hx,)) if state.tensor is not None]
        return at.layers(operator, input, *flowing, weights=weights)

    return read


MADE: dict[str, Any] = {
    "lstm": _recurrent("lstm"),
    "gru": _recurrent("gru"),
    "rnn_tanh": _recurrent("rnn"),
    "rnn_relu": _recurrent("rnn"),
    "lstm_cell": _cell("lstm_cell"),
    "gru_cell": _cell("gru_cell"),
    "rnn_tanh_cell": _cell("rnn_cell"),
    "rnn_relu_cell": _cell("rnn_cell"),
}
