"""How fast the reference networks are: against ONNX Runtime, PyTorch and onnx's own evaluator, all on one thread.

    python benchmarks/reference_speed.py              prints a Markdown table
    python benchmarks/reference_speed.py -o FILE      replaces the part of FILE between this benchmark's two marks

It needs torch, onnx, onnxruntime and pytorchcv (pip install --no-deps pytorchcv): the networks are pytorchcv's, with the
same weights for all. Runs alternate, and a ratio is the median of the ratios of neighbouring runs, so that a busy machine
troubles both sides alike. The measuring process is a fresh one, with OpenBLAS on one thread and its kernel its own choice.
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


class Timed(NamedTuple):
    """Seconds of one contender's runs, in turn with the others'."""

    name: str
    seconds: list[float]

    @property
    def milliseconds(self) -> float:
        return 1e3 * median(self.seconds)

    def ratio(self, ours: Timed) -> float:
        """Say how many times as long as this one ours takes."""
        return median(a / b for a, b in zip(ours.seconds, self.seconds, strict=True))


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
    import onnxruntime
    import torch

    torch.set_num_threads(1)
    versions = f"NumPy {numpy.__version__}, ONNX Runtime {onnxruntime.__version__}, PyTorch {torch.__version__}"
    yield f"{versions}; {processor()}; one thread; milliseconds are medians, ratios medians of ratios of neighbouring runs."
    yield ""
    yield "| network | input | ours, ms | ONNX Runtime, ms | ours ÷ it | PyTorch eager, ms | it ÷ ours | onnx reference ÷ ours |"
    yield "| --- | --- | --: | --: | --: | --: | --: | --: |"
    memory = []
    for title, module, name, family in NETWORKS:
        theirs = ported(module, name)
        network = getattr(importlib.import_module("macflops.reference"), family).from_pytorchcv(theirs.state_dict())
        for batch, times in ((1, rounds), (16, max(rounds // 10, 3))):
            x = numpy.random.default_rng(0).standard_normal((batch, 3, 224, 224)).astype(numpy.float32)
            ours, onnx_runtime, eager = in_turn(contenders(network, theirs, x), times)
            slow = ""
            if batch == 1:
                reference = in_turn([("ours", lambda: network(x)), ("onnx", evaluator(theirs, x))], 3)  # noqa: B023
                slow = f"{1 / reference[1].ratio(reference[0]):.0f}"
            yield (
                f"| {title} | {batch}×3×224×224 | {ours.milliseconds:.2f} | {onnx_runtime.milliseconds:.2f} "
                f"| **{onnx_runtime.ratio(ours):.2f}** | {eager.milliseconds:.2f} | {1 / eager.ratio(ours):.2f} | {slow} |"
            )
        memory.append(
            f"| {title} | {peak(network):.2f} | {written(network):.2f} | {written(network) / peak(network):.2f} |"
        )
    yield ""
    yield "| network, 1×3×224×224 | peak activations of the plain layers, MB | all buffers of the fast ones, MB | ratio |"
    yield "| --- | --: | --: | --: |"
    yield from memory


def contenders(network: Any, theirs: Any, x: Any) -> list[tuple[str, Callable[[], object]]]:
    """Return what is to be run, each checked to compute the same."""
    import numpy
    import onnxruntime
    import torch

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(exported(theirs, x), options, providers=["CPUExecutionProvider"])
    image = torch.from_numpy(x)

    def eager() -> Any:
        with torch.inference_mode():
            return theirs(image)

    logits = session.run(None, {"x": x})[0]
    for other in (network(x), eager().numpy()):
        assert numpy.abs(other - logits).max() < 1e-5 * numpy.abs(logits).max()
    return [("ours", lambda: network(x)), ("ONNX Runtime", lambda: session.run(None, {"x": x})), ("PyTorch", eager)]


def in_turn(functions: list[tuple[str, Callable[[], object]]], rounds: int) -> list[Timed]:
    """Run all functions one after the other, so many times after two for warming up."""
    timed = [Timed(name, []) for name, _ in functions]
    for i in range(rounds + 2):
        for (_, function), into in zip(functions, timed, strict=True):
            start = perf_counter()
            function()
            if i > 1:
                into.seconds.append(perf_counter() - start)
    return timed


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


def evaluator(theirs: Any, x: Any) -> Callable[[], object]:
    """Return onnx's own evaluator, in NumPy too, on a network."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    session = ReferenceEvaluator(onnx.load_from_string(exported(theirs, x)))
    return lambda: session.run(None, {"x": x})


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
