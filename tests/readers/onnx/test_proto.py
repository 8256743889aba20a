"""A model in memory counts and is audited as its file is, and nothing is written or copied for it."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import macflops
from tests.readers.onnx.light import FILES
from tests.readers.onnx.test_against_torch import UNet
from tests.readers.onnx.torches import exported


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_model_in_memory_counts_as_its_file(path: Path) -> None:
    file, memory = macflops.count(path), macflops.count(onnx.load(path))
    assert memory.totals == file.totals
    assert [layer.name for layer in memory.layers] == [layer.name for layer in file.layers]


def test_a_model_in_memory_is_audited_as_its_file(tmp_path: Path) -> None:
    import torch

    data = exported(UNet(), torch.randn(2, 3, 32, 24), input_names=["x"], dynamic_axes={"x": {0: "N"}})
    file = tmp_path / "net.onnx"
    file.write_bytes(data)
    one, other = macflops.audit(file, set={"N": 4}), macflops.audit(onnx.load_model_from_string(data), set={"N": 4})
    assert other.totals == one.totals
    assert [(f.rule, f.layer, f.message) for f in other.findings] == [
        (f.rule, f.layer, f.message) for f in one.findings
    ]
    assert other.to_dict()["network"]["format"] == "onnx"


def test_its_weights_are_not_copied() -> None:
    weights = numpy_helper.from_array(np.ones((4096, 4096), np.float32), "w")  # 64 MB
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, 4096)) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", ends[:1], ends[1:], [weights])
    model = helper.make_model(graph)
    tracemalloc.start()
    assert macflops.count(model).totals.params == 4096 * 4096
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4e6


def test_an_empty_model_is_an_error_of_one_line() -> None:
    with pytest.raises(macflops.SourceError, match=r"onnx\.ModelProto: error: .*no graph is in it"):
        macflops.count(onnx.ModelProto())
