"""Blocks, repeats, branches and conditions: what they stand for, written out by hand, is the same network."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from macflops.errors import SourceError
from macflops.readers.yaml import read
from tests.readers.yaml.reading import names, network, reads, shape, structure

LEAVES: list[Any] = [
    "relu",
    {"conv": {"out": "c_in", "kernel": 3, "norm": "bn", "act": "relu"}},
    {"dwconv": {"kernel": 3}},
    {"add": None, "from": [-1, "input"]},
    {"se": {"hidden": 2}},
]


def containers(entries: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return entries that hold others: (kind, number, lists of entries)."""
    lists = st.lists(entries, max_size=3)
    return st.one_of(
        st.tuples(st.just("repeat"), st.integers(0, 3), st.tuples(lists)),
        st.tuples(st.just("block"), st.integers(0, 3), st.tuples(lists)),
        st.tuples(st.just("when"), st.integers(0, 1), st.tuples(st.lists(entries, min_size=1, max_size=1))),
        st.tuples(st.just("branches"), st.integers(0, 1), st.tuples(lists, lists)),
    )


ENTRIES = st.lists(st.recursive(st.sampled_from(LEAVES), containers, max_leaves=8), min_size=1, max_size=4)


def nested(entries: list[Any], blocks: dict[str, Any]) -> list[Any]:
    """Return entries as YAML that uses what the format offers."""
    found: list[Any] = []
    for entry in entries:
        if not isinstance(entry, tuple):
            found.append(entry)
            continue
        kind, number, lists = entry
        inner = [nested(one, blocks) for one in lists]
        if kind == "repeat":
            found.append({"repeat": {"times": f"{number} + 0", "as": "i", "layers": inner[0]}})
        elif kind == "block":
            name = f"block{len(blocks)}"
            blocks[f"{name}(unused={number}, wide=c_in)"] = [{"relu": None, "when": "wide < 0"}, *inner[0]]
            found.append({name: {"unused": number + 1}})
        elif kind == "when":
            one = inner[0][0]
            condition = "yes and c_in > 1" if number else "not yes"
            if isinstance(one, dict) and "when" in one:
                condition = f"({one['when']}) and {condition}"
            found.append({**(one if isinstance(one, dict) else {one: None}), "when": condition})
        else:
            found.append({"branches": {"join": "add", "paths": inner}})
    return found


def flat(entries: list[Any]) -> list[Any]:
    """Return the same entries without blocks, repeats and conditions."""
    found: list[Any] = []
    for entry in entries:
        if not isinstance(entry, tuple):
            found.append(entry)
            continue
        kind, number, lists = entry
        if kind == "branches":
            found.append({"branches": {"join": "add", "paths": [flat(one) for one in lists]}})
        else:
            times = number if kind in ("repeat", "when") else 1
            found.extend(times * flat(lists[0]))
    return found


def written(layers: list[Any], blocks: dict[str, Any]) -> str:
    """Return a network as YAML text."""
    whole = {"input": [4, 8, 8], "params": {"yes": 1}, "blocks": blocks, "layers": ["tanh", *layers]}
    return yaml.safe_dump(whole, sort_keys=False)


@given(ENTRIES)
def test_what_is_written_out_by_hand_is_the_same_network(entries: list[Any]) -> None:
    blocks: dict[str, Any] = {}
    layers = nested(entries, blocks)
    # `input` within a block is the block's own: entries that read it stay outside of blocks
    if blocks and "input" in yaml.safe_dump(list(blocks.values())):
        return
    compact = read(written(layers, blocks), "m.yaml")
    plain = read(written(flat(entries), {}), "m.yaml")
    assert structure(compact) == structure(plain)
    assert len(set(names(compact))) == len(compact.layers)


def test_a_repeat_counts_from_0() -> None:
    net = network("- repeat: {times: 3, as: i, layers: [conv: {out: 4 * (i + 1)}]}\n  name: grow")
    assert [shape(net, f"grow.{i}.conv")[1] for i in range(3)] == [4, 8, 12]


def test_a_repeat_with_from_begins_there() -> None:
    net = network("- tanh\n- relu\n- repeat: {times: 2, layers: [sigmoid]}\n  from: tanh\n- add:\n  from: [-1, relu]")
    assert reads(net, "sigmoid") == ["tanh"]
    assert reads(net, "sigmoid_2") == ["sigmoid"]
    assert reads(net, "add") == ["sigmoid_2", "relu"]


def test_the_arguments_of_a_block_are_its_own_and_its_defaults_see_earlier_ones() -> None:
    net = network(
        "- unit: {out: 8}\n- unit: {out: 6, act: tanh}\n- repeat: {times: 1, as: i, layers: [unit: {out: i + 1}]}",
        before="""
        params: {factor: 2}
        blocks:
          unit(out, wide=out * factor, enters=c_in, act=relu):
            - conv: {out: wide, act: act}
            - conv: {out: enters}
        """,
    )
    assert [shape(net, name)[1] for name in ("unit.conv", "unit_2.conv", "unit_3.conv")] == [16, 12, 2]
    assert [shape(net, name)[1] for name in ("unit.conv_2", "unit_2.conv_2")] == [4, 4]
    assert "unit_2.conv.act" in names(net)
    with pytest.raises(SourceError, match="i is not known here"):
        network("- repeat: {times: 1, as: i, layers: [unit]}", before="blocks: {unit: [conv: {out: i}]}")


def test_a_block_may_call_itself_if_it_ends() -> None:
    net = network(
        "- fractal: {depth: 3}",
        before="""
        blocks:
          fractal(depth):
            - branches:
                join: add
                paths:
                  - [conv: {out: c_in}]
                  - - fractal: {depth: depth - 1}
                      when: depth > 1
                    - fractal: {depth: depth - 1}
                      when: depth > 1
        """,
    )
    assert sum(layer.operator.name == "conv" for layer in net.layers) == 7


def test_calls_are_the_places_of_the_block_calls_outermost_first() -> None:
    net = network("- outer", before="blocks: {outer: [relu, inner], inner: [tanh]}")
    assert [(one.name, one.location.calls) for one in net.layers] == [
        ("outer.relu", ((5, 5),)),
        ("outer.inner.tanh", ((5, 5), (3, 24))),
    ]


def test_branches_split_the_channels_in_equal_or_given_parts() -> None:
    net = network("- branches: {split: [1, 3], join: concat, paths: [[], [relu]]}")
    assert names(net) == ["concat.split", "relu", "concat"]
    assert shape(net, "relu") == (1, 3, 8, 8)
    equal = network("- branches: {split: parts, join: concat, paths: [[], [relu]]}", before="params: {parts: 2}")
    assert shape(equal, "relu") == (1, 2, 8, 8)


def test_a_path_whose_entries_are_all_left_out_is_the_identity() -> None:
    net = network("- tanh\n- branches: {join: mul, paths: [[{relu: , when: c_in > 9}], [sigmoid]]}")
    assert reads(net, "mul") == ["tanh", "sigmoid"]


def test_one_path_may_be_concatenated() -> None:
    assert names(network("- branches: {join: concat, paths: [[relu]]}")) == ["relu", "concat"]
