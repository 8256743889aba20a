"""Functions of one tensor, or of two, are the same operators in a module and in what is exported of it."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import macflops
from macflops.fusion import Fusion
from macflops.network import Network
from macflops.readers.onnx import read


class Waves(nn.Module):
    """Convolutions with a sine and a cosine behind them, which a runtime takes up."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map."""
        y: Tensor = self.second(self.first(x).sin()).cos()
        return y


class Functions(nn.Module):
    """A chain of functions that no operator of native YAML is."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return a map."""
        for function in (torch.floor, torch.ceil, torch.round, torch.reciprocal, torch.sign, torch.tan):
            x = function(x)
        for function in (torch.arccos, torch.asin, torch.atan):
            x = function(x)
        x = x.masked_fill(y > 0, 2.0)
        for compare in (torch.lt, torch.le, torch.gt, torch.ge, torch.eq):
            x = torch.where(compare(x, y), x, y)
        return torch.where(torch.logical_and(x > 1, torch.logical_not(y.isnan())), x, y)


def exported(module: nn.Module, *inputs: Tensor) -> Network:
    """Return the network in a module's ONNX file."""
    data = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module.eval(), inputs, data, dynamo=False)  # type: ignore[arg-type]
    return read(data.getvalue(), "net.onnx")


@pytest.mark.parametrize("fusion", ["none", "runtime"])
def test_sines_merge_alike_in_every_reader(fusion: Fusion, tmp_path: Path) -> None:
    live = macflops.load(Waves(), input_shape=(1, 3, 12, 12))
    macflops.export(live, tmp_path / "net.yaml")
    expected = macflops.count(live, fusion=fusion)
    assert [layer.fused_into for layer in expected.layers if layer.op in ("sin", "cos")] == (
        [None, None] if fusion == "none" else ["first", "second"]
    )
    for source in (exported(Waves(), torch.zeros(1, 3, 12, 12)), tmp_path / "net.yaml"):
        assert macflops.count(source, fusion=fusion).totals == expected.totals


def test_functions_are_named_alike_and_cost_alike() -> None:
    live = macflops.count(Functions(), input_shape={"x": (2, 5), "y": (2, 5)})
    file = macflops.count(exported(Functions(), torch.zeros(2, 5), torch.zeros(2, 5)))
    rows = [[(x.op, x.mac_elements) for x in report.layers if x.mac_elements] for report in (live, file)]
    assert rows[0] == rows[1]  # but for changes of type, which cost nothing


def test_what_is_no_operator_of_native_yaml_is_told_in_one_line(tmp_path: Path) -> None:
    for ending in ("yaml", "onnx"):
        with pytest.raises(macflops.SourceError, match="floor cannot be written, it is no operator of native YAML"):
            macflops.export(Functions(), tmp_path / f"net.{ending}", input_shape={"x": (2, 5), "y": (2, 5)})
