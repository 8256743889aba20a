"""Parameters, variants and what the caller sets."""

from __future__ import annotations

from typing import Any

import pytest

from macflops import zoo
from macflops.errors import SourceError
from macflops.readers.yaml import Limits, read
from macflops.readers.yaml.nodes import Mapping, parse
from tests.readers.yaml.reading import names, network, shape

PARAMS = """
params:
  width: 1.0
  base: 8
  out: round(base * width)
  widths: [out, out * 2]
  by: {small: 4, 2: 6, 0.5: 10, 1: 20, deep: {a: 3}}
  act: relu
variants:
  half: {width: 0.5}
  other: {by: {deep: {a: 5}}, act: none, widths: [1, out]}
"""
LAYERS = """
- conv: {out: out, act: act}
- conv: {out: widths.1}
- conv:
    out: by.small + by[2] + by.deep.a + by[width / 2]
"""


def channels(**options: Any) -> list[int]:
    """Return the channels of each convolution."""
    net = network(LAYERS, before=PARAMS, **options)
    return [int(net.tensors[layer.outputs[0]].shape[1]) for layer in net.layers if layer.operator.name == "conv"]


def test_parameters_are_numbers_texts_lists_mappings_and_expressions_over_earlier_ones() -> None:
    assert channels() == [8, 16, 4 + 6 + 3 + 10]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"variant": "half", "set": {"by": {"small": 0, 2: 0, 0.25: 1, "deep": {"a": 0}}}}, [4, 8, 1]),
        ({"variant": "other"}, [8, 8, 4 + 6 + 5 + 10]),
        ({"set": {"width": "2"}}, [16, 32, 4 + 6 + 3 + 20]),
        ({"set": {"out": 5}}, [5, 10, 23]),
        ({"set": {"out": "base + 1"}}, [9, 18, 23]),
        ({"set": {"widths": "[1, 2 * out]"}}, [8, 16, 23]),
        ({"set": {"widths.1": "7"}}, [8, 7, 23]),
        ({"set": {"widths.-1": 7.0}}, [8, 7, 23]),
        ({"set": {"by.deep.a": "base"}}, [8, 16, 28]),
        ({"set": {"by.2": 1}}, [8, 16, 18]),
        ({"variant": "other", "set": {"by.deep.a": 1}}, [8, 8, 21]),
    ],
)
def test_what_is_overridden_reaches_all_that_is_derived_from_it(options: dict[str, Any], expected: list[int]) -> None:
    assert channels(**options) == expected


def test_a_derived_parameter_that_is_overridden_is_not_computed() -> None:
    before = "params: {zero: 0, out: 1 // zero}\nvariants: {good: {out: 4}}"
    assert shape(network("- conv: {out: out}", before=before, variant="good"), "conv") == (1, 4, 8, 8)
    assert shape(network("- conv: {out: out}", before=before, set={"out": 5}), "conv") == (1, 5, 8, 8)
    with pytest.raises(SourceError, match="division by zero"):
        network("- conv: {out: out}", before=before)


def test_a_variant_names_the_network() -> None:
    before = "name: family\nparams: {w: 4}\nvariants: {big: {w: 8}, same: }"
    assert network("- conv: {out: w}", before=before).name == "family"
    assert network("- conv: {out: w}", before=before, variant="big").name == "big"
    assert shape(network("- conv: {out: w}", before=before, variant="same"), "conv") == (1, 4, 8, 8)
    assert read("input: [3]\nlayers: [relu]", "path/to/mine.yaml").name == "mine"
    assert read("input: [3]\nlayers: [relu]", "-").name == "stdin"


def test_a_name_that_is_no_parameter_is_a_text() -> None:
    net = network("- conv: {out: 8, act: act, norm: norm}", before="params: {norm: bn, act: relu6 if norm else relu}")
    assert [layer.operator.name for layer in net.layers] == ["conv", "bn", "relu6"]
    assert names(network("- conv: {out: 8, act: act}", before="params: {act: none}", set={"act": "gelu"})) == [
        "conv",
        "conv.act",
    ]


def test_the_zoo_finds_the_variants_that_the_reader_finds() -> None:
    for file in zoo.files():
        root = parse(zoo.text(file), file, Limits())
        assert type(root) is Mapping
        variants = root.get("variants")
        assert zoo.variants(file) == (tuple(variants.keys()) if type(variants) is Mapping else ())


def test_a_value_that_is_a_tree_without_end_is_told_in_a_line() -> None:
    lists = "\n".join(f"  a{i}: [a{i - 1}, a{i - 1}]" for i in range(1, 60))
    with pytest.raises(SourceError, match=r"out is \[\[\[…, …\], .* is no single number"):
        network("- conv: {out: a59}", before=f"params:\n  a0: [1, 1]\n{lists}")
