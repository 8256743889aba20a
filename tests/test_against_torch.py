"""Whole networks, described in YAML and built with PyTorch: the totals are what PyTorch counts as it runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from macflops.costs import count
from macflops.readers.yaml import read


def conv(c1: int, c2: int, kernel: int = 3, form: Any = nn.Conv2d, **more: Any) -> nn.Sequential:
    """Return a convolution with padding that keeps odd sides, batch normalization and ReLU."""
    padding = more.get("dilation", 1) * (kernel - 1) // 2
    norm = {nn.Conv1d: nn.BatchNorm1d, nn.Conv2d: nn.BatchNorm2d, nn.Conv3d: nn.BatchNorm3d}[form]
    return nn.Sequential(form(c1, c2, kernel, padding=padding, bias=False, **more), norm(c2), nn.ReLU())


DILATED = """
macflops: 1
name: dilated
input: [3, 65, 49]
layers:
  - conv: {out: 16, kernel: 3, stride: 2, norm: bn, act: relu}
  - conv: {out: 16, kernel: 3, dilation: 2, groups: 4, norm: bn, act: relu}
    name: trunk
  - branches:
      join: concat
      paths:
        - - conv: {out: 8, norm: bn, act: relu}
        - - conv: {out: 8, kernel: 3, dilation: 3, norm: bn, act: relu}
        - - conv: {out: 8, kernel: 3, dilation: [6, 2]}
        - - dwconv: {kernel: 5, dilation: 2, norm: bn, act: relu}
  - conv: {out: 5}
  - upsample: {size: [65, 49], mode: bilinear}
"""


class Dilated(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv(3, 16, stride=2), conv(16, 16, dilation=2, groups=4))
        self.paths = nn.ModuleList(
            [
                conv(16, 8, 1),
                conv(16, 8, dilation=3),
                nn.Conv2d(16, 8, 3, padding=(6, 2), dilation=(6, 2)),
                conv(16, 16, 5, dilation=2, groups=16),
            ]
        )
        self.head = nn.Sequential(nn.Conv2d(40, 5, 1), nn.Upsample((65, 49), mode="bilinear"))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return self.head(torch.cat([path(x) for path in self.paths], 1))  # type: ignore[no-any-return]


U_NET = """
macflops: 1
name: u_net
input: [1, 48, 80]
blocks:
  double(out):
    - conv: {out: out, kernel: 3, norm: bn, act: relu}
    - conv: {out: out, kernel: 3, norm: bn, act: relu}
layers:
  - double: {out: 8}
    name: fine
  - maxpool: {kernel: 2, padding: 0}
  - double: {out: 16}
    name: middle
  - maxpool: {kernel: 2, padding: 0}
  - double: {out: 32}
  - conv_transpose: {out: 16, kernel: 2, stride: 2, padding: 0}
    name: up
  - concat:
    from: [middle, up]
  - double: {out: 16}
  - conv_transpose: {out: 8, kernel: 3, stride: 2, output_padding: 1, groups: 2, bias: false}
    name: up_2
  - concat:
    from: [fine, up_2]
  - double: {out: 8}
  - conv: {out: 2}
"""


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()

        def double(c1: int, c2: int) -> nn.Sequential:
            return nn.Sequential(conv(c1, c2), conv(c2, c2))

        self.fine, self.middle, self.coarse = double(1, 8), double(8, 16), double(16, 32)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(32, 16, 2, 2)
        self.up_2 = nn.ConvTranspose2d(16, 8, 3, 2, padding=1, output_padding=1, groups=2, bias=False)
        self.join, self.join_2, self.head = double(32, 16), double(16, 8), nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        fine = self.fine(x)
        middle = self.middle(self.pool(fine))
        x = self.join(torch.cat([middle, self.up(self.coarse(self.pool(middle)))], 1))
        return self.head(self.join_2(torch.cat([fine, self.up_2(x)], 1)))  # type: ignore[no-any-return]


AUDIO = """
macflops: 1
name: audio
input: {wave: [2, 1, 4001]}
layers:
  - conv: {out: 16, kernel: 79, stride: 4, norm: bn, act: relu}
  - maxpool: {kernel: 4, padding: 0}
  - repeat:
      times: 3
      as: i
      layers:
        - branches:
            join: add
            paths:
              - - conv: {out: 16, kernel: 3, dilation: 2 ** i}
                - glu: {dim: 1}
                - conv: {out: 16}
              - []
  - group_norm: {num_groups: 4}
  - prelu
  - conv_transpose: {out: 4, kernel: 5, stride: 3, dilation: 2, groups: 4, padding: 1}
  - avgpool: {kernel: 3, stride: 2, padding: 1, ceil_mode: true}
  - mean: {dim: 2}
  - linear: {out: 10}
  - log_softmax
"""


class Audio(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv(1, 16, 79, nn.Conv1d, stride=4), nn.MaxPool1d(4))
        self.residuals = nn.ModuleList(
            nn.Sequential(nn.Conv1d(16, 16, 3, padding=d, dilation=d), nn.GLU(1), nn.Conv1d(8, 16, 1))
            for d in (1, 2, 4)
        )
        self.up = nn.Sequential(
            nn.GroupNorm(4, 16),
            nn.PReLU(16),
            nn.ConvTranspose1d(16, 4, 5, 3, padding=1, dilation=2, groups=4),
            nn.AvgPool1d(3, 2, 1, ceil_mode=True),
        )
        self.classifier = nn.Sequential(nn.Linear(4, 10), nn.LogSoftmax(-1))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for residual in self.residuals:
            x = residual(x) + x
        return self.classifier(self.up(x).mean(2))  # type: ignore[no-any-return]


VIDEO = """
macflops: 1
name: video
input: {clip: [2, 3, 8, 33, 29]}
blocks:
  factored(out, stride=1):
    - branches:
        join: add
        paths:
          - - conv: {out: out, kernel: [1, 3, 3], stride: [1, stride, stride], norm: bn, act: relu}
            - conv: {out: out, kernel: [3, 1, 1], groups: 2, norm: bn}
          - - conv: {out: out, stride: [1, stride, stride], norm: bn}
              when: c_in != out or stride > 1
    - relu
layers:
  - conv: {out: 8, kernel: [3, 7, 7], stride: [1, 2, 2], norm: bn, act: relu}
  - maxpool: {kernel: [1, 3, 3], stride: [1, 2, 2]}
  - factored: {out: 8}
  - factored: {out: 12, stride: 2}
  - conv_transpose: {out: 6, kernel: [2, 3, 3], stride: [2, 1, 2], padding: [0, 1, 1], output_padding: [1, 0, 1]}
  - instance_norm
  - adaptive_avgpool: {out: [2, 1, 1]}
  - flatten
  - dropout: {p: 0.2}
  - linear: {out: 7, bias: false}
"""


class Factored(nn.Module):
    def __init__(self, c1: int, c2: int, stride: int = 1) -> None:
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv3d(c1, c2, (1, 3, 3), (1, stride, stride), (0, 1, 1), bias=False),
            nn.BatchNorm3d(c2),
            nn.ReLU(),
            nn.Conv3d(c2, c2, (3, 1, 1), padding=(1, 0, 0), groups=2, bias=False),
            nn.BatchNorm3d(c2),
        )
        across = nn.Sequential(nn.Conv3d(c1, c2, 1, (1, stride, stride), bias=False), nn.BatchNorm3d(c2))
        self.side: nn.Module = across if c1 != c2 or stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.path(x) + self.side(x))


def video() -> nn.Module:
    return nn.Sequential(
        nn.Conv3d(3, 8, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False),
        nn.BatchNorm3d(8),
        nn.ReLU(),
        nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
        Factored(8, 8),
        Factored(8, 12, 2),
        nn.ConvTranspose3d(12, 6, (2, 3, 3), (2, 1, 2), (0, 1, 1), (1, 0, 1)),
        nn.InstanceNorm3d(6),
        nn.AdaptiveAvgPool3d((2, 1, 1)),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(12, 7, bias=False),
    )


TRANSFORMER = """
macflops: 1
name: transformer
input: {tokens: [2, 11]}
params: {width: 24, heads: 4}
blocks:
  heads_of(inner):
    - unflatten: {dim: 2, unflattened_size: [heads, inner]}
    - transpose: {dims: [0, 2, 1, 3]}
  block(hidden):
    - layer_norm:
      name: normed
    - linear: {out: width}
      name: queries
    - heads_of: {inner: width // heads}
      name: q
    - linear: {out: width}
      name: keys
      from: normed
    - heads_of: {inner: width // heads}
      name: k
    - linear: {out: width, bias: false}
      name: values
      from: normed
    - heads_of: {inner: width // heads}
      name: v
    - matmul: {transpose_b: true}
      from: [q, k]
    - mul: {constant: []}
    - softmax:
      name: attention
    - matmul:
      from: [attention, v]
    - transpose: {dims: [0, 2, 1, 3]}
    - flatten: {start_dim: 2}
    - linear: {out: width}
      name: mixed
    - add:
      name: attended
      from: [input, mixed]
    - layer_norm: {bias: false}
    - linear: {out: hidden, act: gelu}
    - linear: {out: width}
    - mul: {constant: [width], learnable: true}
      name: scaled
    - add:
      from: [attended, scaled]
layers:
  - embedding: {num_embeddings: 100, embedding_dim: width}
  - add: {constant: [11, width], learnable: true}
  - repeat: {times: 2, layers: [block: {hidden: 4 * width}]}
  - rms_norm
  - slice: {dim: 1, end: 1}
  - squeeze: {dim: 1}
  - linear: {out: 5}
"""


class Block(nn.Module):
    def __init__(self, width: int, hidden: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.normed, self.normed_2 = nn.LayerNorm(width), nn.LayerNorm(width, bias=False)
        self.q, self.k = nn.Linear(width, width), nn.Linear(width, width)
        self.v, self.mixed = nn.Linear(width, width, bias=False), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        normed = self.normed(x)
        q, k, v = (f(normed).unflatten(2, (self.heads, -1)).transpose(1, 2) for f in (self.q, self.k, self.v))
        attention = (q @ k.mT / 2).softmax(-1)
        x = x + self.mixed((attention @ v).transpose(1, 2).flatten(2))
        return x + self.scale * self.down(nn.functional.gelu(self.up(self.normed_2(x))))  # type: ignore[no-any-return]


class Transformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.position = nn.Embedding(100, 24), nn.Parameter(torch.zeros(11, 24))
        self.blocks = nn.Sequential(Block(24, 96, 4), Block(24, 96, 4), nn.RMSNorm(24))
        self.classifier = nn.Linear(24, 5)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.classifier(self.blocks(self.embedding(tokens.long()) + self.position)[:, 0])  # type: ignore[no-any-return]


SUPER_RESOLUTION = """
macflops: 1
name: super_resolution
input: {image: [1, 1, 17, 23]}
layers:
  - pad: {padding: 2, mode: reflect}
  - conv: {out: 8, kernel: 5, padding: valid, act: tanh}
    name: entry
  - shuffle: {groups: 4}
  - split: {parts: 2}
    name: halves
  - conv: {out: 4, kernel: [3, 1], groups: 2, act: leaky_relu}
    name: left
    from: halves.0
  - lppool: {kernel: 3, stride: 1, padding: 1}
    name: right
    from: halves.1
  - concat:
    from: [left, right]
  - sub:
    from: [-1, entry]
  - conv: {out: 9, kernel: 3, act: hardswish}
  - pixel_shuffle: {upscale_factor: 3}
  - sigmoid
"""


class SuperResolution(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Sequential(nn.ReflectionPad2d(2), nn.Conv2d(1, 8, 5), nn.Tanh())
        self.left = nn.Sequential(nn.Conv2d(4, 4, (3, 1), padding=(1, 0), groups=2), nn.LeakyReLU())
        self.exit = nn.Sequential(nn.Conv2d(8, 9, 3, padding=1), nn.Hardswish(), nn.PixelShuffle(3), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        entry = self.entry(x)
        left, right = nn.functional.channel_shuffle(entry, 4).chunk(2, 1)
        right = nn.functional.lp_pool2d(nn.functional.pad(right, (1, 1, 1, 1)), 2.0, 3, 1)
        return self.exit(torch.cat([self.left(left), right], 1) - entry)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "build"),
    [
        (DILATED, Dilated),
        (U_NET, UNet),
        (AUDIO, Audio),
        (VIDEO, video),
        (TRANSFORMER, Transformer),
        (SUPER_RESOLUTION, SuperResolution),
    ],
)
def test_totals_are_those_of_torch(text: str, build: Callable[[], nn.Module]) -> None:
    network = read(text, "network.yaml")
    totals = count(network).totals
    model = build().eval()
    inputs = [torch.ones(network.tensors[i.tensor].shape) for i in network.inputs]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        output = model(*inputs)
    assert network.tensors[network.outputs[0]].shape == tuple(output.shape)
    assert totals.mult_adds == counter.get_total_flops() // 2 > 0
    assert totals.params == sum(p.numel() for p in model.parameters())
    assert not network.warnings
