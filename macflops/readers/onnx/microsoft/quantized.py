"""Quantized operators that ONNX itself has not. Scales and zero points are no parameters, and small."""

from __future__ import annotations

from collections.abc import Callable

from macflops.arithmetic import Dim
from macflops.readers.onnx.operators import pooling, quantized
from macflops.readers.onnx.operators._common import Ints, axis_of
from macflops.readers.onnx.operators.arithmetic import element_wise
from macflops.readers.onnx.operators.copies import Concat
from macflops.readers.onnx.operators.products import Gemm, MatMul
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Leaf, Value


def QuantizeLinear(at: Place, x: Value, scale: Value, zero_point: Value | None = None, *, axis: int = 1) -> Value:
    """ONNX's, of more types."""
    return quantized.QuantizeLinear(at, x, scale, zero_point, axis=axis)


def DequantizeLinear(at: Place, x: Value, scale: Value, zero_point: Value | None = None, *, axis: int = 1) -> Value:
    """ONNX's, of more types."""
    return quantized.DequantizeLinear(at, x, scale, zero_point, axis=axis)


def of_two(operator: str) -> Callable[..., Value]:
    """Return the reader of a function of two quantized tensors. Integers that the file holds are weights."""

    def read(
        at: Place,
        a: Value,
        a_scale: Value,
        a_zero_point: Value | None,
        b: Value,
        b_scale: Value,
        b_zero_point: Value | None,
        c_scale: Value,
        c_zero_point: Value | None = None,
    ) -> Value:
        return element_wise(at, operator, (quantized.as_weights(at, a, 0), quantized.as_weights(at, b, 3)))

    return read


QLinearAdd = of_two("add")
QLinearMul = of_two("mul")


def QLinearSigmoid(
    at: Place, x: Value, x_scale: Value, x_zero: Value | None, y_scale: Value, y_zero: Value | None = None
) -> Value:
    """1 ÷ (1 + exp(−x))."""
    return at.layer("sigmoid", x)


def QLinearLeakyRelu(
    at: Place,
    x: Value,
    x_scale: Value,
    x_zero: Value | None,
    y_scale: Value,
    y_zero: Value | None = None,
    *,
    alpha: float = 0.01,
) -> Value:
    """x, or alpha · x."""
    return at.layer("leaky_relu", x, negative_slope=alpha)


def QLinearSoftmax(
    at: Place,
    x: Value,
    x_scale: Value,
    x_zero: Value | None,
    y_scale: Value,
    y_zero: Value | None = None,
    *,
    axis: int = -1,
    opset: int,
) -> Value:
    """exp(x) ÷ its sum along an axis."""
    return at.layer("softmax", x, dim=axis_of(at, axis, len(x.sides)))


def QLinearAveragePool(
    at: Place,
    x: Value,
    x_scale: Value,
    x_zero: Value | None,
    y_scale: Value,
    y_zero: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    channels_last: int = 0,
    count_include_pad: int = 0,
    kernel_shape: Ints,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """The mean of each window."""
    if channels_last:
        raise at.wrong("channels last", "this layout is not known")
    return pooling.pooled(at, "avgpool", x, kernel_shape, strides, pads, None, ceil_mode, auto_pad)


def QLinearGlobalAveragePool(
    at: Place, x: Value, x_scale: Value, x_zero: Value, y_scale: Value, y_zero: Value, *, channels_last: int = 0
) -> Value:
    """The mean of each channel."""
    if channels_last:
        raise at.wrong("channels last", "this layout is not known")
    return at.layer("global_avgpool", x)


def QLinearConcat(at: Place, y_scale: Value, y_zero: Value, *inputs: Value, axis: int) -> Value:
    """Tensors, each followed by its scale and zero point, one after the other along an axis."""
    return Concat(at, *inputs[::3], axis=axis)


def QGemm(
    at: Place,
    a: Value,
    a_scale: Value,
    a_zero: Value,
    b: Value,
    b_scale: Value,
    b_zero: Value,
    c: Value | None = None,
    y_scale: Value | None = None,
    y_zero: Value | None = None,
    *,
    alpha: float = 1.0,
    transA: int = 0,  # noqa: N803  # its own names
    transB: int = 0,  # noqa: N803
) -> Value:
    """A product of quantized matrices, and a bias."""
    bias = None if c is None else quantized.as_weights(at, c, 6)
    return Gemm(at, a, quantized.as_weights(at, b, 3), bias, alpha=alpha, transA=transA, transB=transB)


def MatMulIntegerToFloat(
    at: Place,
    a: Value,
    b: Value,
    a_scale: Value,
    b_scale: Value,
    a_zero: Value | None = None,
    b_zero: Value | None = None,
    bias: Value | None = None,
) -> Value:
    """A product of integers as floats, and a bias."""
    return with_bias(at, a, quantized.as_weights(at, b, 1), bias)


def DynamicQuantizeMatMul(
    at: Place, a: Value, b: Value, b_scale: Value, b_zero: Value | None = None, bias: Value | None = None
) -> Value:
    """A product of floats, quantized as it runs, and of integers; and a bias."""
    return with_bias(at, a, quantized.as_weights(at, b, 1), bias)


def with_bias(at: Place, a: Value, b: Value, bias: Value | None) -> Value:
    """Add a product; with a bias that the file holds it is one linear layer."""
    if b.constant and not a.constant and len(b.sides) == 2 and bias is not None and bias.constant:
        return at.layer("linear", a, weights=(b, bias), out=b.sides[1], bias=True)
    y = MatMul(at, a, b)
    return y if bias is None else at.layer("add", y, bias, part=".bias")


def MatMulNBits(
    at: Place,
    a: Value,
    b: Value,
    scales: Value,
    zero_points: Value | None = None,
    g_idx: Value | None = None,
    bias: Value | None = None,
    *,
    K: int,  # noqa: N803  # its own names
    N: int,  # noqa: N803
    accuracy_level: int = 0,
    bits: int = 4,
    block_size: int,
) -> Value:
    """A linear layer from K to N whose weights are packed, several to a byte: each counts as one element."""
    elements: Dim = K * N
    weights = Value((K, N), b.dtype, b.tensor, leaves={at.node.inputs[1]: Leaf(elements, True)})
    if a.sides[-1:] != (K,):
        raise at.wrong(f"a product of a shape {list(a.sides)} with K = {K}", "make them agree")
    return at.layer("linear", a, weights=(weights, bias), out=N, bias=bias is not None)
