"""Layers: an operator's fields, what they default to, and the rows of norm, act and se."""

from __future__ import annotations

from typing import Any

import pytest

from macflops.errors import SourceError
from tests.readers.yaml.reading import names, network, reads, row, shape


@pytest.mark.parametrize(
    ("input", "entry", "attributes"),
    [
        (
            "[4, 8, 8]",
            "conv: {out: 8}",
            {"out": 8, "kernel": (1, 1), "stride": (1, 1), "padding": (0,) * 4, "bias": True},
        ),
        ("[4, 8]", "conv: {out: 8, kernel: 3}", {"kernel": (3,), "stride": (1,), "dilation": (1,), "padding": (1, 1)}),
        ("[4, 8, 8, 8]", "conv: {out: 8, kernel: 3}", {"kernel": (3,) * 3, "stride": (1,) * 3, "padding": (1,) * 6}),
        ("[4, 8, 8]", "conv: {out: 8, kernel: [3, 5]}", {"kernel": (3, 5), "padding": (1, 2, 1, 2)}),
        ("[4, 8, 8]", "conv: {out: 8, kernel: 3, dilation: 2}", {"dilation": (2, 2), "padding": (2,) * 4}),
        ("[4, 8, 8]", "conv: {out: 8, kernel: 4}", {"padding": (1,) * 4}),
        ("[4, 8, 8]", "conv: {out: 8, kernel: 3, padding: same}", {"padding": (1,) * 4}),
        ("[4, 8, 8]", "conv: {out: 8, kernel: 3, padding: valid}", {"padding": (0,) * 4}),
        ("[4, 8, 8]", "conv: {out: 8, kernel: 3, padding: 2}", {"padding": (2,) * 4}),
        ("[4, 8, 8]", "conv: {out: 8, kernel: 3, padding: [1, 2]}", {"padding": (1, 2, 1, 2)}),
        ("[4, 8, 8]", "conv: {out: 8, kernel: 3, padding: [0, 1, 2, 3]}", {"padding": (0, 1, 2, 3)}),
        ("[4, 8]", "conv: {out: 8, kernel: 3, padding: [0, 2]}", {"padding": (0, 2)}),
        ("[4, 8, 8]", "conv: {out: 8, norm: bn}", {"bias": False}),
        ("[4, 8, 8]", "conv: {out: 8, norm: bn, bias: true}", {"bias": True}),
        ("[4, 8, 8]", "conv: {out: 8, norm: null}", {"bias": True}),
        ("[4, 8, 8]", "conv: {out: 8, norm: none, act: false}", {"bias": True}),
        ("[4, 8, 8]", "conv: {out: 8, act: relu}", {"bias": True}),
        ("[4, 8, 8]", "dwconv: {kernel: 3}", {"out": 4, "groups": 4, "padding": (1,) * 4}),
        ("[4, 8, 8]", "dwconv: {kernel: 3, out: 8}", {"out": 8, "groups": 4}),
        (
            "[4, 8, 8]",
            "conv_transpose: {out: 8, kernel: 4, stride: 2}",
            {"padding": (1,) * 4, "output_padding": (0, 0)},
        ),
        ("[4, 8]", "conv_transpose: {out: 8, kernel: 4, stride: 2}", {"padding": (1,) * 2, "output_padding": (0,)}),
        ("[4, 8, 8]", "maxpool: {kernel: 3, stride: 2}", {"padding": (1,) * 4, "ceil_mode": False}),
        ("[4, 8, 8]", "maxpool: {kernel: 3, stride: 2, ceil_mode: true}", {"ceil_mode": True}),
        ("[4, 8, 8]", "avgpool: {kernel: 2}", {"stride": None, "padding": (0,) * 4}),
        ("[4, 8, 8]", "pad: {padding: [0, 1, 2, 3, 4, 5]}", {"padding": (0, 1, 2, 3, 4, 5), "mode": "constant"}),
        ("[4, 8, 8]", "pad: {padding: 1, mode: reflect}", {"padding": (1,) * 4, "mode": "reflect"}),
        (
            "[4, 8, 8]",
            "upsample: {scale_factor: 2, mode: nearest-exact}",
            {"scale_factor": (2, 2), "mode": "nearest-exact"},
        ),
        ("[4, 8, 8]", "split: {sizes: [1, 3]}", {"sizes": (1, 3), "parts": None}),
        ("[4, 8, 8]", "linear: {out: 8.0}", {"out": 8}),
        ("[4, 8, 8]", "leaky_relu: {negative_slope: .5}", {"negative_slope": 0.5}),
    ],
)
def test_fields_default_as_in_pytorch_but_for_same_padding(input: str, entry: str, attributes: dict[str, Any]) -> None:
    settled = network(f"- {entry}", input=input).layers[0].operator.attributes()
    assert {name: settled[name] for name in attributes} == attributes


def test_norm_and_act_are_rows_of_their_own() -> None:
    net = network("- conv: {out: 8, norm: bn, act: relu}\n- linear: {out: 8, act: gelu}\n  name: head")
    assert names(net) == ["conv", "conv.norm", "conv.act", "head", "head.act"]
    assert reads(net, "conv.act") == ["conv.norm"]
    assert reads(net, "head") == ["conv.act"]
    assert [row(net, name).operator.name for name in ("conv.norm", "head.act")] == ["bn", "gelu"]


def test_norm_and_act_take_fields_and_may_come_from_parameters() -> None:
    before = "params: {norm: {group_norm: {num_groups: 2}}, act: none, other: {leaky_relu: {negative_slope: 0.2}}}"
    net = network("- conv: {out: 8, norm: norm, act: act}\n- conv: {out: 8, act: other}", before=before)
    assert names(net) == ["conv", "conv.norm", "conv_2", "conv_2.act"]
    assert row(net, "conv.norm").operator.attributes()["num_groups"] == 2
    assert row(net, "conv_2.act").operator.attributes() == {"negative_slope": 0.2}
    chosen = network("- conv: {out: 8, act: relu if deep else hardswish}", before="params: {deep: 0}")
    assert chosen.layers[1].operator.name == "hardswish"


def test_squeeze_and_excitation_is_written_out() -> None:
    net = network("- se: {hidden: 2}\n- relu\n- se: {reduction: 2, act: silu, gate: hardsigmoid}\n  name: gate")
    assert names(net)[:7] == ["se.pool", "se.reduce", "se.act", "se.expand", "se.gate", "se.scale", "relu"]
    assert [row(net, f"se.{name}").operator.name for name in ("act", "gate", "scale")] == ["relu", "sigmoid", "mul"]
    assert [row(net, f"gate.{name}").operator.name for name in ("act", "gate")] == ["silu", "hardsigmoid"]
    assert (shape(net, "se.reduce"), shape(net, "se.expand")) == ((1, 2, 1, 1), (1, 4, 1, 1))
    assert reads(net, "se.scale") == ["input", "se.gate"]
    assert reads(net, "relu") == ["se.scale"]
    assert all(row(net, f"gate.{name}").operator.attributes()["bias"] for name in ("reduce", "expand"))
    assert shape(net, "gate.reduce") == (1, 2, 1, 1)
    without = network("- se: {hidden: 2, act: none}")
    assert "se.act" not in names(without)


def test_add_and_mul_broadcast() -> None:
    net = network("- global_avgpool\n- mul:\n  from: [input, -1]\n- add:\n  from: [mul, input, global_avgpool]")
    assert shape(net, "mul") == shape(net, "add") == (1, 4, 8, 8)


def test_locations_are_those_of_what_wrote_the_row() -> None:
    net = network("- conv: {out: 8, norm: bn,\n         act: relu}\n- relu\n- se: {hidden: 2}", before="name: x")
    assert [(layer.location.line, layer.location.column) for layer in net.layers[:4]] == [
        (5, 5),
        (5, 26),
        (6, 17),
        (7, 5),
    ]
    assert {layer.location.file for layer in net.layers} == {"model.yaml"}
    assert (net.name, net.source, net.format) == ("x", "model.yaml", "yaml")


def test_weights_are_shared_row_by_row() -> None:
    net = network(
        """
        - conv: {out: 4, kernel: 3, norm: bn, act: relu}
          name: a
        - conv: {out: 4, kernel: 3, norm: bn, act: relu, stride: 2, dilation: 2}
          share: a
        - conv: {out: 4, kernel: 3, norm: bn, act: relu}
          name: c
          share: conv
        - unit
        - unit:
          share: unit
        """,
        before="blocks: {unit: [conv: {out: 4}, relu]}",
    )
    assert [(layer.name, layer.shares) for layer in net.layers if layer.shares] == [
        ("conv", "a"),
        ("conv.norm", "a.norm"),
        ("c", "a"),
        ("c.norm", "a.norm"),
        ("unit_2.conv", "unit.conv"),
    ]
    with pytest.raises(SourceError, match="unit has 2 rows, and this has 1"):
        network("- unit\n- conv: {out: 4}\n  share: unit", before="blocks: {unit: [conv: {out: 4}, relu]}")


def test_layers_that_no_output_needs_are_left_out_with_a_warning() -> None:
    net = network("- relu:\n  name: idle\n- conv: {out: 8}\n  from: input")
    assert names(net) == ["conv"]
    assert [text for _, text in net.warnings] == ["no output needs idle: it is not counted"]
