"""Blocks, stages and operators side by side, on networks written by hand."""

from __future__ import annotations

from hypothesis import given

from macflops.blocks import blocks, side_by_side, unique
from macflops.network import Network
from tests.networks import Writer, networks


def spans(network: Network) -> list[list[str]]:
    """Return the layers of each block by name."""
    return [[layer.name for layer in network.layers[b.start : b.stop]] for b in blocks(network)]


def test_a_run_without_branches_is_one_block() -> None:
    w = Writer()
    x = w.input(1, 3, 32, 32)
    for width in (8, 16, 32):
        x = w.add("relu", w.add("bn", w.conv(x, width, 3, 2)))
    assert len(blocks(w.network(x))) == 1


def test_branches_are_a_block_and_take_what_follows_up_to_the_next_convolution() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 32, 32), 8, name="stem")
    y = w.conv(w.conv(x, 4, name="reduce"), 8, name="expand")
    y = w.add("relu", w.add("add", x, y, name="add"), name="act")
    y = w.add("shuffle", y, groups=2, name="shuffle")
    network = w.network(w.conv(y, 8, name="next"))
    assert spans(network) == [["stem"], ["reduce", "expand", "add", "act", "shuffle"], ["next"]]


def test_a_second_activation_behind_a_convolution_of_a_run_is_part_of_the_run() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 32, 32), 8, name="stem")
    y = w.add("add", x, w.add("sigmoid", x, name="gate"), name="add")
    network = w.network(w.add("relu", w.conv(y, 8, name="conv"), name="act"))
    assert spans(network) == [["stem"], ["gate", "add"], ["conv", "act"]]


def test_a_tapped_output_keeps_no_block_open() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 32, 32), 8)
    for _ in range(3):
        x = w.add("relu", w.add("add", x, w.conv(x, 8)))
    y = w.conv(x, 16)
    assert len(blocks(w.network(x, y))) == 5


def cells(count: int) -> Network:
    """Cells that read the outputs of the two before them, of 12 layers each."""
    w = Writer()
    before = last = w.conv(w.input(1, 3, 32, 32), 8)
    for _ in range(count):
        parts = [w.add("bn", w.conv(w.add("relu", t), 4)) for t in (before, last)]
        parts.append(w.add("avgpool", parts[0], kernel=(3, 3), stride=(1, 1), padding=(1,) * 4))
        parts.append(w.add("add", parts[0], w.add("bn", w.conv(parts[1], 4, 3))))
        before, last = last, w.add("concat", *parts)
    return w.network(w.conv(last, 4))


def test_a_stretch_of_over_a_hundred_layers_is_cut_where_two_joins_are_live() -> None:
    short, long = spans(cells(4)), spans(cells(12))
    assert max(map(len, short)) > 30  # under a hundred layers it stays whole
    assert max(map(len, long)) <= 24
    assert sum(map(len, long)) == sum(1 for _ in cells(12).layers)


def test_a_stage_is_a_run_of_blocks_with_the_same_sides() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 32, 32), 8, 3, 2)
    for stride in (1, 2, 1, 1):
        y = w.conv(x, 8, 3, stride)
        x = w.add("add", y, w.conv(x, 8, 1, stride))
    assert [b.stage for b in blocks(w.network(x))] == ["16x16", "16x16", "8x8", "8x8", "8x8"]


def test_operators_side_by_side_are_those_on_levels_that_hold_two() -> None:
    """The unit of GoogLeNet (Szegedy et al. 2015, figure 2b): four branches, three of them two operators deep."""
    w = Writer()
    x = w.conv(w.input(1, 3, 28, 28), 192)
    pooled = w.add("maxpool", x, kernel=(3, 3), stride=(1, 1), padding=(1,) * 4)
    branches = [w.conv(x, 64), w.conv(w.conv(x, 96), 128, 3), w.conv(w.conv(x, 16), 32, 5), w.conv(pooled, 32)]
    network = w.network(w.add("concat", *branches))
    levels = side_by_side(network, blocks(network)[1])
    assert [len(level) for level in levels] == [4, 3]


def test_a_series_counts_nothing() -> None:
    w = Writer()
    x = w.input(1, 3, 28, 28)
    for _ in range(9):
        x = w.add("relu", w.conv(x, 8))
    network = w.network(x)
    assert side_by_side(network, blocks(network)[0]) == []


@given(networks())
def test_every_layer_is_in_one_block_and_names_are_unique(network: Network) -> None:
    found = blocks(network)
    assert [i for b in found for i in range(b.start, b.stop)] == list(range(len(network.layers)))
    assert len({b.name for b in found}) == len(found)


def test_no_two_blocks_have_one_name() -> None:
    assert unique(["a", "a_2", "a", "b", "a", "b"]) == ["a", "a_2", "a_3", "b", "a_4", "b_2"]
    assert unique(["a", "a", "a_2", "a"]) == ["a", "a_3", "a_2", "a_4"]
