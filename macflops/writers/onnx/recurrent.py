"""Recurrent layers as ONNX nodes: their own layout has the directions in a dimension of its own."""

from __future__ import annotations

from macflops.writers.onnx.graph import Call


def recurrent(call: Call, kind: str, **attributes: int | str) -> str:
    """Write a recurrent node, and what brings its input and output into macflops's layout."""
    o, width = call.operator, call.shape[2]
    rows, inputs = o.gates * o.hidden_size, list(call.inputs)
    if o.batch_first:
        inputs[0] = call.node("Transpose", inputs[0], perm=[1, 0, 2])
    weights = [
        call.weight("w", (o.directions, rows, width), fan_in=width + o.hidden_size),
        call.weight("r", (o.directions, rows, o.hidden_size), fan_in=width + o.hidden_size),
        call.weight("b", (o.directions, 2 * rows)) if o.bias else "",
    ]
    peepholes = [call.weight("p", (o.directions, 3 * o.hidden_size))] if getattr(o, "peephole", False) else []
    given = [inputs[0], *weights, "", *inputs[1:]]
    if peepholes:
        given += [""] * (7 - len(given)) + peepholes
    if o.bidirectional:
        attributes["direction"] = "bidirectional"
    y = call.node(kind, *given, hidden_size=call.integral([o.hidden_size])[0], **attributes)
    if o.bidirectional:
        order = [2, 0, 1, 3] if o.batch_first else [0, 2, 1, 3]
        y = call.node("Transpose", y, perm=order)
        return call.reshape(y, (*call.shape[:2], o.directions, o.hidden_size), call.outputs[0])
    y = call.node("Squeeze", y, call.integers([1]))
    return call.node("Transpose", y, perm=[1, 0, 2]) if o.batch_first else y


def lstm(call: Call) -> str:
    """ONNX LSTM, which has no projections."""
    if call.operator.proj_size is not None:
        call.refuse(f"with a proj_size of {call.operator.proj_size}")
    return recurrent(call, "LSTM")


def gru(call: Call) -> str:
    """ONNX GRU, in the form that PyTorch has: the gate is applied behind the product."""
    return recurrent(call, "GRU", linear_before_reset=1)


def rnn(call: Call) -> str:
    """ONNX RNN."""
    return recurrent(call, "RNN")
