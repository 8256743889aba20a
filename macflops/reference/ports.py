"""Where other people's networks keep their arrays: settings and names from the arrays' names and shapes.

The functions return the settings of the network that holds such arrays, and our names with theirs.
Sources: torchvision, models/shufflenetv2.py; pytorchcv (imgclsmob), models/shufflenet.py, shufflenetv2.py and
shufflenetv2b.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from macflops.reference.tables import STEM, UNITS, V1_WIDTHS, V2_WIDTHS

Port = tuple[dict[str, Any], dict[str, str]]


def torchvision_v2(arrays: Mapping[str, Any]) -> Port:
    """Read the arrays of torchvision's shufflenet_v2_x*."""
    parts = {
        "shortcut_depthwise": ("branch1.0", "branch1.1"),
        "shortcut_expand": ("branch1.2", "branch1.3"),
        "reduce": ("branch2.0", "branch2.1"),
        "depthwise": ("branch2.3", "branch2.4"),
        "expand": ("branch2.5", "branch2.6"),
    }
    names = _names(("conv1.0", "conv1.1"), lambda stage, unit: f"stage{stage}.{unit}", parts)
    names |= _norm("conv5", "conv5.0", "conv5.1") | _classifier("fc", arrays)
    return _v2_settings(arrays, names), names


def pytorchcv_v2(arrays: Mapping[str, Any]) -> Port:
    """Read the arrays of pytorchcv's shufflenetv2_* (as in torchvision, but for the max pool) or shufflenetv2b_*."""
    first = "features.stage1.unit1"
    if f"{first}.conv1.conv.weight" in arrays:
        ours = {"reduce": "conv1", "depthwise": "dconv", "expand": "conv2"}
        ours |= {"shortcut_depthwise": "shortcut_dconv", "shortcut_expand": "shortcut_conv"}
        parts = {mine: (f"{theirs}.conv", f"{theirs}.bn") for mine, theirs in ours.items()}
        ceil_pool = False
    else:
        parts = {
            "reduce": ("compress_conv1", "compress_bn1"),
            "depthwise": ("dw_conv2", "dw_bn2"),
            "expand": ("expand_conv3", "expand_bn3"),
            "shortcut_depthwise": ("dw_conv4", "dw_bn4"),
            "shortcut_expand": ("expand_conv5", "expand_bn5"),
        }
        ceil_pool = True
    names = _names(("features.init_block.conv.conv", "features.init_block.conv.bn"), _pytorchcv_unit, parts)
    names |= _norm("conv5", "features.final_block.conv", "features.final_block.bn") | _classifier("output", arrays)
    return {**_v2_settings(arrays, names), "ceil_pool": ceil_pool}, names


def pytorchcv_v1(arrays: Mapping[str, Any]) -> Port:
    """Read the arrays of pytorchcv's shufflenet_g*_w*."""
    parts = {
        "reduce": ("compress_conv1", "compress_bn1"),
        "depthwise": ("dw_conv2", "dw_bn2"),
        "expand": ("expand_conv3", "expand_bn3"),
    }
    names = _names(("features.init_block.conv", "features.init_block.bn"), _pytorchcv_unit, parts)
    names |= _classifier("output", arrays)
    expanded = _shape(arrays, names["stage2.0.expand.weight"])
    stage2, groups = expanded[0], expanded[0] // 4 // max(expanded[1], 1)
    if groups not in V1_WIDTHS:
        raise ValueError(
            f"{names['stage2.0.expand.weight']} is {expanded}: {groups} groups are not in ShuffleNet V1's Table 1"
        )
    settings = {"groups": groups, "width": stage2 / V1_WIDTHS[groups], "stem": _shape(arrays, names["stem.weight"])[0]}
    return {**settings, **_classes(arrays, names)}, names


def _v2_settings(arrays: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    widths = [2 * _shape(arrays, names[f"stage{stage}.0.expand.weight"])[0] for stage in (2, 3, 4)]
    widths.append(_shape(arrays, names["conv5.weight"])[0])
    left = _shape(arrays, names["stage2.down.shortcut_expand.weight"])[0]
    middle = _shape(arrays, names["stage2.down.reduce.weight"])[0]
    known = [width for width, table in V2_WIDTHS.items() if list(table) == widths]
    settings: dict[str, Any] = {"width": known[0]} if known else {"widths": widths}
    settings["paper"] = left == STEM != widths[0] // 2
    return {**settings, "bottleneck": None if middle == widths[0] // 2 else middle, **_classes(arrays, names)}


def _classes(arrays: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    classes = _shape(arrays, names["classifier.weight"])[0]
    return {"num_classes": classes, "bias": "classifier.bias" in names}


def _shape(arrays: Mapping[str, Any], name: str) -> tuple[int, ...]:
    if name not in arrays:
        raise ValueError(f"missing {name}: the arrays are not those of the named port")
    shape = tuple(int(side) for side in arrays[name].shape)
    if not shape:
        raise ValueError(f"{name} is a single number, not an array of weights")
    return shape


def _names(
    stem: tuple[str, str], unit: Callable[[int, int], str], parts: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    """Name the arrays of the stem and of all units; the parts called shortcut_* are in units of stride 2 only."""
    names = _norm("stem", *stem)
    for stage, times in enumerate(UNITS, start=2):
        for i in range(times + 1):
            mine, theirs = f"stage{stage}.{i - 1 if i else 'down'}", unit(stage, i)
            for part, (conv, norm) in parts.items():
                if i == 0 or not part.startswith("shortcut"):
                    names |= _norm(f"{mine}.{part}", f"{theirs}.{conv}", f"{theirs}.{norm}")
    return names


def _pytorchcv_unit(stage: int, unit: int) -> str:
    return f"features.stage{stage - 1}.unit{unit + 1}"


def _norm(mine: str, conv: str, norm: str) -> dict[str, str]:
    parts = {"weight": "weight", "bias": "bias", "mean": "running_mean", "variance": "running_var"}
    return {f"{mine}.weight": f"{conv}.weight", **{f"{mine}.norm.{m}": f"{norm}.{t}" for m, t in parts.items()}}


def _classifier(theirs: str, arrays: Mapping[str, Any]) -> dict[str, str]:
    bias = {"classifier.bias": f"{theirs}.bias"} if f"{theirs}.bias" in arrays else {}
    return {"classifier.weight": f"{theirs}.weight", **bias}
