"""ShuffleNet V1: grouped pointwise convolutions, with the channels shuffled between them.

Source: Zhang, Zhou, Lin & Sun 2017, "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile
Devices", figure 2 (b) and (c) and Table 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from macflops.reference.layers import Layers
from macflops.reference.network import Compiled, Features, Network, convolution
from macflops.reference.plain import Array
from macflops.reference.tables import STEM, UNITS, V1_WIDTHS


class ShuffleNetV1(Network):
    """ShuffleNet V1 of width x (1.0: Table 1) with grouped pointwise convolutions, on images (N, 3, H, W).

    groups: 1, 2, 3, 4 or 8. seed: of the random parameters. primitives: "fast" or "plain".
    Where ports differ:
    stem: its channels; by default 24 x width. The authors' code has 24 at 1.5x and 16 at 0.5x with 8 groups.
    round_up: round widths up to a multiple of 4 x groups and the stem of groups, as tensorpack does, where otherwise a
    network that cannot be built is refused.
    grouped_first: group the first pointwise convolution of stage 2 too; Table 1 says not to.
    bias: of the classifier; the authors' code has none.
    authors: order things as the authors' code does: shuffle behind the depthwise convolution, not before it, and the
    other way round (channel_unshuffle); concatenate the pooled shortcut first, not last; and at the end of a unit of
    stride 2 apply ReLU to the main branch only, which changes nothing: the pooled shortcut is never negative.
    Raises ValueError where the channels cannot be divided as that needs.
    """

    def __init__(
        self,
        groups: int = 3,
        width: float = 1.0,
        num_classes: int = 1000,
        seed: int = 0,
        *,
        primitives: str = "fast",
        stem: int | None = None,
        round_up: bool = False,
        grouped_first: bool = False,
        bias: bool = True,
        authors: bool = False,
    ) -> None:
        if groups not in V1_WIDTHS:
            raise ValueError(f"groups: {groups} is not in Table 1 (use one of {', '.join(map(str, V1_WIDTHS))})")
        self.groups, self.grouped_first, self.authors = groups, grouped_first, authors
        self.stem = scaled(STEM if stem is None else stem, width if stem is None else 1, groups if round_up else 1)
        self.widths = [
            scaled(V1_WIDTHS[groups] * 2**stage, width, 4 * groups if round_up else 1) for stage in range(len(UNITS))
        ]
        shapes = convolution("stem", 3, self.stem, 3)
        for name, inputs, outputs, stride in self.units():
            self._check(name, inputs, outputs, stride)
            middle, made = outputs // 4, outputs - inputs if stride == 2 else outputs
            shapes |= convolution(f"{name}.reduce", inputs, middle, 1, self.reduce_groups(name))
            shapes |= convolution(f"{name}.depthwise", middle, middle, 3, middle)
            shapes |= convolution(f"{name}.expand", middle, made, 1, groups)
        shapes |= {"classifier.weight": (num_classes, self.widths[-1])}
        shapes |= {"classifier.bias": (num_classes,)} if bias else {}
        settings = {"groups": groups, "width": width, "num_classes": num_classes, "stem": stem}
        settings |= {"round_up": round_up, "grouped_first": grouped_first, "bias": bias, "authors": authors}
        super().__init__(settings, shapes, seed, primitives)

    def units(self) -> list[tuple[str, int, int, int]]:
        """List the units: name, input channels, output channels, stride."""
        units, inputs = [], self.stem
        for stage, (outputs, times) in enumerate(zip(self.widths, UNITS, strict=True), start=2):
            units.append((f"stage{stage}.down", inputs, outputs, 2))
            units += [(f"stage{stage}.{i}", outputs, outputs, 1) for i in range(times)]
            inputs = outputs
        return units

    def reduce_groups(self, name: str) -> int:
        """Return the groups of a unit's first pointwise convolution; by Table 1 the very first has one."""
        return 1 if name == "stage2.down" and not self.grouped_first else self.groups

    def forward(self, layers: Layers, x: Array, features: Features) -> Array:
        """Run all layers on x (N, 3, H, W), put the output of each stage into features, and return the logits."""
        x = layers.conv("stem", x, stride=2)
        x = layers.max_pool("maxpool", x, ceil=False)
        for name, _, _, stride in self.units():
            x = self.down(layers, name, x) if stride == 2 else self.unit(layers, name, x)
            features[name.partition(".")[0]] = x
        return layers.head("pool", "flatten", "classifier", x)

    def unit(self, layers: Layers, name: str, x: Array) -> Array:
        """Run a unit of stride 1, figure 2 (b): the main branch is added to its input."""
        y = layers.add(f"{name}.add", self.branch(layers, name, x, 1, act=False), x)
        return layers.relu(f"{name}.act", y)

    def down(self, layers: Layers, name: str, x: Array) -> Array:
        """Run a unit of stride 2, figure 2 (c): the shortcut is pooled and concatenated."""
        main = self.branch(layers, name, x, 2, act=self.authors)
        pooled = layers.average_pool(f"{name}.avgpool", x)
        if self.authors:
            return layers.concat(f"{name}.concat", pooled, main)
        return layers.relu(f"{name}.act", layers.concat(f"{name}.concat", main, pooled))

    def branch(self, layers: Layers, name: str, x: Array, stride: int, act: bool) -> Array:
        """Run a unit's main branch: reduce, shuffle, depthwise without ReLU, expand."""
        y = layers.conv(f"{name}.reduce", x, groups=self.reduce_groups(name))
        y = y if self.authors else layers.shuffle(f"{name}.shuffle", y, self.groups)
        y = layers.conv(f"{name}.depthwise", y, stride=stride, groups=y.shape[1], act=False)
        y = layers.unshuffle(f"{name}.shuffle", y, self.groups) if self.authors else y
        return layers.conv(f"{name}.expand", y, groups=self.groups, act=act)

    def compile(self, height: int, width: int) -> Compiled:
        """Lay the fast primitives out for images of one size."""
        from macflops.reference.fast.v1 import compile_v1

        return compile_v1(self, height, width)

    @classmethod
    def from_pytorchcv(cls, state_dict: Mapping[str, Any], primitives: str = "fast") -> Self:
        """Make the network that a state_dict of pytorchcv's shufflenet_g*_w* holds. Raises ValueError if it misfits."""
        from macflops.reference.ports import pytorchcv_v1

        settings, names = pytorchcv_v1(state_dict)
        network = cls(**settings, primitives=primitives)
        network.take(state_dict, names)
        return network

    def _check(self, name: str, inputs: int, outputs: int, stride: int) -> None:
        """Raise ValueError where the paper's rules need a division that leaves a rest."""
        g = self.groups
        for what, channels, divisor in (
            ("output", outputs, 4),
            ("input", inputs, self.reduce_groups(name)),
            ("bottleneck", outputs // 4, g),
            ("expanded", outputs - inputs if stride == 2 else outputs, g),
        ):
            if channels % divisor:
                hint = "choose another width, or round_up"
                raise ValueError(f"{name}: {divisor} does not divide its {channels} {what} channels ({hint})")


def scaled(channels: int, width: float, multiple: int) -> int:
    """Scale a number of channels, up to the next multiple. Raises ValueError where the result is no whole number."""
    exact = channels * width
    if multiple == 1 and exact != int(exact):
        raise ValueError(
            f"width: {width} x {channels} channels is {exact:g}, no whole number (choose another, or round_up)"
        )
    result = -(-int(exact) // multiple) * multiple if exact == int(exact) else (int(exact) // multiple + 1) * multiple
    if result < 1:
        raise ValueError(f"width: {width} leaves no channels (use a positive one)")
    return result
