"""What ONNX Runtime's optimizer and quantizers write counts as what they were given: mult-adds and parameters."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import onnx
import onnxruntime
import pytest
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_dynamic, quantize_static
from torch import Tensor, nn
from torch.nn import functional

import macflops
from tests.readers.onnx.torches import exported

Written = Callable[[Path, Path], None]


class Encoder(nn.Module):
    """A layer of a transformer's encoder, written out."""

    def __init__(self, width: int = 32, heads: int = 4) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.up, self.down, self.heads = nn.Linear(width, 2 * width), nn.Linear(2 * width, width), heads

    def forward(self, x: Tensor) -> Tensor:
        n, length, width = x.shape

        def split(y: Tensor) -> Tensor:
            return y.view(n, length, self.heads, width // self.heads).transpose(1, 2)

        scores = split(self.q(x)) @ split(self.k(x)).transpose(-1, -2) / (width // self.heads) ** 0.5
        y = (torch.softmax(scores, -1) @ split(self.v(x))).transpose(1, 2).reshape(n, length, width)
        x = self.first(x + self.out(y))
        found: Tensor = self.second(x + self.down(functional.gelu(self.up(x))))
        return found


class Convolutional(nn.Module):
    """Convolutions, activations that are fused into them, pooling, a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.norm, self.middle = (
            nn.Conv2d(3, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.Conv2d(8, 8, 3, padding=1),
        )
        self.last, self.head = nn.Conv2d(8, 8, 1), nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.leaky_relu(self.norm(self.stem(x)))
        x = functional.relu(self.last(functional.hardswish(x + self.middle(x))))
        found: Tensor = self.head(functional.avg_pool2d(x, 2).flatten(1))
        return found


MODELS: dict[str, tuple[nn.Module, tuple[int, ...], int]] = {  # with the parameters of the norm that exporting folds
    "encoder": (nn.Sequential(Encoder(), Encoder()), (2, 5, 32), 0),
    "convolutional": (Convolutional(), (1, 3, 8, 8), 16),
}


def optimized(source: Path, target: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.log_severity_level = 4
    options.optimized_model_filepath = str(target)
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def dynamic(source: Path, target: Path) -> None:
    quantize_dynamic(str(source), str(target))


class One(CalibrationDataReader):  # type: ignore[misc]
    """Calibrates with one input of random numbers."""

    def __init__(self, source: Path) -> None:
        (given,) = onnx.load(source).graph.input
        shape = [dim.dim_value for dim in given.type.tensor_type.shape.dim]
        self.feeds: Iterator[Any] = iter([{given.name: torch.randn(shape).numpy()}])

    def get_next(self) -> Any:
        return next(self.feeds, None)


def static(form: QuantFormat) -> Written:
    return lambda source, target: quantize_static(str(source), str(target), One(source), quant_format=form)


def then_optimized(first: Written) -> Written:
    def write(source: Path, target: Path) -> None:
        between = target.with_suffix(".between.onnx")
        first(source, between)
        optimized(between, target)

    return write


def fused_attention(source: Path, target: Path) -> None:
    from onnxruntime.transformers import optimizer

    made = optimizer.optimize_model(str(source), model_type="bert", num_heads=4, hidden_size=32)
    assert "Attention" in {node.op_type for node in made.model.graph.node}
    onnx.save(made.model, target)


WRITERS: dict[str, Written] = {
    "optimized": optimized,
    "dynamic": dynamic,
    "qdq": static(QuantFormat.QDQ),
    "integers": static(QuantFormat.QOperator),
    "integers optimized": then_optimized(static(QuantFormat.QOperator)),
    "attention": fused_attention,
}
CASES = [(model, writer) for model in MODELS for writer in WRITERS if (model, writer) != ("convolutional", "attention")]


@pytest.mark.parametrize(("model", "writer"), CASES)
def test_another_form_of_a_model_counts_alike(model: str, writer: str, tmp_path: Path) -> None:
    module, shape, folded = MODELS[model]
    for parameter in module.parameters():
        nn.init.normal_(parameter)  # equal ones would be merged
    source, target = tmp_path / "source.onnx", tmp_path / "target.onnx"
    options = {"training": torch.onnx.TrainingMode.EVAL, "do_constant_folding": True, "opset_version": 17}
    source.write_bytes(exported(module, torch.randn(shape), **options))
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        WRITERS[writer](source, target)
    logging.disable(logging.NOTSET)
    assert target.read_bytes() != source.read_bytes()
    ours, theirs = macflops.count(source), macflops.count(target)
    assert theirs.unsupported == ()
    assert (theirs.totals.mult_adds, theirs.totals.params) == (ours.totals.mult_adds, ours.totals.params)
    assert ours.totals.params == sum(p.numel() for p in module.parameters()) - folded
