"""Files as they come: every message as onnx reads it, and damaged ones told apart in one line."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

import macflops
from macflops.errors import SourceError
from macflops.readers.onnx import read
from macflops.readers.onnx.model import model
from macflops.readers.onnx.tensors import tensor
from tests.readers.onnx.light import FILES, FOLDER

SMALL = (FOLDER / "light_squeezenet.onnx").read_bytes()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_node_and_tensor_is_as_onnx_reads_it(path: Path) -> None:
    ours, theirs = model(memoryview(path.read_bytes())), onnx.load(path)
    assert ours.graph is not None
    assert ours.opsets == {o.domain: o.version for o in theirs.opset_import}
    assert len(ours.graph.nodes) == len(theirs.graph.node)
    for mine, other in zip(ours.graph.nodes, theirs.graph.node, strict=True):
        assert (mine.op, mine.name, mine.domain) == (other.op_type, other.name, other.domain)
        assert (mine.inputs, mine.outputs) == (tuple(other.input), tuple(other.output))
        assert mine.attributes.keys() == {a.name for a in other.attribute}
        for attribute in other.attribute:
            value: Any = helper.get_attribute_value(attribute)
            if attribute.type == onnx.AttributeProto.TENSOR:
                assert mine.attributes[attribute.name].shape == tuple(value.dims)
            else:
                plain = tuple(value) if isinstance(value, list) else value
                text = plain.decode() if isinstance(plain, bytes) else plain
                assert mine.attributes[attribute.name] == text
    for other_tensor in theirs.graph.initializer:
        mine_tensor = ours.graph.initializers[other_tensor.name]
        assert (mine_tensor.shape, mine_tensor.dtype) == (tuple(other_tensor.dims), other_tensor.data_type)
        numbers = mine_tensor.numbers()
        if numbers is not None:
            assert numbers == tuple(numpy_helper.to_array(other_tensor).ravel().tolist())


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        (TensorProto.FLOAT, [1.5, -2.0]),
        (TensorProto.DOUBLE, [1.5, -2.0]),
        (TensorProto.INT64, [-1, 2**62]),
        (TensorProto.INT32, [-1, 7]),
        (TensorProto.UINT8, [0, 255]),
        (TensorProto.INT8, [-128, 127]),
        (TensorProto.BOOL, [True, False]),
        (TensorProto.UINT64, [0, 2**64 - 1]),
        (TensorProto.FLOAT16, [1.5, -2.0]),
    ],
)
def test_small_tensors_decode_however_they_are_kept(dtype: int, values: list[Any], raw: bool) -> None:
    import numpy

    kind = helper.tensor_dtype_to_np_dtype(dtype)
    data: Any = numpy.array(values, kind).tobytes() if raw else values
    made = helper.make_tensor("t", dtype, [2], data, raw=raw)
    assert tensor(memoryview(made.SerializeToString())).numbers() == tuple(values)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (gzip.compress(SMALL), "gzip"),
        (b"PK\x03\x04" + bytes(40), "zip"),
        (b"\x89HDF\r\n\x1a\n" + bytes(40), "HDF5"),
        (SMALL[:1000], "cut short"),
        (SMALL[:-1], "cut short"),
        (b"hello world, this is a text", "no ONNX model"),
        (bytes(100), "no ONNX model"),
        (b"\x08\x07", "no graph"),
    ],
)
def test_a_file_that_is_no_model_is_one_line_that_says_what_it_is(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        macflops.load(path)
    assert says in caught.value.what
    assert "\n" not in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 20))
def test_damaged_bytes_are_a_source_error_or_a_network(seed: int, changes: int) -> None:
    chance, data = random.Random(seed), bytearray(SMALL)
    for _ in range(changes):
        data[chance.randrange(len(data))] = chance.randrange(256)
    damaged = bytes(data[: chance.randrange(len(data))] if seed % 3 == 0 else data)
    try:
        network = read(damaged, "model.onnx")
    except SourceError:
        return
    macflops.count(network)


def test_external_data_is_never_opened(tmp_path: Path) -> None:
    weights = TensorProto(name="w", dims=[4, 3, 3, 3], data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value="../../etc/passwd")
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", [1, 3, 8, 8]), ("y", None)))
    graph = helper.make_graph([helper.make_node("Conv", ["x", "w"], ["y"])], "g", [x], [y], [weights])
    report = macflops.count(read(helper.make_model(graph).SerializeToString(), str(tmp_path / "model.onnx")))
    assert (report.totals.params, report.totals.mult_adds) == (108, 36 * 108)
