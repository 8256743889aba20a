"""Packed sequences: their lengths are numbers, which a run has not, so all are taken to be as long as the longest."""

from __future__ import annotations

from typing import Any

import torch

RECURRENT = ("aten.lstm", "aten.gru", "aten.rnn_tanh", "aten.rnn_relu")
PACKING = frozenset({"aten._pack_padded_sequence", "aten._pad_packed_sequence", *RECURRENT})


class Packed:
    """Shapes what packs sequences, what works on them, and what unpacks them. Sizes are those of each packing."""

    def __init__(self) -> None:
        self.sizes: dict[int, tuple[Any, Any]] = {}  # steps and sequences, by the identity of batch_sizes
        self.kept: list[Any] = []

    def shaped(self, op: str, overload: str, args: Any) -> Any:
        """Return what an operator makes, as many elements as there can be; None where it has to do with no packing."""
        if op == "aten._pack_padded_sequence":
            x, _, batch_first = args
            batch, steps = x.shape[:2] if batch_first else x.shape[:2][::-1]
            sizes = torch.empty((steps,), dtype=torch.int64)  # which nn.LSTM asks how many sequences there are
            if plain(steps, batch):
                sizes.fill_(batch)
            self.sizes[id(sizes)] = (steps, batch)
            self.kept.append(sizes)
            return x.new_empty((steps * batch, *x.shape[2:])), sizes
        if op == "aten._pad_packed_sequence":
            data, sizes, batch_first = args[:3]
            steps, batch = self.sizes[id(sizes)]
            sides = (batch, steps) if batch_first else (steps, batch)
            return data.new_empty((*sides, *data.shape[1:])), torch.empty((batch,), dtype=torch.int64, device="meta")
        if op in RECURRENT and overload == "data":
            data, sizes, hx = args[:3]
            _, batch = self.sizes[id(sizes)]
            states = hx if isinstance(hx, (list, tuple)) else (hx,)
            directions = 2 if args[8] else 1
            last = tuple(state.new_empty((state.shape[0], batch, state.shape[2])) for state in states)
            return data.new_empty((data.shape[0], directions * states[0].shape[2])), *last
        return None


def plain(*sizes: Any) -> bool:
    """Tell whether sizes are numbers rather than symbols."""
    return all(isinstance(size, int) for size in sizes)
