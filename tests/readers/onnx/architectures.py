"""Public architectures, built by their own libraries without weights, and small enough to export in a second or two."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn


class Built(NamedTuple):
    """A module and what it is run on."""

    module: nn.Module
    inputs: tuple[Tensor, ...]


# File and function of each in pytorchcv.models; images of 224 by 224, or of 32 by 32 where CIFAR is in the name.
NETWORKS = """
alexnet:alexnetb bagnet:bagnet9 bamresnet:bam_resnet18 bninception:bninception channelnet:channelnet
condensenet:condensenet74_c8_g8 darknet:darknet_tiny densenet_cifar:densenet40_k12_bc_cifar10
diapreresnet:diapreresnet10 diaresnet_cifar:diaresnet20_cifar10 dicenet:dicenet_wd5 diracnetv2:diracnet18v2
dla:dla46xc dpn:dpn68 drn:drnd22 efficientnet:efficientnet_b0 efficientnetedge:efficientnet_edge_small_b
espnetv2:espnetv2_wd2 fbnet:fbnet_cb fdmobilenet:fdmobilenet_wd4 ghostnet:ghostnet hardnet:hardnet39ds
ibnbresnet:ibnb_resnet50 igcv3:igcv3_wd4 mnasnet:mnasnet_small
mobilenet:mobilenet_wd4 mobilenetb:mobilenetb_wd4 mobilenetv2:mobilenetv2b_wd4
mobilenetv3:mobilenetv3_small_w7d20 nin_cifar:nin_cifar10 octresnet:octresnet10_ad2 peleenet:peleenet
preresnet:preresnet18_wd4 preresnet_cifar:preresnet20_cifar10 proxylessnas:proxylessnas_mobile
regnet:regnetx002 resnesta:resnestabc14 resnet:resnet18_wd4 resnet_cifar:resnet20_cifar10
resnext:resnext14_32x2d resnext_cifar:resnext20_32x2d_cifar10 senet:senet16 sepreresnet:sepreresnet10
seresnet:seresnet10 sharesnet:sharesnet18 shufflenet:shufflenet_g1_wd4 shufflenetv2:shufflenetv2_wd2
squeezenet:squeezenet_v1_1 squeezenext:sqnxt23_w1 vovnet:vovnet27s

"""
PYTORCHCV = NETWORKS.split()


def pytorchcv(name: str) -> Built:
    """Return a network of pytorchcv: its file, a colon, its function."""
    file, _, function = name.partition(":")
    side = 32 if "cifar" in file else 224
    return Built(
        getattr(importlib.import_module(f"pytorchcv.models.{file}"), function)(), (torch.randn(1, 3, side, side),)
    )


class First(nn.Module):
    """A transformers model by position, its first output alone."""

    def __init__(self, model: nn.Module, names: tuple[str, ...]) -> None:
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *inputs: Tensor) -> Tensor:
        found = self.model(**dict(zip(self.names, inputs, strict=True)))
        return found[0]  # type: ignore[no-any-return]


WIDTHS = {"hidden_sizes": [16, 32, 64, 128], "depths": [1, 1, 1, 1]}
BERT = {"vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48}
VIT = {**{k: v for k, v in BERT.items() if k != "vocab_size"}, "image_size": 64, "patch_size": 16}
GPT2 = {"vocab_size": 99, "n_embd": 32, "n_layer": 1, "n_head": 2}
LLAMA = {**BERT, "num_key_value_heads": 1, "head_dim": 16}
SWIN = {"image_size": 56, "patch_size": 2, "embed_dim": 16, "depths": [2, 1], "num_heads": [2, 2]}

# The model's class without its task, the task, the configuration, and the sides of its images (0: it reads text).
TRANSFORMERS: dict[str, tuple[str, dict[str, Any], int]] = {
    "ViT": ("ForImageClassification", VIT, 64),
    "DeiT": ("ForImageClassification", VIT, 64),
    "Beit": ("ForImageClassification", {**VIT, "use_relative_position_bias": True}, 64),
    "Dinov2": ("ForImageClassification", VIT, 64),
    "Swin": ("ForImageClassification", {**SWIN, "window_size": 7}, 56),
    "Swinv2": ("ForImageClassification", {**SWIN, "window_size": 7}, 56),
    "ConvNext": ("ForImageClassification", WIDTHS, 64),
    "ConvNextV2": ("ForImageClassification", WIDTHS, 64),
    "PoolFormer": ("ForImageClassification", WIDTHS, 64),
    "ResNet": ("ForImageClassification", {"depths": [1, 1, 1, 1], "hidden_sizes": [32, 64, 64, 128]}, 64),
    "RegNet": ("ForImageClassification", {**WIDTHS, "groups_width": 8}, 64),
    "FocalNet": ("ForImageClassification", {"image_size": 64, "embed_dim": 16, "depths": [1, 1]}, 64),
    "MobileNetV1": ("ForImageClassification", {"depth_multiplier": 0.25}, 64),
    "MobileNetV2": ("ForImageClassification", {"depth_multiplier": 0.35}, 64),
    "Bert": ("ForSequenceClassification", BERT, 0),
    "Roberta": ("ForSequenceClassification", BERT, 0),
    "DistilBert": ("ForSequenceClassification", {"vocab_size": 99, "dim": 32, "n_layers": 1, "n_heads": 2}, 0),
    "MPNet": ("ForSequenceClassification", BERT, 0),
    "SqueezeBert": ("ForSequenceClassification", {**BERT, "embedding_size": 32, "q_groups": 2}, 0),
    "Bloom": ("ForCausalLM", {"vocab_size": 99, "hidden_size": 32, "n_layer": 1, "n_head": 2}, 0),
    "OPT": ("ForCausalLM", {**BERT, "ffn_dim": 48, "word_embed_proj_dim": 32}, 0),
    "GPT2": ("LMHeadModel", GPT2, 0),
    "GPTNeoX": ("ForCausalLM", BERT, 0),
    "Llama": ("ForCausalLM", LLAMA, 0),
    "Gemma": ("ForCausalLM", LLAMA, 0),
    "Qwen3": ("ForCausalLM", LLAMA, 0),
}
NEWER_ONLY = {"GPT2", "GPTNeoX", "Llama", "Gemma", "Qwen3"}  # whose masks the older exporter does not trace


def transformers(name: str) -> Built:
    """Return a small model of transformers, its attention written out."""
    task, settings, side = TRANSFORMERS[name]
    return configured(name, task, settings, (1, 3, side, side) if side else (2, 7))


def configured(name: str, task: str, settings: dict[str, Any], shape: tuple[int, ...]) -> Built:
    """Return a model of transformers, and what it is run on: images, or texts of tokens below 99."""
    library = importlib.import_module("transformers")
    config = getattr(library, f"{name}Config")(**settings)
    config._attn_implementation, config.use_cache = "eager", False
    model = getattr(library, name + task)(config)
    images = len(shape) == 4
    inputs = torch.randn(shape) if images else torch.randint(0, 99, shape)
    return Built(First(model, ("pixel_values" if images else "input_ids",)), (inputs,))


def distinct(module: nn.Module) -> None:
    """Make all tensors differ: the older exporter merges those that are equal, as many are before training."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for one in module.parameters():
            one.add_(torch.randn(one.shape, generator=generator) * 1e-3)


def used(built: Built) -> int:
    """Return how many elements the parameters have that the output depends on; a mask's token is left unused."""
    output = built.module.eval()(*built.inputs)
    parameters = list(built.module.parameters())
    found = torch.autograd.grad(output.sum(), parameters, allow_unused=True)
    return sum(one.numel() for one, gradient in zip(parameters, found, strict=True) if gradient is not None)


BUILDERS: dict[str, Callable[[str], Built]] = {"pytorchcv": pytorchcv, "transformers": transformers}
NAMES = [("pytorchcv", name) for name in PYTORCHCV] + [("transformers", name) for name in TRANSFORMERS]
