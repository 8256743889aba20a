"""ShuffleNet V2, laid out for images of one size."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from macflops.reference.fast.buffers import Flat, Padded, Split
from macflops.reference.fast.compiled import CompiledNetwork, Kept
from macflops.reference.fast.fold import Folded, folded
from macflops.reference.fast.kernels import Plan, pixels
from macflops.reference.fast.routes import routes
from macflops.reference.fast.stem import stem
from macflops.reference.plain import Array

if TYPE_CHECKING:
    from macflops.reference.shufflenet_v2 import ShuffleNetV2


def compile_v2(network: ShuffleNetV2, height: int, width: int) -> CompiledNetwork:
    """Lay a network out for images (3, height, width)."""
    plan, conv = Plan(), folded(network.parameters, "stem")
    image, pooled = stem(plan, conv, height, width, network.ceil_pool, spare=1)
    maps = [Kept("stem", pooled, np.arange(len(conv.shift)), conv.shift)]
    for name in ("stage2", "stage3", "stage4"):
        maps.append(StageOfV2(plan, network, name, maps[-1]).build())
    _, x, order, offset = maps[-1]
    conv = folded(network.parameters, "conv5").reading(order).behind(offset).past_one()
    y = Flat(*x.size, len(conv.shift))
    plan.pointwise(pixels(x.array), conv.weight, pixels(y.array))
    plan.floor(y.array, -conv.shift)
    maps.append(Kept("conv5", y, np.arange(len(conv.shift)), conv.shift))
    return CompiledNetwork(plan, image, maps[1:], network.parameters)


class StageOfV2:
    """A stage on its input x. Each channel goes once, from the branch that makes it to the unit that convolves it.

    The input of the stage and of each unit has one more channel, which is 1: it brings in the shift of the product.
    """

    def __init__(self, plan: Plan, network: ShuffleNetV2, name: str, x: Kept) -> None:
        assert isinstance(x.buffer, Split)
        self.plan, self.parameters, self.name = plan, network.parameters, name
        self.x, self.order, self.offset = x.buffer, x.order, x.offset
        self.units = [unit for unit, _, _, stride in network.units() if unit.startswith(f"{name}.") and stride == 1]
        branches = [f"{name}.down.shortcut_expand", f"{name}.down.expand", *(f"{unit}.expand" for unit in self.units)]
        outputs = [self._width(branch) for branch in branches]
        self.routes = routes(outputs, network.authors)
        size, half, down = self.x.out, outputs[-1], self._width(f"{name}.down.reduce")
        self.readers: list[Flat] = [Flat(*size, half + 1) for _ in self.units]
        self.readers.append(Flat(*size, 2 * half + 1) if name == "stage4" else Split(*size, 2 * half + 1))
        self.offsets = [np.empty(reader.array.shape[-1] - 1, np.float32) for reader in self.readers]
        for one in (self.x, *self.readers):
            one.array[..., -1] = 1
        self.down = Split(*self.x.size, down, partial(plan.room, "wide"))
        self.middle = Padded(*size, half)
        most = size[0] * size[1] * max(*outputs, len(x.order) + 1, down)
        self.rooms = [plan.room(name, most) for name in ("made", "between", "spare")]

    def build(self) -> Kept:
        """Add all units to the plan, and return the stage's output."""
        unit = f"{self.name}.down"
        shortcut = self._conv(f"{unit}.shortcut_depthwise").making(self.order).bordered(self.offset)
        expand = self._conv(f"{unit}.shortcut_expand").reading(self.order)
        self._expand(0, self.x, shortcut.with_spare(), expand.past_one())
        self._reduce_split(self._conv(f"{unit}.reduce").reading(self.order).behind(self.offset).with_one())
        self._expand(1, self.down, self._conv(f"{unit}.depthwise"), self._conv(f"{unit}.expand"))
        for i, unit in enumerate(self.units):
            reduce = self._conv(f"{unit}.reduce").reading(self.routes.reads[i]).behind(self.offsets[i]).with_one()
            self._reduce(self.readers[i], reduce)
            self._expand(2 + i, self.middle, self._conv(f"{unit}.depthwise"), self._conv(f"{unit}.expand"))
        self.readers[-1].surround(np.append(-self.offsets[-1], np.float32(1)))
        return Kept(self.name, self.readers[-1], self.routes.reads[-1], self.offsets[-1])

    def _reduce_split(self, conv: Folded) -> None:
        """Convolve the whole bordered input of the stage, so that the output is bordered too, once cleared there."""
        y = self.down
        self.plan.pointwise(pixels(self.x.array), conv.weight, pixels(y.array))
        self.plan.floor(y.array, np.zeros_like(conv.shift))
        self.plan.clear(y.borders())

    def _reduce(self, x: Flat, conv: Folded) -> None:
        y = self._scratch(0, len(conv.shift))
        self.plan.pointwise(pixels(x.array), conv.weight, pixels(y))
        self.plan.floor(y, np.zeros_like(conv.shift))
        self.plan.copy(y, self.middle.parts())

    def _expand(self, maker: int, x: Padded | Split, depthwise: Folded, conv: Folded) -> None:
        """Convolve x depthwise and pointwise, and write each channel to its reader."""
        conv = conv.behind(depthwise.shift).making(self.routes.makes[maker])
        middle, y = self._scratch(1, len(depthwise.shift)), self._scratch(0, len(conv.shift))
        self.plan.depthwise(x, depthwise.weight, middle, self._scratch(2, len(depthwise.shift)))
        self.plan.pointwise(pixels(middle), conv.weight, pixels(y))
        self.plan.floor(y, -conv.shift)
        for reader, first, made in self.routes.writes[maker]:
            places = slice(first, first + made.stop - made.start)
            self.plan.copy(y[..., made], self.readers[reader].parts(places))
            self.offsets[reader][places] = conv.shift[made]

    def _conv(self, name: str) -> Folded:
        return folded(self.parameters, name)

    def _scratch(self, number: int, channels: int) -> Array:
        height, width = self.x.out
        return self.rooms[number][: height * width * channels].reshape(height, width, channels)

    def _width(self, conv: str) -> int:
        return len(self.parameters[f"{conv}.weight"])
