"""Functions of one tensor, element by element, that are no activations of networks."""

from __future__ import annotations

from math import isinf

from macflops.arithmetic import differ
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.tensors import TYPES
from macflops.readers.onnx.values import Value


def Acos(at: Place, x: Value) -> Value:
    """The inverse cosine."""
    return at.function("acos", x)


def Acosh(at: Place, x: Value) -> Value:
    """The inverse hyperbolic cosine."""
    return at.function("acosh", x)


def Asin(at: Place, x: Value) -> Value:
    """The inverse sine."""
    return at.function("asin", x)


def Asinh(at: Place, x: Value) -> Value:
    """The inverse hyperbolic sine."""
    return at.function("asinh", x)


def Atan(at: Place, x: Value) -> Value:
    """The inverse tangent."""
    return at.function("atan", x)


def Atanh(at: Place, x: Value) -> Value:
    """The inverse hyperbolic tangent."""
    return at.function("atanh", x)


def Cos(at: Place, x: Value) -> Value:
    """The cosine."""
    return at.function("cos", x)


def Cosh(at: Place, x: Value) -> Value:
    """The hyperbolic cosine."""
    return at.function("cosh", x)


def Sin(at: Place, x: Value) -> Value:
    """The sine."""
    return at.function("sin", x)


def Sinh(at: Place, x: Value) -> Value:
    """The hyperbolic sine."""
    return at.function("sinh", x)


def Tan(at: Place, x: Value) -> Value:
    """The tangent."""
    return at.function("tan", x)


def Floor(at: Place, x: Value) -> Value:
    """The largest integer not above x."""
    return at.function("floor", x)


def Ceil(at: Place, x: Value) -> Value:
    """The least integer not below x."""
    return at.function("ceil", x)


def Round(at: Place, x: Value) -> Value:
    """The nearest integer, of two the even one."""
    return at.function("round", x)


def Reciprocal(at: Place, x: Value) -> Value:
    """1 ÷ x."""
    return at.function("reciprocal", x)


def Sign(at: Place, x: Value) -> Value:
    """−1, 0 or 1."""
    return at.function("sign", x)


def BitwiseNot(at: Place, x: Value) -> Value:
    """All bits of x turned."""
    return at.function("bitwise_not", x)


def Not(at: Place, x: Value) -> Value:
    """Not x."""
    return at.function("logical_not", x)


def IsNaN(at: Place, x: Value) -> Value:
    """Whether x is no number."""
    return at.function("isnan", x, "bool")


def IsInf(at: Place, x: Value, *, detect_negative: int = 1, detect_positive: int = 1) -> Value:
    """Whether x is infinite, on either side."""
    made = at.function("isinf", x, "bool")
    if x.constant and x.numbers is not None and all(isinstance(n, float) for n in x.numbers):
        made.contents = tuple(isinf(n) and bool(detect_positive if n > 0 else detect_negative) for n in x.numbers)
    return made


def Shrink(at: Place, x: Value, *, bias: float = 0.0, lambd: float = 0.5) -> Value:
    """x − bias over lambd, x + bias under −lambd, else 0."""
    return at.function("shrink", x)


def ThresholdedRelu(at: Place, x: Value, *, alpha: float = 1.0) -> Value:
    """x over alpha, else 0."""
    return at.function("thresholded_relu", x)


def Bernoulli(at: Place, x: Value, *, dtype: int | None = None, seed: float | None = None) -> Value:
    """1 with the probability that x gives, else 0."""
    return at.function("bernoulli", x, x.dtype if dtype is None else TYPES.get(dtype, ("unknown", ""))[0])


def Det(at: Place, x: Value) -> Value:
    """The determinants of square matrices (…, n, n)."""
    if len(x.sides) < 2 or differ(x.sides[-1], x.sides[-2]):
        raise at.wrong(f"a determinant of shape {list(x.sides)}", "matrices have to be square")
    return at.computed(x, outputs=[x.sides[:-2]], dtypes=[x.dtype])[0]


def BitCast(at: Place, x: Value, *, to: int) -> Value:
    """x's bits as another type of the same length: a view."""
    dtype = TYPES.get(to, ("unknown", ""))[0]
    return Value(x.shape, dtype) if x.constant else at.layer("identity", x, dtype=dtype)
