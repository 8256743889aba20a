"""Normalizations. Scales and shifts are parameters where the file keeps them, not where it writes them as constants."""

from __future__ import annotations

from macflops.readers.onnx.operators._common import Ints, axis_of
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value


def BatchNormalization(
    at: Place,
    x: Value,
    scale: Value,
    b: Value,
    mean: Value,
    var: Value,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    training_mode: int = 0,
    spatial: int = 1,
) -> tuple[Value, ...]:
    """x (N, c, …). What is counted is inference: statistics that the training form returns are those given."""
    y = at.layer("bn", x, weights=kept(scale, b), eps=epsilon, affine=bool(kept(scale, b)))
    return (y, *(Value(one.shape, one.dtype) for one in (mean, var, mean, var)))[: at.outputs]


def InstanceNormalization(at: Place, x: Value, scale: Value, b: Value, *, epsilon: float = 1e-5) -> Value:
    """x (N, c, …sides)."""
    return at.layer("instance_norm", x, weights=kept(scale, b), eps=epsilon, affine=bool(kept(scale, b)))


def GroupNormalization(
    at: Place, x: Value, scale: Value, b: Value, *, num_groups: int, epsilon: float = 1e-5, stash_type: int = 1
) -> Value:
    """x (N, c, …)."""
    weights = kept(scale, b)
    return at.layer("group_norm", x, weights=weights, num_groups=num_groups, eps=epsilon, affine=bool(weights))


def LayerNormalization(
    at: Place,
    x: Value,
    scale: Value,
    b: Value | None = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> tuple[Value, ...]:
    """x (N, …), normalized from an axis on; and the means and inverse deviations, if anything reads them."""
    weights, first = kept(scale, b), axis_of(at, axis, len(x.sides))
    y = at.layer(
        "layer_norm",
        x,
        weights=weights,
        normalized_shape=x.sides[first:],
        eps=epsilon,
        elementwise_affine=bool(weights),
        bias=bool(kept(b)),
    )
    ones = (*x.sides[:first], *(1,) * (len(x.sides) - first))
    names = ((1, ".mean"), (2, ".inverse_deviation"))
    return (y, *(at.byproduct(y, ones, part) if at.wants(i) else Value(ones) for i, part in names))[: at.outputs]


def RMSNormalization(
    at: Place, x: Value, scale: Value, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Value:
    """x (N, …), normalized from an axis on."""
    weights = kept(scale)
    normalized = x.sides[axis_of(at, axis, len(x.sides)) :]
    return at.layer(
        "rms_norm", x, weights=weights, normalized_shape=normalized, eps=epsilon, elementwise_affine=bool(weights)
    )


def LRN(at: Place, x: Value, *, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0) -> Value:
    """x (N, c, …sides)."""
    return at.layer("lrn", x, size=size, alpha=alpha, beta=beta, k=bias)


def LpNormalization(at: Place, x: Value, *, axis: int = -1, p: int = 2) -> Value:
    """x divided by its p-norm along an axis."""
    dim = axis_of(at, axis, len(x.sides))
    return at.computed(x, outputs=[x.sides], dtypes=[x.dtype], name="normalize", more={"role": "norm"}, p=p, dim=dim)[0]


def MeanVarianceNormalization(at: Place, x: Value, *, axes: Ints = (0, 2, 3)) -> Value:
    """x less its mean, divided by its deviation, along axes."""
    dims = tuple(axis_of(at, axis, len(x.sides)) for axis in axes)
    return at.computed(x, outputs=[x.sides], dtypes=[x.dtype], name="standardize", more={"role": "norm"}, dim=dims)[0]


def kept(*values: Value | None) -> tuple[Value, ...]:
    """Return those that are parameters, or computed from the network's input (which a norm of ours cannot be)."""
    return tuple(v for v in values if v is not None and (v.kept or v.tensor is not None))
