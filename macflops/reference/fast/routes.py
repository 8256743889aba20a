"""Where each channel of a V2 stage goes: the shuffle and the concatenation as addresses, worked out once.

Half of a unit's output passes the next unit untouched, a quarter the next two, and so on. So a channel can be written
once, by the unit that makes it, into the input of the unit that convolves it, however many units later that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from macflops.reference.fast.fold import Order
from macflops.reference.shuffle import shuffle_permutation


class Routes(NamedTuple):
    """For a stage of readers: unit 0, unit 1 … of stride 1, and last the next stage, which reads all channels.

    Makers are the left and the right branch of the unit of stride 2, then the units of stride 1.
    """

    makes: list[Order]  # by maker: its output channels in the order in which it has to make them
    writes: list[list[tuple[int, int, slice]]]  # by maker: reader, first channel there, which of what it makes
    reads: list[Order]  # by reader: the channel of its (concatenated, shuffled) input that it finds at each place


def routes(outputs: Sequence[int], authors: bool) -> Routes:
    """Follow the channels of a stage whose makers have that many outputs. authors: shuffle on entry, the other way."""
    channels = outputs[0] + outputs[1]
    groups = channels // 2 if authors else 2
    p = shuffle_permutation(channels, groups)
    state = [(maker, i) for maker in (0, 1) for i in range(outputs[maker])]
    inputs = []
    for maker in range(2, len(outputs)):
        state = [state[i] for i in p]
        inputs.append(state[channels // 2 :])
        state = state[: channels // 2] + [(maker, i) for i in range(outputs[maker])]
    inputs.append(state if authors else [state[i] for i in p])

    makes: list[list[int]] = [[] for _ in outputs]
    writes: list[list[tuple[int, int, slice]]] = [[] for _ in outputs]
    reads = []
    for reader, wanted in enumerate(inputs):
        order = sorted(range(len(wanted)), key=lambda i: wanted[i])
        reads.append(np.array(order))
        for maker in sorted({maker for maker, _ in wanted}):
            places = [place for place, i in enumerate(order) if wanted[i][0] == maker]
            start = len(makes[maker])
            makes[maker] += [wanted[order[place]][1] for place in places]
            writes[maker].append((reader, places[0], slice(start, len(makes[maker]))))
    return Routes([np.array(order) for order in makes], writes, reads)
