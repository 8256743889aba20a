"""Who counts what exactly, and how long each takes: macflops beside other counters, on the same networks in one run.

    python -m benchmarks.comparison              prints docs/comparison.md's tables
    python -m benchmarks.comparison -o FILE      replaces the part of FILE between this benchmark's two marks

Needs PyTorch, pytorchcv, transformers, and of the tools those that are there:
pip install --no-deps onnx-tool fvcore iopath yacs torchinfo ptflops thop.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

import macflops
from tests.readers.onnx.architectures import BUILDERS, Built, configured, distinct, pytorchcv, used
from tests.readers.onnx.test_against_torch import Attention, Transformer, UNet, three_sided
from tests.readers.onnx.torches import counted, exported

MARKS = ("<!-- comparison: begin -->", "<!-- comparison: end -->")
VIT = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 6, "intermediate_size": 1536}
BERT = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}
# Networks as their papers have them, with all their weights.
PUBLISHED: list[tuple[str, Callable[[], Built]]] = [
    *(
        (name.rpartition(":")[2], partial(pytorchcv, name))
        for name in (
            "resnet:resnet18",
            "resnet:resnet50",
            "densenet:densenet121",
            "squeezenet:squeezenet_v1_0",
            "mobilenetv2:mobilenetv2b_w1",
            "mobilenetv3:mobilenetv3_large_w1",
            "shufflenetv2:shufflenetv2_w1",
            "efficientnet:efficientnet_b0",
            "regnet:regnetx032",
        )
    ),
    ("ViT-S/16", partial(configured, "ViT", "ForImageClassification", VIT, (1, 3, 224, 224))),
    ("Swin-T", partial(configured, "Swin", "ForImageClassification", {}, (1, 3, 224, 224))),
    ("ConvNeXt-T", partial(configured, "ConvNext", "ForImageClassification", {}, (1, 3, 224, 224))),
    ("MiniLM-L6", partial(configured, "Bert", "ForSequenceClassification", BERT, (1, 128))),
]
LIBRARY = [
    ("pytorchcv", "resnet:resnet18_wd4"),
    ("pytorchcv", "mobilenetv2:mobilenetv2b_wd4"),
    ("pytorchcv", "shufflenetv2:shufflenetv2_wd2"),
    ("pytorchcv", "squeezenet:squeezenet_v1_1"),
    ("transformers", "ViT"),
    ("transformers", "Swin"),
    ("transformers", "ConvNext"),
    ("transformers", "Bert"),
]
OWN: list[tuple[Callable[[], nn.Module], tuple[int, ...]]] = [
    (UNet, (2, 3, 32, 24)),
    (Transformer, (2, 3, 32, 32)),
    (Attention, (2, 5, 16)),
    (three_sided, (2, 2, 8, 9, 10)),
]


class Case(NamedTuple):
    """A network: as a module, as a file, and what PyTorch counts of it."""

    name: str
    published: bool  # rather than small
    module: nn.Module
    inputs: tuple[Tensor, ...]
    file: str
    mult_adds: int
    params: int


class NotRead(Exception):
    """A tool does not read what a case is: it has neither counts nor a time."""


class Tool(NamedTuple):
    """A counter: its package, how it reads a case, and what its numbers are to be divided by to be mult-adds."""

    name: str
    package: str
    counted: Callable[[Case], tuple[float, float]]


def ours(case: Case) -> tuple[float, float]:
    """Count the file with macflops."""
    totals: Any = macflops.count(case.file).totals
    return totals.mult_adds, totals.params


def onnx_tool(case: Case) -> tuple[float, float]:
    """Count the file with onnx-tool, whose MACs include element-wise work."""
    import onnx_tool as tool

    model = tool.Model(case.file)
    model.graph.shape_infer(None)
    model.graph.profile()
    return sum(model.graph.macs), model.graph.params


def fvcore(case: Case) -> tuple[float, float]:
    """Count the module with fvcore, whose flops are mult-adds."""
    from fvcore.nn import FlopCountAnalysis, parameter_count

    analysis = FlopCountAnalysis(case.module, case.inputs)
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return analysis.total(), parameter_count(case.module)[""]


def torchinfo(case: Case) -> tuple[float, float]:
    """Count the module with torchinfo."""
    from torchinfo import summary

    found = summary(case.module, input_data=case.inputs, verbose=0)
    return found.total_mult_adds, found.total_params


def ptflops(case: Case) -> tuple[float, float]:
    """Count the module with ptflops, on PyTorch's own operators, its default."""
    from ptflops import get_model_complexity_info

    def feed(_: Any) -> Any:
        return dict(zip(case.module.forward.__code__.co_varnames[1:], case.inputs, strict=False))

    if isinstance(getattr(case.module, "names", None), tuple):
        raise NotRead
    macs, params = get_model_complexity_info(
        case.module, tuple(case.inputs[0].shape[1:]), as_strings=False, print_per_layer_stat=False,
        input_constructor=feed, backend="pytorch",
    )  # fmt: skip
    return macs, params


def thop(case: Case) -> tuple[float, float]:
    """Count the module with thop."""
    from thop import profile

    macs, params = profile(case.module, case.inputs, verbose=False)
    return macs, params


def loaded(case: Case) -> tuple[float, float]:
    """Load the file and infer its shapes with onnx: what any counter that builds on it takes at least."""
    import onnx

    onnx.shape_inference.infer_shapes(onnx.load(case.file))
    raise NotImplementedError("shapes alone")


TOOLS = [
    Tool("macflops", "", ours),
    Tool("onnx-tool", "onnx-tool", onnx_tool),
    Tool("fvcore", "fvcore", fvcore),
    Tool("torchinfo", "torchinfo", torchinfo),
    Tool("ptflops", "ptflops", ptflops),
    Tool("thop", "thop", thop),
    Tool("onnx.load and shape_inference", "onnx", loaded),
]


def main() -> None:
    """Compare, and print or write."""
    parser = argparse.ArgumentParser(description="Compare macflops with other counters.")
    parser.add_argument("-o", metavar="FILE", type=Path, help="write into this file, between its two marks")
    parser.add_argument("--rounds", type=int, default=5, help="times that each tool counts each network (default 5)")
    options = parser.parse_args()
    text = "\n".join(report(options.rounds))
    if options.o is None:
        print(text)
        return
    page = options.o.read_text(encoding="utf-8") if options.o.exists() else f"{MARKS[0]}\n{MARKS[1]}\n"
    before, _, rest = page.partition(MARKS[0])
    options.o.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.partition(MARKS[1])[2]}", encoding="utf-8")


def cases(folder: Path) -> list[Case]:
    """Return all networks, each written as an ONNX file."""
    built = [(name, True, make()) for name, make in PUBLISHED]
    built += [(name.rpartition(":")[2], False, BUILDERS[library](name)) for library, name in LIBRARY]
    built += [(make.__name__, False, Built(make(), (torch.randn(shape),))) for make, shape in OWN]
    found = []
    for number, (name, published, made) in enumerate(built):
        distinct(made.module)
        file = folder / f"{number}.onnx"
        file.write_bytes(exported(made.module, *made.inputs, training=torch.onnx.TrainingMode.PRESERVE))
        mult_adds, _ = counted(made.module, *made.inputs)
        found.append(Case(name, published, made.module, made.inputs, str(file), mult_adds, parameters(made)))
    return found


def parameters(made: Built) -> int:
    """Return a module's parameters: those that its output depends on, where it is a single tensor."""
    output = made.module(*made.inputs)
    return used(made) if isinstance(output, Tensor) else sum(p.numel() for p in made.module.parameters())


def judged(found: float, wanted: int) -> str:
    """Return how far a number is off."""
    if found == wanted:
        return "exact"
    off = (found - wanted) / wanted * 100
    if abs(off) < 0.01:
        return "under 0.01 % off"
    return f"{off:+.0f} %" if abs(off) >= 10 else f"{off:+.2g} %"


def attempt(tool: Tool, case: Case, rounds: int) -> tuple[str, float | None]:
    """Return a tool's verdict on a case, and the median of the seconds that it took; None where it fails."""
    seconds: list[float] = []
    verdict = ""
    for _ in range(rounds):
        start = perf_counter()
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), torch.no_grad():
                mult_adds, params = tool.counted(case)
        except NotImplementedError:
            seconds.append(perf_counter() - start)
            verdict = "–"
            continue
        except NotRead:
            return "–", None
        except Exception as error:  # whatever a tool raises on what it cannot read
            return f"fails ({type(error).__name__})", None
        seconds.append(perf_counter() - start)
        verdict = f"{judged(mult_adds, case.mult_adds)} / {judged(params, case.params)}"
    return verdict, median(seconds)


def present(tool: Tool) -> bool:
    """Tell whether a tool is installed."""
    with contextlib.suppress(PackageNotFoundError):
        return not tool.package or bool(version(tool.package))
    return False


def report(rounds: int) -> list[str]:
    """Run everything; return the tables' lines."""
    logging.disable(logging.CRITICAL)
    tools = [tool for tool in TOOLS if present(tool)]
    with tempfile.TemporaryDirectory() as folder:
        networks = cases(Path(folder))
        attempt(tools[0], networks[0], 1)  # imports
        found = {(tool.name, case.name): attempt(tool, case, rounds) for case in networks for tool in tools}
    counters = [tool for tool in tools if tool.counted is not loaded]
    versions = ", ".join(f"{tool.package} {version(tool.package)}" for tool in tools if tool.package)
    lines = [
        f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, {rounds} rounds; load average "
        f"{os.getloadavg()[0]:.1f}; {versions}.",
        "",
        "Mult-adds / parameters, against PyTorch's own:",
        "",
        "| network | " + " | ".join(tool.name for tool in counters) + " |",
        "| --- |" + " --- |" * len(counters),
    ]
    for case in networks:
        cells = [case.name, *(found[tool.name, case.name][0] for tool in counters)]
        lines.append(f"| {' | '.join(cells)} |")
    exact = [sum(found[tool.name, case.name][0] == "exact / exact" for case in networks) for tool in counters]
    lines.append("| both exact | " + " | ".join(f"{number} of {len(networks)}" for number in exact) + " |")
    for published, what in ((True, "as published, with their weights"), (False, "that are small")):
        some = [case for case in networks if case.published is published]
        lines += ["", f"Time on the networks {what}, as a multiple of macflops' on the same one in the same run:", ""]
        lines += ["| | median | least | most | networks |", "| --- | --: | --: | --: | --: |"]
        for tool in tools[1:]:
            pairs = [(found[tool.name, case.name][1], found["macflops", case.name][1]) for case in some]
            ratios = [theirs / mine for theirs, mine in pairs if theirs is not None and mine]
            if ratios:
                row = f"{median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} | {len(ratios)}"
                lines.append(f"| {tool.name} | {row} |")
        mine = [seconds * 1e3 for case in some if (seconds := found["macflops", case.name][1]) is not None]
        lines += ["", f"macflops itself takes {min(mine):.1f} to {max(mine):.0f} ms, {median(mine):.0f} on the median."]
    return lines


if __name__ == "__main__":
    main()
