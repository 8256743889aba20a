"""Products, norms and activations that the optimizer made one node of: counted as the operators that they are."""

from __future__ import annotations

from macflops.ops._arithmetic import broadcast_shape
from macflops.readers.onnx.operators import activations, convolution, norms, products
from macflops.readers.onnx.operators._common import Ints
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.values import Value

Floats = tuple[float, ...]
ACTIVATIONS = {
    "Relu": "relu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "LeakyRelu": "leaky_relu",
    "HardSigmoid": "hardsigmoid",
    "HardSwish": "hardswish",
}


def activated(at: Place, y: Value, activation: str, parameters: Floats | None = None) -> Value:
    """Return y under an activation by ONNX's name, as a layer of its own."""
    if not activation:
        return y
    if activation == "Clip" and parameters is not None and len(parameters) == 2:
        return at.layer("clamp", y, part=".act", min=parameters[0], max=parameters[1])
    if activation not in ACTIVATIONS:
        raise Unread(f"with the activation {activation}")
    return at.layer(ACTIVATIONS[activation], y, part=".act")


def added(at: Place, x: Value, bias: Value | None, part: str) -> Value:
    """Return x and a bias of the file, or another tensor, added to it."""
    if bias is None:
        return x
    broadcast_shape(x.sides, bias.sides)
    if bias.tensor is not None or x.tensor is None:
        return at.layer("add", x, bias, part=part)
    own = (bias,) if bias.kept else ()
    return at.layer("add", x, part=part, weights=own, constant=bias.sides, learnable=bool(own))


def FusedConv(
    at: Place,
    x: Value,
    w: Value,
    b: Value | None = None,
    z: Value | None = None,
    *,
    activation: str = "",
    activation_params: Floats | None = None,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """A convolution, z added to it, and an activation."""
    y = convolution.Conv(
        at, x, w, b, auto_pad=auto_pad, dilations=dilations, group=group, kernel_shape=kernel_shape, pads=pads,
        strides=strides,
    )  # fmt: skip
    return activated(at, added(at, y, z, ".add"), activation, activation_params)


def FusedGemm(
    at: Place,
    a: Value,
    b: Value,
    c: Value | None = None,
    *,
    activation: str = "",
    activation_alpha: float | None = None,
    activation_beta: float | None = None,
    activation_gamma: float | None = None,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,  # noqa: N803  # its own names
    transB: int = 0,  # noqa: N803
) -> Value:
    """A product, a bias, and an activation."""
    y = products.Gemm(at, a, b, c, alpha=alpha, beta=beta, transA=transA, transB=transB)
    return activated(at, y, activation)


def FusedMatMul(
    at: Place,
    a: Value,
    b: Value,
    *,
    alpha: float = 1.0,
    transA: int = 0,  # noqa: N803
    transB: int = 0,  # noqa: N803
    transBatchA: int = 0,  # noqa: N803
    transBatchB: int = 0,  # noqa: N803
) -> Value:
    """A product of matrices, transposed where it says so, times a number: the product takes them as they are."""
    if transBatchA or transBatchB:
        raise Unread("with the batch transposed")
    if transA and len(a.sides) > 1:
        order = (*range(len(a.sides) - 2), len(a.sides) - 1, len(a.sides) - 2)
        a = at.layer("transpose", a, part=".transpose_a", dims=order)
    if not transB or len(b.sides) < 2:
        return products.MatMul(at, a, b)
    if b.constant and not a.constant and len(b.sides) == 2:
        return at.layer("linear", a, weights=(b,), out=b.sides[0], bias=False)
    return at.layer("matmul", a, b, transpose_b=True)


def Gelu(at: Place, x: Value) -> Value:
    """x · Φ(x)."""
    return activations.Gelu(at, x)


def FastGelu(at: Place, x: Value, bias: Value | None = None) -> Value:
    """A bias, and GELU by tanh."""
    return at.layer("gelu", added(at, x, bias, ".bias"), approximate="tanh")


def BiasGelu(at: Place, x: Value, bias: Value) -> Value:
    """A bias, and GELU."""
    return at.layer("gelu", added(at, x, bias, ".bias"))


def QuickGelu(at: Place, x: Value, *, alpha: float = 1.702) -> Value:
    """x · sigmoid(alpha · x)."""
    return at.layer("silu", x)


def SimplifiedLayerNormalization(
    at: Place, x: Value, scale: Value, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Value:
    """Root mean square normalization, from an axis on."""
    return norms.RMSNormalization(at, x, scale, axis=axis, epsilon=epsilon, stash_type=stash_type)


def SkipLayerNormalization(
    at: Place,
    x: Value,
    skip: Value,
    gamma: Value,
    beta: Value | None = None,
    bias: Value | None = None,
    *,
    epsilon: float = 1e-12,
) -> tuple[Value, ...]:
    """A skip connection and a bias added, and layer normalization; with statistics, and the sum."""
    total = added(at, added(at, x, bias, ".bias"), skip, ".add")
    weights, shift = norms.kept(gamma, beta), bool(norms.kept(beta))
    last = total.sides[-1:]
    y = at.layer(
        "layer_norm", total, weights=weights, normalized_shape=last, eps=epsilon, elementwise_affine=bool(weights),
        bias=shift,
    )  # fmt: skip
    ones = (*total.sides[:-1], 1)
    return (y, Value(ones), Value(ones), total)[: at.outputs]


def SkipSimplifiedLayerNormalization(
    at: Place, x: Value, skip: Value, gamma: Value, bias: Value | None = None, *, epsilon: float = 1e-12
) -> tuple[Value, ...]:
    """A skip connection and a bias added, and root mean square normalization; with the sum."""
    total = added(at, added(at, x, bias, ".bias"), skip, ".add")
    weights = norms.kept(gamma)
    last = total.sides[-1:]
    y = at.layer(
        "rms_norm", total, weights=weights, normalized_shape=last, eps=epsilon, elementwise_affine=bool(weights)
    )
    ones = (*total.sides[:-1], 1)
    return (y, Value(ones), Value(ones), total)[: at.outputs]
