"""How fast the reference networks are: against ONNX Runtime, PyTorch and onnx's own evaluator, all on one thread.

    python benchmarks/reference_speed.py              prints a Markdown table
    python benchmarks/reference_speed.py -o FILE      replaces the part of FILE between this benchmark's two marks

It needs torch, onnx, onnxruntime and pytorchcv (pip install --no-deps pytorchcv): the networks are pytorchcv's, with
the same weights for all. Ours and each other contender run in turn, and a ratio is the median of the ratios of such
pairs, so that a busy machine troubles both alike. The measuring process is a fresh one, with OpenBLAS on one thread and
its kernel its own choice.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
MARKS = ("<!-- reference_speed: begin -->", "<!-- reference_speed: end -->")
NETWORKS = [
    ("ShuffleNet V2 1.0x", "shufflenetv2b", "shufflenetv2b_w1", "ShuffleNetV2"),
    ("ShuffleNet V1 1x, g = 3", "shufflenet", "shufflenet_g3_w1", "ShuffleNetV1"),
]


class Pair(NamedTuple):
    """Seconds of our runs and of another's, in turn."""

    ours: list[float]
    theirs: list[float]

    @property
    def ratio(self) -> float:
        """Say how many times as long as the other ours takes."""
        return median(a / b for a, b in zip(self.ours, self.theirs, strict=True))

    def __str__(self) -> str:
        return f"{1e3 * median(self.ours):.2f} | {1e3 * median(self.theirs):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the speed of the reference networks.")
    parser.add_argument("-o", metavar="FILE", type=Path, help="write into this file, between its two marks")
    parser.add_argument("--rounds", type=int, default=100, help="runs of each contender at batch 1 (default 100)")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print("\n".join(report(options.rounds)))
        return
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    call = [sys.executable, __file__, "--measure", "--rounds", str(options.rounds)]
    table = subprocess.run(call, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    if options.o is None:
        print(table)
        return
    text = options.o.read_text(encoding="utf-8") if options.o.exists() else f"# Benchmarks\n\n{MARKS[0]}\n{MARKS[1]}\n"
    before, _, rest = text.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    options.o.write_text(f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{after}", encoding="utf-8")


def report(rounds: int) -> Iterator[str]:
    """Measure everything, and yield the lines of the report."""
    import numpy
    import onnx
    import torch

    torch.set_num_threads(1)
    runtime = importlib.import_module("onnxruntime").__version__
    yield f"{processor()}, one thread. NumPy {numpy.__version__}, ONNX Runtime {runtime}, PyTorch {torch.__version__},"
    yield f"onnx {onnx.__version__}. PyTorch is eager, onnx reference its ReferenceEvaluator. Times are medians, ratios"
    yield "medians of the ratios of neighbouring runs."
    yield ""
    yield "| network | images | against | ours, ms | theirs, ms | ours ÷ theirs | theirs ÷ ours |"
    yield "| --- | --: | --- | --: | --: | --: | --: |"
    memory = []
    for title, module, name, family in NETWORKS:
        theirs = ported(module, name)
        network = getattr(importlib.import_module("macflops.reference"), family).from_pytorchcv(theirs.state_dict())
        for batch, times in ((1, rounds), (16, max(rounds // 10, 3))):
            x = numpy.random.default_rng(0).standard_normal((batch, 3, 224, 224)).astype(numpy.float32)
            for other, run in contenders(network, theirs, x).items():
                pair = in_turn(lambda: network(x), run, 3 if other == "onnx reference" else times)  # noqa: B023
                yield f"| {title} | {batch} | {other} | {pair} | **{pair.ratio:.2f}** | {1 / pair.ratio:.2f} |"
        alive, buffers = peak(network), written(network)
        memory.append(f"| {title} | {alive:.2f} | {buffers:.2f} | {buffers / alive:.2f} |")
    yield ""
    yield "Memory at one image of 224 × 224; buffers serve a batch of any size."
    yield ""
    yield "| network | peak activations, layer by layer, MB | all our buffers, MB | ratio |"
    yield "| --- | --: | --: | --: |"
    yield from memory


def contenders(network: Any, theirs: Any, x: Any) -> dict[str, Callable[[], object]]:
    """Return what is to be run, each checked to compute the same."""
    import numpy
    import onnx
    import torch
    from onnx.reference import ReferenceEvaluator

    runtime: Any = importlib.import_module("onnxruntime")
    model, image = exported(theirs, x), torch.from_numpy(x)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def eager() -> Any:
        with torch.inference_mode():
            return theirs(image)

    logits = session.run(None, {"x": x})[0]
    for other in (network(x), eager().numpy()):
        assert numpy.abs(other - logits).max() < 1e-5 * numpy.abs(logits).max()
    runs: dict[str, Callable[[], object]] = {"ONNX Runtime": lambda: session.run(None, {"x": x}), "PyTorch": eager}
    if len(x) == 1:
        evaluator = ReferenceEvaluator(onnx.load_from_string(model))
        runs["onnx reference"] = lambda: evaluator.run(None, {"x": x})
    return runs


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> Pair:
    """Run both in turn so many times, after two for warming up."""
    seconds: list[list[float]] = [[], []]
    for i in range(rounds + 2):
        for function, into in zip((ours, theirs), seconds, strict=True):
            start = perf_counter()
            function()
            if i > 1:
                into.append(perf_counter() - start)
    return Pair(*seconds)


def ported(module: str, name: str) -> Any:
    """Make pytorchcv's network, with random weights and statistics."""
    import torch

    torch.manual_seed(0)
    network = getattr(importlib.import_module(f"pytorchcv.models.{module}"), name)().eval()
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            for array, low, high in (
                (part.weight, 0.5, 1.5),
                (part.running_var, 0.5, 1.5),
                (part.running_mean, -0.1, 0.1),
            ):
                assert array is not None
                torch.nn.init.uniform_(array, low, high)
    return network


def exported(theirs: Any, x: Any) -> bytes:
    """Write a network to ONNX."""
    import torch

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "network.onnx"
        torch.onnx.export(theirs, (torch.from_numpy(x),), path, input_names=["x"], opset_version=17, dynamo=False)
        return path.read_bytes()


def written(network: Any) -> float:
    """Add up all buffers that a compiled network writes, in megabytes; weights are only read."""
    (compiled,) = network._compiled.values()
    buffers: dict[int, int] = {}
    for call in compiled.plan.calls:
        array = call.keywords.get("out", call.args[0])
        while getattr(array, "base", None) is not None:
            array = array.base
        buffers[id(array)] = array.nbytes
    return sum(buffers.values()) / 1e6


def peak(network: Any) -> float:
    """Return the most bytes alive at a time, layer by layer, in megabytes: in both networks, around the stem's norm.

    There the output of the first convolution and its normalized copy are alive.
    """
    import numpy

    _, records = network.count(numpy.zeros((1, 3, 224, 224), numpy.float32))
    alive = max(record.reads + record.writes for record in records)
    return float(4 * alive / 1e6)


def processor() -> str:
    """Name the processor, where Linux tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown processor"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )


if __name__ == "__main__":
    main()
