"""However large the weights are, in the file or beside it, they are never read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from onnx import TensorProto, helper

import macflops

WIDTH = 28_672  # a square matrix of so many floats has 3.3 GB
MEASURED = """
import sys, macflops
print(macflops.count(sys.argv[1]).totals.params)
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024)
"""


def varint(number: int) -> bytes:
    """Return a number as protobuf writes it."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*found, number))


def model(file: Path, width: int, external: bool) -> Path:
    """Write a linear layer: its weights a hole in the file, or said to be in another that is not there."""
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[width, width])
    if external:
        weights.data_location = TensorProto.EXTERNAL
        weights.external_data.add(key="location", value="absent.bin")
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, width)) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", ends[:1], ends[1:])
    head = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    rest = head.graph.SerializeToString()
    head.ClearField("graph")
    size = 0 if external else width * width * 4
    tensor = weights.SerializeToString() + (b"" if external else b"\x4a" + varint(size))
    inner = rest + b"\x2a" + varint(len(tensor) + size) + tensor  # protobuf merges what comes in parts
    with file.open("wb") as stream:
        stream.write(head.SerializeToString() + b"\x3a" + varint(len(inner) + size) + inner)
        stream.truncate(stream.tell() + size)
    return file


@pytest.mark.parametrize("external", [False, True])
def test_a_file_of_three_gigabytes_counts_in_little_memory(tmp_path: Path, external: bool) -> None:
    file = model(tmp_path / "large.onnx", WIDTH, external)
    assert (file.stat().st_size > 3 * 2**30) is not external
    if not Path("/proc/self/status").exists():
        assert macflops.count(file).totals.params == WIDTH * WIDTH
        return  # here nothing tells how much memory a process has held
    run = subprocess.run([sys.executable, "-c", MEASURED, str(file)], capture_output=True, text=True, check=True)
    params, megabytes = map(int, run.stdout.split())
    assert params == WIDTH * WIDTH
    assert megabytes < 150


def test_a_small_one_written_alike_is_what_onnx_reads(tmp_path: Path) -> None:
    import onnx

    file = model(tmp_path / "small.onnx", 4, False)
    assert list(onnx.load(file).graph.initializer[0].dims) == [4, 4]
    onnx.checker.check_model(onnx.load(file))
    assert macflops.count(file).totals.mult_adds == 16


def test_weights_that_are_there_stay_out_of_memory(tmp_path: Path) -> None:
    """Of pages that hold data a system maps megabytes at a time, around each weight's first bytes."""
    shape, number = (512, 1024, 1, 1), 100  # two megabytes each
    weights = [
        helper.make_tensor(f"w{i}", TensorProto.FLOAT, shape, b"\x01" * 4 * 512 * 1024, raw=True) for i in range(number)
    ]
    nodes = [helper.make_node("Conv", ["x", f"w{i}"], [f"y{i}"]) for i in range(number)]
    ends = [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, (1, 512, 1, 1)) for i in range(number)]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 1024, 1, 1))
    model = helper.make_model(
        helper.make_graph(nodes, "g", [x], ends, weights), opset_imports=[helper.make_opsetid("", 17)]
    )
    file = tmp_path / "dense.onnx"
    file.write_bytes(model.SerializeToString())
    if not Path("/proc/self/status").exists():
        assert macflops.count(file).totals.params == number * 512 * 1024
        return
    run = subprocess.run([sys.executable, "-c", MEASURED, str(file)], capture_output=True, text=True, check=True)
    params, megabytes = map(int, run.stdout.split())
    assert params == number * 512 * 1024
    assert megabytes < 60


def test_an_empty_file_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "empty.onnx"
    file.touch()
    with pytest.raises(macflops.SourceError) as caught:
        macflops.count(file)
    assert str(caught.value) == f"{file}: error: the file is empty (export or download it again)"
