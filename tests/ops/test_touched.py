"""Memory access and mult-adds against a small executor that notes each element it touches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from macflops import ops
from tests.ops import executors
from tests.ops.strategies import Use, used, uses
from tests.ops.test_against_torch import COUNTERPARTS, as_torch_can
from tests.ops.witness import Operand, Ran

MOVING = [name for name in ops.names() if getattr(ops.find(name), "role", "") != "view"]
COMPARED = (  # executors whose values are compared with PyTorch's, so that they touch what the operator does
    *("conv", "conv_transpose", "linear", "matmul", "maxpool", "global_avgpool", "adaptive_avgpool", "mean", "sum"),
    *("amax", "amin", "add", "mul", "sub", "maximum", "minimum", "shuffle", "pad", "tile", "transpose", "concat"),
    *("pixel_shuffle", "pixel_unshuffle", "glu"),
)


def executed(use: Use) -> Ran:
    """Return what running the operator on ones touched."""
    inputs = [Operand(np.ones(shape)) for shape in use.inputs]
    return executors.run(use.operator.name, use.operator.attributes(), inputs)


def touched(operands: list[Operand]) -> int:
    """Return how many elements of these were touched."""
    return sum(int(operand.touched.sum()) for operand in operands)


@pytest.mark.parametrize("name", MOVING)
@given(data=st.data())
@settings(max_examples=40)
def test_no_more_is_touched_than_counted(name: str, data: st.DataObject) -> None:
    use = data.draw(uses(name))
    if use.operator.role == "view":
        return  # a concatenation of one
    ran, cost = executed(use), use.cost
    assert use.outputs == (ran.output.shape,)
    assert cost.reads == sum(operand.handed for operand in ran.inputs) >= touched(ran.inputs)
    assert cost.weights == sum(operand.handed for operand in ran.weights) >= touched(ran.weights)
    assert cost.writes == ran.output.handed == touched([ran.output])
    assert cost.params == sum(weight.values.size for weight in ran.weights if weight.learnable)
    assert cost.mult_adds == ran.mult_adds
    if ran.covered:
        assert (cost.reads, cost.weights) == (touched(ran.inputs), touched(ran.weights))


@pytest.mark.parametrize("name", COMPARED)
@given(data=st.data())
@settings(max_examples=10)
def test_the_executor_computes_what_torch_computes(name: str, data: st.DataObject) -> None:
    use = as_torch_can(data.draw(uses(name)))
    if use.operator.role == "view":
        return
    tensors = tuple(torch.randn(shape) for shape in use.inputs)
    call: Any = COUNTERPARTS[name](use.operator, tensors)
    with torch.no_grad():
        expected = call(*tensors)
    inputs = [Operand(tensor.numpy()) for tensor in tensors]
    own = [p.detach().numpy() for p in call.parameters()] if isinstance(call, nn.Module) else []
    ran = executors.run(use.operator.name, use.operator.attributes(), inputs, own or None)
    np.testing.assert_allclose(ran.output.values, expected.numpy(), rtol=1e-4, atol=1e-4)


def test_a_stride_over_the_kernel_leaves_elements_untouched_that_count() -> None:
    use = used("conv", (1, 2, 9, 7), out=3, stride=(2, 2))
    ran = executed(use)
    assert touched(ran.inputs) == 2 * 5 * 4
    assert use.cost.reads == 2 * 9 * 7


def test_a_pointwise_convolution_is_the_papers_formula() -> None:
    """ShuffleNet V2, section 2, G1: MAC = hw(c1 + c2) + c1·c2, at stride 1, N = 1, without bias."""
    h, w, c1, c2 = 28, 27, 24, 30
    use = used("conv", (1, c1, h, w), out=c2, bias=False)
    assert use.cost.mac == h * w * (c1 + c2) + c1 * c2
    assert use.cost.mult_adds == h * w * c1 * c2


def test_a_grouped_pointwise_convolution_is_the_papers_formula() -> None:
    """ShuffleNet V2, section 2, G2, equation (2): MAC = hw(c1 + c2) + c1·c2/g."""
    h, w, c1, c2, g = 28, 27, 24, 30, 3
    use = used("conv", (1, c1, h, w), out=c2, groups=g, bias=False)
    assert use.cost.mac == h * w * (c1 + c2) + c1 * c2 // g
