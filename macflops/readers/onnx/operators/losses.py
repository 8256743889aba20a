"""Losses, which files for training end in."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value


def loss_shape(at: Place, scores: Value, reduction: str) -> Shape:
    """Return the shape of a loss of scores (N, classes, …)."""
    if len(scores.sides) < 2 or reduction not in ("none", "mean", "sum"):
        raise at.wrong(f"a loss of shape {list(scores.sides)}, {reduction}", "scores are (N, classes, …)")
    return (scores.sides[0], *scores.sides[2:]) if reduction == "none" else ()


def NegativeLogLikelihoodLoss(
    at: Place,
    x: Value,
    target: Value,
    weight: Value | None = None,
    *,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> Value:
    """Minus the logarithms of probabilities x (N, classes, …) at the targets (N, …)."""
    inputs = [value for value in (x, target, weight) if value is not None]
    return at.computed(*inputs, outputs=[loss_shape(at, x, reduction)], dtypes=[x.dtype], name="nll_loss")[0]


def SoftmaxCrossEntropyLoss(
    at: Place,
    x: Value,
    target: Value,
    weight: Value | None = None,
    *,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> tuple[Value, ...]:
    """The negative log likelihood of scores' log-softmax; and that, if anything reads it."""
    inputs = [value for value in (x, target, weight) if value is not None]
    shapes = [loss_shape(at, x, reduction), x.sides][: at.outputs]
    return at.computed(*inputs, outputs=shapes, dtypes=[x.dtype] * 2, name="cross_entropy")
