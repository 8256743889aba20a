"""The same network as YAML, as ONNX and as a module: the same totals, and the same findings."""

from __future__ import annotations

import io
import warnings
from importlib import import_module
from typing import Any

import pytest
import torch

import macflops
from macflops.readers.onnx import read
from macflops.report import Report

SAME = [  # of the zoo, and of pytorchcv
    ("resnet18", "resnet", "resnet18"),
    ("mobilenet_v1", "mobilenet", "mobilenet_w1"),
    ("shufflenet_v1_g3_x1_0", "shufflenet", "shufflenet_g3_w1"),
    ("shufflenet_v2_x1_0", "shufflenetv2", "shufflenetv2_w1"),
    ("squeezenet1_1", "squeezenet", "squeezenet_v1_1"),
    ("densenet121", "densenet", "densenet121"),
    ("resnext50_32x4d", "resnext", "resnext50_32x4d"),
]


def findings(report: Report) -> dict[str, list[Any]]:
    """Return by rule what was found, in whatever places: layers, blocks, waste, the worst measure."""
    found: dict[str, list[Any]] = {}
    for finding in report.findings:
        sums = found.setdefault(finding.rule, [0, 0, 0, 0.0])
        sums[0] += len(finding.layers)
        sums[1] += len(finding.blocks)
        sums[2] += finding.mac_elements_wasted or 0
        sums[3] = max(sums[3], finding.measured)
    return found


@pytest.mark.parametrize(("name", "file", "builder"), SAME)
def test_three_readers_count_and_judge_alike(name: str, file: str, builder: str) -> None:
    module = getattr(import_module(f"pytorchcv.models.{file}"), builder)()
    data = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (torch.zeros(1, 3, 224, 224),),
            data,  # type: ignore[arg-type]
            dynamo=False,
            training=torch.onnx.TrainingMode.TRAINING,  # the norms stay
            do_constant_folding=False,
        )
    yaml = macflops.audit(f"zoo:{name}", advice=False)
    onnx = macflops.audit(read(data.getvalue(), "net.onnx"), advice=False)
    live = macflops.audit(module, input_shape=(1, 3, 224, 224), advice=False)
    assert yaml.totals == onnx.totals
    assert yaml.totals == live.totals
    assert findings(yaml) == findings(onnx)
    assert findings(yaml) == findings(live)
    assert yaml.verdict is not None
    assert live.verdict is not None
    assert yaml.verdict.efficiency == live.verdict.efficiency
