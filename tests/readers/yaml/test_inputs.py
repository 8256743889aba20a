"""Inputs: their shapes, the batch, and dimensions that are names."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sympy import Symbol, floor

from macflops.errors import SourceError
from tests.readers.yaml.reading import names, network, shape

H, W, N = (Symbol(name, integer=True, positive=True) for name in "HWN")


def shapes(input: str, layers: str = "- relu", **options: Any) -> list[tuple[Any, ...]]:
    """Return the shapes of the inputs."""
    net = network(layers, input=input, **options)
    return [net.tensors[one.tensor].shape for one in net.inputs]


ADD = "- add:\n  from: [a, b]"


@pytest.mark.parametrize(
    ("input", "options", "expected"),
    [
        ("[3, 8, 9]", {}, [(1, 3, 8, 9)]),
        ("[3]", {}, [(1, 3)]),
        ("[3, 7]", {}, [(1, 3, 7)]),
        ("[3, 5, 6, 7]", {}, [(1, 3, 5, 6, 7)]),
        ("[3, 8, 9]", {"batch": 16}, [(16, 3, 8, 9)]),
        ("[3, 8, 9]", {"input_shape": {None: (2, 4, 6, 7)}}, [(2, 4, 6, 7)]),
        ("[3, 8, 9]", {"input_shape": {"input": (2, 4, 6, 7)}, "batch": 3}, [(3, 4, 6, 7)]),
        ("[3, 8, 9]", {"input_shape": {None: ("N", 4, "H", "H")}}, [(N, 4, H, H)]),
        ("[3, 8, 9]", {"input_shape": {None: (1, 4, "H", 2)}, "set": {"H": 5}}, [(1, 4, 5, 2)]),
        ("[c, 2 * c, c + 1]", {"before": "params: {c: 3}"}, [(1, 3, 6, 4)]),
        ("[c, 2 * c, c + 1]", {"before": "params: {c: 3}", "set": {"c": 4}}, [(1, 4, 8, 5)]),
        ("[3, H, W]", {}, [(1, 3, H, W)]),
        ("[3, H, 2 * H]", {}, [(1, 3, H, 2 * H)]),
        ("[3, H, W]", {"set": {"H": "5", "W": 6}}, [(1, 3, 5, 6)]),
        ("{a: [1, 3, 8, 9], b: [1, 1, 8, 9]}", {"layers": ADD}, [(1, 3, 8, 9), (1, 1, 8, 9)]),
        ("{a: [N, 3], b: [N, 3]}", {"layers": ADD}, [(N, 3), (N, 3)]),
        ("{a: [N, 3], b: [N, 3]}", {"layers": ADD, "batch": 4}, [(4, 3), (4, 3)]),
        ("{a: [2, 3], b: [2, 3]}", {"layers": ADD, "input_shape": {"b": (1, 3)}}, [(2, 3), (1, 3)]),
    ],
)
def test_inputs_have_the_batch_first(input: str, options: dict[str, Any], expected: list[tuple[Any, ...]]) -> None:
    assert shapes(input, **options) == expected


def test_symbolic_dimensions_reach_shapes_and_expressions() -> None:
    net = network(
        "- conv: {out: H // 2, kernel: 3, stride: 2}\n- conv: {out: c_in}\n- avgpool: {kernel: size}",
        input="[3, H, 16]",
        before="params: {size: 8}",
    )
    assert shape(net, "conv_2") == (1, floor(H / 2), (H + 1) // 2, 8)
    assert shape(network("- relu", input="[3, H, W]", before="params: {H: 4}"), "relu") == (1, 3, 4, W)


def test_a_symbol_that_looks_like_a_misspelt_parameter_is_warned_of() -> None:
    net = network("- relu", input="[3, siez, H]", before="params: {size: 8}")
    assert [(str(place), text) for place, text in net.warnings] == [
        ("model.yaml:2:12", "siez is no parameter, so it is a symbolic dimension (did you mean size?)")
    ]


def test_a_batch_in_the_list_is_warned_of() -> None:
    (warning,) = network("- relu", input="[1, 3, 8, 8]").warnings
    assert warning[1] == "a list leaves the batch out: this is 1 x 1 x 3 x 8 x 8 (write the channels first)"


def test_sympy_is_imported_only_where_there_is_a_symbol() -> None:
    program = (
        "import sys; from macflops.readers.yaml import read;"
        "read('input: [3, 8, 8]\\nlayers: [relu]', 'm.yaml'); print('sympy' in sys.modules);"
        "read('input: [3, H, 8]\\nlayers: [relu]', 'm.yaml'); print('sympy' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]


def test_conditions_on_symbols_hold_where_they_surely_do() -> None:
    net = network("- relu:\n  when: H > 0\n- tanh:\n  when: H == H + 1\n- relu:\n  when: 2 * H >= H", input="[3, H, 8]")
    assert names(net) == ["relu", "relu_2"]


def test_whole_floats_and_numpys_integers_are_dimensions() -> None:
    for given in ("8", "8.0", 8.0, np.int64(8)):
        net = network("- conv: {out: 4}", input="[3, H, 16]", set={"H": given})
        assert shape(net, "conv") == (1, 4, 8, 16)
    for given in ("8.5", 8.5, "٣", True, "H"):
        with pytest.raises(SourceError, match="H is a dimension"):
            network("- conv: {out: 4}", input="[3, H, 16]", set={"H": given})
