"""Public architectures through both of PyTorch's exporters: counted to the integer as PyTorch counts them running."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import macflops
from macflops.readers.onnx import read
from tests.readers.onnx.architectures import BUILDERS, NAMES, NEWER_ONLY, Built, distinct, used
from tests.readers.onnx.torches import counted, exported, exported_anew

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


@pytest.mark.parametrize(("library", "name"), NAMES, ids=lambda part: part.rpartition(":")[2])
def test_the_newer_exporter_s_file_counts_as_the_network_runs(library: str, name: str) -> None:
    made = built(library, name)
    agrees(made, exported_anew(made.module, *made.inputs))
