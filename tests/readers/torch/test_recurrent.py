"""Recurrent layers are the same operators, and cost the same, whichever source they come from."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import macflops
from macflops.network import Network
from macflops.readers.onnx import read
from macflops.report import Report


class Tagger(nn.Module):
    """Two layers in two directions, examples first, and a classifier of the last step."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.head = nn.LSTM(12, 16, 2, batch_first=True, bidirectional=True), nn.Linear(32, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Return one row for each example."""
        y: Tensor = self.head(self.rnn(x)[0][:, -1])
        return y


class Decoder(nn.Module):
    """A layer without biases whose first state is given, steps first, and one without gates behind it."""

    def __init__(self, second: type[nn.Module] = nn.RNN) -> None:
        super().__init__()
        self.rnn, self.second = nn.GRU(12, 16, bias=False), second(16, 8)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        """Return a row for each step."""
        y: Tensor = self.second(self.rnn(x, h)[0])[0]
        return y


class Encoder(nn.Module):
    """Two layers of which the last states are what is wanted, on a sequence that the module turns by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.head = nn.LSTM(12, 16, 2), nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Return one row for each example, of the last layer's state."""
        _, (h, _) = self.rnn(x.transpose(0, 1))
        y: Tensor = self.head(h[-1])
        return y


class Projected(nn.Module):
    """Two layers with projections."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(12, 16, 2, bidirectional=True, proj_size=5)

    def forward(self, x: Tensor) -> Tensor:
        """Return a row for each step."""
        y: Tensor = self.rnn(x)[0]
        return y


class Stepped(nn.Module):
    """Cells, step by step."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = nn.LSTMCell(12, 16), nn.GRUCell(16, 8, bias=False), nn.RNNCell(8, 6)

    def forward(self, x: Tensor) -> Tensor:
        """Return the last state of the last."""
        one, two, three = None, None, None
        for t in range(3):
            one = self.first(x[t], one)
            two = self.second(one[0], two)
            three = self.third(two, three)
        assert isinstance(three, Tensor)
        return three


CASES: dict[str, tuple[type[nn.Module], tuple[tuple[int, ...], ...], str]] = {  # and the forms that say the same
    "tagger": (Tagger, ((2, 4, 12),), "pt2 older newer yaml"),
    "decoder": (Decoder, ((4, 2, 12), (1, 2, 16)), "pt2 older yaml"),  # the newer exporter unrolls nn.RNN
    "encoder": (Encoder, ((2, 4, 12),), "pt2 older"),  # native YAML has no last states
    "projected": (Projected, ((4, 2, 12),), "pt2 yaml"),  # nor has ONNX projections
    "stepped": (Stepped, ((3, 2, 12),), "pt2"),  # nor cells
}


def forms(module: nn.Module, inputs: tuple[Tensor, ...], wanted: str, live: Network, folder: Path) -> dict[str, Any]:
    """Return a module in other forms, as sources."""
    found: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "pt2" in wanted:
            torch.export.save(torch.export.export(module, inputs), folder / "net.pt2")
            found["pt2"] = folder / "net.pt2"
        if "older" in wanted:
            data = io.BytesIO()
            torch.onnx.export(module, inputs, data, dynamo=False)  # type: ignore[arg-type]
            found["older"] = read(data.getvalue(), "net.onnx")
        if "newer" in wanted:
            program = torch.onnx.export(module, inputs, dynamo=True, verbose=False)
            assert program is not None
            found["newer"] = program.model_proto
    if "yaml" in wanted:
        macflops.export(live, folder / "net.yaml")
        found["yaml"] = folder / "net.yaml"
        macflops.export(live, folder / "back.onnx") if "older" in wanted else None
        found |= {"back": folder / "back.onnx"} if "older" in wanted else {}
    return found


def told(report: Report) -> Any:
    """Return what a report says but for names and places."""
    assert report.verdict is not None
    layers = [
        (x.op, x.inputs, x.outputs, x.mult_adds, x.params, x.mac_elements) for x in report.layers if x.mac_elements
    ]
    rules = {f.rule: (len(f.layers), f.mac_elements_wasted, f.measured) for f in report.findings}
    return report.totals, layers, rules, report.verdict.efficiency, report.unsupported


@pytest.mark.parametrize("name", CASES)
def test_recurrent_layers_are_the_same_whatever_they_come_from(name: str, tmp_path: Path) -> None:
    kind, shapes, wanted = CASES[name]
    module, inputs = kind().eval(), tuple(map(torch.zeros, shapes))
    report = macflops.audit(module, input_shape=dict(zip(("x", "h"), shapes, strict=False)))
    no_blocks = torch.backends.mkldnn.flags(enabled=False)  # an LSTM's are not counted
    with no_blocks, FlopCounterMode(display=False) as counter, torch.no_grad():
        module(*inputs)
    assert report.totals.mult_adds == counter.get_total_flops() // 2
    assert report.totals.params == sum(weights.numel() for weights in module.parameters())
    assert report.network is not None
    for form, source in forms(module, inputs, wanted, report.network, tmp_path).items():
        assert told(macflops.audit(source)) == told(report), form


def test_packed_sequences_count_as_their_padding_does() -> None:
    class Packed(nn.Module):
        def __init__(self, packed: bool) -> None:
            super().__init__()
            self.rnn, self.packed = nn.LSTM(12, 16, bidirectional=True), packed

        def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
            if not self.packed:
                return self.rnn(x)[0]  # type: ignore[no-any-return]
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu())
            return nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])[0]

    shapes = {"x": (4, 2, 12), "lengths": (2,)}
    packed, padded = (macflops.count(Packed(which), input_shape=shapes) for which in (True, False))
    assert packed.unsupported == ()
    assert packed.totals._replace(peak_activation_bytes=0) == padded.totals._replace(peak_activation_bytes=0)
    assert any("packed sequences: all are counted as long as" in what for _, what in packed.network.warnings)
