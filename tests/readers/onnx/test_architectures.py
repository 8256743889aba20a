"""Public architectures through both of PyTorch's exporters: counted to the integer as PyTorch counts them running."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from torch import nn

import macflops
from macflops.readers.onnx import read
from tests.readers.onnx.architectures import BUILDERS, NAMES, NEWER_ONLY, Built, distinct, used
from tests.readers.onnx.torches import counted, exported, exported_anew, optimized, program_of, written

OPTIMIZED = [  # of each kind the one that is exported soonest
    ("pytorchcv", "resnet_cifar:resnet20_cifar10"),
    ("transformers", "ViT"),
    ("transformers", "Bert"),
    ("transformers", "ConvNext"),
]
OLDER = [one for one in NAMES if one[1] not in NEWER_ONLY]


def built(library: str, name: str) -> Built:
    """Return an architecture, made anew."""
    pytest.importorskip(library)
    torch.manual_seed(1)
    made = BUILDERS[library](name)
    distinct(made.module)
    return made


def agrees(made: Built, data: bytes) -> None:
    """Assert that a file counts as its module does."""
    report: Any = macflops.count(read(data, "model.onnx"))
    mult_adds, _ = counted(made.module, *made.inputs)
    assert report.unsupported == ()
    assert (report.totals.mult_adds, report.totals.params) == (mult_adds, used(made))


@pytest.mark.parametrize(("library", "name"), OLDER, ids=lambda part: part.rpartition(":")[2])
def test_the_older_exporter_s_file_counts_as_the_network_runs(library: str, name: str) -> None:
    made = built(library, name)
    agrees(made, exported(made.module, *made.inputs, training=torch.onnx.TrainingMode.PRESERVE))
    folded = exported(made.module, *made.inputs, training=torch.onnx.TrainingMode.EVAL, do_constant_folding=True)
    report = macflops.count(read(folded, "model.onnx"))
    assert report.unsupported == ()
    assert report.totals.mult_adds == counted(made.module, *made.inputs)[0]


def learnable(module: nn.Module, data: bytes) -> int:
    """Return how many numbers a file of a module holds that are learnt.

    Those of tensors but for buffers, and for what the exporter has folded to one number: a mask that hides nothing.
    """
    own, buffers = dict(module.named_parameters()), dict(module.named_buffers())
    kept = [one for one in onnx.load_model_from_string(data).graph.initializer if one.name not in buffers]
    floats = [numpy_helper.to_array(one) for one in kept if one.data_type == onnx.TensorProto.FLOAT and one.dims]
    names = [one.name for one in kept if one.data_type == onnx.TensorProto.FLOAT and one.dims]
    return sum(int(array.size) for name, array in zip(names, floats, strict=True) if name in own or np.ptp(array) > 0)


@pytest.mark.parametrize(("library", "name"), OPTIMIZED, ids=lambda part: part.rpartition(":")[2])
def test_the_newer_exporter_s_optimized_file_counts_as_the_network_runs(library: str, name: str) -> None:
    made = built(library, name)
    program = program_of(made.module, *made.inputs)
    plain: Any = macflops.count(read(written(program), "model.onnx"))
    data = optimized(program)
    report: Any = macflops.count(read(data, "model.onnx"))
    assert report.unsupported == ()
    assert report.totals.mult_adds == plain.totals.mult_adds == counted(made.module, *made.inputs)[0]
    assert report.totals.params == learnable(made.module, data)


@pytest.mark.parametrize(("library", "name"), NAMES, ids=lambda part: part.rpartition(":")[2])
def test_the_newer_exporter_s_file_counts_as_the_network_runs(library: str, name: str) -> None:
    made = built(library, name)
    agrees(made, exported_anew(made.module, *made.inputs))
