"""Normalizations, in inference."""

from __future__ import annotations

from typing import Any

from macflops.readers.torch.operators._common import Place, Unread, Value


def _affine(*weights: Value | None) -> tuple[Value, ...]:
    """Return the scale and shift that are parameters; one that is computed from the input is no norm of ours."""
    present = tuple(weight for weight in weights if weight is not None)
    if any(weight.tensor is not None for weight in present):
        raise Unread("with a scale that is computed from its input")
    return tuple(weight for weight in present if weight.learnt)


def batch_norm(
    at: Place,
    input: Value,
    weight: Value | None,
    bias: Value | None,
    running_mean: Value | None,
    running_var: Value | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = False,
) -> Value:
    """x (N, c, …)."""
    weights = _affine(weight, bias)
    return at.layer("bn", input, weights=weights, eps=eps, affine=bool(weights))


def _native_batch_norm_legit_no_training(
    at: Place,
    input: Value,
    weight: Value | None,
    bias: Value | None,
    running_mean: Value,
    running_var: Value,
    momentum: float,
    eps: float,
) -> tuple[Value, ...]:
    """x (N, c, …); its other outputs are for training."""
    return (batch_norm(at, input, weight, bias, running_mean, running_var, False, momentum, eps),)


def native_batch_norm(
    at: Place,
    input: Value,
    weight: Value | None,
    bias: Value | None,
    running_mean: Value | None,
    running_var: Value | None,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Value, ...]:
    """x (N, c, …)."""
    return (batch_norm(at, input, weight, bias, running_mean, running_var, training, momentum, eps),)


def instance_norm(
    at: Place,
    input: Value,
    weight: Value | None,
    bias: Value | None,
    running_mean: Value | None,
    running_var: Value | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = False,
) -> Value:
    """x (N, c, …sides). With running statistics in use it is a batch norm."""
    weights = _affine(weight, bias)
    kind = "instance_norm" if use_input_stats else "bn"
    return at.layer(kind, input, weights=weights, eps=eps, affine=bool(weights))


def layer_norm(
    at: Place,
    input: Value,
    normalized_shape: tuple[int, ...],
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Value:
    """x (N, …), normalized over its last dimensions."""
    scaled, shifted = _affine(weight), _affine(bias)
    return at.layer(
        "layer_norm",
        input,
        weights=(*scaled, *shifted),
        normalized_shape=tuple(normalized_shape),
        eps=eps,
        elementwise_affine=bool(scaled),
        bias=bool(shifted),
    )


def native_layer_norm(
    at: Place, input: Value, normalized_shape: tuple[int, ...], weight: Value | None, bias: Value | None, eps: float
) -> tuple[Value, ...]:
    """x (N, …); its other outputs are for training."""
    return (layer_norm(at, input, normalized_shape, weight, bias, eps),)


def group_norm(
    at: Place,
    input: Value,
    num_groups: int,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Value:
    """x (N, c, …)."""
    weights = _affine(weight, bias)
    return at.layer("group_norm", input, weights=weights, num_groups=num_groups, eps=eps, affine=bool(weights))


def native_group_norm(
    at: Place,
    input: Value,
    weight: Value | None,
    bias: Value | None,
    N: int,  # noqa: N803  # ATen's own names
    C: int,  # noqa: N803
    HxW: int,  # noqa: N803
    group: int,
    eps: float,
) -> tuple[Value, ...]:
    """x (N, c, …); its other outputs are for training."""
    return (group_norm(at, input, group, weight, bias, eps),)


def rms_norm(
    at: Place, input: Value, normalized_shape: tuple[int, ...], weight: Value | None = None, eps: float | None = None
) -> Value:
    """x (N, …), normalized over its last dimensions."""
    weights = _affine(weight)
    return at.layer(
        "rms_norm",
        input,
        weights=weights,
        normalized_shape=tuple(normalized_shape),
        eps=eps,
        elementwise_affine=bool(weights),
    )


def _fused_rms_norm(
    at: Place, input: Value, normalized_shape: tuple[int, ...], weight: Value | None, eps: float | None
) -> tuple[Value, ...]:
    """x (N, …); its other output is for training."""
    return (rms_norm(at, input, normalized_shape, weight, eps),)


MADE: dict[str, Any] = {
    "_native_batch_norm_legit_no_training": _native_batch_norm_legit_no_training,
    "_fused_rms_norm": _fused_rms_norm,
}
