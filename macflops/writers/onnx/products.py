"""Convolutions, linear layers, matrix products and tables as ONNX nodes."""

from __future__ import annotations

from macflops.arithmetic import size
from macflops.writers.onnx.graph import Call


def conv(call: Call) -> str:
    """ONNX Conv."""
    o = call.operator
    shape = (o.out, call.shape[1] // o.groups, *o.kernel)
    inputs = [call.x, call.weight("weight", shape, fan_in=size(shape[1:]))]
    if o.bias:
        inputs.append(call.weight("bias", (o.out,)))
    return call.node("Conv", *inputs, group=o.groups, **window(call))


def conv_transpose(call: Call) -> str:
    """ONNX ConvTranspose."""
    o = call.operator
    shape = (call.shape[1], o.out // o.groups, *o.kernel)
    inputs = [call.x, call.weight("weight", shape, fan_in=size((shape[0] // o.groups, *o.kernel)))]
    if o.bias:
        inputs.append(call.weight("bias", (o.out,)))
    attributes = window(call)
    more, sides = call.integral(o.output_padding), len(o.kernel)
    for place, (given, stride) in enumerate(zip(o.output_padding, o.stride, strict=True)):
        if given >= stride:  # ONNX Runtime wants less: what is cut off behind the image is cut off less far
            less = min(given, attributes["pads"][sides + place])
            attributes["pads"][sides + place] -= less
            more[place] -= less
            if more[place] >= stride:
                call.refuse(f"with an output_padding of {given} at a stride of {stride}", "keep it under the stride")
    return call.node("ConvTranspose", *inputs, group=o.groups, output_padding=more, **attributes)


def window(call: Call) -> dict[str, list[int]]:
    """Return the attributes of a window."""
    o = call.operator
    stride = o.kernel if o.stride is None else o.stride  # a pooling's is its kernel unless given
    given = {"kernel_shape": o.kernel, "strides": stride, "dilations": o.dilation, "pads": o.padding}
    return {name: call.integral(values) for name, values in given.items()}


def linear(call: Call) -> str:
    """ONNX Gemm of a matrix; of more dimensions MatMul, and Add for the bias."""
    o, x = call.operator, call.shape
    weight = call.weight("weight", (x[-1], o.out), fan_in=x[-1])
    bias = [call.weight("bias", (o.out,))] if o.bias else []
    if len(x) == 2:
        return call.node("Gemm", call.x, weight, *bias)
    y = call.node("MatMul", call.x, weight)
    return call.node("Add", y, *bias) if bias else y


def matmul(call: Call) -> str:
    """ONNX MatMul, behind a Transpose where the second operand is given transposed."""
    a, b = call.inputs
    if call.operator.transpose_b:
        rank = len(call.shapes[1])
        b = call.node("Transpose", b, perm=[*range(rank - 2), rank - 1, rank - 2])
    return call.node("MatMul", a, b)


def embedding(call: Call) -> str:
    """ONNX Gather from a table of weights."""
    o = call.operator
    return call.node("Gather", call.weight("weight", (o.num_embeddings, o.embedding_dim)), call.x)


def gather(call: Call) -> str:
    """ONNX Gather."""
    return call.node("Gather", *call.inputs, axis=call.operator.dim)
