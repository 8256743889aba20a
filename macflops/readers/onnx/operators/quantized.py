"""Quantized tensors and integer products.

Weights that a file holds as integers are parameters as floats are: the network learnt them, whatever they are kept in.
Scales and zero points are none.
"""

from __future__ import annotations

from macflops.arithmetic import Dim, size
from macflops.readers.onnx.operators._common import Ints
from macflops.readers.onnx.operators.convolution import Conv
from macflops.readers.onnx.operators.products import MatMul
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.tensors import TYPES
from macflops.readers.onnx.values import Leaf, Value


def as_weights(at: Place, value: Value, position: int) -> Value:
    """Return a constant of integers, the node's input at a position, as weights; what flows as it is."""
    if not value.constant or value.leaves or not value.sides:
        return value
    leaves = {at.node.inputs[position]: Leaf(size(value.sides), True)}
    return Value(
        value.shape, value.dtype, contents=value.contents, held=value.held, leaves=leaves, written=value.written
    )


def own(*values: Value | None) -> Dim:
    """Return how many elements scales and zero points have that are constants."""
    return sum(size(value.sides) for value in values if value is not None and value.tensor is None)


def scaled(at: Place, x: Value, dtype: str, *parameters: Value | None) -> Value:
    """Add a function of x, its scale and its zero point, element by element."""
    flowing = [value for value in parameters if value is not None and value.tensor is not None]
    more = {"role": "activation", "weights": own(*parameters)}
    return at.computed(x, *flowing, outputs=[x.sides], dtypes=[dtype], more=more)[0]


def QuantizeLinear(
    at: Place,
    x: Value,
    scale: Value,
    zero_point: Value | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    precision: int = 0,
    saturate: int = 1,
) -> Value:
    """x ÷ scale, rounded, and the zero point added."""
    default = TYPES.get(output_dtype, ("uint8", ""))[0]
    return scaled(at, x, default if zero_point is None else zero_point.dtype, scale, zero_point)


def DequantizeLinear(
    at: Place,
    x: Value,
    scale: Value,
    zero_point: Value | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
) -> Value:
    """(x − zero point) · scale. Of integers that the file holds: weights."""
    dtype = scale.dtype if not output_dtype else TYPES.get(output_dtype, ("unknown", ""))[0]
    if x.constant and scale.constant:
        weights = as_weights(at, x, 0)
        return Value(x.shape, dtype, leaves=weights.leaves)
    return scaled(at, x, dtype, scale, zero_point)


def DynamicQuantizeLinear(at: Place, x: Value) -> tuple[Value, ...]:
    """x as uint8, with the scale and the zero point that its elements want."""
    return at.computed(x, outputs=[x.sides, (), ()], dtypes=["uint8", "float32", "uint8"])


def QLinearConv(
    at: Place,
    x: Value,
    x_scale: Value,
    x_zero_point: Value,
    w: Value,
    w_scale: Value,
    w_zero_point: Value,
    y_scale: Value,
    y_zero_point: Value,
    b: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """A convolution of quantized tensors, whose result is quantized."""
    bias = None if b is None else as_weights(at, b, 8)
    y = Conv(
        at, x, as_weights(at, w, 3), bias, auto_pad=auto_pad, dilations=dilations, group=group,
        kernel_shape=kernel_shape, pads=pads, strides=strides,
    )  # fmt: skip
    y.dtype = y_zero_point.dtype
    return y


def ConvInteger(
    at: Place,
    x: Value,
    w: Value,
    x_zero_point: Value | None = None,
    w_zero_point: Value | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """A convolution of integers."""
    y = Conv(
        at, x, as_weights(at, w, 1), auto_pad=auto_pad, dilations=dilations, group=group,
        kernel_shape=kernel_shape, pads=pads, strides=strides,
    )  # fmt: skip
    y.dtype = "int32"
    return y


def QLinearMatMul(
    at: Place,
    a: Value,
    a_scale: Value,
    a_zero_point: Value,
    b: Value,
    b_scale: Value,
    b_zero_point: Value,
    y_scale: Value,
    y_zero_point: Value,
) -> Value:
    """A product of quantized tensors, whose result is quantized."""
    y = MatMul(at, a, as_weights(at, b, 3))
    y.dtype = y_zero_point.dtype
    return y


def MatMulInteger(
    at: Place, a: Value, b: Value, a_zero_point: Value | None = None, b_zero_point: Value | None = None
) -> Value:
    """A product of integers."""
    y = MatMul(at, a, as_weights(at, b, 1))
    y.dtype = "int32"
    return y
