"""Functions of one tensor, element by element, and softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from macflops.readers.torch.operators._common import Place, Value, axis_of, words

# ATen's name: ours, where that has no fields to fill.
PLAIN = {
    **{name: name for name in ("abs", "celu", "erf", "exp", "hardsigmoid", "hardswish", "log", "mish", "neg", "relu")},
    **{name: name for name in ("relu6", "selu", "sigmoid", "silu", "sqrt", "tanh", "cos", "sin")},
    "negative": "neg",
    "absolute": "abs",
    "special_erf": "erf",
    "special_expit": "sigmoid",
    "log_sigmoid": "logsigmoid",
}

# ATen's name, which is no operator of ours: the general convention.
FUNCTIONS = words(
    "acos acosh asin asinh atan atanh bitwise_not ceil cosh deg2rad digamma erfc "
    "erfinv exp2 expm1 floor frac i0 isfinite isinf isnan isneginf isposinf lgamma log10 log1p log2 "
    "logical_not logit nan_to_num rad2deg reciprocal round rsqrt sign signbit sinc sinh "
    "square tan trunc angle threshold rrelu bernoulli normal_functional"
)
OTHERS = {  # ATen's second name of the same function, or ONNX's name for it
    **{f"arc{name}": f"a{name}" for name in ("cos", "cosh", "sin", "sinh", "tan", "tanh")},
    "fix": "trunc",
    "sgn": "sign",
    "special_log1p": "log1p",
    "hardshrink": "shrink",
    "softshrink": "shrink",
}


def _plain(name: str) -> Callable[..., Value]:
    """Return the reader of an operator with a file in ops."""

    def read(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
        return at.layer(name, self, dtype=at.made_dtype())

    return read


def _function(name: str) -> Callable[..., Value]:
    """Return the reader of a function by the general convention."""

    def read(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
        return at.function(name, self)

    return read


MADE = {
    **{name: _plain(ours) for name, ours in PLAIN.items()},
    **{name: _function(name) for name in FUNCTIONS},
    **{name: _function(ours) for name, ours in OTHERS.items()},
}


def gelu(at: Place, self: Value, approximate: str = "none") -> Value:
    """x · Φ(x)."""
    return at.layer("gelu", self, approximate=approximate)


def leaky_relu(at: Place, self: Value, negative_slope: float = 0.01) -> Value:
    """x, or negative_slope · x."""
    return at.layer("leaky_relu", self, negative_slope=negative_slope)


def elu(at: Place, self: Value, alpha: float = 1.0, scale: float = 1, input_scale: float = 1) -> Value:
    """x, or alpha · (exp(x) − 1)."""
    return at.layer("elu", self, alpha=alpha)


def softplus(at: Place, self: Value, beta: float = 1, threshold: float = 20) -> Value:
    """log(1 + exp(beta · x)) ÷ beta."""
    return at.layer("softplus", self)


def hardtanh(at: Place, self: Value, min_val: float = -1, max_val: float = 1) -> Value:
    """min(max(x, min_val), max_val). From 0 to 6 it is relu6."""
    if (min_val, max_val) == (0, 6):
        return at.layer("relu6", self)
    return at.layer("hardtanh", self, min_val=min_val, max_val=max_val)


def clamp(at: Place, self: Value, min: Any = None, max: Any = None) -> Value:
    """min(max(x, min), max)."""
    if isinstance(min, Value) or isinstance(max, Value):
        bounds = [bound for bound in (min, max) if isinstance(bound, Value)]
        return at.element_wise("clamp_tensor", self, *bounds)
    if (min, max) == (0, 6):
        return at.layer("relu6", self)
    low, high = (None if bound is None else float(bound) for bound in (min, max))
    return at.layer("clamp", self, min=low, max=high)


def clamp_min(at: Place, self: Value, min: Any) -> Value:
    """max(x, min)."""
    return clamp(at, self, min)


def clamp_max(at: Place, self: Value, max: Any) -> Value:
    """min(x, max)."""
    return clamp(at, self, None, max)


def prelu(at: Place, self: Value, weight: Value) -> Value:
    """x, or slope · x: one slope, or one for each channel."""
    slopes = 1
    for side in weight.shape:
        slopes *= side
    return at.layer("prelu", self, weights=(weight,), num_parameters=slopes)


def softmax(at: Place, self: Value, dim: int, *more: Any) -> Value:
    """exp(x) ÷ its sum along a dimension."""
    return at.layer("softmax", self, dim=axis_of(dim, len(self.shape)))


def log_softmax(at: Place, self: Value, dim: int, *more: Any) -> Value:
    """The logarithm of softmax."""
    return at.layer("log_softmax", self, dim=axis_of(dim, len(self.shape)))


def glu(at: Place, self: Value, dim: int = -1) -> Value:
    """a · sigmoid(b), a and b the halves of x."""
    return at.layer("glu", self, dim=axis_of(dim, len(self.shape)))


def softsign(at: Place, self: Value) -> Value:
    """x ÷ (1 + |x|)."""
    return at.layer("softsign", self)


def _softmax(at: Place, self: Value, dim: int, half_to_float: bool) -> Value:
    """Softmax, below autograd."""
    return softmax(at, self, dim)


def _log_softmax(at: Place, self: Value, dim: int, half_to_float: bool) -> Value:
    """Its logarithm, below autograd."""
    return log_softmax(at, self, dim)


MADE |= {
    "clip": clamp,
    "_softmax": _softmax,
    "_log_softmax": _log_softmax,
    "_safe_softmax": softmax,
    "_prelu_kernel": prelu,
}
