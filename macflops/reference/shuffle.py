"""The channel shuffle: what it does, how it is undone, the permutation it is, and how far it mixes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from macflops.reference.tables import V1_WIDTHS, V2_WIDTHS


def channel_shuffle(x: NDArray[np.float32], groups: int) -> NDArray[np.float32]:
    """Shuffle the channels of x (N, C, H, W): first the first of every group, then the second of each, and so on.

    Three steps: view C as (groups, C/groups), transpose the two, flatten. With 8 channels in 2 groups
    0 1 2 3 | 4 5 6 7 becomes 0 4 1 5 2 6 3 7. Raises ValueError where groups does not divide C.
    Source: ShuffleNet V1 (Zhang et al. 2017), section 3.1, figure 1 (c).
    """
    n, c, h, w = x.shape
    viewed = x.reshape(n, groups, channels_per_group(c, groups), h, w)
    transposed = viewed.transpose(0, 2, 1, 3, 4)
    return transposed.reshape(n, c, h, w)


def channel_unshuffle(x: NDArray[np.float32], groups: int) -> NDArray[np.float32]:
    """Undo channel_shuffle(x, groups) of x (N, C, H, W): it is the shuffle with C/groups groups."""
    return channel_shuffle(x, channels_per_group(x.shape[1], groups))


def shuffle_permutation(channels: int, groups: int) -> NDArray[np.intp]:
    """Return the permutation p that the shuffle is: output channel i is input channel p[i]."""
    return np.arange(channels, dtype=np.intp).reshape(groups, channels_per_group(channels, groups)).T.ravel()


class Mixing(NamedTuple):
    """How a shuffle of channels in groups mixes them. Source: ShuffleNet V1, section 3.1."""

    channels: int
    groups: int
    even: bool  # each group of the output takes equally many channels from each group of the input
    own_inverse: bool  # shuffling twice changes nothing
    units: int | None  # units until every input has reached every output; None: never


def mixing(channels: int, groups: int, passed: int = 0) -> Mixing:
    """Say whether the shuffle mixes evenly, whether it is its own inverse, and after how many units all is mixed.

    Even: groups divides channels per group. Own inverse: channels per group = groups, or one of the two is 1 and
    nothing moves. A unit is a grouped convolution with a shuffle behind it; of its groups the first passed ones are not
    convolved: none in ShuffleNet V1, one of two in V2. Units are found by following the channels, not by a formula.
    """
    each = channels_per_group(channels, groups)
    p = shuffle_permutation(channels, groups)
    own_inverse = bool((p[p] == np.arange(channels)).all())
    return Mixing(channels, groups, each % groups == 0, own_inverse, _units(p, groups, passed))


def papers_mixing() -> dict[str, tuple[Mixing, Mixing, Mixing]]:
    """Return the mixing in stages 2, 3 and 4 of the papers' networks at 1x: V1 shuffles its bottlenecks, V2 whole maps.

    At 3 groups none mixes evenly (20, 40 and 80 channels a group), and in V2 the first channel of a stage is never
    convolved within it: it stays first. Source: ShuffleNet V1, Table 1; ShuffleNet V2 (Ma et al. 2018), Table 5.
    """
    table = {
        f"shufflenet_v1_g{groups}": (mixing(c // 4, groups), mixing(2 * c // 4, groups), mixing(4 * c // 4, groups))
        for groups, c in V1_WIDTHS.items()
    }
    c2, c3, c4, _ = V2_WIDTHS[1.0]
    return {**table, "shufflenet_v2": (mixing(c2, 2, passed=1), mixing(c3, 2, passed=1), mixing(c4, 2, passed=1))}


def channels_per_group(channels: int, groups: int) -> int:
    """Divide channels by groups, or raise ValueError where that leaves a rest."""
    if groups < 1 or channels % groups:
        raise ValueError(f"groups: {groups} does not divide {channels} channels (use a divisor of {channels})")
    return channels // groups


def _units(p: NDArray[np.intp], groups: int, passed: int) -> int | None:
    """Count the units until reached is full, where reached[a, b] says that channel a has seen input b."""
    reached = np.eye(len(p), dtype=bool)
    patience = 1 + len(p).bit_length()  # a channel that is passed moves groups times as far each time, or never
    units, grown_at = 0, 0
    while units - grown_at <= patience:
        units, before = units + 1, reached.sum()
        by_group = reached.reshape(groups, -1, len(p))
        by_group[passed:] = by_group[passed:].any(axis=1, keepdims=True)
        if reached.all():
            return units
        grown_at = units if reached.sum() > before else grown_at
        reached = reached[p]
    return None
