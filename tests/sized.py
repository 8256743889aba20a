"""Networks for images of any size, by PyTorch alone: what each computes from the sizes of its input."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everywhere

CHANNELS = 3  # of the image (N, 3, H, W) that each takes


def conv(c1: int, c2: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Return a convolution with its norm and activation."""
    made = nn.Conv2d(c1, c2, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(made, nn.BatchNorm2d(c2), nn.ReLU())


class Same(nn.Module):
    """Paddings as TensorFlow has them: computed where the stride is 2, `same` where it is 1."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.down = nn.Conv2d(3, 8, 3, 2), nn.Conv2d(8, 12, 3, 2)
        self.same = nn.Conv2d(12, 12, 5, padding="same", dilation=2, groups=4)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of a quarter of the sides, rounded up."""
        for one in (self.stem, self.down):
            h, w = x.shape[-2:]
            x = F.relu6(one(F.pad(x, (0, 1 + w % 2, 0, 1 + h % 2))))
        found: Tensor = self.same(x)
        return found


class Pyramid(nn.Module):
    """Feature pyramid (Lin et al. 2017): each level upsampled to the size of the one below."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList((conv(3, 8, 3, 2), conv(8, 12, 3, 2), conv(12, 20, 3, 2)))
        self.sides = nn.ModuleList(nn.Conv2d(c, 8, 1) for c in (8, 12, 20))
        self.smooth = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1) for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return three maps."""
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        y = self.sides[2](maps[2])
        found = [self.smooth[2](y)]
        for level in (1, 0):
            y = self.sides[level](maps[level]) + F.interpolate(y, size=maps[level].shape[-2:])
            found.append(self.smooth[level](y))
        return tuple(found)


class Cropped(nn.Module):
    """U-Net with convolutions that do not pad (Ronneberger et al. 2015): skips are cropped at their borders."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.bottom, self.up = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 16, 3), nn.ConvTranspose2d(16, 8, 2, 2)
        self.right = nn.Conv2d(16, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return a smaller map."""
        skip = F.relu(self.down(x))
        y = self.up(F.relu(self.bottom(F.max_pool2d(skip, 2))))
        (h, w), (high, wide) = skip.shape[-2:], y.shape[-2:]
        top, left = (h - high) // 2, (w - wide) // 2
        found: Tensor = self.right(torch.cat([skip[:, :, top : top + high, left : left + wide], y], 1))
        return found


class Excited(nn.Module):
    """Squeeze-and-excitation (Hu et al. 2018), a depthwise convolution, an adaptive pool, a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.depthwise = conv(3, 16, 3, 2), conv(16, 16, 5, 2, groups=16)
        self.pool, self.reduce, self.expand = nn.AdaptiveAvgPool2d(1), nn.Conv2d(16, 4, 1), nn.Conv2d(4, 16, 1)
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, 10)."""
        x = self.depthwise(self.stem(x))
        x = x * torch.sigmoid(self.expand(F.relu(self.reduce(self.pool(x)))))
        found: Tensor = self.head(self.pool(x).flatten(1))
        return found


class Shuffled(nn.Module):
    """A unit of ShuffleNet V2 (Ma et al. 2018), its shuffle written as views."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.pool = conv(3, 16, 3, 2), nn.MaxPool2d(3, 2, ceil_mode=True)
        self.right = nn.Sequential(conv(8, 8, 1), conv(8, 8, 3, groups=8), conv(8, 8, 1))
        self.grouped = nn.Conv2d(16, 16, 1, groups=2)

    def forward(self, x: Tensor) -> Tensor:
        """Return means (N, 16)."""
        left, right = self.pool(self.stem(x)).chunk(2, 1)
        x = torch.cat([left, self.right(right)], 1)
        n, c, h, w = x.shape
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        return self.grouped(x).mean((2, 3))  # type: ignore[no-any-return]


class Attentive(nn.Module):
    """Attention over all H·W tokens, as a layer of a transformer."""

    def __init__(self) -> None:
        super().__init__()
        self.patch, self.norm = nn.Conv2d(3, 16, 4, 4), nn.LayerNorm(16)
        self.qkv, self.out = nn.Linear(16, 48), nn.Linear(16, 16)
        self.up, self.down = nn.Linear(16, 32), nn.Linear(32, 16)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of a quarter of the sides."""
        x = self.patch(x)
        n, c, h, w = x.shape
        y: Tensor = x.flatten(2).transpose(1, 2)
        q, k, v = self.qkv(self.norm(y)).reshape(n, h * w, 3, 4, c // 4).permute(2, 0, 3, 1, 4).unbind(0)
        attention = (q @ k.transpose(-2, -1) * 0.5).softmax(-1)
        y = y + self.out((attention @ v).transpose(1, 2).reshape(n, h * w, c))
        y = y + self.down(F.gelu(self.up(self.norm(y))))
        return y.transpose(1, 2).reshape(n, c, h, w)


class Axial(nn.Module):
    """Attention along each row by itself (Ho et al. 2019): rows become images of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.query, self.key = conv(3, 8, 3, 2), nn.Linear(8, 4), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of half the sides."""
        x = self.stem(x)
        n, c, h, w = x.shape
        rows = x.permute(0, 2, 3, 1).reshape(n * h, w, c)
        y = torch.bmm((torch.bmm(self.query(rows), self.key(rows).transpose(1, 2))).softmax(-1), rows)
        return y.view(n, h, w, c).permute(0, 3, 1, 2) + x


class Windows(nn.Module):
    """Windows of 4 by 4 (Liu et al. 2021), on the part of the map that they divide."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.mix = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map whose sides are multiples of 4."""
        x = self.stem(x)
        n, c, h, w = x.shape
        x = x[:, :, : h // 4 * 4, : w // 4 * 4]
        y: Tensor = x.reshape(n, c, h // 4, 4, w // 4, 4).permute(0, 2, 4, 1, 3, 5).reshape(-1, c, 16)
        y = self.mix(y).view(n, h // 4, w // 4, c, 4, 4).permute(0, 3, 1, 4, 2, 5)
        return y.reshape(n, c, h // 4 * 4, w // 4 * 4)


class Atrous(nn.Module):
    """Atrous spatial pyramid pooling (Chen et al. 2017), the pooled image upsampled again, back to the input's size."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv(3, 8, 3, 2)
        self.paths = nn.ModuleList(nn.Conv2d(8, 4, 3, padding=d, dilation=d) for d in (1, 2, 3))
        self.pooled, self.head = nn.Conv2d(8, 4, 1), nn.Conv2d(16, 5, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of the input's sides."""
        y = self.stem(x)
        pooled = self.pooled(F.adaptive_avg_pool2d(y, 1))
        pooled = F.interpolate(pooled, size=y.shape[-2:], mode="bilinear", align_corners=False)
        y = self.head(torch.cat([*(path(y) for path in self.paths), pooled], 1))
        return F.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=False)


class Focused(nn.Module):
    """Space to depth by slices, and back by a pixel shuffle: on even sides, the rest is padded."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.out = conv(12, 16), nn.Conv2d(16, 12, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of even sides."""
        h, w = x.shape[-2:]
        x = F.pad(x, (0, w % 2, 0, h % 2))
        x = torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)
        return F.pixel_shuffle(self.out(self.conv(x)), 2)


class Coordinates(nn.Module):
    """Coordinate attention (Hou et al. 2021): means along each side, concatenated and split again."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.mix = conv(3, 8, 3, 2), conv(8, 4, 1)
        self.high, self.wide = nn.Conv2d(4, 8, 1), nn.Conv2d(4, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of half the sides."""
        x = self.stem(x)
        h, w = x.shape[-2:]
        y = self.mix(torch.cat([x.mean(3, keepdim=True), x.mean(2, keepdim=True).transpose(2, 3)], 2))
        high, wide = y[:, :, :h], y[:, :, h : h + w].transpose(2, 3)
        return x * torch.sigmoid(self.high(high)) * torch.sigmoid(self.wide(wide))


class Context(nn.Module):
    """Global context (Cao et al. 2019): pixels weighted by a softmax over all of them; and channels by each other."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.mask, self.mix = conv(3, 8, 3, 2), nn.Conv2d(8, 1, 1), nn.Linear(8, 8)
        self.norm = nn.GroupNorm(2, 8)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of half the sides."""
        x = self.norm(self.stem(x))
        flat = x.flatten(2)
        weights = self.mask(x).flatten(2).softmax(-1)
        x = x + self.mix((flat @ weights.transpose(1, 2)).squeeze(-1))[:, :, None, None]
        channels = (flat @ flat.transpose(1, 2)).softmax(-1)
        return x + (channels @ flat).view_as(x)


class Upwards(nn.Module):
    """Encoder and decoder: transposed convolutions, whose output is padded to the size of what they are added to."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = conv(3, 8, 3, 2), conv(8, 16, 3, 2)
        self.up, self.head = nn.ConvTranspose2d(16, 8, 3, 2, 1, 1), nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of half the sides."""
        skip = self.first(x)
        y = self.up(self.second(skip))
        y = y[:, :, : skip.shape[2], : skip.shape[3]]
        found: Tensor = self.head(F.avg_pool2d(y + skip, 3, 1, 1))
        return found


class Tokens(nn.Module):
    """A class token before the patches, positions resized to them (Dosovitskiy et al. 2021)."""

    def __init__(self) -> None:
        super().__init__()
        self.patch, self.token = nn.Conv2d(3, 8, 8, 8), nn.Parameter(torch.randn(1, 1, 8))
        self.places, self.head = nn.Parameter(torch.randn(1, 8, 4, 4)), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, 5)."""
        x = self.patch(x)
        x = x + F.interpolate(self.places, size=x.shape[-2:], mode="bilinear")
        y = torch.cat([self.token.expand(x.shape[0], -1, -1), x.flatten(2).transpose(1, 2)], 1)
        y = (y @ y.transpose(1, 2)).softmax(-1) @ y
        found: Tensor = self.head(y[:, 0])
        return found


SIZED: dict[str, Callable[[], nn.Module]] = {
    one.__name__.lower(): one
    for one in (
        Same, Pyramid, Cropped, Excited, Shuffled, Attentive, Axial, Windows, Atrous, Focused, Coordinates, Context,
        Upwards, Tokens,
    )
}  # fmt: skip
SIZES = [(1, 33, 45), (2, 47, 32), (3, 64, 37), (5, 51, 63), (4, 95, 72)]  # N, H, W
