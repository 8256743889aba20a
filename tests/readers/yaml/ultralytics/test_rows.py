"""Model files of one's own: how rows, scales and arguments are read, and what is answered where they are wrong."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import macflops
from macflops.readers.yaml import Limits, read

HEAD = "head:\n  - [-1, 1, Classify, [nc]]\n"


def model(rows: str, head: str = HEAD, before: str = "nc: 10\n", **options: Any) -> Any:
    """Return the network of these rows."""
    body = "".join(f"  - {row}\n" for row in rows.split("\n") if row)
    return read(f"{before}backbone:\n{body}{head}", "model.yaml", **options)


def totals(rows: str, **options: Any) -> Any:
    """Return the totals of these rows."""
    return macflops.count(model(rows, **options)).totals


def test_names_and_places_are_those_of_the_modules_and_rows() -> None:
    network = model("[-1, 1, Conv, [16, 3, 2]]\n[-1, 1, C2f, [16, True]]")
    names = [layer.name for layer in network.layers]
    assert names[:3] == ["model.0.conv", "model.0.bn", "model.0.act"]
    assert "model.1.m.0.cv1.conv" in names
    assert {layer.location.line for layer in network.layers} == {3, 4, 6}
    assert network.layers[0].location.file == "model.yaml"


class Reference(nn.Module):
    """C3k2 with one narrow bottleneck, written from its description, to be held against ours."""

    def __init__(self) -> None:
        super().__init__()
        self.cv1, self.cv2 = self.conv(16, 32), self.conv(48, 32)
        self.m = nn.Sequential(self.conv(16, 8, 3), self.conv(8, 16, 3))

    @staticmethod
    def conv(enters: int, out: int, kernel: int = 1) -> nn.Sequential:
        """Return convolution, norm, activation."""
        return nn.Sequential(
            nn.Conv2d(enters, out, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(out), nn.SiLU()
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return y (N, 32, H, W) of x (N, 16, H, W)."""
        a, b = self.cv1(x).chunk(2, 1)
        y: torch.Tensor = self.cv2(torch.cat((a, b, b + self.m(b)), 1))
        return y


def test_a_module_costs_what_pytorch_counts_of_it() -> None:
    from torch.utils.flop_counter import FlopCounterMode

    module = Reference().eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(torch.zeros(1, 16, 20, 20))
    report = macflops.count(
        model("[-1, 1, C3k2, [32, False]]", before="nc: 10\nch: 16\n", input_shape={None: (1, 16, 20, 20)})
    )
    rows = [layer for layer in report.layers if layer.name.startswith("model.0.")]
    assert sum(row.mult_adds for row in rows) == counter.get_total_flops() // 2
    assert sum(row.params for row in rows) == sum(p.numel() for p in module.parameters())


def test_scales_multiply_depth_and_width() -> None:
    before = "nc: 10\nscales:\n  n: [0.33, 0.25, 1024]\n  m: [1.0, 1.0, 48]\n"
    rows = "[-1, 1, Conv, [64, 3, 2]]\n[-1, 3, C3, [64]]"
    small, middle = (model(rows, before=before, variant=scale) for scale in ("n", "m"))
    assert small.name == "model-n"
    assert small.tensors[small.layers[0].outputs[0]].shape[1] == 16
    assert middle.tensors[middle.layers[0].outputs[0]].shape[1] == 48  # at most 48 channels, whatever the row says
    bottlenecks = [sum(".add" in layer.name for layer in network.layers) for network in (small, middle)]
    assert bottlenecks == [1, 3]
    assert not small.warnings
    ((_, warned),) = model(rows, before=before).warnings
    assert warned == "scale n is taken: --variant names another"


def test_a_file_that_is_named_with_a_scale_is_of_that_scale(tmp_path: Path) -> None:
    text = "nc: 10\nscales: {n: [1, 0.25, 1024], s: [1, 0.5, 1024]}\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\n" + HEAD
    path = tmp_path / "yolo11s-cls.yaml"
    path.write_text(text)
    network = macflops.load(path)
    assert network.tensors[network.layers[0].outputs[0]].shape[1] == 32
    assert not network.warnings


def test_the_first_form_of_yolov5_scales_by_two_numbers_and_has_anchors() -> None:
    before = "nc: 80\ndepth_multiple: 0.33\nwidth_multiple: 0.5\nanchors:\n  - [10, 13, 16, 30, 33, 23]\n"
    network = model("[-1, 1, Conv, [64, 6, 2, 2]]", "head:\n  - [[0], 1, Detect, [nc, anchors]]\n", before)
    (head,) = (layer for layer in network.layers if layer.name == "model.1.m.0")
    assert head.operator.out == 3 * (80 + 5)  # YOLOv3 (Redmon and Farhadi 2018), section 2.3
    assert network.tensors[network.outputs[0]].shape == (1, 3 * 320 * 320, 85)


@pytest.mark.parametrize(
    ("depth", "width", "params"), [(0.33, 0.25, 2.0), (0.33, 0.5, 7.6), (0.67, 0.75, 22.0), (1.0, 1.0, 47.9)]
)
def test_the_first_form_of_segmentation_has_anchors_and_masks(depth: float, width: float, params: float) -> None:
    """Parameters in millions: YOLOv5's own table of its segmentation models, version 7.0."""
    before = f"nc: 80\ndepth_multiple: {depth}\nwidth_multiple: {width}\nanchors: 3\n"
    rows = (
        "[-1, 1, Conv, [64, 6, 2, 2]]\n[-1, 1, Conv, [128, 3, 2]]\n[-1, 3, C3, [128]]\n[-1, 1, Conv, [256, 3, 2]]\n"
        "[-1, 6, C3, [256]]\n[-1, 1, Conv, [512, 3, 2]]\n[-1, 9, C3, [512]]\n[-1, 1, Conv, [1024, 3, 2]]\n"
        "[-1, 3, C3, [1024]]\n[-1, 1, SPPF, [1024, 5]]"
    )
    head = (
        "[-1, 1, Conv, [512, 1, 1]]\n[-1, 1, nn.Upsample, [None, 2, 'nearest']]\n[[-1, 6], 1, Concat, [1]]\n"
        "[-1, 3, C3, [512, False]]\n[-1, 1, Conv, [256, 1, 1]]\n[-1, 1, nn.Upsample, [None, 2, 'nearest']]\n"
        "[[-1, 4], 1, Concat, [1]]\n[-1, 3, C3, [256, False]]\n[-1, 1, Conv, [256, 3, 2]]\n[[-1, 14], 1, Concat, [1]]\n"
        "[-1, 3, C3, [512, False]]\n[-1, 1, Conv, [512, 3, 2]]\n[[-1, 10], 1, Concat, [1]]\n"
        "[-1, 3, C3, [1024, False]]\n[[17, 20, 23], 1, Segment, [nc, anchors, 32, 256]]"
    )
    network = model(rows, "head:\n" + "".join(f"  - {row}\n" for row in head.split("\n")), before)
    assert round(macflops.count(network).totals.params / 1e6, 1) == params
    boxes, prototypes = (network.tensors[output].shape for output in network.outputs)
    assert (boxes, prototypes) == ((1, 3 * 8400, 5 + 80 + 32), (1, 32, 160, 160))


def test_what_is_set_replaces_what_the_file_says() -> None:
    network = model("[-1, 1, Conv, [16, 3, 2]]", set={"nc": "7", "ch": 1})
    assert network.tensors[network.outputs[0]].shape == (1, 7)
    assert network.tensors[network.inputs[0].tensor].shape == (1, 1, 224, 224)


@pytest.mark.parametrize("points", ["[5, 3]", [5, 3], (5, 3)])
def test_a_list_is_set_as_the_file_would_write_it(points: object) -> None:
    before = "nc: 4\nkpt_shape: [17, 3]\n"
    head = "head:\n  - [[0], 1, Pose, [nc, kpt_shape]]\n"
    network = model("[-1, 1, Conv, [16, 8, 8, 0]]", head, before, set={"kpt_shape": points})
    assert network.tensors[network.outputs[0]].shape == (1, 4 + 4 + 5 * 3, 80 * 80)
    with pytest.raises(macflops.SourceError, match=r"^--set kpt_shape=\[5:"):  # its place is the option's
        model("[-1, 1, Conv, [16, 8, 8]]", head, before, set={"kpt_shape": "[5"})


def test_symbolic_sides_give_closed_forms() -> None:
    rows = "[-1, 1, Conv, [16, 3, 2]]\n[-1, 1, C2f, [32, True]]"
    symbolic = totals(rows, input_shape={None: (1, 3, "H", "W")}).mult_adds
    for side in (32, 33, 64, 97):
        exact = totals(rows, input_shape={None: (1, 3, side, side)}).mult_adds
        assert symbolic.subs(dict.fromkeys(symbolic.free_symbols, side)) == exact


def test_a_row_that_repeats_is_what_it_is_alone() -> None:
    rows = "\n".join(["[-1, 1, Conv, [16, 3, 2]]", *["[-1, 1, C2f, [16, True]]"] * 3, "[[-1, 1], 1, Concat, [1]]"])
    network = model(rows)
    names = {layer.name for layer in network.layers}
    assert len(names) == len(network.layers)
    assert {layer.location.line for layer in network.layers if layer.name.startswith("model.3.")} == {6}
    # Arguments that are written otherwise are read anew.
    other = model(rows.replace("[16, True]]", "[16, True, 1, 0.5]]", 1).replace("[16, True]]", "[16, 1 < 2]]", 1))
    assert [layer._replace(location=None) for layer in network.layers] == [
        layer._replace(location=None) for layer in other.layers
    ]
    assert network.tensors == other.tensors


def test_repeats_within_a_row_are_one_after_the_other() -> None:
    once = "\n".join(["[-1, 1, Conv, [16, 3, 2]]", *["[-1, 1, Bottleneck, [16]]"] * 4])
    apart, within = model(once), model("[-1, 1, Conv, [16, 3, 2]]\n[-1, 4, Bottleneck, [16]]")
    assert [layer.operator for layer in apart.layers] == [layer.operator for layer in within.layers]
    assert [(layer.inputs, layer.outputs) for layer in apart.layers] == [
        (layer.inputs, layer.outputs) for layer in within.layers
    ]
    assert "model.1.3.cv2.act" in {layer.name for layer in within.layers}


def test_prompts_are_a_second_input_as_many_as_classes() -> None:
    rows = "[-1, 1, Conv, [64, 8, 8, 0]]"
    head = "head:\n  - [[0], 1, WorldDetect, [nc, 512, True]]\n"
    network = model(rows, head, "nc: 9\n", batch=2)
    assert {i.name: network.tensors[i.tensor].shape for i in network.inputs} == {
        "input": (2, 3, 640, 640),
        "text": (2, 9, 512),
    }
    assert network.tensors[network.outputs[0]].shape == (2, 4 + 9, 80 * 80)
    given = {None: (1, 3, "H", "W"), "text": (1, 20, 512)}
    symbolic: Any = macflops.count(model(rows, head, "nc: 9\n", input_shape=given)).totals.mult_adds
    exact = model(rows, head, "nc: 9\n", input_shape={**given, None: (1, 3, 64, 96)})
    assert symbolic.subs({s: 64 if s.name == "H" else 96 for s in symbolic.free_symbols}) == (
        macflops.count(exact).totals.mult_adds
    )
    with pytest.raises(macflops.SourceError, match="embed is 512, and prompts are 256 wide"):
        model(rows, head, "nc: 9\n", input_shape={"text": (1, 20, 256)})


@pytest.mark.parametrize(("head", "before"), [("v10Detect, [nc]", ""), ("Detect, [nc]", "end2end: True\n")])
def test_one_of_two_branches_is_what_is_deployed(head: str, before: str) -> None:
    rows, head = "[-1, 1, Conv, [16, 8, 8, 0]]", f"head:\n  - [[0], 1, {head}]\n"
    both, one = (model(rows, head, "nc: 4\n" + before, set=given) for given in ({}, {"end2end": "False"}))
    assert [both.tensors[o].shape for o in both.outputs] == [(1, 300, 6), (1, 64, 6400), (1, 4, 6400)]
    assert [one.tensors[o].shape for o in one.outputs] == [(1, 4 + 4, 6400)]
    stem = macflops.count(both).layers[0].mult_adds
    of_both, of_one = (macflops.count(network).totals.mult_adds - stem for network in (both, one))
    decoding = 4 * 16 * 6400  # the means over bins, of the branch that is deployed alone
    assert of_both - decoding == 2 * (of_one - decoding)


def test_a_single_scale_is_taken_without_a_warning() -> None:
    network = model("[-1, 1, Conv, [16, 3, 2]]", before="nc: 10\nscales:\n  l: [1.0, 1.0, 1024]\n")
    assert (network.name, network.warnings) == ("model", ())


def test_text_that_is_no_expression_stands_for_itself() -> None:
    assert model("[-1, 1, Conv, [16, 3, 2]]", before="nc: 10\ntext_model: mobileclip2:b\n").layers


def test_what_only_training_uses_counts_as_parameters_alone() -> None:
    rows = "[-1, 1, Conv, [32, 3, 2]]\n[-1, 1, Conv, [48, 3, 2]]"
    head = "head:\n  - [[0, 1], 1, SemanticSegment, [nc]]\n"
    report = macflops.count(model(rows, head, "nc: 5\n"))
    (unused,) = (layer for layer in report.layers if layer.op == "unused")
    assert (unused.mult_adds, unused.mac_elements) == (0, 0)
    assert unused.params == 48 * 32 * 9 + 2 * 32 + 32 * 5 + 5  # a convolution, its norm, another with a bias


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ("[-1, 1, CBLinear, [[8, 8]]]\n[-1, 1, Conv, [8]]",
         "4:5: error: model.1: reads row 0, which gives several tensors (CBFuse and Index read those;"),
        ("[-1, 1, CBLinear, [[8, 8]]]\n[-1, 1, Index, [8, 2]]",
         "4:5: error: model.1: index 2 of 2 tensors (use one that is there, from 0)"),
        ("[-1, 1, CBLinear, [[]]]", "3:5: error: model.0: c2s is [] (write the widths of the maps: [64, 128])"),
        ("[-1, 2, CBLinear, [[3]]]", "3:5: error: model.0: 2 repeats of a module that gives several tensors (write 1)"),
        ("[-1, 900000, Bottleneck, [8]]", "3:5: error: model.0: more than 1,000,000 layers ("),
        ("[-1, 1, A2C2f, [48]]", "3:5: error: model.0: 24 hidden channels (make them a multiple of 32)"),
        ("[-1, 1, AIFI, [64, 8]]", "3:5: error: model.0: 3 channels (make them a multiple of 4: sines and"),
        ("[-1, 1, nn.ZeroPad2d, [[1, 2]]]", "3:5: error: model.0: padding [1, 2] (write [left, right, above, below]"),
        ("[-1, 1, TorchVision, [512, resnet18]]",
         "3:13: error: no module 'TorchVision' is read (its network is torchvision's code: count that"),
        ("[-1, 1, Cnv, [64, 3, 2]]", "3:13: error: no module 'Cnv' is read (did you mean Conv?)"),
        ("[-1, 1, Conv]", "3:5: error: a row of 3 parts (write [from, repeats, module, args])"),
        ("Conv", "3:5: error: a row is 'Conv' (write [from, repeats, module, args])"),
        ("[4, 1, Conv, [64]]", "3:6: error: from 4 (only the image comes before, as -1)"),
        ("[-1, 0, Conv, [64]]", "3:10: error: repeats is 0 (write a whole number from 1)"),
        ("[-1, 1, Conv, 64]", "3:19: error: args is '64' (write a list: [64, 3, 2])"),
        ("[-1, 1, Conv, [x]]", "3:5: error: model.0: x channels (write a whole number from 1)"),
        ("[-1, 1, Conv, []]", "3:5: error: model.0: c2 is missing (its args are c2, k, s, p, g, d, act)"),
        ("[-1, 1, Conv, [64, 3, 2, None, 1, 1, True, 9]]",
         "3:5: error: model.0: 8 args (it takes 7: c2, k, s, p, g, d, act)"),
        ("[-1, 1, Conv, [64, big]]",
         "3:5: error: model.0: k is big (it has to be a whole number or a list of whole numbers)"),
        ("[-1, 1, Conv, [64, 3, 2, None, 5]]",
         "3:5: error: model.0.conv: groups: 5 does not divide 3 and 64 (use one of 1)"),
        ("[-1, 1, Conv, [64, 3000, 1, 0]]",
         "3:5: error: model.0.conv: a kernel of [3000, 3000] does not fit into [224, 224] (pad, or use a smaller one)"),
        ("[-1, 1, Conv, [64, 99999999999999999999]]",
         "3:5: error: model.0: k is over 1,000,000,000,000,000,000 ([tool.macflops.limits] magnitude is "),
        ("[-1, 1, Bottleneck, [64, True, 1, [3]]]",
         "3:5: error: model.0: k is [3] (write the kernels of both convolutions: [3, 3])"),
        ("[-1, 1, SPPF, [64, 5, -1]]", "3:5: error: model.0: n is -1 (write a whole number from 1)"),
        ("[-1, 1, SPPF, [64, 5, 9999999]]",
         "3:5: error: model.0: 9,999,999 times ([tool.macflops.limits] layers is 1,000,000)"),
        ("[-1, 1, ResNetLayer, [3, 64, 1, False, 0]]",
         "3:5: error: model.0: n is 0 (write a whole number from 1)"),
        ("[-1, 1, C2PSA, [64]]", "3:5: error: model.0: 3 channels in and 64 out (make them equal)"),
        ("[-1, 99999999, C2f, [64]]", "3:10: error: 99,999,999 repeats ([tool.macflops.limits] repeats is 1,000,000)"),
        ("[-1, 1, !!python/object:os.system, [64]]", "3:13: error: the tag !!python/object:os.system"),
    ],
)  # fmt: skip
def test_a_mistake_is_answered_with_its_place_and_what_to_do(rows: str, error: str) -> None:
    start = time.process_time()
    with pytest.raises(macflops.SourceError) as caught:
        model(rows)
    assert str(caught.value).startswith(f"model.yaml:{error}")
    assert time.process_time() - start < 5


def test_a_bomb_of_layers_is_refused_in_bounded_time() -> None:
    start = time.process_time()
    with pytest.raises(macflops.SourceError, match="more than 10,000 layers"):
        model("[-1, 9000, C2f, [8]]", limits=Limits(layers=10_000))
    assert time.process_time() - start < 10


def test_backbone_alone_is_no_network() -> None:
    with pytest.raises(macflops.SourceError, match="backbone without head"):
        read("backbone:\n  - [-1, 1, Conv, [8]]\n", "model.yaml")


def test_without_a_head_row_the_last_row_of_the_backbone_is_the_output() -> None:
    network = model("[-1, 1, Conv, [16, 3, 2]]", "head: []\n")
    assert network.tensors[network.outputs[0]].shape == (1, 16, 320, 320)
