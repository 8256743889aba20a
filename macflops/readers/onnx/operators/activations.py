"""Functions of one tensor, element by element, and softmax."""

from __future__ import annotations

from builtins import max as most  # Clip has attributes of these names
from builtins import min as least
from typing import Any

from macflops.arithmetic import size
from macflops.readers.onnx.operators._common import axis_of
from macflops.readers.onnx.operators.arithmetic import element_wise
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.scalars import UNARY, applied
from macflops.readers.onnx.values import Numbers, Value


def unary(at: Place, operator: str, x: Value, **fields: Any) -> Value:
    """Add a function of one tensor; of a constant it is one."""

    def contents() -> Numbers | None:
        function = UNARY.get(at.node.op)
        if function is None or x.numbers is None:
            return None
        found = tuple(applied(function, number) for number in x.numbers)
        return None if None in found else found

    return at.layer(operator, x, numbers=contents, **fields)


def Relu(at: Place, x: Value) -> Value:
    """max(x, 0)."""
    return unary(at, "relu", x)


def LeakyRelu(at: Place, x: Value, *, alpha: float = 0.01) -> Value:
    """x, or alpha · x."""
    return unary(at, "leaky_relu", x, negative_slope=alpha)


def PRelu(at: Place, x: Value, slope: Value) -> Value:
    """x, or slope · x: one slope, one for each channel, or a tensor that broadcasts."""
    slopes = slope.sides[len(slope.sides) - len(x.sides) + 1 :] if len(slope.sides) >= len(x.sides) else slope.sides
    by_channel = size(slope.sides) == 1 or (len(slopes) == len(x.sides) - 1 and size(slopes) == slopes[0] == x.sides[1])
    if slope.tensor is not None or not slope.kept or not by_channel or x.constant:
        return element_wise(at, "prelu_of", (x, slope))
    return at.layer("prelu", x, weights=(slope,), num_parameters=size(slope.sides))


def Elu(at: Place, x: Value, *, alpha: float = 1.0) -> Value:
    """x, or alpha · (exp(x) − 1)."""
    return unary(at, "elu", x, alpha=alpha)


def Selu(at: Place, x: Value, *, alpha: float = 1.6732631921768188, gamma: float = 1.0507010221481323) -> Value:
    """Scaled elu."""
    return unary(at, "selu", x)


def Celu(at: Place, x: Value, *, alpha: float = 1.0) -> Value:
    """Continuous elu."""
    return unary(at, "celu", x, alpha=alpha)


def Gelu(at: Place, x: Value, *, approximate: str = "none") -> Value:
    """x · Φ(x)."""
    return unary(at, "gelu", x, approximate=approximate)


def Sigmoid(at: Place, x: Value) -> Value:
    """1 ÷ (1 + exp(−x))."""
    return unary(at, "sigmoid", x)


def HardSigmoid(at: Place, x: Value, *, alpha: float = 0.2, beta: float = 0.5) -> Value:
    """max(0, min(1, alpha · x + beta))."""
    return unary(at, "hardsigmoid", x)


def HardSwish(at: Place, x: Value) -> Value:
    """x · hardsigmoid(x)."""
    return unary(at, "hardswish", x)


def Mish(at: Place, x: Value) -> Value:
    """x · tanh(softplus(x))."""
    return unary(at, "mish", x)


def Swish(at: Place, x: Value, *, alpha: float = 1.0) -> Value:
    """x · sigmoid(alpha · x)."""
    return unary(at, "silu", x)


def Tanh(at: Place, x: Value) -> Value:
    """The hyperbolic tangent."""
    return unary(at, "tanh", x)


def Softplus(at: Place, x: Value) -> Value:
    """log(1 + exp(x))."""
    return unary(at, "softplus", x)


def Softsign(at: Place, x: Value) -> Value:
    """x ÷ (1 + |x|)."""
    return unary(at, "softsign", x)


def Erf(at: Place, x: Value) -> Value:
    """The error function."""
    return unary(at, "erf", x)


def Exp(at: Place, x: Value) -> Value:
    """e to the power of x."""
    return unary(at, "exp", x)


def Log(at: Place, x: Value) -> Value:
    """The natural logarithm."""
    return unary(at, "log", x)


def Neg(at: Place, x: Value) -> Value:
    """−x."""
    return unary(at, "neg", x)


def Abs(at: Place, x: Value) -> Value:
    """|x|."""
    return unary(at, "abs", x)


def Sqrt(at: Place, x: Value) -> Value:
    """√x."""
    return unary(at, "sqrt", x)


def Softmax(at: Place, x: Value, *, axis: int | None = None) -> Value:
    """exp(x) ÷ its sum along an axis: by default the last; before version 13 all from the second on."""
    return at.layer("softmax", x, dim=axis_of(at, normalized_axis(at, axis), len(x.sides)))


def LogSoftmax(at: Place, x: Value, *, axis: int | None = None) -> Value:
    """The logarithm of softmax."""
    return at.layer("log_softmax", x, dim=axis_of(at, normalized_axis(at, axis), len(x.sides)))


def normalized_axis(at: Place, axis: int | None) -> int:
    """Return the axis of a softmax."""
    return (-1 if at.opset >= 13 else 1) if axis is None else axis


def Clip(
    at: Place,
    x: Value,
    low: Value | None = None,
    high: Value | None = None,
    *,
    min: float | None = None,
    max: float | None = None,
) -> Value:
    """min(max(x, low), high): bounds are inputs from version 11 on, and attributes before."""
    bounds: list[float | None] = [min, max]
    for i, value in enumerate((low, high)):
        if value is not None:
            numbers = value.numbers
            bounds[i] = float(numbers[0]) if numbers and isinstance(numbers[0], (int, float)) else 0.0
    if bounds == [None, None]:
        return at.layer("identity", x, numbers=lambda: x.numbers)
    if bounds == [0.0, 6.0]:
        return at.layer("relu6", x)

    def contents() -> Numbers | None:
        known = x.numbers is not None and all(isinstance(n, (int, float)) for n in x.numbers)
        if not known or any(v is not None and v.numbers is None for v in (low, high)):
            return None
        kind = int if "int" in x.dtype else float
        floor, ceiling = (-(2.0**63) if bounds[0] is None else bounds[0]), (2.0**63 if bounds[1] is None else bounds[1])
        return tuple(kind(least((most((n, floor)), ceiling))) for n in x.numbers or ())

    return at.layer("clamp", x, numbers=contents, min=bounds[0], max=bounds[1])


def SwiGLU(at: Place, a: Value, b: Value, *, alpha: float = 1.0) -> Value:
    """a · sigmoid(alpha · a) · b."""
    return element_wise(at, "swiglu", (a, b), learnable=False)
