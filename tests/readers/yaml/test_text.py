"""The text itself: YAML 1.2's scalars, comments that silence rules, line ends, anchors, and speed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from macflops.readers.yaml import load, nodes, read
from tests.readers.yaml.reading import names, network, shape, structure


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("8", 8),
        ("+8", 8),
        ("0x1F", 31),
        ("0o17", 15),
        ("8.0", 8),
        ("8.", 8),
        ("1e1", 10),
        (".8e1", 8),
        ("'8'", 8),
        ('"4 + 4"', 8),
        ("2 ** 3", 8),
        ("8   # eight", 8),
    ],
)
def test_scalars_are_those_of_yaml_1_2(scalar: str, value: int) -> None:
    assert shape(network(f"- conv:\n    out: {scalar}"), "conv")[1] == value


def test_what_yaml_1_1_took_for_booleans_are_names() -> None:
    net = network("- conv: {out: no, bias: y}", before="params: {no: 8, y: false}")
    assert net.layers[0].operator.attributes()["out"] == 8


def test_comments_silence_rules_where_they_stand() -> None:
    text = """\
input: [3, 8, 8]   # macflops: ignore=G1
name: "# macflops: ignore=G2"
layers:
  - conv: {out: 8}   # macflops: ignore=G1,G2
  - conv: {out: 8}   #macflops: ignore = g3 , M1  # why
  # macflops: ignore
  - relu#macflops:ignore=G1
"""
    net = read(text.replace("relu#macflops:ignore=G1", "relu"), "m.yaml")
    assert net.ignored == {1: {"G1"}, 4: {"G1", "G2"}, 5: {"G3", "M1"}}
    assert [(place.line, text) for place, text in net.warnings] == [
        (6, "this comment silences nothing (write # macflops: ignore=G1)")
    ]


def test_a_comment_within_a_text_of_several_lines_is_none() -> None:
    text = "input: [3]\nname: |  # macflops: ignore=G1\n  # macflops: ignore=G2\nlayers: [relu]\n"
    assert read(text, "m.yaml").ignored == {2: {"G1"}}


def test_line_ends_marks_and_directives_change_nothing() -> None:
    text = "input: [3, 8, 8]\nname: x\nlayers:\n  - conv: {out: 8}\n"
    for changed in (text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text, "%YAML 1.2\n---\n" + text):
        assert structure(read(changed, "m.yaml")) == structure(read(text, "m.yaml"))


def test_anchors_and_aliases_stand_for_what_they_name() -> None:
    net = network("- conv: &fields {out: 8, kernel: 3}\n- conv: *fields\n- &act relu\n- *act")
    assert names(net) == ["conv", "conv_2", "relu", "relu_2"]
    assert net.layers[1].location.line == 6


def test_a_file_and_standard_input_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xef\xbb\xbfinput: [3, 8, 8]\r\nlayers: [relu]\r\n")
    net = load(str(path), batch=2)
    assert (net.name, net.source, net.tensors[0].shape) == ("mine", str(path), (2, 3, 8, 8))


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Path(__file__).parents[3].joinpath("macflops/zoo/shufflenet_v2.yaml").read_text("utf-8")
    fast = read(text, "m.yaml", variant="shufflenet_v2_x1_0")
    monkeypatch.setattr(nodes, "EVENTS", yaml.BaseLoader)
    slow = read(text, "m.yaml", variant="shufflenet_v2_x1_0")
    assert structure(slow) == structure(fast)
    assert [(one.name, one.location) for one in slow.layers] == [(one.name, one.location) for one in fast.layers]


def test_reading_is_linear_and_fast() -> None:
    def seconds(layers: int) -> float:
        lines = ["input: [8, 8, 8]", "layers:", "  - conv: {out: 8}", "    name: c0"]
        for i in range(1, layers // 4 + 1):
            lines.append(f"  - conv: {{out: 8, kernel: 3, norm: bn, act: relu}}\n    name: c{i}")
            lines.append(f"  - add:\n    from: [-1, c{i - 1}]")
        start = time.process_time()
        assert len(read("\n".join(lines), "m.yaml").layers) > layers - 4
        return time.process_time() - start

    small = min(seconds(2_000) for _ in range(3))
    assert seconds(40_000) < 60 * small + 1
