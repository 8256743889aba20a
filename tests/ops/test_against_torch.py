"""Each operator against PyTorch's own: output shapes, parameters, multiply-accumulates, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from macflops import ops
from macflops.errors import ShapeError
from macflops.ops import Operator
from tests.ops.strategies import Use, used, uses

Call = Callable[..., Any]  # tensors to a tensor or several
Counterpart = Callable[[Any, tuple[Tensor, ...]], Call]  # an operator and its inputs to PyTorch's own


def of_rank(*modules: Any) -> Callable[[Tensor], Any]:
    """Return the choice among a module's forms for one, two and three sides."""
    return lambda x: modules[x.ndim - 3]


CONV = of_rank(nn.Conv1d, nn.Conv2d, nn.Conv3d)
CONV_TRANSPOSE = of_rank(nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
BATCH_NORM = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
INSTANCE_NORM = of_rank(nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)


def torch_pad(padding: tuple[int, ...]) -> list[int]:
    """Return a padding in PyTorch's order: before and after the last side, then the one before it."""
    sides = len(padding) // 2
    pairs = zip(padding[:sides], padding[sides:], strict=True)
    return [number for pair in reversed(list(pairs)) for number in pair]


class Pad(nn.Module):
    """Pads with zeros, each end by itself, as PyTorch's convolutions do not."""

    def __init__(self, padding: list[int]) -> None:
        super().__init__()
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        return functional.pad(x, self.padding)


class Indices(nn.Module):
    """Makes indices of numbers."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros(x.shape, dtype=torch.long)


def convolution(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    (x,) = inputs
    before, after = op.padding[: x.ndim - 2], op.padding[x.ndim - 2 :]
    own = before if before == after else 0
    conv = CONV(x)(x.shape[1], op.out, op.kernel, op.stride, own, op.dilation, op.groups, op.bias)
    return conv if own else nn.Sequential(Pad(torch_pad(op.padding)), conv)


def transposed(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    (x,) = inputs
    before, after = op.padding[: x.ndim - 2], op.padding[x.ndim - 2 :]
    assert before == after
    form = CONV_TRANSPOSE(x)
    return form(  # type: ignore[no-any-return]
        x.shape[1], op.out, op.kernel, op.stride, before, op.output_padding, op.groups, op.bias, op.dilation
    )


def windowed(op: Any) -> tuple[Any, ...]:
    return op.kernel, op.stride or op.kernel


def maxpool(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    form = of_rank(nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)(inputs[0])
    before = op.padding[: len(op.kernel)]
    return form(*windowed(op), before, op.dilation, ceil_mode=op.ceil_mode)  # type: ignore[no-any-return]


def avgpool(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    form = of_rank(nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)(inputs[0])
    return form(*windowed(op), op.padding[: len(op.kernel)], op.ceil_mode)  # type: ignore[no-any-return]


def lppool(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    form = of_rank(nn.LPPool1d, nn.LPPool2d, nn.LPPool3d)(inputs[0])
    one = inputs[0].ndim == 3
    kernel, stride = (side[0] if one else side for side in windowed(op))
    return form(op.norm_type, kernel, stride, op.ceil_mode)  # type: ignore[no-any-return]


def linear(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    return nn.Linear(inputs[0].shape[-1], op.out, op.bias)


def embedding(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    return nn.Sequential(Indices(), nn.Embedding(op.num_embeddings, op.embedding_dim))


def layer_norm(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    shape = op.normalized_shape or inputs[0].shape[-1:]
    return nn.LayerNorm(shape, op.eps, op.elementwise_affine, op.bias)


def upsample(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    return nn.Upsample(op.size, None if op.scale_factor is None else tuple(map(float, op.scale_factor)), op.mode)


def pad(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    value = op.value if op.mode == "constant" else None
    return lambda x: functional.pad(x, torch_pad(op.padding), op.mode, value)


def squeeze(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    return torch.squeeze if op.dim is None else lambda x: torch.squeeze(x, op.dim)


def slicing(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    return lambda x: x.movedim(op.dim, 0)[op.start : op.end : op.step].movedim(0, op.dim)


def gather(op: Any, inputs: tuple[Tensor, ...]) -> Call:
    along = op.dim % inputs[0].ndim
    return lambda table, indices: table[(slice(None),) * along + (torch.zeros(indices.shape, dtype=torch.long),)]


class Recurrent(nn.Module):
    """A recurrent layer of which the last states are not returned."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor, *states: Tensor) -> Tensor:
        given = states[0] if len(states) == 1 else states or None
        found: Tensor = self.inner(x, given)[0]
        return found


def recurrent(form: Any) -> Counterpart:
    def counterpart(op: Any, inputs: tuple[Tensor, ...]) -> Call:
        more = {"bias": op.bias, "batch_first": op.batch_first, "bidirectional": op.bidirectional}
        if op.name == "lstm":
            more["proj_size"] = op.proj_size or 0
        return Recurrent(form(inputs[0].shape[2], op.hidden_size, **more))

    return counterpart


def reduction(reduce: Call) -> Counterpart:
    return lambda op, inputs: lambda x: reduce(x, dim=op.dim or tuple(range(x.ndim)), keepdim=op.keepdim)


def arithmetic(function: Call) -> Counterpart:
    def call(*tensors: Tensor) -> Tensor:
        first, *others = tensors
        for other in others:
            first = function(first, other)
        return first

    return lambda op, inputs: call


def function(call: Call) -> Counterpart:
    return lambda op, inputs: call


def module(form: Callable[..., Any], *fields: str) -> Counterpart:
    return lambda op, inputs: form(**{field: getattr(op, field) for field in fields})


def adaptive(*forms: Any) -> Counterpart:
    return lambda op, inputs: of_rank(*forms)(inputs[0])(op.out if hasattr(op, "out") else 1)


AVERAGE = adaptive(nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
GREATEST = adaptive(nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d)
COUNTERPARTS: dict[str, Counterpart] = {
    "abs": function(torch.abs),
    "adaptive_avgpool": AVERAGE,
    "adaptive_maxpool": GREATEST,
    "add": arithmetic(torch.add),
    "amax": reduction(torch.amax),
    "amin": reduction(torch.amin),
    "avgpool": avgpool,
    "bn": lambda op, inputs: BATCH_NORM[inputs[0].ndim](inputs[0].shape[1], op.eps, affine=op.affine).eval(),
    "celu": module(nn.CELU, "alpha"),
    "clamp": lambda op, inputs: lambda x: torch.clamp(x, op.min, op.max),
    "concat": lambda op, inputs: lambda *tensors: torch.cat(tensors, getattr(op, "dim", 0)),
    "conv": convolution,
    "conv_transpose": transposed,
    "cos": function(torch.cos),
    "div": arithmetic(torch.div),
    "dropout": module(nn.Dropout, "p"),
    "dwconv": convolution,
    "elu": module(nn.ELU, "alpha"),
    "embedding": embedding,
    "erf": function(torch.erf),
    "exp": function(torch.exp),
    "expand": lambda op, inputs: lambda x: x.expand(op.size),
    "flatten": module(nn.Flatten, "start_dim", "end_dim"),
    "gather": gather,
    "gelu": module(nn.GELU, "approximate"),
    "global_avgpool": AVERAGE,
    "global_maxpool": GREATEST,
    "glu": module(nn.GLU, "dim"),
    "group_norm": lambda op, inputs: nn.GroupNorm(op.num_groups, inputs[0].shape[1], op.eps, op.affine),
    "hardsigmoid": module(nn.Hardsigmoid),
    "hardswish": module(nn.Hardswish),
    "hardtanh": module(nn.Hardtanh, "min_val", "max_val"),
    "identity": module(nn.Identity),
    "instance_norm": lambda op, inputs: INSTANCE_NORM(inputs[0])(
        inputs[0].shape[1],
        affine=op.affine,
        track_running_stats=True,  # else it refuses images of one element
    ).eval(),
    "layer_norm": layer_norm,
    "leaky_relu": module(nn.LeakyReLU, "negative_slope"),
    "linear": linear,
    "log": function(torch.log),
    "log_softmax": module(nn.LogSoftmax, "dim"),
    "logsigmoid": module(nn.LogSigmoid),
    "lppool": lppool,
    "lstm": recurrent(nn.LSTM),
    "gru": recurrent(nn.GRU),
    "rnn": recurrent(nn.RNN),
    "lrn": module(nn.LocalResponseNorm, "size", "alpha", "beta", "k"),
    "matmul": lambda op, inputs: lambda a, b: a @ (b.mT if op.transpose_b else b),
    "maximum": arithmetic(torch.maximum),
    "maxpool": maxpool,
    "mean": reduction(torch.mean),
    "minimum": arithmetic(torch.minimum),
    "mish": module(nn.Mish),
    "mul": arithmetic(torch.mul),
    "neg": function(torch.neg),
    "pad": pad,
    "pixel_shuffle": module(nn.PixelShuffle, "upscale_factor"),
    "pixel_unshuffle": module(nn.PixelUnshuffle, "downscale_factor"),
    "pow": arithmetic(torch.pow),
    "prelu": lambda op, inputs: nn.PReLU(inputs[0].shape[1] if op.num_parameters is None else op.num_parameters),
    "relu": module(nn.ReLU),
    "relu6": module(nn.ReLU6),
    "reshape": lambda op, inputs: lambda x: torch.reshape(x, op.shape),
    "rms_norm": lambda op, inputs: nn.RMSNorm(
        list(op.normalized_shape or inputs[0].shape[-1:]), op.eps, op.elementwise_affine
    ),
    "selu": module(nn.SELU),
    "shuffle": lambda op, inputs: nn.ChannelShuffle(op.groups),
    "sigmoid": module(nn.Sigmoid),
    "silu": module(nn.SiLU),
    "sin": function(torch.sin),
    "slice": slicing,
    "softmax": module(nn.Softmax, "dim"),
    "softplus": module(nn.Softplus, "beta", "threshold"),
    "softsign": module(nn.Softsign),
    "split": lambda op, inputs: lambda x: x.split(op.sizes, op.dim) if op.sizes else torch.chunk(x, op.parts, op.dim),
    "sqrt": function(torch.sqrt),
    "squeeze": squeeze,
    "sub": arithmetic(torch.sub),
    "sum": reduction(torch.sum),
    "tanh": module(nn.Tanh),
    "tile": lambda op, inputs: lambda x: torch.tile(x, op.dims),
    "transpose": lambda op, inputs: lambda x: x.permute(op.dims),
    "unflatten": module(nn.Unflatten, "dim", "unflattened_size"),
    "unsqueeze": lambda op, inputs: lambda x: torch.unsqueeze(x, op.dim),
    "upsample": upsample,
}


def as_torch_can(use: Use) -> Use:
    """Return the use, or one like it of those fields that PyTorch has too."""
    op, inputs = use
    fields = op.attributes()
    if op.name == "conv_transpose":  # pads both ends alike
        sides = len(fields["kernel"])
        fields["padding"] = tuple(map(min, fields["padding"][:sides], fields["padding"][sides:])) * 2
    if op.role == "pool" and "kernel" in fields:
        sides = len(fields["kernel"])
        fields["dilation"] = fields["dilation"] if op.name == "maxpool" else (1,) * sides
        most = (k // 2 for k in fields["kernel"])
        fields["padding"] = tuple(map(min, fields["padding"][:sides], fields["padding"][sides:], most)) * 2
        if op.name == "lppool":
            fields["padding"] = (0,) * 2 * sides
        grown = tuple(side + 2 * d * k for side, k, d in zip(inputs[0][2:], op.kernel, op.dilation, strict=True))  # type: ignore[attr-defined]
        inputs = ((*inputs[0][:2], *grown),)
    if op.name == "pad" and len(fields["padding"]) < 2 * (len(inputs[0]) - 2):
        fields["mode"] = "constant"  # it reflects all sides or none
    if op.name == "lstm":
        fields["peephole"] = False  # which it has not
    if "constant" in fields:  # an operand like the others
        inputs = (*inputs, *(() if fields["constant"] is None else (fields["constant"],)))
        fields = {}
    return used(op.name, *inputs, **fields)


def run(use: Use) -> tuple[tuple[tuple[int, ...], ...], Call, int]:
    """Return the shapes that PyTorch gives, what it ran, and the multiply-accumulates that it counts."""
    tensors = tuple(torch.ones(shape) for shape in use.inputs)
    if use.operator.name not in COUNTERPARTS:
        raise LookupError(f"{use.operator.name} has no counterpart in tests/ops/test_against_torch.py: add it")
    call = COUNTERPARTS[use.operator.name](use.operator, tensors)
    no_blocks = torch.backends.mkldnn.flags(enabled=False)  # an LSTM's are not counted
    with no_blocks, FlopCounterMode(display=False) as counter, torch.no_grad():
        found = call(*tensors)
    outputs = found if isinstance(found, tuple | list) else (found,)
    return tuple(tuple(output.shape) for output in outputs), call, counter.get_total_flops() // 2


@pytest.mark.parametrize("name", ops.names())
@given(data=st.data())
@settings(max_examples=25)
def test_shapes_parameters_and_mult_adds_are_those_of_torch(name: str, data: st.DataObject) -> None:
    use = as_torch_can(data.draw(uses(name)))
    use.operator.check(*use.inputs)
    shapes, call, mult_adds = run(use)
    assert use.outputs == shapes
    assert use.cost.mult_adds == mult_adds
    parameters = call.parameters() if isinstance(call, nn.Module) else ()
    assert use.cost.params == sum(p.numel() for p in parameters)


@pytest.mark.parametrize(("kernel", "stride", "dilation"), [*product(range(1, 6), range(1, 6), (1, 2))])
def test_ceil_mode_is_that_of_torch(kernel: int, stride: int, dilation: int) -> None:
    for padding, side in product(range(kernel // 2 + 1), range(1, 20)):
        use = used(
            "maxpool",
            (1, 1, side),
            kernel=(kernel,),
            stride=(stride,),
            dilation=(dilation,),
            padding=(padding,) * 2,
            ceil_mode=True,
        )
        assert passes(use) == runs(use)
        if passes(use):
            assert use.outputs == run(use)[0]


def passes(use: Use) -> bool:
    """Tell whether an operator accepts its inputs."""
    try:
        use.operator.check(*use.inputs)
    except ShapeError:
        return False
    return True


def runs(use: Use) -> bool:
    """Tell whether PyTorch does, and something comes out."""
    try:
        shapes, _, _ = run(use)
    except (RuntimeError, ValueError):
        return False
    return all(side > 0 for shape in shapes for side in shape)


@st.composite
def careless(draw: Callable[[st.SearchStrategy[Any]], Any], name: str) -> Use:
    """Return a use whose numbers may not fit each other."""
    sides = draw(st.integers(1, 3))
    x = tuple(draw(st.integers(1, 6)) for _ in range(2 + sides))
    least = draw(st.sampled_from((1, 1, 1, 0, -1)))
    fields = {
        field: tuple(draw(st.integers(max(least, low), most)) for _ in range(sides))
        for field, low, most in (("kernel", -1, 4), ("stride", 1, 3), ("dilation", 1, 3))
    }
    fields["padding"] = tuple(draw(st.integers(min(least, 0), 2)) for _ in range(sides)) * 2
    more: dict[str, Any] = {}
    if name == "conv_transpose":
        more["output_padding"] = tuple(draw(st.integers(0, 3)) for _ in range(sides))
    if name in ("conv", "conv_transpose"):
        more |= {"out": draw(st.integers(1, 6)), "groups": draw(st.integers(1, 3))}
    if name == "avgpool":
        fields["dilation"] = (1,) * sides
    return used(name, x, **fields, **more)


@pytest.mark.parametrize("name", ["conv", "conv_transpose", "maxpool", "avgpool"])
@given(data=st.data())
@settings(max_examples=300)
def test_what_torch_refuses_is_refused(name: str, data: st.DataObject) -> None:
    use = data.draw(careless(name))
    op: Any = use.operator
    if op.role == "pool":
        if any(p > k // 2 for p, k in zip(op.padding, op.kernel * 2, strict=True)) and passes(use):
            return  # up to the window less one, as ONNX allows; PyTorch stops at half the kernel
        if name == "avgpool" and any(side < k for side, k in zip(use.inputs[0][2:], op.kernel, strict=True)):
            return  # in three dimensions PyTorch wants the kernel to fit without padding, in one and two not
    assert passes(use) == runs(use)


@pytest.mark.parametrize(
    ("name", "inputs", "fields"),
    [
        ("linear", [()], {"out": 3}),
        ("matmul", [(2, 3), (4, 5)], {}),
        ("matmul", [(2, 3, 4), (3, 4, 5)], {}),
        ("add", [(2, 3), (4, 3)], {}),
        ("concat", [(2, 3), (2, 4)], {"dim": 0}),
        ("concat", [(2, 3), (2, 3)], {"dim": 2}),
        ("shuffle", [(1, 6, 2, 2)], {"groups": 4}),
        ("group_norm", [(1, 6, 2, 2)], {"num_groups": 4}),
        ("layer_norm", [(1, 6)], {"normalized_shape": (5,)}),
        ("prelu", [(1, 6)], {"num_parameters": 5}),
        ("glu", [(1, 5)], {}),
        ("softmax", [(1, 5)], {"dim": 2}),
        ("mean", [(1, 5)], {"dim": (2,)}),
        ("mean", [(1, 5)], {"dim": (1, -1)}),
        ("pixel_shuffle", [(1, 6, 2, 2)], {"upscale_factor": 2}),
        ("pixel_unshuffle", [(1, 1, 3, 2)], {"downscale_factor": 2}),
        ("pad", [(1, 1, 3, 3)], {"padding": (3, 3, 3, 3), "mode": "reflect"}),
        ("pad", [(1, 1, 3, 3)], {"padding": (4, 4, 4, 4), "mode": "circular"}),
        ("transpose", [(1, 2, 3)], {"dims": (0, 1)}),
        ("transpose", [(1, 2, 3)], {"dims": (0, 1, 1)}),
        ("reshape", [(4, 3)], {"shape": (5, -1)}),
        ("reshape", [(4, 3)], {"shape": (-1, -1)}),
        ("reshape", [(4, 3)], {"shape": (4, 4)}),
        ("unflatten", [(4, 6)], {"dim": 1, "unflattened_size": (4, 2)}),
        ("flatten", [(4, 6)], {"start_dim": 1, "end_dim": 0}),
        ("unsqueeze", [(4, 6)], {"dim": 3}),
        ("expand", [(4, 6)], {"size": (4, 7)}),
        ("split", [(4, 6)], {"sizes": (4, 1)}),
        ("hardtanh", [(4, 6)], {"min_val": 2.0}),
        ("dropout", [(4, 6)], {"p": 1.5}),
        ("upsample", [(1, 2, 3)], {}),
        ("clamp", [(4, 6)], {}),
    ],
)
def test_what_else_torch_refuses_is_refused(name: str, inputs: Any, fields: Any) -> None:
    use = used(name, *inputs, **fields)
    assert not passes(use)
    with pytest.raises((RuntimeError, ValueError, IndexError, AssertionError)):
        run(use)


def test_every_operator_here_is_one() -> None:
    assert set(COUNTERPARTS) <= set(ops.names())


def test_an_operator_is_frozen() -> None:
    operator: Operator = used("conv", (1, 2, 3, 3), out=4).operator
    with pytest.raises(AttributeError):
        operator.out = 5
