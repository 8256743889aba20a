"""How long counting a PyTorch module takes, against counters that run or trace it: the same modules, in one process.

    python -m benchmarks.torch_speed              prints a Markdown table
    python -m benchmarks.torch_speed -o FILE      replaces the part of FILE between this benchmark's two marks

Every counter gets the same module with its weights on the CPU and an input of 224 x 224, and counts it from nothing.
All take turns, round after round, so that a busy machine troubles them alike; a figure is a median. Those that are not
installed are left out: pip install --no-deps fvcore iopath torchinfo ptflops torchscan, and what they import.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import macflops

MARKS = ("<!-- torch_speed: begin -->", "<!-- torch_speed: end -->")
SHAPE = (1, 3, 224, 224)
NETWORKS = (
    ("resnet", "resnet18"),
    ("resnet", "resnet50"),
    ("resnext", "resnext50_32x4d"),
    ("vgg", "vgg11"),
    ("densenet", "densenet121"),
    ("squeezenet", "squeezenet_v1_1"),
    ("mobilenet", "mobilenet_w1"),
    ("mobilenetv2", "mobilenetv2_w1"),
    ("mobilenetv3", "mobilenetv3_large_w1"),
    ("shufflenet", "shufflenet_g3_w1"),
    ("shufflenetv2", "shufflenetv2_w1"),
    ("efficientnet", "efficientnet_b0"),
    ("nasnet", "nasnet_4a1056"),
)
Counter = Callable[[nn.Module, torch.Tensor], Any]  # returns mult-adds as the counter has them


def by_macflops(module: nn.Module, x: torch.Tensor) -> int:
    """Count every layer, MAC and peak memory too."""
    return int(macflops.count(module, input_shape=tuple(x.shape)).totals.mult_adds)


def by_export(module: nn.Module, x: torch.Tensor) -> Any:
    """Export only: what a counter of exported graphs would begin with."""
    return torch.export.export(module, (x,)) and None


def by_flop_counter(module: nn.Module, x: torch.Tensor) -> int:
    """Count with PyTorch's own mode, which runs the module."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(x)
    return int(counter.get_total_flops()) // 2


def by_fvcore(module: nn.Module, x: torch.Tensor) -> int:
    """Count with fvcore, which traces the module."""
    counter = import_module("fvcore.nn").FlopCountAnalysis(module, x)
    counter.unsupported_ops_warnings(False)
    return int(counter.total())


def by_torchinfo(module: nn.Module, x: torch.Tensor) -> int:
    """Count with torchinfo, which runs the module."""
    return int(import_module("torchinfo").summary(module, input_data=x, verbose=0).total_mult_adds)


def by_ptflops(module: nn.Module, x: torch.Tensor) -> int:
    """Count with ptflops, which runs the module."""
    count = import_module("ptflops").get_model_complexity_info
    return int(count(module, tuple(x.shape[1:]), as_strings=False, print_per_layer_stat=False, verbose=False)[0])


def by_torchscan(module: nn.Module, x: torch.Tensor) -> Any:
    """Count with torchscan, which runs the module."""
    return import_module("torchscan").crawl_module(module, tuple(x.shape[1:]))["totals"]


COUNTERS: dict[str, Counter] = {
    "macflops": by_macflops,
    "fvcore": by_fvcore,
    "torchinfo": by_torchinfo,
    "ptflops": by_ptflops,
    "torchscan": by_torchscan,
    "FlopCounterMode": by_flop_counter,
    "torch.export": by_export,
}
MODULES = {"fvcore": "fvcore.nn", "torchinfo": "torchinfo", "ptflops": "ptflops", "torchscan": "torchscan"}


def main() -> None:
    """Measure and print, or write."""
    parser = argparse.ArgumentParser(description="Measure how long counting a PyTorch module takes.")
    parser.add_argument("-o", metavar="FILE", type=Path, help="write into this file, between its two marks")
    parser.add_argument("--rounds", type=int, default=5, help="how often each counter counts each module (default 5)")
    options = parser.parse_args()
    text = "\n".join(table(options.rounds))
    if options.o is None:
        print(text)
        return
    page = options.o.read_text(encoding="utf-8") if options.o.exists() else f"{MARKS[0]}\n{MARKS[1]}\n"
    before, _, rest = page.partition(MARKS[0])
    options.o.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.partition(MARKS[1])[2]}", encoding="utf-8")


def table(rounds: int) -> Iterator[str]:
    """Yield the lines of the table: one row a network, the median last."""
    counters = {name: counter for name, counter in COUNTERS.items() if installed(name)}
    yield f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {rounds} rounds; milliseconds."
    yield ""
    yield f"| network | {' | '.join(counters)} |"
    yield f"| --- |{' --: |' * len(counters)}"
    ratios: dict[str, list[float]] = {name: [] for name in counters}
    for file, name in NETWORKS:
        times = measured(getattr(import_module(f"pytorchcv.models.{file}"), name)().eval(), counters, rounds)
        for counter, seconds in times.items():
            ratios[counter].append(seconds / times["macflops"])
        cells = [f"{1e3 * times[c]:,.0f}" if c in times else "-" for c in counters]
        yield f"| {name} | {' | '.join(cells)} |"
    cells = [f"**{median(ratios[c]):.1f}**" if ratios[c] else "-" for c in counters]
    yield f"| times macflops, on the median network | {' | '.join(cells)} |"


def installed(name: str) -> bool:
    """Tell whether a counter can be imported."""
    try:
        import_module(MODULES.get(name, "torch"))
    except ImportError:
        return False
    return True


def measured(module: nn.Module, counters: dict[str, Counter], rounds: int) -> dict[str, float]:
    """Return the median seconds of each counter that can count a module; the first round warms up."""
    x = torch.rand(SHAPE)
    seconds: dict[str, list[float]] = {name: [] for name in counters}
    broken = set()
    for number in range(rounds + 1):
        for name, counter in counters.items():
            if name in broken:
                continue
            start = perf_counter()
            try:
                with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                    warnings.simplefilter("ignore")
                    counter(module, x)
            except Exception:  # of any kind: it does not count this one
                broken.add(name)
                continue
            if number:
                seconds[name].append(perf_counter() - start)
    return {name: median(found) for name, found in seconds.items() if found and name not in broken}


if __name__ == "__main__":
    logging.disable()
    main()
