"""What was counted while running, against figures that were not computed here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.utils.flop_counter import FlopCounterMode

from macflops.reference import Record, ShuffleNetV1, ShuffleNetV2
from macflops.reference.network import Network

Images = Callable[..., NDArray[np.float32]]

# 224 x 224, 1000 classes: mult-adds of the convolutions, of convolutions and classifier, parameters.
# Source: an independent counter that agrees with imgclsmob's and torchvision's own parameter counts. By rounding they
# are ShuffleNet V1's Table 1 (143, 140, 137, 133, 137 M, without the classifier) and V2's Table 5 (146, 299, 591 M with
# it and 1.4, 2.3, 3.5, 7.4 M parameters; at 0.5x it prints 41 M).
V1 = [
    (1, 142_502_976, 143_078_976, 1_531_936),
    (2, 140_036_512, 140_836_512, 1_733_848),
    (3, 136_500_672, 137_460_672, 1_865_728),
    (4, 133_251_776, 134_339_776, 1_968_344),
    (8, 136_829_952, 138_365_952, 2_434_768),
]
V2 = [
    (0.5, True, 39_452_448, 40_476_448, 1_366_792),
    (0.5, False, 39_452_448, 40_476_448, 1_366_792),
    (1.0, True, 144_790_296, 145_814_296, 2_279_760),
    (1.0, False, 143_883_992, 144_907_992, 2_278_604),  # torchvision: 0.145 G, 2278604
    (1.5, True, 297_946_656, 298_970_656, 3_507_720),
    (1.5, False, 294_735_392, 295_759_392, 3_503_624),  # torchvision: 0.296 G, 3503624
    (2.0, True, 588_735_000, 590_783_000, 7_403_600),
    (2.0, False, 581_205_464, 583_253_464, 7_393_996),  # torchvision: 0.583 G, 7393996
]


def ran(network: Network, x: NDArray[np.float32]) -> list[Record]:
    return network.count(x)[1]


def total(records: list[Record], what: str, *ops: str) -> int:
    return sum(getattr(record, what) for record in records if not ops or record.op in ops)


@pytest.mark.parametrize(("groups", "conv", "conv_and_linear", "params"), V1)
def test_v1_multiplies_what_its_sources_say(
    groups: int, conv: int, conv_and_linear: int, params: int, images: Images
) -> None:
    records = ran(ShuffleNetV1(groups), images(1, 3, 224, 224))
    assert total(records, "mult_adds", "conv") == conv
    assert total(records, "mult_adds") == conv_and_linear
    assert total(records, "params") == params


@pytest.mark.parametrize(("width", "paper", "conv", "conv_and_linear", "params"), V2)
def test_v2_multiplies_what_its_sources_say(
    width: float, paper: bool, conv: int, conv_and_linear: int, params: int, images: Images
) -> None:
    records = ran(ShuffleNetV2(width, paper=paper), images(1, 3, 224, 224))
    assert total(records, "mult_adds", "conv") == conv
    assert total(records, "mult_adds") == conv_and_linear
    assert total(records, "params") == params


@pytest.mark.parametrize(
    ("settings", "millions"),
    [  # conv and classifier. Sources: ShuffleNet V1, Table 5 (stem of 48; of 24), and the authors' README
        ({"groups": 3, "width": 2.0}, 524.045),
        ({"groups": 3, "width": 1.5, "stem": 24}, 292.444),
        ({"groups": 8, "width": 2.0}, 521.94),
        ({"groups": 8, "width": 1.5, "stem": 24}, 290.19),
        ({"groups": 3, "width": 0.5}, 37.59),
        ({"groups": 8, "width": 0.5, "stem": 16}, 40.47),
        ({"groups": 8, "width": 0.5, "stem": 16, "authors": True, "bias": False}, 40.47),
    ],
)
def test_v1_at_other_widths_multiplies_what_its_sources_say(
    settings: dict[str, Any], millions: float, images: Images
) -> None:
    mult_adds = total(ran(ShuffleNetV1(**settings), images(1, 3, 224, 224)), "mult_adds")
    assert mult_adds / 1e6 == pytest.approx(millions, abs=0.005)


def test_v2_with_a_port_s_slips_multiplies_what_that_port_does(images: Images) -> None:
    """224 for 244 channels at 2x: 564.4 M, or 570.5 M with the paper's left branch. TropComplique's narrow middle."""
    x = images(1, 3, 224, 224)
    for paper, millions in ((False, 564.4), (True, 570.5)):
        slipped = ShuffleNetV2(paper=paper, widths=(224, 488, 976, 2048))
        assert total(ran(slipped, x), "mult_adds") / 1e6 == pytest.approx(millions, abs=0.05)
    narrow = ran(ShuffleNetV2(1.0, bottleneck=24), x)
    assert total(narrow, "mult_adds") / 1e6 == pytest.approx(140.563, abs=0.0005)
    assert total(narrow, "params") == 2_275_374


@pytest.mark.parametrize("size", [(1, 224, 224), (3, 97, 65), (2, 33, 131)])
@pytest.mark.parametrize(
    ("kind", "network"),
    [
        ("v1", ShuffleNetV1(3, 0.5)),
        ("v1", ShuffleNetV1(8)),
        ("v2", ShuffleNetV2(0.5)),
        ("v2", ShuffleNetV2(1.0, paper=True)),
    ],
)
def test_pytorch_counts_the_same_while_it_runs(
    kind: str, network: Any, size: tuple[int, int, int], images: Images, paper: dict[str, type[Any]]
) -> None:
    n, h, w = size
    x = images(n, 3, h, w)
    extra = (network.groups,) if kind == "v1" else ()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        paper[kind](network.parameters, *extra)(torch.from_numpy(x))
    assert 2 * total(ran(network, x), "mult_adds") == counter.get_total_flops()


def test_every_layer_has_its_record_in_order(images: Images) -> None:
    """ShuffleNet V2, figure 3, by hand: a batch of 2, 64 x 64, so that stage 2 is 8 x 8; at 0.5x it has 48 channels."""
    records = ran(ShuffleNetV2(0.5), images(2, 3, 64, 64))
    rows = {record.name: record for record in records}
    assert len(rows) == len(records)
    names = [record.name for record in records]
    assert names[:4] == ["stem", "stem.norm", "stem.act", "maxpool"]
    unit = ["split", "reduce", "reduce.norm", "reduce.act", "depthwise", "depthwise.norm", "expand", "expand.norm"]
    unit += ["expand.act", "concat", "shuffle"]
    start = names.index("stage2.0.split")
    assert names[start : start + len(unit)] == [f"stage2.0.{part}" for part in unit]
    assert names[-6:] == ["conv5", "conv5.norm", "conv5.act", "pool", "flatten", "classifier"]
    stem_in, stem_out, pooled, half, full = (
        2 * 3 * 64 * 64,
        2 * 24 * 32 * 32,
        2 * 24 * 16 * 16,
        2 * 24 * 8 * 8,
        2 * 48 * 8 * 8,
    )
    expected = {  # mult-adds, reads, weights, writes, params
        "stem": (stem_out * 27, stem_in, 24 * 27, stem_out, 24 * 27),
        "stem.norm": (0, stem_out, 4 * 24, stem_out, 2 * 24),
        "stem.act": (0, stem_out, 0, stem_out, 0),
        "maxpool": (0, stem_out, 0, pooled, 0),
        "stage2.down.shortcut_depthwise": (half * 9, pooled, 24 * 9, half, 24 * 9),
        "stage2.down.reduce": (pooled * 24, pooled, 24 * 24, pooled, 24 * 24),
        "stage2.0.split": (0, 0, 0, 0, 0),
        "stage2.0.reduce": (half * 24, half, 24 * 24, half, 24 * 24),
        "stage2.0.depthwise": (half * 9, half, 24 * 9, half, 24 * 9),
        "stage2.0.depthwise.norm": (0, half, 4 * 24, half, 2 * 24),
        "stage2.0.concat": (0, full, 0, full, 0),
        "stage2.0.shuffle": (0, full, 0, full, 0),
        "conv5": (2 * 1024 * 4 * 192, 2 * 192 * 4, 192 * 1024, 2 * 1024 * 4, 192 * 1024),
        "pool": (0, 2 * 1024 * 4, 0, 2 * 1024, 0),
        "flatten": (0, 0, 0, 0, 0),
        "classifier": (2 * 1024 * 1000, 2 * 1024, 1024 * 1000 + 1000, 2 * 1000, 1024 * 1000 + 1000),
    }
    for name, counts in expected.items():
        row = rows[name]
        assert (row.mult_adds, row.reads, row.weights, row.writes, row.params) == counts, name
        assert row.mac == counts[1] + counts[2] + counts[3]


def test_v1_s_units_have_an_addition_or_a_concatenation(images: Images) -> None:
    """ShuffleNet V1, figure 2 (b) and (c): 3 groups, so a shuffle, at 32 x 32: stage 2 is 4 x 4, 240 channels."""
    records = ran(ShuffleNetV1(3), images(1, 3, 32, 32))
    rows = {record.name: record for record in records}
    ops = [record.op for record in records if record.name.startswith("stage2.0.")]
    assert ops == ["conv", "norm", "act", "shuffle", "conv", "norm", "conv", "norm", "add", "act"]
    down = [record.op for record in records if record.name.startswith("stage2.down.")]
    assert down == ["conv", "norm", "act", "shuffle", "conv", "norm", "conv", "norm", "pool", "concat", "act"]
    pixels = 4 * 4
    assert (rows["stage2.0.add"].reads, rows["stage2.0.add"].writes) == (2 * 240 * pixels, 240 * pixels)
    assert (rows["stage2.down.concat"].reads, rows["stage2.down.concat"].writes) == (240 * pixels, 240 * pixels)
    assert (rows["stage2.down.avgpool"].reads, rows["stage2.down.avgpool"].writes) == (24 * 64, 24 * pixels)
    assert rows["stage2.down.reduce"].mult_adds == 64 * 24 * 60  # not grouped: caption of Table 1
    assert rows["stage2.0.reduce"].mult_adds == pixels * 240 * 60 // 3
    one_group = ran(ShuffleNetV1(1), images(1, 3, 32, 32))
    assert not [record for record in one_group if record.op == "shuffle"]


def test_the_layers_number_what_the_papers_say(images: Images) -> None:
    """V1, section 3.2: 50 layers. V2: 51 by the same rule, and two in the shortcut of each of three units."""
    for network, layers in ((ShuffleNetV1(3, 0.5), 50), (ShuffleNetV2(0.5), 1 + 16 * 3 + 3 * 2 + 1 + 1)):
        records = ran(network, images(1, 3, 32, 32))
        assert sum(record.op in ("conv", "linear") for record in records) == layers


def test_a_batch_multiplies_everything_but_the_weights(images: Images) -> None:
    one, three = (ran(ShuffleNetV1(4), images(n, 3, 45, 39)) for n in (1, 3))
    for a, b in zip(one, three, strict=True):
        assert (3 * a.mult_adds, 3 * a.reads, a.weights, 3 * a.writes) == (b.mult_adds, b.reads, b.weights, b.writes)
        assert a.params == b.params


def test_counting_changes_no_value(images: Images, worst: Callable[..., float]) -> None:
    network, x = ShuffleNetV2(0.5, primitives="plain"), images(2, 3, 40, 52)
    logits, records = network.count(x)
    assert type(logits) is np.ndarray
    assert (logits == network(x)).all()
    assert records[-1].outputs == (logits.shape,)
    assert records[0].inputs == (x.shape,)
