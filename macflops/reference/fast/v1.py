"""ShuffleNet V1, laid out for images of one size."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from macflops.reference.fast.buffers import Flat, Padded, Split
from macflops.reference.fast.compiled import CompiledNetwork, Kept
from macflops.reference.fast.fold import Folded, Order, folded
from macflops.reference.fast.kernels import Plan, pixels
from macflops.reference.fast.stem import stem
from macflops.reference.plain import Array
from macflops.reference.shuffle import shuffle_permutation

if TYPE_CHECKING:
    from macflops.reference.shufflenet_v1 import ShuffleNetV1


def compile_v1(network: ShuffleNetV1, height: int, width: int) -> CompiledNetwork:
    """Lay a network out for images (3, height, width)."""
    plan, conv = Plan(), folded(network.parameters, "stem")
    image, pooled = stem(plan, conv, height, width, ceil_pool=False)
    maps = [Kept("stem", pooled, np.arange(len(conv.shift)), conv.shift)]
    for name in ("stage2", "stage3", "stage4"):
        maps.append(StageOfV1(plan, network, name, maps[-1]).build())
    return CompiledNetwork(plan, image, maps[1:], network.parameters)


class StageOfV1:
    """A stage on its input x. Units add to a map where it lies; the shuffle is part of writing what ReLU returns."""

    def __init__(self, plan: Plan, network: ShuffleNetV1, name: str, x: Kept) -> None:
        assert isinstance(x.buffer, Split)
        self.plan, self.network, self.name = plan, network, name
        self.x, self.entering = x.buffer, x.offset
        self.units = [unit for unit, _, _, stride in network.units() if unit.startswith(f"{name}.") and stride == 1]
        channels, bottleneck = (
            len(network.parameters[f"{self.units[0]}.{conv}.weight"]) for conv in ("expand", "reduce")
        )
        size = self.x.out
        self.flat = Flat(*size, channels)
        self.out = self.flat if name == "stage4" else Split(*size, channels)
        self.down = Split(*self.x.size, bottleneck, partial(plan.room, "wide"))
        self.middle = Padded(*size, bottleneck)
        pixels, narrow = size[0] * size[1], max(bottleneck, len(x.order))
        sizes = {"made": channels, "between": narrow, "spare": narrow}
        self.rooms = [plan.room(name, pixels * most) for name, most in sizes.items()]
        self.shuffle_groups = bottleneck // network.groups if network.authors else network.groups
        self.shuffled: Order = shuffle_permutation(bottleneck, self.shuffle_groups)

    def build(self) -> Kept:
        """Add all units to the plan, and return the stage's output."""
        offset, x = self._down(f"{self.name}.down"), self.flat.array
        for unit in self.units:
            self._reduce(unit, offset)
            y, shift = self._expand(unit, self.middle)
            offset = offset + shift
            self.plan.call(np.add, x, y, x)
            self.plan.floor(x, -offset)
        if self.out is not self.flat:
            self.out.surround(-offset)
            self.plan.copy(x, self.out.parts())
        return Kept(self.name, self.out, np.arange(len(offset)), offset)

    def _down(self, unit: str) -> Array:
        """Add the unit of stride 2, and return the offset of what it makes. An average has the offset of its input."""
        self._reduce_split(unit)
        y, shift = self._expand(unit, self.down)
        average, pooled = self._scratch(1, len(self.entering)), len(self.entering)
        main, shortcut = slice(0, len(shift)), slice(len(shift), None)
        if self.network.authors:
            main, shortcut = slice(pooled, None), slice(0, pooled)
        self.plan.floor(y, -shift)
        self.plan.copy(y, self.flat.parts(main))
        ninth = np.full((pooled, 1, 3, 3), 1 / 9, np.float32)
        self.plan.depthwise(self.x, ninth, average, self._scratch(2, pooled))
        self.plan.copy(average, self.flat.parts(shortcut))
        offset = np.empty(self.flat.array.shape[-1], np.float32)
        offset[main], offset[shortcut] = shift, self.entering
        return offset

    def _reduce_split(self, unit: str) -> None:
        """Convolve the whole bordered input of the stage, so that the output is bordered too, once cleared there.

        An ungrouped convolution makes its channels in the shuffled order at once.
        """
        groups = self.network.reduce_groups(unit)
        conv = self._conv(f"{unit}.reduce").behind(self.entering, groups)
        if groups == 1:
            conv = conv.making(self.shuffled)
            self.plan.pointwise(pixels(self.x.array), conv.weight, pixels(self.down.array))
            self.plan.shift(self.down.array, conv.shift)
            self.plan.floor(self.down.array, np.zeros_like(conv.shift))
        else:
            y = self.plan.room("made", *self.down.array.shape)
            self.plan.pointwise(pixels(self.x.array), conv.weight, pixels(y), groups)
            self.plan.shift(y, conv.shift)
            self.plan.floor(y, np.zeros_like(conv.shift))
            self.plan.copy_shuffled(y, [(slice(None), self.down.array)], self.shuffle_groups)
        self.plan.clear(self.down.borders())

    def _reduce(self, unit: str, offset: Array) -> None:
        conv = self._conv(f"{unit}.reduce").behind(offset, self.network.groups)
        y = self._scratch(0, len(conv.shift))
        self.plan.pointwise(pixels(self.flat.array), conv.weight, pixels(y), self.network.groups)
        self.plan.shift(y, conv.shift)
        self.plan.floor(y, np.zeros_like(conv.shift))
        self.plan.copy_shuffled(y, self.middle.parts(), self.shuffle_groups)

    def _expand(self, unit: str, x: Padded | Split) -> tuple[Array, Array]:
        """Convolve x, whose channels are shuffled, depthwise and pointwise. Return that and its shift, not added."""
        depthwise, groups = self._conv(f"{unit}.depthwise"), self.network.groups
        if self.network.authors:  # its filters are in the order before the shuffle
            depthwise = depthwise.making(self.shuffled)
        conv = self._conv(f"{unit}.expand").behind(depthwise.shift, groups)
        middle, y = self._scratch(1, len(depthwise.shift)), self._scratch(0, len(conv.shift))
        self.plan.depthwise(x, depthwise.weight, middle, self._scratch(2, len(depthwise.shift)))
        self.plan.pointwise(pixels(middle), conv.weight, pixels(y), groups)
        return y, conv.shift

    def _conv(self, name: str) -> Folded:
        return folded(self.network.parameters, name)

    def _scratch(self, number: int, channels: int) -> Array:
        height, width = self.x.out
        return self.rooms[number][: height * width * channels].reshape(height, width, channels)
