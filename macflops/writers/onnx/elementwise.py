"""Activations and arithmetic as ONNX nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from macflops.writers.onnx.graph import Call

Written = Callable[[Call], Any]


def plain(kind: str, **renamed: str) -> Written:
    """Return the writer of an operator that is one node; `renamed` says which of its fields are attributes."""

    def write(call: Call) -> str:
        attributes = {name: float(getattr(call.operator, field)) for name, field in renamed.items()}
        return call.node(kind, call.x, **attributes)

    return write


def along(kind: str) -> Written:
    """Return the writer of an operator that is one node, along its dimension."""
    return lambda call: call.node(kind, call.x, axis=call.operator.dim)


abs, erf, exp, log, neg, relu = map(plain, ("Abs", "Erf", "Exp", "Log", "Neg", "Relu"))
cos, sin = plain("Cos"), plain("Sin")
sigmoid, softsign, sqrt, tanh, hardswish, mish, selu = map(
    plain, ("Sigmoid", "Softsign", "Sqrt", "Tanh", "HardSwish", "Mish", "Selu")
)
celu, elu = plain("Celu", alpha="alpha"), plain("Elu", alpha="alpha")
leaky_relu = plain("LeakyRelu", alpha="negative_slope")
softmax, log_softmax = along("Softmax"), along("LogSoftmax")


def hardsigmoid(call: Call) -> str:
    """ONNX HardSigmoid, of another slope by default."""
    return call.node("HardSigmoid", call.x, alpha=1 / 6, beta=0.5)


def gelu(call: Call) -> str:
    """ONNX Gelu."""
    call.needs(20)
    return call.node("Gelu", call.x, approximate=call.operator.approximate)


def silu(call: Call) -> str:
    """ONNX Sigmoid and Mul."""
    return call.node("Mul", call.x, call.node("Sigmoid", call.x))


def logsigmoid(call: Call) -> str:
    """ONNX Neg, Softplus, Neg: log σ(x) = −softplus(−x)."""
    return call.node("Neg", call.node("Softplus", call.node("Neg", call.x)))


def softplus(call: Call) -> str:
    """ONNX Softplus, between a product and a quotient where beta is not 1."""
    beta = float(call.operator.beta)
    if beta == 1:
        return call.node("Softplus", call.x)
    factor = call.constant(beta)
    return call.node("Div", call.node("Softplus", call.node("Mul", call.x, factor)), factor)


def clip(call: Call, least: float | None, most: float | None) -> str:
    """ONNX Clip."""
    bounds = ["" if bound is None else call.constant(float(bound)) for bound in (least, most)]
    return call.node("Clip", call.x, *(bounds if most is not None else bounds[:1]))


def clamp(call: Call) -> str:
    """ONNX Clip."""
    return clip(call, call.operator.min, call.operator.max)


def hardtanh(call: Call) -> str:
    """ONNX Clip."""
    return clip(call, call.operator.min_val, call.operator.max_val)


def relu6(call: Call) -> str:
    """ONNX Clip."""
    return clip(call, 0.0, 6.0)


def prelu(call: Call) -> str:
    """ONNX PRelu."""
    number, x = call.operator.num_parameters, call.shape
    slopes = (1,) if number == 1 else (x[1], *(1,) * (len(x) - 2))
    return call.node("PRelu", call.x, call.weight("slope", slopes))


def glu(call: Call) -> str:
    """ONNX Split, Sigmoid and Mul."""
    first, second = call.nodes("Split", 2, call.x, axis=call.operator.dim, num_outputs=2)
    return call.node("Mul", first, call.node("Sigmoid", second))


def arithmetic(kind: str, several: str = "") -> Written:
    """Return the writer of an operator on tensors; `several` is the node for more than two, where there is one."""

    def write(call: Call) -> str:
        operands = list(call.inputs)
        o = call.operator
        if o.constant is not None:
            whole = 2.0 if kind == "Pow" else 1.0  # a power of any number, negative ones too
            operands.append(call.weight("constant", o.constant) if o.learnable else call.ones(o.constant, whole))
        if several and len(operands) != 2:
            return call.node(several, *operands)
        result, *rest = operands
        for operand in rest:
            result = call.node(kind, result, operand)
        return result

    return write


add, mul, sub = arithmetic("Add", "Sum"), arithmetic("Mul"), arithmetic("Sub")
div, pow = arithmetic("Div"), arithmetic("Pow")
maximum, minimum = arithmetic("Max", "Max"), arithmetic("Min", "Min")
