"""Einstein sums through the reader of modules and that of ONNX files: products where PyTorch runs products."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import macflops
from macflops.readers.onnx import read
from tests.readers.onnx.torches import counted, exported


class Einstein(nn.Module):
    """An equation of two inputs and a weight, or of the first of them."""

    def __init__(self, equation: str, *shape: int) -> None:
        super().__init__()
        self.equation = equation
        self.weight = nn.Parameter(torch.randn(shape)) if shape else None

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        given = (a, b, self.weight)[: self.equation.count(",") + 1] if self.weight is None else (a, self.weight)
        return torch.einsum(self.equation, *given)


@pytest.mark.parametrize(
    ("equation", "a", "b", "weight"),
    [
        ("bij,bjk->bki", (2, 3, 4), (2, 4, 5), ()),
        ("bi,bj->bij", (2, 3), (2, 4), ()),  # nothing is summed: element by element
        ("i,j", (3,), (4,), ()),
        ("bi,j->bij", (2, 3), (1,), (4,)),
        ("bi,jk->kbij", (2, 3), (1,), (4, 5)),
        ("bi,ij->b", (2, 3), (1,), (3, 4)),  # j is summed first
        ("bqk,bkd->bqd", (2, 3, 1), (2, 1, 4), ()),  # a sum over one
        ("bik,bkj->bij", (2, 3, 4), (2, 1, 5), ()),
        ("bii->bi", (2, 4, 4), (1,), ()),  # diagonals
        ("bikk->i", (2, 3, 4, 4), (1,), ()),
        ("bii,bij->bj", (2, 4, 4), (2, 4, 5), ()),
        ("ij,kk->ik", (2, 4), (1,), (4, 4)),
    ],
)
def test_products_are_those_that_run(equation: str, a: Any, b: Any, weight: Any) -> None:
    module, inputs = Einstein(equation, *weight), (torch.randn(a), torch.randn(b))
    file = read(exported(module, *inputs), "model.onnx")
    reports: list[Any] = [macflops.count(file), macflops.count(module, input_shape={"a": a, "b": b})]
    for report in reports:
        assert report.unsupported == ()
        assert (report.totals.mult_adds, report.totals.params) == counted(module, *inputs)
        assert report.layers[-1].outputs[0] == tuple(module(*inputs).shape)
