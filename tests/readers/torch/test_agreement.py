"""The same network as YAML, as ONNX and as a module: the same totals, and the same findings."""

from __future__ import annotations

from importlib import import_module

import pytest
import torch
from hypothesis import given, settings
from torch import nn

import macflops
from macflops.network import Network
from macflops.readers.onnx import read
from macflops.zoo import names
from tests.networks import networks
from tests.readers.agreement import agree
from tests.readers.onnx.architectures import distinct
from tests.readers.onnx.torches import exported, optimized, program_of, written
from tests.rewritten import as_torch_writes, folded
from tests.torch_of import images, torch_of

SAME = [  # the zoo's, pytorchcv's file and function: written by others
    ("densenet121", "densenet", "densenet121"),
    ("efficientnet_b0", "efficientnet", "efficientnet_b0"),
    ("inception_v3", "inceptionv3", "inceptionv3"),
    ("mobilenet_v1", "mobilenet", "mobilenet_w1"),
    ("mobilenet_v1_x0_75", "mobilenet", "mobilenet_w3d4"),
    ("mobilenet_v1_x0_5", "mobilenet", "mobilenet_wd2"),
    ("mobilenet_v1_x0_25", "mobilenet", "mobilenet_wd4"),
    ("resnet18", "resnet", "resnet18"),
    ("resnet34", "resnet", "resnet34"),
    ("resnet50", "resnet", "resnet50b"),
    ("resnet50 paper", "resnet", "resnet50"),
    ("resnet101", "resnet", "resnet101b"),
    ("resnet152", "resnet", "resnet152b"),
    ("resnext50_32x4d", "resnext", "resnext50_32x4d"),
    ("resnext101_32x4d", "resnext", "resnext101_32x4d"),
    ("shufflenet_v1_g1_x0_25", "shufflenet", "shufflenet_g1_wd4"),
    ("shufflenet_v1_g1_x1_0", "shufflenet", "shufflenet_g1_w1"),
    ("shufflenet_v1_g2_x1_0", "shufflenet", "shufflenet_g2_w1"),
    ("shufflenet_v1_g3_x0_5", "shufflenet", "shufflenet_g3_wd2"),
    ("shufflenet_v1_g3_x1_0", "shufflenet", "shufflenet_g3_w1"),
    ("shufflenet_v1_g8_x1_0", "shufflenet", "shufflenet_g8_w1"),
    ("shufflenet_v2_x0_5", "shufflenetv2", "shufflenetv2_wd2"),
    ("shufflenet_v2_x1_0", "shufflenetv2", "shufflenetv2_w1"),
    ("squeezenet1_0", "squeezenet", "squeezenet_v1_0"),
    ("squeezenet1_1", "squeezenet", "squeezenet_v1_1"),
]

# Whose branches pytorchcv runs in the other order: all but the peak is the same.
OTHER_ORDER = [
    ("resnext101_64x4d", "resnext", "resnext101_64x4d"),
    ("shufflenet_v1_g4_x1_0", "shufflenet", "shufflenet_g4_w1"),
    ("xception", "xception", "xception"),
]

# What pytorchcv has not: elements that an adaptive pool writes before the classifier, parameters of a bias.
UNLIKE = [
    ("alexnet", "alexnet", "alexnetb", "adaptive_avgpool", 256 * 6 * 6, 0),
    ("vgg16", "vgg", "vgg16", "adaptive_avgpool", 512 * 7 * 7, 0),
    ("mobilenet_v2", "mobilenetv2", "mobilenetv2b_w1", "bias", 0, 1000),
]


def live(module: nn.Module, network: Network) -> Network:
    """Return a module as it is read, on inputs of a network's shapes."""
    return macflops.load(module, input_shape=network.tensors[network.inputs[0].tensor].shape)


def with_weights(network: Network) -> nn.Module:
    """Return a network as a module whose weights all differ: exporters merge equal ones."""
    torch.manual_seed(1)
    module = torch_of(network)
    distinct(module)
    return module


def of_pytorchcv(file: str, builder: str) -> nn.Module:
    """Return a network that others have written, without weights."""
    with torch.device("meta"):
        module: nn.Module = getattr(import_module(f"pytorchcv.models.{file}"), builder)()
    return module.eval()


@pytest.mark.parametrize(("name", "file", "builder"), SAME)
def test_what_others_have_written_counts_and_is_judged_as_the_zoo(name: str, file: str, builder: str) -> None:
    name, _, paper = name.partition(" ")
    network = macflops.load(f"zoo:{name}", set={paper: 1} if paper else None)
    agree(network, live(of_pytorchcv(file, builder), network))


@pytest.mark.parametrize(("name", "file", "builder"), OTHER_ORDER)
def test_another_order_of_branches_changes_the_peak_alone(name: str, file: str, builder: str) -> None:
    network = macflops.load(f"zoo:{name}")
    agree(network, live(of_pytorchcv(file, builder), network), peak=False)


@pytest.mark.parametrize(("name", "file", "builder", "what", "pooled", "biases"), UNLIKE)
def test_what_others_have_left_out_is_all_that_differs(
    name: str, file: str, builder: str, what: str, pooled: int, biases: int
) -> None:
    network = macflops.load(f"zoo:{name}")
    ours, theirs = macflops.count(network).totals, macflops.count(live(of_pytorchcv(file, builder), network)).totals
    assert ours.mult_adds == theirs.mult_adds
    assert ours.params - theirs.params == biases
    assert ours.elementwise_ops - theirs.elementwise_ops == pooled
    assert ours.mac_elements - theirs.mac_elements == 2 * pooled + biases
    assert (pooled > 0) == (what in {layer.operator.name for layer in network.layers})


@pytest.mark.parametrize("name", names())
def test_every_network_of_the_zoo_is_counted_and_judged_alike_as_a_module(name: str) -> None:
    network = as_torch_writes(macflops.load(f"zoo:{name}"))
    with torch.device("meta"):
        module = torch_of(network)
    agree(network, live(module, network))


def test_only_one_network_of_the_zoo_has_to_be_written_otherwise_for_pytorch() -> None:
    unlike = [name for name in names() if sums(name) and any(len(inputs) > 2 for inputs in sums(name))]
    assert unlike == ["paper_g3"]  # whose four paths are added at once


def sums(name: str) -> list[tuple[int, ...]]:
    """Return what the additions of a network of the zoo read."""
    return [layer.inputs for layer in macflops.load(f"zoo:{name}").layers if layer.operator.name == "add"]


@settings(max_examples=20)
@given(networks())
def test_random_networks_are_counted_and_judged_alike_as_modules(network: Network) -> None:
    network = as_torch_writes(network)
    with torch.device("meta"):
        module = torch_of(network)
    agree(network, live(module, network))


@pytest.mark.parametrize("name", ["mobilenet_v1_x0_25", "paper_g3", "shufflenet_v1_g3_x0_25", "squeezenet1_1"])
def test_the_older_exporter_s_file_agrees(name: str) -> None:
    network = as_torch_writes(macflops.load(f"zoo:{name}"))
    module, inputs = with_weights(network), images(network)
    agree(network, read(exported(module, *inputs), "net.onnx"))
    folding = {"training": torch.onnx.TrainingMode.EVAL, "do_constant_folding": True}
    agree(folded(network), read(exported(module, *inputs, **folding), "net.onnx"))


@pytest.mark.parametrize("name", ["paper_g1", "paper_g2", "squeezenet1_1"])
def test_the_newer_exporter_s_file_agrees(name: str) -> None:
    network = as_torch_writes(macflops.load(f"zoo:{name}"))
    program = program_of(with_weights(network), *images(network))
    agree(network, read(written(program), "net.onnx"))
    agree(folded(network), read(optimized(program), "net.onnx"))  # it takes up batch norms, as a runtime does
