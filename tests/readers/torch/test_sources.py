"""torch:MODULE:CALLABLE, modules as they are, and what their errors say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import macflops
from tests.cli.runner import run
from tests.readers.torch import nets

FOLDER = Path(__file__).parent
FILE = FOLDER / "nets.py"
LINES = FILE.read_text().splitlines()


def line(text: str) -> int:
    """Return the line of the file that holds a text."""
    return next(number for number, found in enumerate(LINES, 1) if text in found)


@pytest.mark.parametrize("name", ["Net", "make", "network"])
def test_a_class_a_function_or_a_module_of_a_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    width = {"Net": 32, "make": 8, "network": 16}[name]
    report = macflops.count(f"torch:nets.py:{name}", input_shape="1x3x8x8")
    built = nets.Net(width)
    assert report.totals.params == sum(p.numel() for p in built.parameters())
    assert report.to_dict()["network"]["source"] == f"torch:nets.py:{name}"
    assert report.to_dict()["network"]["format"] == "torch"


def test_a_module_by_its_name_from_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "of_a_user.py").write_text(FILE.read_text())
    command = [sys.executable, "-m", "macflops", "count", "torch:of_a_user:make", "--input-shape", "1x3x8x8"]
    ran = subprocess.run(
        [*command, "--set", "width=16", "--format", "json"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(FOLDER.parents[2]), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("{")
    assert "building" in ran.stderr  # what the user's code prints is no result
    assert f'"params": {sum(p.numel() for p in nets.Net(16).parameters())}' in ran.stdout


def test_layers_are_named_and_placed_as_in_the_source() -> None:
    report = macflops.count(nets.Net(), input_shape=(1, 3, 16, 16))
    found = {layer.name: layer for layer in report.layers}
    assert list(found)[:8] == [
        "stem.0", "stem.1", "blocks.0.conv", "blocks.0.bn", "blocks.0.relu", "blocks.0.add", "blocks.1.conv",
        "blocks.1.bn",
    ]  # fmt: skip
    assert Path(found["blocks.0.conv"].location.file).resolve() == FILE
    assert found["blocks.0.conv"].location.line == line("y = self.conv(x)")
    assert found["stem.0"].location.line == found["stem.1"].location.line == line("x = self.stem(x)")
    assert found["head"].location.line == line("self.head(")
    assert found["blocks.0.conv_2"].params == 0  # used twice, its weights count once
    assert found["blocks.0.conv_2"].mult_adds == found["blocks.0.conv"].mult_adds


def test_findings_point_at_the_line_and_name_the_modules() -> None:
    report = macflops.audit(nets.Net(64), input_shape=(1, 3, 64, 64))
    (finding,) = [f for f in report.findings if f.rule == "G2"]
    assert finding.location.line == line("y = self.conv(x)")
    assert set(finding.layers) == {"blocks.0.conv", "blocks.1.conv", "blocks.0.conv_2"}


SEQUENTIAL = """from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 32, 3),
            nn.Sequential(nn.Conv2d(32, 32, 1, groups=4), nn.ReLU()),
        )
        self.head = nn.Conv2d(32, 8, 1)

    def forward(self, x):
        y = self.features(x)
        return self.head(y)
"""


def test_a_layer_that_a_sequential_calls_is_placed_where_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "layered.py").write_text(SEQUENTIAL)
    layers = macflops.count(f"torch:{tmp_path / 'layered.py'}:Net", input_shape=(1, 3, 8, 8)).layers
    found = {layer.name: layer.location.line for layer in layers}
    assert found == {"features.0": 8, "features.1.0": 9, "features.1.1": 9, "head": 15}


def test_a_module_is_left_as_it_was() -> None:
    module = nets.Net()
    module.blocks[0].eval()
    before = {name: inner.training for name, inner in module.named_modules()}
    weights = {name: (p.data_ptr(), p.device.type) for name, p in module.named_parameters()}
    macflops.count(module, input_shape=(1, 3, 16, 16))
    assert {name: inner.training for name, inner in module.named_modules()} == before
    assert {name: (p.data_ptr(), p.device.type) for name, p in module.named_parameters()} == weights
    assert not module._forward_hooks
    assert torch.is_grad_enabled()


def test_the_way_that_numbers_decide_is_said() -> None:
    report = macflops.count(nets.Choosing(), input_shape=(2, 8))
    assert [layer.name for layer in report.layers if layer.op == "linear"] == ["one", "other"]
    ((place, text),) = report.network.warnings
    assert place.line == line("while x.sum() > 0")
    assert "numbers of a tensor" in text


def test_sizes_that_numbers_decide_are_the_largest() -> None:
    report = macflops.count(nets.Masked(), input_shape=(4, 6))
    assert report.layers[-1].outputs == ((24,),)
    assert "as many as there can be" in report.network.warnings[0][1]


def test_an_operator_that_is_not_known_is_listed() -> None:
    report = macflops.count(nets.Spectral(), input_shape=(4, 8))
    assert [(u.op, u.layers) for u in report.unsupported] == [("_fft_r2c", ("fft_r2c",))]
    assert not report.complete


def test_what_no_output_needs_is_said_and_its_parameters_count() -> None:
    report = macflops.count(nets.Lazy(), input_shape=(1, 8))
    assert report.totals.mult_adds == 64
    assert report.totals.params == sum(p.numel() for p in nets.Lazy().parameters())
    texts = [text for _, text in report.network.warnings]
    assert any("idle" in text and "not counted" in text for text in texts)
    assert any("unused.weight" in text for text in texts)


ERRORS: list[tuple[str, list[str], str]] = [
    ("torch:nets.py", [], "it names no MODULE and CALLABLE"),
    ("torch:none.py:Net", [], "none.py: error: no such file"),
    ("torch:no_such_package:Net", [], "no module named no_such_package"),
    ("torch:nets.py:Nett", [], "nets.py has no Nett (did you mean Net?)"),
    ("torch:nets.py:number", [], "number is a int (name a torch.nn.Module, a class, or a function that returns one)"),
    ("torch:nets.py:Net", [], "(give it: --input-shape 1x3x224x224)"),
    ("torch:nets.py:Net", ["--input-shape", "y=1x3x8x8"], "--input-shape y: no such input"),
    ("torch:nets.py:Net", ["--input-shape", "1x3x8x8", "--set", "H=3"], "--set H: no dimension has this name"),
    ("torch:nets.py:Net", ["--input-shape", "1x3x8x8", "--variant", "x"], "a module has none"),
    ("torch:nets.py:fails", [], f"nets.py:{line('raise KeyError')}:5: error: KeyError: 'no such width'"),
    (
        "torch:nets.py:Net",
        ["--input-shape", "1x5x8x8"],
        f"nets.py:{line('x = self.stem(x)')}:13: error: stem.0: conv2d of [1, 5, 8, 8], [32, 3, 3, 3]",
    ),
    ("model.pt", [], "a pickle runs code when it is read, and is not"),
]


@pytest.mark.parametrize(("source", "options", "error"), ERRORS)
def test_an_error_is_one_line_that_says_what_to_do(
    source: str, options: list[str], error: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if source == "model.pt":
        torch.save(nn.Linear(2, 2).state_dict(), tmp_path / source)
        monkeypatch.chdir(tmp_path)
    else:
        monkeypatch.chdir(FOLDER)
    result = run("count", source, *options)
    assert result.status == 2
    assert error in result.err
    assert result.err.strip().count("\n") <= 2  # the line of the source and a caret, where there is one


def test_without_pytorch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "torch" else real(name, *a))
    with pytest.raises(macflops.SourceError, match=r"PyTorch is not installed \(pip install 'macflops\[torch\]'\)"):
        macflops.count("torch:nets.py:Net")


def test_without_timm_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(macflops.SourceError, match="timm cannot be imported"):
        macflops.count("timm:resnet18")


class Timm:
    """What the reader takes of timm."""

    @staticmethod
    def is_model(name: str) -> bool:
        """Tell whether it has this."""
        return name == "net"

    @staticmethod
    def list_models() -> list[str]:
        """Return all."""
        return ["net"]

    @staticmethod
    def create_model(name: str, pretrained: bool, width: int = 8) -> nn.Module:
        """Return one."""
        assert not pretrained
        module = nets.Net(width)
        module.default_cfg = {"input_size": (3, 24, 24)}  # type: ignore[assignment]
        return module


def test_a_model_of_timm_knows_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", Timm)
    report = macflops.count("timm:net", set={"width": 16})
    assert report.layers[0].inputs == ((1, 3, 24, 24),)
    assert report.layers[0].outputs == ((1, 16, 12, 12),)
    with pytest.raises(macflops.SourceError, match="timm has no model nett"):
        macflops.count("timm:nett")


def test_only_these_sources_run_code(tmp_path: Path) -> None:
    trap = tmp_path / "trap.py"
    trap.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    for source in (str(trap), f"zoo:{trap}", f"onnx:{trap}"):
        with pytest.raises(macflops.SourceError):
            macflops.count(source)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "shape", [(2, 3, 10, 10), "2x3x10x10", {"x": (2, 3, 10, 10)}, {"x": "2x3x10x10"}, [2, 3, 10, 10]]
)
def test_shapes_are_given_as_for_other_sources(shape: Any) -> None:
    assert macflops.count(nets.Net(), input_shape=shape).layers[0].inputs == ((2, 3, 10, 10),)
    assert macflops.count(nets.Net(), input_shape=shape, batch=5).layers[0].inputs == ((5, 3, 10, 10),)


def test_weights_that_are_not_made_yet_are_an_error_in_one_line() -> None:
    lazy = nn.Sequential(nn.LazyConv2d(8, 3), nn.LazyBatchNorm2d())
    with pytest.raises(macflops.SourceError, match=r"0\.weight is not made yet: its module is lazy \(run"):
        macflops.count(lazy, input_shape=(1, 3, 8, 8))
    lazy(torch.zeros(1, 3, 8, 8))
    assert macflops.count(lazy, input_shape=(1, 3, 8, 8)).totals.params == 3 * 9 * 8 + 8 + 2 * 8
