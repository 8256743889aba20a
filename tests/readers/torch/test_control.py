"""Control flow in modules and in archives of torch.export: the dearer branch, and bodies as often as they run."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._higher_order_ops import map as mapped
from torch._higher_order_ops import scan, while_loop
from torch.export import Dim

import macflops


class Chosen(nn.Module):
    """A branch by what flows."""

    def __init__(self) -> None:
        super().__init__()
        self.cheap, self.first, self.second = nn.Linear(8, 16), nn.Linear(8, 16), nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Any:
        """Return one of two maps."""
        return torch.cond(x.sum() > 0, lambda x: self.cheap(x), lambda x: self.second(self.first(x)), (x,))


class Looped(nn.Module):
    """A loop of five rounds, with what is silu in two operators."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Any:
        """Return the last of what the loop carries."""

        def again(i: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
            y = self.inner(x)
            return i + 2, y * y.sigmoid()

        return while_loop(lambda i, x: i < 10, again, (torch.tensor(1), x))[1]  # type: ignore[no-untyped-call]


class Endless(Looped):
    """A loop that ends by what flows."""

    def forward(self, x: Tensor) -> Any:
        """Return the last of what the loop carries."""
        start = torch.tensor(0), x
        again = lambda i, x: (i + 1, self.inner(x))  # noqa: E731
        return while_loop(lambda i, x: x.sum() < 3, again, start)[1]  # type: ignore[no-untyped-call]


class Scanned(nn.Module):
    """A recurrent layer written as a scan."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(8, 8, bias=False)

    def forward(self, x: Tensor) -> Any:
        """Return all states."""

        def step(h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
            h = torch.tanh(self.inner(h) + x)
            return h, h.clone()

        return scan(step, torch.zeros(2, 8), x)[1]


class Mapped(Scanned):
    """One function of each part."""

    def forward(self, x: Tensor) -> Any:
        """Return the parts' results."""

        def one(part: Tensor, *_: Any) -> Any:
            return self.inner(part).relu()

        return mapped(one, x)


UNKNOWN = "cond: its condition is not known before it runs: counted is the dearer branch, the second"
ONCE = "while_loop: how often it runs is not known before it runs: one round is counted"
CASES = {  # the input, mult-adds and elements computed otherwise by hand, and what is said
    "chosen": (Chosen, (2, 8), 2 * 8 * 16 + 2 * 16 * 16, 0, UNKNOWN),
    "looped": (Looped, (2, 8), 5 * 2 * 8 * 8, 5 * 2 * 8, ""),
    "endless": (Endless, (2, 8), 2 * 8 * 8, None, ONCE),
    "scanned": (Scanned, (5, 2, 8), 5 * 2 * 8 * 8, 5 * 2 * 2 * 8, ""),
    "mapped": (Mapped, (5, 2, 8), 5 * 2 * 8 * 8, 5 * 2 * 8, ""),
}


@pytest.mark.parametrize("name", CASES)
def test_bodies_count_as_often_as_they_run(name: str, tmp_path: Path) -> None:
    kind, shape, mult_adds, elementwise, said = CASES[name]
    module = kind()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(torch.export.export(module, (torch.zeros(shape),)), tmp_path / "net.pt2")
    live, file = macflops.count(module, input_shape=shape), macflops.count(tmp_path / "net.pt2")
    for report in (live, file):
        assert (report.totals.mult_adds, report.unsupported) == (mult_adds, ())
        assert report.totals.params == sum(weights.numel() for weights in module.parameters())
        assert elementwise is None or report.totals.elementwise_ops == elementwise
        assert report.network is not None
        notes = {what: place for place, what in report.network.warnings}
        assert (said in notes and Path(notes[said].file).name == "test_control.py") if said else not notes
    assert live.totals == file.totals
    named = [[(x.name, x.op, x.mult_adds) for x in report.layers if x.mult_adds] for report in (live, file)]
    assert named[0] == named[1]


def test_a_condition_on_a_size_is_known_where_the_size_is(tmp_path: Path) -> None:
    class Sized(Chosen):
        def forward(self, x: Tensor) -> Any:
            return torch.cond(x.shape[0] > 4, lambda x: self.cheap(x), lambda x: self.second(self.first(x)), (x,))

    program = torch.export.export(Sized(), (torch.zeros(6, 8),), dynamic_shapes=({0: Dim("n")},))
    torch.export.save(program, tmp_path / "net.pt2")
    (symbol,) = macflops.load(tmp_path / "net.pt2").tensors[0].shape[0].free_symbols  # type: ignore[attr-defined]
    for number, each in ((6, 8 * 16), (3, 8 * 16 + 16 * 16)):
        report = macflops.count(tmp_path / "net.pt2", set={str(symbol): number})
        assert report.totals.mult_adds == number * each
        assert report.totals.mult_adds == macflops.count(Sized(), input_shape=(number, 8)).totals.mult_adds
        assert report.network is not None
        assert not any("condition" in what for _, what in report.network.warnings)
