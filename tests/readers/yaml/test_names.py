"""Names and scopes: each clause of the format's paragraph on names."""

from __future__ import annotations

import pytest

from macflops.errors import SourceError
from tests.readers.yaml.reading import names, network, reads, row, shape


def test_an_unnamed_entry_is_called_by_its_operator_and_the_second_gets_a_number() -> None:
    net = network("- relu\n- conv: {out: 8}\n- relu\n- relu\n- conv: {out: 8}")
    assert names(net) == ["relu", "conv", "relu_2", "relu_3", "conv_2"]


def test_a_name_that_somebody_gave_counts_as_one_of_its_kind() -> None:
    net = network("- relu:\n  name: relu\n- relu\n- relu:\n  name: relu_3\n- relu")
    assert names(net) == ["relu", "relu_2", "relu_3", "relu_4"]


def test_numbers_count_what_is_written_whether_when_holds_or_not() -> None:
    layers = """
    - relu:
      when: on
    - relu
    - branches: {join: add, paths: [[], [relu, conv: {out: 4}]]}
      when: on
    - repeat: {times: 2, layers: [relu]}
      when: on
    - relu
    - conv: {out: 4}
    """
    there = names(network(layers, before="params: {on: true}"))
    absent = names(network(layers, before="params: {on: false}"))
    assert there == ["relu", "relu_2", "relu_3", "conv", "add", "relu_4", "relu_5", "relu_6", "conv_2"]
    assert absent == ["relu_2", "relu_6", "conv_2"]


def test_branches_are_called_by_their_join_which_is_written_before_what_is_in_them() -> None:
    net = network(
        """
        - branches: {join: add, paths: [[relu], [{add: , from: [-1, input]}, relu]]}
        - branches: {split: 2, join: concat, paths: [[], [relu]]}
          name: mixed
        """
    )
    assert names(net) == ["relu", "add_2", "relu_2", "add", "mixed.split", "relu_3", "mixed"]


def test_blocks_and_named_repeats_open_scopes_and_branches_do_not() -> None:
    net = network(
        """
        - unit
        - unit
        - repeat: {times: 2, layers: [unit, relu]}
          name: stage
        - repeat: {times: 2, layers: [relu]}
        """,
        before="blocks: {unit: [relu, branches: {join: add, paths: [[], [relu]]}]}",
    )
    assert names(net)[:6] == ["unit.relu", "unit.relu_2", "unit.add", "unit_2.relu", "unit_2.relu_2", "unit_2.add"]
    assert names(net)[6:10] == ["stage.0.unit.relu", "stage.0.unit.relu_2", "stage.0.unit.add", "stage.0.relu"]
    assert names(net)[10:14] == ["stage.1.unit.relu", "stage.1.unit.relu_2", "stage.1.unit.add", "stage.1.relu"]
    assert names(net)[14:] == ["relu", "relu_2"]


def test_the_same_name_may_be_given_in_different_scopes() -> None:
    net = network("- relu:\n  name: a\n- unit\n- unit", before="blocks: {unit: [{relu: , name: a}]}")
    assert names(net) == ["a", "unit.a", "unit_2.a"]
    with pytest.raises(SourceError, match="the name a is given twice in one scope, first in line 5"):
        network("- relu:\n  name: a\n- relu:\n  name: a\n  when: 1 > 2")


def test_from_looks_in_its_own_scope_and_then_outwards() -> None:
    net = network(
        """
        - conv: {out: 4}
          name: a
        - relu:
          name: b
        - unit
        """,
        before="""
        blocks:
          unit:
            - sigmoid:
              name: b
            - add:
              from: [a, b]
        """,
    )
    assert reads(net, "unit.add") == ["a", "unit.b"]


def test_from_means_the_last_row_of_an_entry_and_reaches_rows_by_their_names() -> None:
    net = network(
        """
        - conv: {out: 4, norm: bn, act: relu}
          name: stem
        - unit
        - repeat: {times: 2, layers: [conv: {out: 4}]}
          name: stage
        - se: {hidden: 2}
        - add:
          from: [stem, stem.norm, unit, unit.tanh, stage, stage.0.conv, se, se.gate]
        """,
        before="blocks: {unit: [tanh, relu]}",
    )
    assert reads(net, "add") == [
        "stem.act",
        "stem.norm",
        "unit.relu",
        "unit.tanh",
        "stage.1.conv",
        "stage.0.conv",
        "se.scale",
        "se.gate",
    ]


def test_the_parts_of_a_split_have_numbers() -> None:
    net = network("- split: {sizes: [1, 3]}\n  name: parts\n- concat:\n  from: [parts.1, parts.0]")
    assert [net.tensors[tensor].shape[1] for tensor in row(net, "concat").inputs] == [3, 1]


def test_minus_one_counts_only_entries_that_are_there() -> None:
    net = network("- relu\n- tanh:\n  when: 1 > 2\n- sigmoid:\n  from: -1\n- add:\n  from: [-1, -2, -3]")
    assert reads(net, "sigmoid") == ["relu"]
    assert reads(net, "add") == ["sigmoid", "relu", "input"]


def test_minus_one_reaches_out_of_a_repeat_and_in_a_path_to_its_input() -> None:
    net = network(
        """
        - tanh
        - repeat:
            times: 2
            layers:
              - relu
              - add:
                from: [-1, -2]
        - branches:
            join: concat
            paths:
              - - mul:
                  from: [-1, -1]
              - []
        """
    )
    assert reads(net, "add") == ["relu", "tanh"]
    assert reads(net, "add_2") == ["relu_2", "add"]
    assert reads(net, "mul") == ["add_2", "add_2"]
    with pytest.raises(SourceError, match="no entry 2 back"):
        network("- tanh\n- branches: {join: add, paths: [[], [{relu: , from: -2}]]}")


def test_inputs_have_names_in_networks_and_in_blocks() -> None:
    net = network(
        """
        - join:
          from: [left, right]
        - join:
          from: [join, left]
        - add:
          from: [join, join_2]
        """,
        input="{left: [1, 4, 8, 8], right: [1, 2, 8, 8]}",
        before="""
        blocks:
          join(channels=c_in):
            - conv: {out: channels}
              from: input.1
            - one
            - add:
              from: [input.0, one]
          one: [relu, {add: , from: [input, relu]}]
        """,
    )
    assert reads(net, "join.conv") == ["right"]
    assert reads(net, "join.one.add") == ["join.conv", "join.one.relu"]
    assert reads(net, "join_2.conv") == ["left"]
    assert shape(net, "join.conv") == (1, 4, 8, 8)  # c_in is that of the first input


def test_c_in_is_what_the_entry_itself_receives() -> None:
    chain = network("- conv: {out: c_in * 2}\n- conv: {out: c_in * 2}\n- relu:\n  when: c_in == 16")
    assert (names(chain), shape(chain, "relu")) == (["conv", "conv_2", "relu"], (1, 16, 8, 8))


def test_outputs_name_layers_and_default_to_the_last() -> None:
    several = network("- relu\n- tanh\n- split: {parts: 2}", after="outputs: [relu, split.1]")
    assert several.outputs == (several.layers[0].outputs[0], several.layers[2].outputs[1])
    assert network("- relu\n- tanh").outputs == (2,)
    assert len(network("- split: {parts: 2}").outputs) == 2


@pytest.mark.parametrize("name", ["a", "conv_1", "1x1", "3x3_reduce", "a-b", "branch/5x5", "été", "_"])
def test_a_name_is_a_word_without_dots(name: str) -> None:
    assert names(network(f"- relu:\n  name: {name}")) == [name]
    for wrong in (f"{name}.0", f"{name} b", f"'{name},'", "'3'", "1-2", "-1"):
        with pytest.raises(SourceError, match="is no name"):
            network(f"- relu:\n  name: {wrong}")
