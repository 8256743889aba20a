"""Public architectures without weights: our own code, pytorchcv's and transformers', each with the inputs it takes.

Small inputs and few layers where depth repeats itself: what is compared is exact at any size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everywhere


class Architecture(NamedTuple):
    """How to build one, and the shape of each input by name (None: the only one); of indices where it says so."""

    build: Callable[[], nn.Module]
    shapes: Mapping[str | None, tuple[int, ...]]
    indices: frozenset[str | None] = frozenset()

    def without_weights(self) -> nn.Module:
        """Return it on the meta device, for inference."""
        with torch.device("meta"):
            return self.build().eval()

    def inputs(self) -> dict[str | None, Tensor]:
        """Return inputs without elements."""
        return {
            name: torch.empty(shape, dtype=torch.long if name in self.indices else torch.float32, device="meta")
            for name, shape in self.shapes.items()
        }


class UNet(nn.Module):
    """Ronneberger et al. 2015, of two levels."""

    def __init__(self) -> None:
        super().__init__()
        self.down1, self.down2 = self.pair(3, 16), self.pair(16, 32)
        self.bottom = self.pair(32, 64)
        self.up2, self.up1 = nn.ConvTranspose2d(64, 32, 2, 2), nn.ConvTranspose2d(32, 16, 2, 2)
        self.right2, self.right1 = self.pair(64, 32), self.pair(32, 16)
        self.head = nn.Conv2d(16, 2, 1)

    def pair(self, c1: int, c2: int) -> nn.Sequential:
        """Return two convolutions."""
        return nn.Sequential(nn.Conv2d(c1, c2, 3, padding=1), nn.ReLU(True), nn.Conv2d(c2, c2, 3, padding=1), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of two classes."""
        one = self.down1(x)
        two = self.down2(F.max_pool2d(one, 2))
        y = self.up2(self.bottom(F.max_pool2d(two, 2)))
        y = self.up1(self.right2(torch.cat([two, y], 1)))
        head: Tensor = self.head(self.right1(torch.cat([one, y], 1)))
        return head


class Mixer(nn.Module):
    """MLP-Mixer (Tolstikhin et al. 2021), of two layers."""

    def __init__(self, width: int = 64, tokens: int = 16) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 8, 8)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(4))
        self.token = nn.ModuleList(nn.Sequential(nn.Linear(tokens, 32), nn.GELU(), nn.Linear(32, tokens)) for _ in "ab")
        self.channel = nn.ModuleList(nn.Sequential(nn.Linear(width, 96), nn.GELU(), nn.Linear(96, width)) for _ in "ab")

    def forward(self, x: Tensor) -> Tensor:
        """Return the mean over tokens."""
        x = self.stem(x).flatten(2).transpose(1, 2)
        for i in range(2):
            x = x + self.token[i](self.norms[2 * i](x).mT).mT
            x = x + self.channel[i](self.norms[2 * i + 1](x))
        return x.mean(1)


class Attentive(nn.Module):
    """A text encoder of PyTorch's own layers, with its attention as a fused kernel."""

    def __init__(self, kind: type[nn.Module] = nn.TransformerEncoderLayer) -> None:
        super().__init__()
        self.embed = nn.Embedding(1000, 64)
        self.position = nn.Parameter(torch.zeros(1, 20, 64))
        layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(64, 1000, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits, by the table of embeddings itself."""
        y: Tensor = self.head(self.layers(self.embed(ids) + self.position))
        return y


class Recurrent(nn.Module):
    """Layers with states, in both directions."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(12, 16, 2, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(32, 8, batch_first=True)
        self.rnn = nn.RNN(8, 8)
        self.cell = nn.LSTMCell(8, 6)

    def forward(self, x: Tensor) -> Tensor:
        """Return the last state."""
        x, _ = self.lstm(x)
        x, _ = self.gru(x)
        x, _ = self.rnn(x)
        state, _ = self.cell(x[:, -1])
        return state  # type: ignore[no-any-return]


class SelfConv(nn.Conv2d):
    """A subclass that pads by itself, as TensorFlow does, and standardizes its weights."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolution."""
        w = self.weight
        w = (w - w.mean((1, 2, 3), keepdim=True)) / (w.var((1, 2, 3), keepdim=True) + 1e-5).sqrt()
        return F.conv2d(F.pad(x, (0, 1, 0, 1)), w, self.bias, self.stride)


class Odd(nn.Module):
    """Functional calls, a reused module, tied weights, einsum, slices written in place, a subclass of Conv2d."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SelfConv(3, 16, 3, 2)
        self.same = nn.Conv2d(16, 16, 4, padding="same", groups=2)
        self.query, self.key = nn.Parameter(torch.zeros(16, 8)), nn.Parameter(torch.zeros(16, 8))
        self.filter = nn.Parameter(torch.zeros(16, 1, 3, 3))
        self.pair = nn.Linear(16, 4)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return two heads."""
        x = self.stem(x)
        x = self.same(F.silu(self.same(x))) * self.scale
        x = F.conv2d(x, self.filter, padding=1, groups=16)
        y = x.new_zeros(x.shape)
        y[:, :8] = x[:, 8:]
        y[:, 8:] += x[:, :8] * torch.sigmoid(x[:, 8:])
        q, k = (torch.einsum("bchw,cd->bhwd", y, w).flatten(1, 2) for w in (self.query, self.key))
        scores = (q @ k.transpose(1, 2) / 8**0.5).softmax(-1)
        z = y.flatten(2).mT.mean(1)
        return scores @ k, self.pair(z)


class Dynamic(nn.Module):
    """Convolutions whose weights are computed from the input (Chen et al. 2020)."""

    def __init__(self) -> None:
        super().__init__()
        self.experts = nn.Parameter(torch.zeros(4, 8 * 8 * 9))
        self.route = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolution of each image with its own kernels."""
        n, c, h, w = x.shape
        weights = self.route(x.mean((2, 3))).softmax(1) @ self.experts
        y = F.conv2d(x.reshape(1, n * c, h, w), weights.view(n * c, c, 3, 3), padding=1, groups=n)
        return y.view(n, c, h, w)


def net(build: Callable[[], nn.Module], *shape: int) -> Architecture:
    """Return an architecture of one input."""
    return Architecture(build, {None: shape})


OWN = {
    "unet": net(UNet, 1, 3, 32, 32),
    "mixer": net(Mixer, 2, 3, 32, 32),
    "attentive": Architecture(Attentive, {"ids": (2, 20)}, frozenset({"ids"})),
    "recurrent": net(Recurrent, 2, 5, 12),
    "odd": net(Odd, 2, 3, 17, 17),
    "dynamic": net(Dynamic, 2, 8, 6, 6),
}


def pytorchcv(file: str, name: str, side: int) -> Architecture:
    """Return a network of pytorchcv, from the file that holds it."""
    return net(lambda: getattr(import_module(f"pytorchcv.models.{file}"), name)(), 1, 3, side, side)


PYTORCHCV = {
    name: pytorchcv(file, name, side)
    for file, name, side in (
        ("alexnet", "alexnet", 224),
        ("vgg", "vgg11", 224),
        ("vgg", "bn_vgg16", 224),
        ("zfnet", "zfnet", 224),
        ("resnet", "resnet18", 224),
        ("resnet", "resnet50", 224),
        ("preresnet", "preresnet18", 224),
        ("resnext", "resnext50_32x4d", 224),
        ("seresnet", "seresnet50", 224),
        ("seresnext", "seresnext50_32x4d", 224),
        ("resnesta", "resnesta50", 224),
        ("densenet", "densenet121", 224),
        ("peleenet", "peleenet", 224),
        ("squeezenet", "squeezenet_v1_1", 224),
        ("squeezenext", "sqnxt23_w1", 224),
        ("mobilenet", "mobilenet_w1", 224),
        ("mobilenetv2", "mobilenetv2_w1", 224),
        ("mobilenetv3", "mobilenetv3_large_w1", 224),
        ("shufflenet", "shufflenet_g3_w1", 224),
        ("shufflenetv2", "shufflenetv2_w1", 224),
        ("shufflenetv2b", "shufflenetv2b_w1", 224),
        ("menet", "menet108_8x1_g3", 224),
        ("igcv3", "igcv3_w1", 224),
        ("condensenet", "condensenet74_c4_g4", 224),
        ("ghostnet", "ghostnet", 224),
        ("mnasnet", "mnasnet_a1", 224),
        ("fbnet", "fbnet_cb", 224),
        ("efficientnet", "efficientnet_b0", 224),
        ("efficientnet", "efficientnet_b0b", 224),
        ("mixnet", "mixnet_s", 224),
        ("bninception", "bninception", 224),
        ("inceptionv3", "inceptionv3", 299),
        ("inceptionv4", "inceptionv4", 299),
        ("xception", "xception", 299),
        ("nasnet", "nasnet_4a1056", 224),
        ("pnasnet", "pnasnet5large", 331),
        ("dpn", "dpn68", 224),
        ("darknet", "darknet_tiny", 224),
        ("darknet53", "darknet53", 224),
        ("linknet", "linknet_cityscapes", 512),
        ("regnet", "regnetx002", 224),
        ("bagnet", "bagnet9", 224),
        ("dla", "dla34", 224),
        ("hrnet", "hrnet_w18_small_v1", 224),
        ("vovnet", "vovnet27s", 224),
        ("selecsls", "selecsls42", 224),
        ("hardnet", "hardnet39ds", 224),
        ("sknet", "sknet50", 224),
        ("unet", "unet_cityscapes", 512),
    )
}


def transformer(name: str, config: str = "", indices: tuple[str, ...] = (), **more: Any) -> Architecture:
    """Return a model of transformers for a configuration; its inputs are what `shapes` says."""
    shapes = more.pop("shapes")

    def build() -> nn.Module:
        import transformers

        configuration = getattr(transformers, f"{config or name}Config")(**more)
        model: nn.Module = getattr(transformers, f"{name}Model")(configuration)
        return model

    return Architecture(build, shapes, frozenset(indices))


IDS: dict[str, Any] = {"shapes": {"input_ids": (2, 24)}, "indices": ("input_ids",)}
IMAGE: dict[str, Any] = {"shapes": {"pixel_values": (1, 3, 64, 64)}, "image_size": 64}
FEW: dict[str, Any] = {
    "num_hidden_layers": 2,
    "hidden_size": 64,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "vocab_size": 500,
}
TEXT: dict[str, Any] = {**IDS, **FEW}

TRANSFORMERS = {
    "bert": transformer("Bert", **TEXT),
    "roberta": transformer("Roberta", **TEXT),
    "electra": transformer("Electra", **TEXT),
    "albert": transformer("Albert", **TEXT),
    "gpt2": transformer("GPT2", n_layer=2, n_embd=64, n_head=4, vocab_size=500, **IDS),
    "gpt_neox": transformer("GPTNeoX", **TEXT),
    "llama": transformer("Llama", num_key_value_heads=2, **TEXT),
    "qwen2": transformer("Qwen2", num_key_value_heads=2, **TEXT),
    "gemma": transformer("Gemma", num_key_value_heads=1, head_dim=16, **TEXT),
    "phi3": transformer("Phi3", pad_token_id=0, **TEXT),
    "fnet": transformer("FNet", **TEXT),
    "rwkv": transformer("Rwkv", attention_hidden_size=64, use_cache=False, **TEXT),
    "vit": transformer("ViT", **{**FEW, **IMAGE}),
    "deit": transformer("DeiT", **{**FEW, **IMAGE}),
    "beit": transformer("Beit", **{**FEW, **IMAGE}),
    "swin": transformer("Swin", depths=[1, 1], num_heads=[2, 4], embed_dim=32, window_size=4, **IMAGE),
    "convnext": transformer("ConvNext", depths=[1, 1, 1, 1], **IMAGE),
    "segformer": transformer("Segformer", shapes=IMAGE["shapes"]),
    "pvt_v2": transformer("PvtV2", **IMAGE),
    "mobilevit": transformer("MobileViT", **IMAGE),
    "levit": transformer("Levit", shapes={"pixel_values": (1, 3, 224, 224)}),
}
ALL = {**OWN, **PYTORCHCV, **TRANSFORMERS}
