"""The networks in PyTorch, written from the papers: a second hand, for the values and the counts of the witness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float32]
Forward = Callable[[Tensor], Tensor]


class Paper:
    """The layers that both papers use, with the weights of one of our networks by name."""

    def __init__(self, parameters: Mapping[str, Array]) -> None:
        self.p = {name: torch.from_numpy(array) for name, array in parameters.items()}

    def conv(self, name: str, x: Tensor, *, stride: int = 1, groups: int = 1, relu: bool = True) -> Tensor:
        weight = self.p[f"{name}.weight"]
        x = F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2, groups=groups)
        mean, variance, scale, bias = (self.p[f"{name}.norm.{k}"] for k in ("mean", "variance", "weight", "bias"))
        x = F.batch_norm(x, mean, variance, scale, bias, eps=1e-5)
        return F.relu(x) if relu else x

    def stem(self, x: Tensor) -> Tensor:
        """V1 Table 1, V2 Table 5: 3x3 convolution and 3x3 max pool, both of stride 2."""
        return F.max_pool2d(self.conv("stem", x, stride=2), 3, stride=2, padding=1)

    def classify(self, x: Tensor) -> Tensor:
        return F.linear(x.mean((2, 3)), self.p["classifier.weight"], self.p.get("classifier.bias"))


def shuffled(x: Tensor, groups: int) -> Tensor:
    """V1 section 3.1: reshape to (g, n), transpose, flatten."""
    n, c, h, w = x.shape
    return x.reshape(n, groups, c // groups, h, w).transpose(1, 2).flatten(1, 2)


class PaperV1(Paper):
    """ShuffleNet V1 (Zhang et al. 2017), figure 2 and Table 1."""

    def __init__(self, parameters: Mapping[str, Array], groups: int, grouped_first: bool = False) -> None:
        super().__init__(parameters)
        self.groups, self.grouped_first = groups, grouped_first

    def __call__(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage, repeats in ((2, 3), (3, 7), (4, 3)):
            first = 1 if stage == 2 and not self.grouped_first else self.groups
            y = self.branch(f"stage{stage}.down", x, 2, first)
            x = F.relu(torch.cat([y, F.avg_pool2d(x, 3, stride=2, padding=1)], 1))
            for i in range(repeats):
                x = F.relu(x + self.branch(f"stage{stage}.{i}", x, 1, self.groups))
        return self.classify(x)

    def branch(self, name: str, x: Tensor, stride: int, groups: int) -> Tensor:
        x = self.conv(f"{name}.reduce", x, groups=groups)
        x = shuffled(x, self.groups)
        x = self.conv(f"{name}.depthwise", x, stride=stride, groups=x.shape[1], relu=False)
        return self.conv(f"{name}.expand", x, groups=self.groups, relu=False)


class AuthorsV1(PaperV1):
    """As the authors' code orders it (megvii-model/ShuffleNet-Series, ShuffleNetV1/blocks.py)."""

    def __call__(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage, repeats in ((2, 3), (3, 7), (4, 3)):
            first = 1 if stage == 2 else self.groups
            y = F.relu(self.branch(f"stage{stage}.down", x, 2, first))
            x = torch.cat([F.avg_pool2d(x, 3, stride=2, padding=1), y], 1)
            for i in range(repeats):
                x = F.relu(x + self.branch(f"stage{stage}.{i}", x, 1, self.groups))
        return self.classify(x)

    def branch(self, name: str, x: Tensor, stride: int, groups: int) -> Tensor:
        x = self.conv(f"{name}.reduce", x, groups=groups)
        x = self.conv(f"{name}.depthwise", x, stride=stride, groups=x.shape[1], relu=False)
        if self.groups > 1:
            x = shuffled(x, x.shape[1] // self.groups)
        return self.conv(f"{name}.expand", x, groups=self.groups, relu=False)


class PaperV2(Paper):
    """ShuffleNet V2 (Ma et al. 2018), figure 3 (c), (d) and Table 5. Widths come with the parameters."""

    def __call__(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage, repeats in ((2, 3), (3, 7), (4, 3)):
            x = shuffled(self.down(f"stage{stage}.down", x), 2)
            for i in range(repeats):
                left, right = x.chunk(2, 1)
                x = shuffled(torch.cat([left, self.right(f"stage{stage}.{i}", right, 1)], 1), 2)
        return self.classify(self.conv("conv5", x))

    def down(self, name: str, x: Tensor) -> Tensor:
        left = self.conv(f"{name}.shortcut_depthwise", x, stride=2, groups=x.shape[1], relu=False)
        return torch.cat([self.conv(f"{name}.shortcut_expand", left), self.right(name, x, 2)], 1)

    def right(self, name: str, x: Tensor, stride: int) -> Tensor:
        x = self.conv(f"{name}.reduce", x)
        x = self.conv(f"{name}.depthwise", x, stride=stride, groups=x.shape[1], relu=False)
        return self.conv(f"{name}.expand", x)


class AuthorsV2(PaperV2):
    """As the authors' code shuffles (ShuffleNetV2/blocks.py): units of stride 1 take even channels left, odd right."""

    def __call__(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage, repeats in ((2, 3), (3, 7), (4, 3)):
            x = self.down(f"stage{stage}.down", x)
            for i in range(repeats):
                x = torch.cat([x[:, 0::2], self.right(f"stage{stage}.{i}", x[:, 1::2], 1)], 1)
        return self.classify(self.conv("conv5", x))


class CeilV2(PaperV2):
    """With the max pool of ports that do not pad it but let its last windows reach over the border."""

    def stem(self, x: Tensor) -> Tensor:
        return F.max_pool2d(self.conv("stem", x, stride=2), 3, stride=2, ceil_mode=True)


@pytest.fixture(scope="session")
def paper() -> dict[str, type[Any]]:
    return {"v1": PaperV1, "v1 authors": AuthorsV1, "v2": PaperV2, "v2 authors": AuthorsV2, "v2 ceil": CeilV2}


@pytest.fixture(scope="session")
def images() -> Callable[..., Array]:
    """Draw a batch of images, the same for the same shape."""

    def draw(*shape: int) -> Array:
        return np.random.default_rng(shape).standard_normal(shape).astype(np.float32)

    return draw


@pytest.fixture(scope="session")
def worst() -> Callable[[Array, Any], float]:
    """Measure the largest difference, as a share of the largest expected value."""

    def difference(got: Array, expected: Any) -> float:
        wanted = np.asarray(expected)
        assert got.shape == wanted.shape
        return float(np.abs(got - wanted).max() / np.abs(wanted).max())

    return difference
