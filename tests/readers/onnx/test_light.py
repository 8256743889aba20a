"""The nine models that the onnx package ships are counted whole, each against an independent count."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import onnx
import pytest

import macflops
from tests.readers.onnx.light import FILES, independent

PUBLISHED = {  # parameters: Caffe's AlexNet, VGG-19, and torchvision's resnet50 and squeezenet1_1 or its like
    "light_bvlc_alexnet": 60_965_224,
    "light_vgg19": 143_667_240,
    "light_resnet50": 25_557_032,
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_light_model_counts_as_its_shapes_say(path: Path) -> None:
    report = macflops.count(path)
    assert report.unsupported == ()
    assert (report.totals.mult_adds, report.totals.params) == independent(path)
    assert report.totals.params == PUBLISHED.get(path.stem, report.totals.params)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shapes_agree_with_those_that_onnx_infers(path: Path) -> None:
    graph = onnx.shape_inference.infer_shapes(onnx.load(path), data_prop=True).graph
    shapes = {
        v.name: tuple(d.dim_value for d in v.type.tensor_type.shape.dim) for v in (*graph.value_info, *graph.output)
    }
    inferred = [shapes[n.output[0]] for n in graph.node if n.op_type in ("Conv", "MaxPool", "Concat", "Gemm")]
    network = macflops.load(path)
    alike = ("conv", "maxpool", "concat", "linear")
    assert [network.tensors[row.outputs[0]].shape for row in network.layers if row.operator.name in alike] == inferred


def test_there_are_nine_of_them() -> None:
    assert len(FILES) == 9


def test_reading_imports_neither_onnx_nor_numpy() -> None:
    path = next(path for path in FILES if path.stem == "light_shufflenet")
    program = f"import sys, macflops; macflops.audit({str(path)!r}); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"onnx", "numpy", "sympy", "google.protobuf"} & set(ran.stdout.split())
