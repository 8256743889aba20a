"""Weights from elsewhere, and from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from macflops.reference import ShuffleNetV1, ShuffleNetV2
from macflops.reference.network import Network

Array = NDArray[np.float32]
Images = Callable[..., Array]

# torchvision's names (models/shufflenetv2.py): positions in nn.Sequential, of the convolution and of its batch norm.
LEFT = {"shortcut_depthwise": (0, 1), "shortcut_expand": (2, 3)}
RIGHT = {"reduce": (0, 1), "depthwise": (3, 4), "expand": (5, 6)}
NORM = {"weight": "weight", "bias": "bias", "mean": "running_mean", "variance": "running_var"}


def as_torchvision(network: ShuffleNetV2) -> dict[str, Any]:
    """Name a network's arrays as torchvision does: a stage's unit of stride 2 is its number 0."""
    named: dict[str, Any] = {}

    def put(mine: str, conv: str, norm: str) -> None:
        named[f"{conv}.weight"] = network.parameters[f"{mine}.weight"]
        for our, their in NORM.items():
            named[f"{norm}.{their}"] = network.parameters[f"{mine}.norm.{our}"]
        named[f"{norm}.num_batches_tracked"] = np.array(7)

    put("stem", "conv1.0", "conv1.1")
    put("conv5", "conv5.0", "conv5.1")
    for stage, units in ((2, 4), (3, 8), (4, 4)):
        for unit in range(units):
            mine, theirs = f"stage{stage}.{unit - 1 if unit else 'down'}", f"stage{stage}.{unit}"
            for branch, parts in (("branch1", {} if unit else LEFT), ("branch2", RIGHT)):
                for part, (conv, norm) in parts.items():
                    put(f"{mine}.{part}", f"{theirs}.{branch}.{conv}", f"{theirs}.{branch}.{norm}")
    named["fc.weight"], named["fc.bias"] = (
        network.parameters["classifier.weight"],
        network.parameters["classifier.bias"],
    )
    return named


@pytest.mark.parametrize("width", [0.5, 1.0, 1.5, 2.0])
def test_torchvision_s_names_are_understood(width: float, images: Images) -> None:
    network, x = ShuffleNetV2(width, 10, seed=5), images(1, 3, 40, 40)
    arrays = as_torchvision(network)
    assert len([name for name in arrays if not name.endswith("num_batches_tracked")]) == 56 * 5 + 2
    again = ShuffleNetV2.from_torchvision(arrays)
    assert again.parameters.keys() == network.parameters.keys()
    assert (again.settings["width"], again.settings["paper"]) == (width, False)
    assert (again(x) == network(x)).all()


def test_missing_extra_and_misshapen_arrays_are_all_named() -> None:
    arrays = as_torchvision(ShuffleNetV2(0.5, 10))
    del arrays["stage3.1.branch2.0.weight"]
    arrays["stage9.weight"] = np.zeros(3)
    arrays["conv5.1.bias"] = np.zeros(3)
    with pytest.raises(ValueError, match="do not fit") as error:
        ShuffleNetV2.from_torchvision(arrays)
    for says in ("missing stage3.1.branch2.0.weight", "extra stage9.weight", r"conv5.1.bias is (3,), not (1024,)"):
        assert says in str(error.value)
    assert str(error.value).count(";") == 2


@pytest.mark.parametrize(
    "read", [ShuffleNetV2.from_torchvision, ShuffleNetV2.from_pytorchcv, ShuffleNetV1.from_pytorchcv]
)
def test_arrays_of_another_network_are_refused(read: Callable[[Any], Network]) -> None:
    with pytest.raises(ValueError, match=r"missing .*weight"):
        read({"conv.weight": np.zeros((1, 1, 1, 1))})


@pytest.mark.parametrize(
    "network",
    [
        ShuffleNetV1(8, 0.5, 10, stem=16, bias=False, authors=True, seed=9),
        ShuffleNetV1(4, 0.25, 10, round_up=True, grouped_first=True),
        ShuffleNetV2(0.5, 10, ceil_pool=True, authors=True, bias=False),
        ShuffleNetV2(10, 10, widths=(48, 96, 192, 300), paper=True, bottleneck=16),
    ],
)
def test_what_is_saved_is_loaded(network: Network, images: Images, tmp_path: Path) -> None:
    x, path = images(1, 3, 40, 40), tmp_path / "network.npz"
    network.save(path)
    again = type(network).load(path)
    assert again.settings == network.settings
    assert (again(x) == network(x)).all()
    with np.load(path, allow_pickle=False) as file:
        assert set(file.files) == {"settings", *network.parameters}


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "network.npz"
    ShuffleNetV2(0.5, 10).save(path)
    with pytest.raises(ValueError, match="holds no ShuffleNetV1"):
        ShuffleNetV1.load(path)
    np.savez(path, a=np.zeros(3))
    with pytest.raises(ValueError, match="holds no ShuffleNetV2"):
        ShuffleNetV2.load(path)


def test_a_file_that_lacks_an_array_is_refused(tmp_path: Path) -> None:
    path, network = tmp_path / "network.npz", ShuffleNetV2(0.5, 10)
    del network.parameters["conv5.weight"]
    network.save(path)
    with pytest.raises(ValueError, match=r"missing conv5\.weight"):
        ShuffleNetV2.load(path)


def test_a_file_with_unknown_settings_is_refused(tmp_path: Path) -> None:
    path, network = tmp_path / "network.npz", ShuffleNetV2(0.5, 10)
    network.settings["depth"] = 3
    network.save(path)
    with pytest.raises(ValueError, match="depth"):
        ShuffleNetV2.load(path)


def test_given_arrays_are_copied() -> None:
    arrays = as_torchvision(ShuffleNetV2(0.5, 10))
    network = ShuffleNetV2.from_torchvision(arrays)
    arrays["fc.bias"] += 1
    assert (network.parameters["classifier.bias"] != arrays["fc.bias"]).all()
