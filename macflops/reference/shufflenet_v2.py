"""ShuffleNet V2: half of the channels pass each unit untouched.

Source: Ma, Zhang, Zheng & Sun 2018, "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
figure 3 (c) and (d) and Table 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from macflops.reference.layers import Layers
from macflops.reference.network import Compiled, Features, Network, convolution
from macflops.reference.plain import Array
from macflops.reference.tables import STEM, UNITS, V2_WIDTHS


class ShuffleNetV2(Network):
    """ShuffleNet V2 of width 0.5, 1.0, 1.5 or 2.0 (Table 5), on images (N, 3, H, W).

    seed: of the random parameters. primitives: "fast" or "plain".
    paper: the left branch of the first unit of stage 2 keeps its 24 channels, as the paper's own sums and the authors'
    code have it; otherwise it widens to half of the output, as in torchvision. From stage 3 on the two are the same.
    Where ports differ:
    widths: output channels of stages 2, 3, 4 and of conv5, in place of Table 5's.
    bottleneck: channels in the middle of the right branch of that first unit; by default half of the output.
    ceil_pool: the max pool is not padded, but its last windows reach over the border.
    authors: shuffle as the authors' code does: on entry to the units of stride 1, not behind every unit, and the other
    way round (channel_unshuffle).
    bias: of the classifier; the authors' code has none.
    Raises ValueError on another width, or widths that cannot be halved.
    """

    def __init__(
        self,
        width: float = 1.0,
        num_classes: int = 1000,
        seed: int = 0,
        paper: bool = False,
        *,
        primitives: str = "fast",
        widths: Sequence[int] | None = None,
        bottleneck: int | None = None,
        ceil_pool: bool = False,
        authors: bool = False,
        bias: bool = True,
    ) -> None:
        if widths is None and width not in V2_WIDTHS:
            raise ValueError(f"width: {width} is not in Table 5 (use one of {', '.join(map(str, V2_WIDTHS))})")
        *self.widths, self.last = V2_WIDTHS[width] if widths is None else widths
        if len(self.widths) != len(UNITS) or any(c % 2 for c in self.widths) or min(*self.widths, self.last) < 2:
            raise ValueError(f"widths: {widths} are not three even widths and that of conv5")
        self.paper, self.bottleneck = paper, bottleneck
        self.ceil_pool, self.authors = ceil_pool, authors
        shapes = convolution("stem", 3, STEM, 3)
        for name, inputs, outputs, stride in self.units():
            half = outputs // 2
            if stride == 1:
                shapes |= self._branch(name, half, half, half)
            else:
                left = inputs if paper or name != "stage2.down" else half
                if left >= outputs:
                    raise ValueError(
                        f"{name}: {outputs} output channels leave none to the right of the {left} at the left"
                    )
                shapes |= convolution(f"{name}.shortcut_depthwise", inputs, inputs, 3, inputs)
                shapes |= convolution(f"{name}.shortcut_expand", inputs, left)
                middle = bottleneck if bottleneck and name == "stage2.down" else half
                shapes |= self._branch(name, inputs, middle, outputs - left)
        shapes |= convolution("conv5", self.widths[-1], self.last)
        shapes |= {"classifier.weight": (num_classes, self.last)}
        shapes |= {"classifier.bias": (num_classes,)} if bias else {}
        settings: dict[str, Any] = {
            "width": width,
            "num_classes": num_classes,
            "paper": paper,
            "bottleneck": bottleneck,
        }
        settings |= {"widths": None if widths is None else [int(c) for c in widths], "ceil_pool": ceil_pool}
        settings |= {"authors": authors, "bias": bias}
        super().__init__(settings, shapes, seed, primitives)

    def units(self) -> list[tuple[str, int, int, int]]:
        """List the units: name, input channels, output channels, stride."""
        units, inputs = [], STEM
        for stage, (outputs, times) in enumerate(zip(self.widths, UNITS, strict=True), start=2):
            units.append((f"stage{stage}.down", inputs, outputs, 2))
            units += [(f"stage{stage}.{i}", outputs, outputs, 1) for i in range(times)]
            inputs = outputs
        return units

    def forward(self, layers: Layers, x: Array, features: Features) -> Array:
        """Run all layers on x (N, 3, H, W), put the output of each stage into features, and return the logits."""
        x = layers.conv("stem", x, stride=2)
        x = layers.max_pool("maxpool", x, ceil=self.ceil_pool)
        for name, _, _, stride in self.units():
            x = self.down(layers, name, x) if stride == 2 else self.unit(layers, name, x)
            features[name.partition(".")[0]] = x
        features["conv5"] = x = layers.conv("conv5", x)
        return layers.head("pool", "flatten", "classifier", x)

    def unit(self, layers: Layers, name: str, x: Array) -> Array:
        """Run a unit of stride 1, figure 3 (c): the left half of the channels passes."""
        x = layers.unshuffle(f"{name}.shuffle", x, 2) if self.authors else x
        left, right = layers.split(f"{name}.split", x)
        y = layers.concat(f"{name}.concat", left, self.right(layers, name, right, 1))
        return y if self.authors else layers.shuffle(f"{name}.shuffle", y, 2)

    def down(self, layers: Layers, name: str, x: Array) -> Array:
        """Run a unit of stride 2, figure 3 (d): both branches see all channels."""
        left = layers.conv(f"{name}.shortcut_depthwise", x, stride=2, groups=x.shape[1], act=False)
        left = layers.conv(f"{name}.shortcut_expand", left)
        y = layers.concat(f"{name}.concat", left, self.right(layers, name, x, 2))
        return y if self.authors else layers.shuffle(f"{name}.shuffle", y, 2)

    def right(self, layers: Layers, name: str, x: Array, stride: int) -> Array:
        """Run a unit's right branch: 1x1, depthwise without ReLU, 1x1."""
        y = layers.conv(f"{name}.reduce", x)
        y = layers.conv(f"{name}.depthwise", y, stride=stride, groups=y.shape[1], act=False)
        return layers.conv(f"{name}.expand", y)

    def compile(self, height: int, width: int) -> Compiled:
        """Lay the fast primitives out for images of one size."""
        from macflops.reference.fast.v2 import compile_v2

        return compile_v2(self, height, width)

    @classmethod
    def from_torchvision(cls, state_dict: Mapping[str, Any], primitives: str = "fast") -> Self:
        """Make the network of a state_dict of torchvision's shufflenet_v2_x*. Raises ValueError if it misfits."""
        from macflops.reference.ports import torchvision_v2

        return cls._ported(state_dict, *torchvision_v2(state_dict), primitives=primitives)

    @classmethod
    def from_pytorchcv(cls, state_dict: Mapping[str, Any], primitives: str = "fast") -> Self:
        """Make the network that a state_dict of pytorchcv's shufflenetv2_* or shufflenetv2b_* holds.

        Raises ValueError if it does not fit.
        """
        from macflops.reference.ports import pytorchcv_v2

        return cls._ported(state_dict, *pytorchcv_v2(state_dict), primitives=primitives)

    @classmethod
    def _ported(
        cls, state_dict: Mapping[str, Any], settings: dict[str, Any], names: dict[str, str], *, primitives: str
    ) -> Self:
        network = cls(**settings, primitives=primitives)
        network.take(state_dict, names)
        return network

    @staticmethod
    def _branch(name: str, inputs: int, middle: int, outputs: int) -> dict[str, tuple[int, ...]]:
        shapes = convolution(f"{name}.reduce", inputs, middle)
        shapes |= convolution(f"{name}.depthwise", middle, middle, 3, middle)
        return shapes | convolution(f"{name}.expand", middle, outputs)
