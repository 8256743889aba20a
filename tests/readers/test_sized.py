"""Images of any size: closed forms in the exporter's own names give at five sizes what files of that size give."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import macflops
from macflops.readers.onnx import read
from macflops.report import Report
from tests.readers.onnx.torches import counted, exported, exported_anew
from tests.sized import CHANNELS, SIZED, SIZES

NAMES = {0: "N", 2: "H", 3: "W"}
FIELDS = ("params", "mult_adds", "elementwise_ops", "mac_elements", "activations", "peak_activation_bytes")
TRACED = (2, CHANNELS, 40, 56)
ANEW = ("attentive", "pyramid", "windows")  # the newer exporter takes seconds for each


def totals(report: Report, **sizes: int) -> dict[str, int]:
    """Return a report's totals, closed forms at these sizes."""
    assert report.unsupported == ()
    found = {field: getattr(report.totals, field) for field in FIELDS}
    return {
        field: int(value.subs({symbol: sizes[symbol.name] for symbol in value.free_symbols}))
        if hasattr(value, "subs")
        else value
        for field, value in found.items()
    }


@pytest.mark.parametrize("name", sorted(SIZED))
def test_closed_forms_of_a_module_and_of_its_file_give_what_files_of_each_size_give(name: str) -> None:
    torch.manual_seed(1)
    module = SIZED[name]().eval()
    data = exported(module, torch.rand(TRACED), input_names=["image"], dynamic_axes={"image": NAMES})
    file = macflops.count(read(data, "model.onnx"))
    live = macflops.count(module, input_shape=f"Nx{CHANNELS}xHxW")
    closed: Any = file.totals.mac_elements
    assert {symbol.name for symbol in closed.free_symbols} == {"N", "H", "W"}
    for n, h, w in SIZES:
        image = torch.rand(n, CHANNELS, h, w)
        there = totals(file, N=n, H=h, W=w)
        assert there == totals(macflops.count(read(exported(module, image), "model.onnx"))), (n, h, w)
        assert there == totals(live, N=n, H=h, W=w), (n, h, w)
        assert there["mult_adds"] == counted(module, image)[0], (n, h, w)


@pytest.mark.parametrize("name", ANEW)
def test_closed_forms_of_the_newer_exporter_s_files_give_what_runs_give(name: str) -> None:
    torch.manual_seed(1)
    module = SIZED[name]().eval()
    file = macflops.count(read(exported_anew(module, torch.rand(TRACED), dynamic_shapes=(NAMES,)), "model.onnx"))
    closed: Any = file.totals.mac_elements
    assert {symbol.name for symbol in closed.free_symbols} == {"N", "H", "W"}
    for n, h, w in SIZES:
        image = torch.rand(n, CHANNELS, h, w)
        there = totals(file, N=n, H=h, W=w)
        assert there == totals(macflops.count(module, input_shape=(n, CHANNELS, h, w))), (n, h, w)
        assert there["mult_adds"] == counted(module, image)[0], (n, h, w)
