"""The bounds B1 and B2 against brute force and the papers; free layers; findings by place; severities."""

from __future__ import annotations

from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macflops.blocks import blocks
from macflops.costs import count
from macflops.guidelines._rule import ceil_sqrt, least_dense, least_equal_width
from macflops.guidelines.findings import Thresholds, judge
from macflops.network import Network
from tests.networks import Writer, networks


def pointwise(hw: int, c1: int, c2: int, groups: int = 1) -> Network:
    """One free 1x1 convolution without bias between two that are not."""
    w = Writer()
    x = w.conv(w.input(1, 3, hw, hw), c1, name="stem")
    return w.network(w.conv(w.conv(x, c2, g=groups, name="conv"), 8, name="head"))


@pytest.mark.parametrize(
    ("c1", "c2", "excess"),
    # ShuffleNet V2, section 2, equation (1) on the widths of Table 1 (GPU, x1) at 56x56:
    # (hw(c1 + c2) + c1c2) / (2·sqrt(hwB) + B/hw) with B = hw·c1·c2, worked out by hand to three decimals
    [(128, 128, 1.000), (90, 180, 1.059), (52, 312, 1.420), (36, 432, 1.859)],
)
def test_g1_measures_the_excess_of_the_papers_table_1(c1: int, c2: int, excess: float) -> None:
    costs = count(pointwise(56, c1, c2))
    (row,) = costs.free_layers
    assert round(row.mac / least_equal_width(row), 3) == excess


@pytest.mark.parametrize(
    ("groups", "channels", "dense"),
    # ShuffleNet V2, Table 2 (GPU, x1): c for g, and the width of the dense layer of equal mult-adds, √(c·c/g)
    [(2, 180, 127.28), (4, 256, 128.0), (8, 360, 127.28)],
)
def test_g2_measures_the_ratio_of_the_papers_table_2(groups: int, channels: int, dense: float) -> None:
    costs = count(pointwise(56, channels, channels, groups))
    (row,) = costs.free_layers
    moved_dense = 2 * 56 * 56 * dense + dense * dense
    assert row.mac / least_dense(row) == pytest.approx(row.mac / moved_dense, rel=1e-4)


@given(st.integers(0, 10**40))
def test_the_root_is_rounded_up_exactly(number: int) -> None:
    root = ceil_sqrt(number)
    assert root * root >= number
    assert root == 0 or (root - 1) ** 2 < number


@given(st.integers(1, 30), st.integers(1, 400), st.integers(1, 400))
def test_no_pair_of_widths_with_the_same_product_moves_less_than_b1(hw: int, c1: int, c2: int) -> None:
    (row,) = count(pointwise(hw, c1, c2)).free_layers
    product = c1 * c2
    pairs = [(a, product // a) for a in range(1, isqrt(product) + 1) if product % a == 0]
    assert all(hw * hw * (a + b) + product >= least_equal_width(row) for a, b in pairs)
    if isqrt(product) ** 2 == product:
        assert min(hw * hw * (a + b) + product for a, b in pairs) == least_equal_width(row)


@given(networks())
def test_a_bound_is_never_above_its_measure(network: Network) -> None:
    for row in count(network).free_layers:
        assert row.own.mac >= least_equal_width(row) >= least_dense(row)


@given(networks())
def test_nothing_is_counted_twice(network: Network) -> None:
    costs = count(network)
    thresholds = Thresholds({"G1": 0.0, "G2": 0.0})
    findings, verdict = judge(costs, blocks(network), ["G1", "G2"], thresholds)
    rows = costs.free_layers
    grouped = [row for row in rows if getattr(row.layer.operator, "groups", 1) > 1]
    dense = [row for row in rows if row not in grouped]
    gap = sum(row.own.mac - least_dense(row) for row in grouped)
    gap += sum(row.own.mac - least_equal_width(row) for row in dense)
    assert sum(f.mac_elements_wasted or 0 for f in findings) == gap
    assert sum(rule.mac_elements_wasted or 0 for rule in verdict.rules.values()) == gap


def test_layers_that_touch_an_input_or_output_and_depthwise_ones_are_not_free() -> None:
    w = Writer()
    x = w.add("relu", w.conv(w.input(1, 3, 16, 16), 8, name="stem"))
    x = w.add("dwconv", w.conv(x, 16, name="wide"), kernel=(3, 3), padding=(1,) * 4, name="depthwise")
    x = w.conv(w.conv(x, 8, g=2, name="grouped"), 10, name="head")
    network = w.network(w.add("softmax", w.add("flatten", w.add("global_avgpool", x))))
    assert [row.layer.name for row in count(network).free_layers] == ["wide", "grouped"]


def test_a_layer_beside_a_path_from_the_input_is_not_free() -> None:
    w = Writer()
    x = w.input(1, 8, 16, 16)
    y = w.add("add", x, w.conv(x, 8, name="first"))
    y = w.conv(y, 8, name="second")
    network = w.network(w.conv(y, 4, name="last"))
    assert [row.layer.name for row in count(network).free_layers] == []


def test_linear_layers_are_judged_under_g1() -> None:
    w = Writer()
    x = w.input(4096, 16)
    for name, out in (("first", 96), ("narrow", 16), ("wide", 96), ("last", 10)):
        x = w.add("linear", x, out=out, name=name)
    findings, _ = judge(count(w.network(x)), blocks(w.network(x)), ["G1"])
    assert {name for f in findings for name in f.layers} == {"narrow", "wide"}


def test_findings_of_equal_layers_without_lines_are_one() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 56, 56), 96)
    for _ in range(3):
        x = w.conv(w.conv(x, 16), 96)
    findings, verdict = judge(count(w.network(w.conv(x, 8))), blocks(w.network(x)), ["G1"])
    assert [len(f.layers) for f in findings] == [3, 3]
    assert verdict.rules["G1"].places == 2


@pytest.mark.parametrize(
    ("share", "severity"), [(0.0, "note"), (0.00999, "note"), (0.01, "warning"), (0.0999, "warning"), (0.1, "error")]
)
def test_severity_goes_by_the_share_of_memory_access(share: float, severity: str) -> None:
    from macflops.guidelines import find
    from macflops.guidelines.findings import severity as severity_of

    assert severity_of(find("G1"), Thresholds(), share, 2.0) == severity


@pytest.mark.parametrize(("operators", "severity"), [(6, "warning"), (12, "warning"), (13, "error")])
def test_fragmentation_is_an_error_from_thirteen_operators(operators: int, severity: str) -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 8, 8), 4)
    x = w.add("add", *(w.conv(x, 4) for _ in range(operators)))
    network = w.network(w.conv(x, 4))
    (finding,), _ = judge(count(network), blocks(network), ["G3"])
    assert (finding.severity, finding.measured, finding.mac_elements_wasted) == (severity, operators, None)


def test_a_measure_at_its_limit_is_a_finding() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 8, 8), 4)
    network = w.network(w.conv(w.add("add", *(w.conv(x, 4) for _ in range(5))), 4))
    assert judge(count(network), blocks(network), ["G3"])[0] == ()
    assert len(judge(count(network), blocks(network), ["G3"], Thresholds({"G3": 5}))[0]) == 1


def test_g4_wastes_what_is_over_its_limit() -> None:
    """A block of 100 elements of which 60 are element-wise, by hand: at a limit of 0.55 it wastes 100 - 40/0.45."""
    w = Writer()
    x = w.conv(w.input(1, 3, 8, 8), 4)
    y = w.add("relu", w.add("add", x, w.conv(x, 4)))
    network = w.network(w.conv(y, 4))
    (finding,), _ = judge(count(network), blocks(network), ["G4"])
    conv, element_wise = 64 * 8 + 16, 64 * 12 + 64 * 8
    assert finding.mac_elements == conv + element_wise
    assert finding.mac_bound_elements == -(-conv * 100 // 45)
    assert finding.measured == element_wise / (conv + element_wise)
