"""Named layers: each finds its weights by its name and calls one primitive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from macflops.reference import plain
from macflops.reference.plain import Array
from macflops.reference.shuffle import channel_shuffle, channel_unshuffle
from macflops.reference.tables import EPSILON

Pair = tuple[Array, Array]


class Layers:
    """Applies the plain primitives by layer name. All maps are (N, C, H, W).

    NAME.weight and NAME.bias are a layer's own; the batch norm of a convolution called NAME is NAME.norm, with .weight,
    .bias, .mean and .variance; its ReLU is NAME.act and has no weights.
    """

    def __init__(self, parameters: Mapping[str, Array]) -> None:
        self.parameters = parameters

    def conv(self, name: str, x: Array, *, stride: int = 1, groups: int = 1, act: bool = True) -> Array:
        """Convolve with an odd kernel at padding (kernel - 1)/2, batch-normalize, and apply ReLU if act."""
        weight = self.parameters[f"{name}.weight"]
        settings: dict[str, Any] = {"stride": stride, "padding": weight.shape[2] // 2, "groups": groups}
        y: Array = self.apply(name, "conv", plain.conv2d, (x,), (weight,), **settings)
        norm = tuple(self.parameters[f"{name}.norm.{part}"] for part in ("weight", "bias"))
        statistics = tuple(self.parameters[f"{name}.norm.{part}"] for part in ("mean", "variance"))
        y = self.apply(f"{name}.norm", "norm", plain.batch_norm, (y,), norm, statistics, epsilon=EPSILON)
        return self.relu(f"{name}.act", y) if act else y

    def relu(self, name: str, x: Array) -> Array:
        """Apply ReLU."""
        y: Array = self.apply(name, "act", plain.relu, (x,))
        return y

    def max_pool(self, name: str, x: Array, *, ceil: bool) -> Array:
        """Take the largest of 3 x 3 at stride 2: padded by one, or unpadded with the last window over the border."""
        settings: dict[str, Any] = {"kernel": 3, "stride": 2, "padding": 0 if ceil else 1, "ceil": ceil}
        y: Array = self.apply(name, "pool", plain.max_pool, (x,), **settings)
        return y

    def average_pool(self, name: str, x: Array) -> Array:
        """Average 3 x 3 at stride 2, padded by one."""
        y: Array = self.apply(name, "pool", plain.average_pool, (x,), kernel=3, stride=2, padding=1)
        return y

    def add(self, name: str, x: Array, y: Array) -> Array:
        """Add two maps of one shape."""
        z: Array = self.apply(name, "add", plain.add, (x, y))
        return z

    def concat(self, name: str, x: Array, y: Array) -> Array:
        """Put the channels of y behind those of x."""
        z: Array = self.apply(name, "concat", plain.concat, (x, y))
        return z

    def split(self, name: str, x: Array) -> Pair:
        """View the two halves of the channels."""
        halves: Pair = self.apply(name, "split", plain.split, (x,))
        return halves

    def shuffle(self, name: str, x: Array, groups: int) -> Array:
        """Shuffle the channels. One group has nothing to shuffle: no layer."""
        if groups == 1:
            return x
        y: Array = self.apply(name, "shuffle", channel_shuffle, (x,), groups=groups)
        return y

    def unshuffle(self, name: str, x: Array, groups: int) -> Array:
        """Shuffle the channels the other way round."""
        if groups == 1:
            return x
        y: Array = self.apply(name, "shuffle", channel_unshuffle, (x,), groups=groups)
        return y

    def head(self, pool: str, flatten: str, classifier: str, x: Array) -> Array:
        """Average all pixels, flatten, classify: logits (N, classes)."""
        pooled = self.apply(pool, "pool", plain.global_average_pool, (x,))
        flat = self.apply(flatten, "flatten", plain.flatten, (pooled,))
        own = [self.parameters[f"{classifier}.weight"]]
        if f"{classifier}.bias" in self.parameters:
            own.append(self.parameters[f"{classifier}.bias"])
        y: Array = self.apply(classifier, "linear", plain.linear, (flat,), tuple(own))
        return y

    def apply(
        self,
        name: str,
        op: str,
        primitive: Callable[..., Any],
        inputs: tuple[Array, ...],
        learned: tuple[Array, ...] = (),
        statistics: tuple[Array, ...] = (),
        **settings: Any,
    ) -> Any:
        """Call the primitive on its inputs, what it has learned, and its statistics. Everything runs through here."""
        return primitive(*inputs, *learned, *statistics, **settings)
