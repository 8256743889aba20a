"""The logits, against PyTorch, ONNX Runtime and other people's networks: within 1e-5 of the largest."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from macflops.reference import ShuffleNetV1, ShuffleNetV2
from macflops.reference.network import Network

Array = NDArray[np.float32]
Images = Callable[..., Array]
Worst = Callable[[Array, Any], float]

onnxruntime: Any = importlib.import_module("onnxruntime")  # it has no types
TOLERANCE = 1e-5
OURS = [
    *[("v1", {"groups": groups}) for groups in (1, 2, 3, 4, 8)],
    ("v1", {"groups": 8, "width": 0.5, "round_up": True, "bias": False}),
    ("v1 authors", {"groups": 3, "width": 0.5, "authors": True}),
    ("v1 authors", {"groups": 1, "authors": True}),
    ("v1 authors", {"groups": 8, "authors": True, "bias": False}),
    *[("v2", {"width": width, "paper": paper}) for width in (0.5, 1.0, 1.5, 2.0) for paper in (False, True)],
    ("v2", {"width": 1.0, "bottleneck": 24}),
    ("v2 authors", {"width": 0.5, "authors": True, "bias": False}),
    ("v2 authors", {"width": 1.0, "paper": True, "authors": True}),
    ("v2 ceil", {"width": 0.5, "ceil_pool": True}),
]
PORTS = [
    *[("shufflenet", f"shufflenet_g{groups}_w1", ShuffleNetV1) for groups in (1, 2, 3, 4, 8)],
    ("shufflenet", "shufflenet_g3_wd2", ShuffleNetV1),
    *[("shufflenetv2b", f"shufflenetv2b_{width}", ShuffleNetV2) for width in ("wd2", "w1", "w3d2", "w2")],
    *[("shufflenetv2", f"shufflenetv2_{width}", ShuffleNetV2) for width in ("wd2", "w1")],
]


@pytest.mark.parametrize("primitives", ["plain", "fast"])
@pytest.mark.parametrize(("kind", "settings"), OURS)
def test_the_networks_compute_what_the_papers_say(
    kind: str, settings: dict[str, Any], primitives: str, images: Images, worst: Worst, paper: dict[str, type[Any]]
) -> None:
    family: Callable[..., Network] = ShuffleNetV1 if kind.startswith("v1") else ShuffleNetV2
    network = family(**settings, seed=3, num_classes=100, primitives=primitives)
    extra = (settings["groups"],) if kind.startswith("v1") else ()
    reference = paper[kind](network.parameters, *extra)
    for shape in ((1, 3, 96, 96), (2, 3, 67, 45)):
        x = images(*shape)
        with torch.no_grad():
            assert worst(network(x), reference(torch.from_numpy(x))) < TOLERANCE


def test_the_first_convolution_of_stage_2_can_be_grouped(
    images: Images, worst: Worst, paper: dict[str, type[Any]]
) -> None:
    network, x = ShuffleNetV1(4, grouped_first=True), images(1, 3, 64, 64)
    assert network.parameters["stage2.down.reduce.weight"].shape == (68, 6, 1, 1)
    with torch.no_grad():
        expected = paper["v1"](network.parameters, 4, grouped_first=True)(torch.from_numpy(x))
    assert worst(network(x), expected) < TOLERANCE


@pytest.mark.parametrize(("module", "name", "family"), PORTS)
def test_pytorchcv_and_onnx_runtime_compute_the_same(
    module: str, name: str, family: Any, images: Images, worst: Worst, tmp_path: Path
) -> None:
    theirs, x = ported(module, name), images(1, 3, 224, 224)
    network = family.from_pytorchcv(theirs.state_dict())
    with torch.no_grad():
        from_torch = theirs(torch.from_numpy(x)).numpy()
    from_onnx = onnxruntime.InferenceSession(exported(theirs, x, tmp_path)).run(None, {"x": x})[0]
    assert worst(network(x), from_torch) < TOLERANCE
    assert worst(network(x), from_onnx) < TOLERANCE
    network.primitives = "plain"
    assert worst(network(x), from_onnx) < TOLERANCE


@pytest.mark.parametrize(("kind", "settings"), [("v1", {"groups": 3}), ("v2", {"width": 1.0}), ("v2", {"width": 2.0})])
def test_onnx_runtime_computes_the_same_of_the_papers_networks(
    kind: str, settings: dict[str, Any], images: Images, worst: Worst, paper: dict[str, type[Any]], tmp_path: Path
) -> None:
    """Exported from the tests' own networks, at an odd size."""
    family: Callable[..., Network] = ShuffleNetV1 if kind == "v1" else ShuffleNetV2
    network, x = family(**settings), images(2, 3, 75, 101)
    reference = paper[kind](network.parameters, *([settings["groups"]] if kind == "v1" else []))

    class Module(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> Any:
            return reference(image)

    session = onnxruntime.InferenceSession(exported(Module(), x, tmp_path))
    assert worst(network(x), session.run(None, {"x": x})[0]) < TOLERANCE


@cache
def ported(module: str, name: str) -> torch.nn.Module:
    """Make pytorchcv's network with random weights and statistics. Its provider would ask for torchvision."""
    torch.manual_seed(0)
    pytest.importorskip("pytorchcv")
    network: torch.nn.Module = getattr(importlib.import_module(f"pytorchcv.models.{module}"), name)().eval()
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
            torch.nn.init.normal_(part.bias, 0, 0.1)
            assert part.running_mean is not None
            assert part.running_var is not None
            torch.nn.init.normal_(part.running_mean, 0, 0.1)
            torch.nn.init.uniform_(part.running_var, 0.5, 1.5)
    return network


def exported(network: torch.nn.Module, x: Array, folder: Path) -> str:
    """Write a network to ONNX. The older exporter needs no package beside PyTorch and onnx."""
    path = str(folder / "network.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (torch.from_numpy(x),), path, input_names=["x"], opset_version=17, dynamo=False)
    return path
