"""Native YAML: what is written is read back as the same network, by the same names where the format allows them."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import macflops
from macflops.errors import Location, SourceError
from macflops.network import Builder, Network
from macflops.ops import names as operators
from macflops.ops.pad import Pad
from macflops.readers.yaml import read
from macflops.writers import written
from macflops.zoo import names as zoo
from tests.networks import Writer, networks
from tests.ops.strategies import Use, uses
from tests.writers.alike import names, wired


def back(network: Network) -> Network:
    """Return a network, written and read again; it is the same layer by layer."""
    text = written(network, "yaml").decode()
    found = read(text, "back.yaml")
    assert wired(found) == wired(network), text
    assert [found.inputs[i].name for i in range(len(found.inputs))] == [i.name for i in network.inputs], text
    assert written(found, "yaml").decode() == text  # what is folded once stays as it is
    return found


def text_of(layers: str, input: str = "[4, 8, 8]", before: str = "") -> tuple[Network, str]:
    """Return the network of these layers and what it is written as, which reads the same, names too."""
    body = "".join(f"  {line}\n" for line in dedent(layers).strip("\n").splitlines())
    network = read(f"input: {input}\n{dedent(before)}\nlayers:\n{body}", "model.yaml")
    found = back(network)
    assert names(found) == names(network)
    return network, written(network, "yaml").decode()


def findings(network: Network) -> tuple[Any, ...]:
    """Return what an audit finds that does not depend on which line wrote a layer."""
    report = macflops.audit(network)
    assert report.verdict is not None
    rules = {
        code: (r.severity, r.mac_elements_wasted, r.mac_share, r.worst) for code, r in report.verdict.rules.items()
    }
    found = {(f.rule, layer) for f in report.findings for layer in f.layers}
    return report.totals, report.verdict.efficiency, rules, found


@pytest.mark.parametrize("name", zoo())
def test_the_zoo_comes_back_with_its_names_and_findings(name: str) -> None:
    network = macflops.load(f"zoo:{name}")
    found = back(network)
    assert names(found) == names(network)
    assert findings(found) == findings(network)


@pytest.mark.parametrize(
    "name", ["resnet152", "shufflenet_v1_g3_x1_0", "mobilenet_v2", "densenet121", "efficientnet_b0"]
)
def test_repeated_structure_is_folded(name: str) -> None:
    network = macflops.load(f"zoo:{name}")
    assert written(network, "yaml").count(b"\n") < 75 < len(network.layers) / 2


@given(networks())
def test_a_random_network_comes_back(network: Network) -> None:
    assert names(back(network)) == names(network)


@pytest.mark.parametrize("name", [name for name in operators() if name != "dwconv"])
@settings(max_examples=15)
@given(st.data())
def test_every_operator_comes_back(name: str, data: st.DataObject) -> None:
    network = network_of(data.draw(uses(name)))
    if all(network.shapes_of(one.tensor for one in network.inputs)):
        back(network)
    else:
        with pytest.raises(SourceError, match="no dimensions"):
            written(network, "yaml")


def network_of(use: Use) -> Network:
    """Return the network of one operator, with something behind it that reads what it gives."""
    builder = Builder("one", "test", "test")
    inputs = [builder.input("input" if i == 0 else f"input_{i}", shape) for i, shape in enumerate(use.inputs)]
    outputs = builder.add("only", use.operator, inputs, Location("test"))
    return builder.network(outputs)


def test_fields_stand_beside_their_operator_and_defaults_are_left_out() -> None:
    _, text = text_of(
        """
        - conv: {out: 8, kernel: [3, 5], stride: [1, 2], padding: [1, 0, 0, 2], norm: bn, act: relu}
          name: stem
        - dwconv: {kernel: 3, norm: {bn: {eps: 0.001}}, act: {leaky_relu: {negative_slope: 0.2}}}
        - conv: {out: 8, kernel: 3, padding: valid, bias: false}
        - conv: {out: 8, kernel: 1, bias: true, norm: bn, groups: 2}
        - se: {hidden: 4, gate: hardsigmoid}
        """
    )
    assert text == dedent(
        """\
        macflops: 1
        name: model
        input: [4, 8, 8]
        layers:
          - conv: {out: 8, kernel: [3, 5], stride: [1, 2], padding: [1, 0, 0, 2], norm: bn, act: relu}
            name: stem
          - dwconv: {kernel: 3, norm: {bn: {eps: 0.001}}, act: {leaky_relu: {negative_slope: 0.2}}}
          - conv: {out: 8, kernel: 3, padding: 0, bias: false}
          - conv: {out: 8, groups: 2, bias: true, norm: bn}
          - se: {hidden: 4, gate: hardsigmoid}
        """
    )


def test_blocks_take_what_differs_as_arguments_and_widths_as_quotients() -> None:
    _, text = text_of(
        """
        - unit: {out: 16}
        - unit: {out: 16}
        - unit: {out: 16}
        - unit: {out: 32, stride: 2}
        """,
        before="""\
        blocks:
          unit(out, stride=1):
            - conv: {out: out // 4, norm: bn, act: relu}
              name: reduce
            - conv: {out: out, kernel: 3, stride: stride}
              name: expand
        """,
    )
    assert "  unit(out, stride=1):\n    - conv: {out: out // 4, norm: bn, act: relu}\n" in text
    assert (
        "  - repeat:\n      times: 3\n      layers:\n        - unit: {out: 16}\n  - unit: {out: 32, stride: 2}\n"
        in text
    )


def test_named_repeats_come_back_also_those_that_read_further_back() -> None:
    _, text = text_of(
        """
        - conv: {out: 4}
        - repeat: {times: 3, layers: [conv: {out: 4}, relu, {add: , from: [-1, -3]}, {add: , from: [-1, -4]}]}
          name: stage
        - add:
          from: [stage, stage.1.relu]
        """
    )
    assert "times: 3" in text


def test_repetitions_that_differ_have_names_that_the_format_allows() -> None:
    text = (
        "input: [4, 8, 8]\nlayers:\n  - repeat: {times: 3, as: i, layers: [conv: {out: 4 + 4 * i}]}\n    name: stage\n"
    )
    assert names(back(read(text, "model.yaml"))) == ["stage._0.conv", "stage._1.conv", "stage._2.conv"]


def test_foreign_names_become_unique_and_valid_ones() -> None:
    w = Writer()
    x = w.input(1, 4, 8, 8)
    given = ("/layer1/layer1.0/conv/Conv", "a.0", "a", "a.b", "c", "a.b", "", "x y", "input_0", "7", "c.norm", "été.π")
    for name in given:
        x = w.builder.add(name, w.builder.layers[-1].operator if w.count else first(), [x], Location("test"))[0]
        w.count += 1
    found = names(back(w.network(x)))
    assert len(set(found)) == len(given)
    assert found[0] == "layer1/layer1.0/conv/Conv"
    assert found[-1] == "été.π"


def first() -> Any:
    """Return a convolution of four channels."""
    return macflops.load("zoo:paper_g4").layers[0].operator.__class__(4)


def test_several_inputs_and_outputs_and_symbols_come_back() -> None:
    _, text = text_of(
        """
        - conv: {out: 8}
          from: left
        - split: {parts: 2}
        - matmul: {transpose_b: true}
          from: [split.0, right]
        - flatten: {start_dim: 2}
          from: split.1
        """,
        input="{left: [N, 4, H, W], right: [N, 4, H, W]}",
        before="outputs: [matmul, flatten]",
    )
    assert "input:\n  left: [N, 4, H, W]\n  right: [N, 4, H, W]\n" in text
    assert text.endswith("outputs: [matmul, flatten]\n")


def test_shared_weights_stay_shared() -> None:
    _, text = text_of(
        """
        - conv: {out: 4, kernel: 3, norm: bn, act: relu}
          name: once
        - conv: {out: 4, kernel: 3, norm: bn, act: relu}
          share: once
        - head: {}
        - head: {}
          share: head
        """,
        before="""\
        blocks:
          head:
            - conv: {out: 4}
            - sigmoid
        """,
    )
    assert text.count("share: once") == 1
    assert "share: head.conv" in text


def test_silenced_rules_stay_silenced() -> None:
    network, text = text_of(
        """
        - conv: {out: 16, kernel: 3}
        - conv: {out: 128}  # macflops: ignore=G1
        - conv: {out: 16, kernel: 3}
        """,
        input="[3, 56, 56]",
    )
    assert "  - conv: {out: 128}  # macflops: ignore=G1\n" in text
    assert findings(read(text, "model.yaml")) == findings(network)


def test_no_padding_of_fewer_dimensions_than_sides_is_written_as_it_comes_back() -> None:
    back(network_of(Use(Pad((0, 0)), ((3, 1, 4, 5),))))
