"""Symbolic sizes: a closed form gives at five sizes each what a run at that size gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim

import macflops
from tests.architectures import ALL, net
from tests.readers.torch import nets


class Folded(nn.Module):
    """Views and paddings that are computed from sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.point = nn.Conv2d(3, 12, 3, 2), nn.Conv2d(12, 12, 1, groups=3)

    def forward(self, x: Tensor) -> Tensor:
        """Return a shuffled map, upsampled to the input's sides."""
        n, _, h, w = x.shape
        y = self.point(self.conv(x))
        _, _, high, wide = y.shape
        y = y.view(n, 3, 4, high, wide).transpose(1, 2).reshape(n, 12, high, wide)
        y = nn.functional.interpolate(y, size=(h, w))
        left, right = y.chunk(2, 1)
        return torch.cat([right, left[:, :, : h // 2].mean(2, keepdim=True).expand(-1, -1, h, -1)], 1)


CASES = {
    "net": (net(nets.Net, 1, 3, 16, 16), "Nx3xHxW", ("N", "H", "W")),
    "folded": (net(Folded, 1, 3, 16, 16), "Nx3xHxW", ("N", "H", "W")),
    "dynamic": (ALL["dynamic"], "2x8xHxW", ("H", "W")),
    "mobilenetv2": (ALL["mobilenetv2_w1"], "1x3xHx256", ("H",)),
    "resnet": (ALL["resnet18"], "Nx3x224x224", ("N",)),
    "attentive": (ALL["attentive"], "ids=Nx20", ("N",)),
    "bert": (ALL["bert"], "input_ids=NxL", ("N", "L")),
    "llama": (ALL["llama"], "input_ids=NxL", ("N", "L")),
}
SIZES = {"N": (2, 3, 5, 1, 8), "H": (224, 225, 240, 226, 231), "W": (37, 64, 224, 41, 100), "L": (24, 25, 7, 64, 31)}
SIZES_OF = {"resnet": SIZES, "mobilenetv2": SIZES, "folded": {**SIZES, "H": (16, 17, 33, 40, 64)}}


@pytest.mark.parametrize("name", sorted(CASES))
def test_closed_forms_give_what_runs_give(name: str) -> None:
    case, shape, symbols = CASES[name]
    module = case.without_weights()
    closed = macflops.count(module, input_shape=shape)
    totals = closed.totals
    sizes = SIZES_OF.get(name, SIZES)
    for point in range(5):
        values = {symbol: sizes[symbol][point] for symbol in symbols}
        exact = macflops.count(module, input_shape=shape, set=values).totals
        for field in ("params", "mult_adds", "mac_elements", "elementwise_ops", "activations"):
            formula = getattr(totals, field)
            found = (
                formula.subs({s: values[s.name] for s in formula.free_symbols}) if hasattr(formula, "subs") else formula
            )
            assert found == getattr(exact, field), (field, values)


def test_a_size_that_a_module_fixes_is_an_error() -> None:
    with pytest.raises(macflops.SourceError, match="H cannot be symbolic"):
        macflops.count(nn.Sequential(nn.Flatten(), nn.Linear(3 * 224 * 224, 2)), input_shape="1x3xHx224")


class Branching(nn.Module):
    """Another convolution for wide images, and a check that holds for all."""

    def __init__(self) -> None:
        super().__init__()
        self.wide, self.narrow = nn.Conv2d(3, 8, 3), nn.Conv2d(3, 8, 1)

    def forward(self, x: Tensor) -> Any:
        """Return a map."""
        if x.shape[-1] < 1:
            raise ValueError
        if x.shape[-1] > 100:
            return self.wide(x)
        return self.narrow(x)


@pytest.mark.parametrize(("shape", "notes"), [("1x3x224xW", 1), ("1x3xHx224", 0), ("1x3x8x8", 0)])
def test_a_way_that_is_taken_by_a_symbolic_size_is_said_at_its_line(shape: str, notes: int) -> None:
    network = macflops.load(Branching(), input_shape=shape)
    found = [(place, what) for place, what in network.warnings if "size" in what]
    assert len(found) == notes
    for place, what in found:
        assert what == "the run depends on a size: counted is the way that it takes where W > 100"
        assert "x.shape[-1] > 100" in Path(place.file).read_text().splitlines()[place.line - 1]


def exported(module: nn.Module, path: Path, height: Any) -> None:
    """Write a module with two dynamic dimensions."""
    program = torch.export.export(module, (torch.rand(2, 3, 16, 20),), dynamic_shapes=({0: Dim("n"), 2: height},))
    torch.export.save(program, path)


@pytest.mark.parametrize(("make", "step"), [(nets.Net, 1), (Folded, 2)])
def test_an_archive_keeps_its_dynamic_sizes(make: type[nn.Module], step: int, tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    module = make().eval()
    exported(module, path, step * Dim("half", min=4))
    report = macflops.count(path)
    n, _, height, _ = report.layers[0].inputs[0]
    (h,) = height.free_symbols  # type: ignore[attr-defined]
    for images, number in ((2, 8), (3, 17), (1, 20), (5, 33), (4, 18)):
        shape = (images, 3, step * number, 20)
        exact = macflops.count(module, input_shape=shape).totals
        assert macflops.count(path, set={str(n): images, str(h): number}).totals == exact
        assert macflops.count(path, input_shape=shape).totals == exact
        for field in ("params", "mult_adds", "mac_elements"):
            formula = getattr(report.totals, field)
            found = formula.subs({n: images, h: number}) if hasattr(formula, "subs") else formula
            assert found == getattr(exact, field)


def test_an_archive_s_fixed_sizes_are_told(tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    exported(nets.Net().eval(), path, Dim("h", min=4))
    with pytest.raises(macflops.SourceError, match="it was exported for"):
        macflops.count(path, input_shape=(2, 3, 16, 21))
    with pytest.raises(macflops.SourceError, match="it was exported for 4 to any"):
        macflops.count(path, input_shape=(2, 3, 2, 20))
