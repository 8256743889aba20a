"""What each fusion mode merges, and what is left to move: by hand, and as laws."""

from __future__ import annotations

import pytest
from hypothesis import given

from macflops.costs import count
from macflops.fusion import Fusion
from macflops.network import Network
from tests.networks import Writer, networks

PIXELS = 8 * 8


def rows(network: Network, fusion: Fusion) -> dict[str, tuple[int, str | None]]:
    """Return memory access and host of each layer by name."""
    return {row.layer.name: (row.mac, row.fused_into) for row in count(network, fusion).rows}


def unit(bias: bool = False) -> Network:
    """A convolution with norm and activation behind another convolution."""
    w = Writer()
    x = w.conv(w.input(1, 3, 8, 8), 4, name="stem")
    y = w.conv(x, 6, bias=bias, name="conv")
    return w.network(w.add("relu", w.add("bn", y, name="norm"), name="act"))


@pytest.mark.parametrize(
    ("fusion", "bias", "conv", "norm", "act"),
    [
        # input + output + weights; a batch norm moves input + output + 4c
        ("none", False, (PIXELS * 10 + 24, None), (PIXELS * 12 + 24, None), (PIXELS * 12, None)),
        # folded, a norm leaves its host c2 bias elements
        ("bn", False, (PIXELS * 10 + 24 + 6, None), (0, "conv"), (PIXELS * 12, None)),
        # but none where the host has a bias already
        ("bn", True, (PIXELS * 10 + 24 + 6, None), (0, "conv"), (PIXELS * 12, None)),
        ("runtime", False, (PIXELS * 10 + 24 + 6, None), (0, "conv"), (0, "conv")),
    ],
)
def test_norms_and_activations_join_the_convolution_before_them(
    fusion: Fusion, bias: bool, conv: object, norm: object, act: object
) -> None:
    found = rows(unit(bias), fusion)
    assert (found["conv"], found["norm"], found["act"]) == (conv, norm, act)


def test_an_addition_joins_the_later_of_two_convolutions_which_reads_the_other() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 8, 8), 4, name="stem")
    first, second = w.conv(x, 6, name="first"), w.conv(x, 6, name="second")
    network = w.network(w.add("relu", w.add("add", second, first, name="add"), name="act"))
    found = rows(network, "runtime")
    assert found["first"] == (PIXELS * 10 + 24, None)
    assert found["second"] == (PIXELS * 10 + 24 + PIXELS * 6, None)
    assert found["add"] == (0, "second")
    assert found["act"] == (0, "second")


def test_a_tensor_with_two_readers_is_written() -> None:
    w = Writer()
    y = w.conv(w.input(1, 3, 8, 8), 4, name="conv")
    network = w.network(w.add("mul", w.add("sigmoid", y, name="gate"), y))
    assert rows(network, "runtime")["gate"] == (PIXELS * 8, None)


def test_an_output_of_the_network_is_written() -> None:
    w = Writer()
    y = w.conv(w.input(1, 3, 8, 8), 4, name="conv")
    network = w.network(y, w.add("relu", y, name="act"))
    assert rows(network, "runtime")["act"] == (PIXELS * 8, None)


def test_an_epilogue_takes_norm_activation_addition_activation_and_no_more() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 8, 8), 4, name="stem")
    y = w.add("relu", w.add("bn", w.conv(x, 4, name="conv"), name="norm"), name="act")
    y = w.add("relu", w.add("add", y, x, name="add"), name="act_2")
    y = w.add("relu", y, name="act_3")
    found = rows(w.network(y), "runtime")
    assert {name for name, (_, host) in found.items() if host == "conv"} == {"norm", "act", "add", "act_2"}
    assert found["act_3"] == (PIXELS * 8, None)


def test_a_softmax_is_no_epilogue() -> None:
    w = Writer()
    y = w.conv(w.input(1, 3, 8, 8), 4, name="conv")
    assert rows(w.network(w.add("softmax", y, name="softmax")), "runtime")["softmax"][1] is None


def test_dropout_hides_nothing() -> None:
    w = Writer()
    y = w.add("dropout", w.conv(w.input(1, 3, 8, 8), 4, name="conv"))
    found = rows(w.network(w.add("relu", y, name="act")), "runtime")
    assert found["act"] == (0, "conv")
    assert found["conv"] == (PIXELS * 7 + 12, None)


def test_a_chain_of_copies_is_one_hosted_by_its_first() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 8, 8), 4, name="stem")
    y = w.add("concat", x, w.conv(x, 4), name="concat")
    y = w.add("shuffle", y, groups=2, name="shuffle")
    found = rows(w.network(w.conv(y, 4)), "runtime")
    assert found["concat"] == (PIXELS * (4 + 4 + 8), None)
    assert found["shuffle"] == (0, "concat")


@given(networks())
def test_merging_never_raises_memory_access_and_never_changes_counts(network: Network) -> None:
    none, bn, runtime = (count(network, mode).totals for mode in ("none", "bn", "runtime"))
    assert none.mac_elements >= bn.mac_elements >= runtime.mac_elements
    for totals in (bn, runtime):
        assert (totals.params, totals.mult_adds, totals.activations) == (none.params, none.mult_adds, none.activations)


@given(networks())
def test_a_count_is_additive_over_layers(network: Network) -> None:
    for mode in ("none", "bn", "runtime"):
        costs = count(network, mode)
        assert costs.totals.mac_elements == sum(row.mac for row in costs.rows)
        assert costs.totals.params == sum(row.cost.params for row in costs.rows)
        assert costs.totals.mult_adds == sum(row.cost.mult_adds for row in costs.rows)


@given(networks())
def test_merged_layers_move_nothing_and_name_a_host_that_stands_before_them(network: Network) -> None:
    costs = count(network, "runtime")
    position = {row.layer.name: row.position for row in costs.rows}
    for row in costs.rows:
        if row.fused_into is not None:
            assert row.mac == 0
            assert position[row.fused_into] < row.position
            assert costs.rows[position[row.fused_into]].fused_into is None
