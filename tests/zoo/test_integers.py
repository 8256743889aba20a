"""Every network of the zoo against integers that others counted."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

import macflops
from macflops.report import Report
from macflops.zoo import find, names

DATA = Path(__file__).parent.parent / "data"

with (DATA / "zoo_integers.csv").open(encoding="utf-8", newline="") as file:
    WITNESSES: list[dict[str, str]] = list(csv.DictReader(file))
OWN_INPUT = {
    (row["network"], row["params_overrides"]): row["input"] for row in reversed(WITNESSES)
}  # the first of each

PROMISED = """
    alexnet vgg16 googlenet inception_v3 densenet121 squeezenet1_0 squeezenet1_1 resnet18 resnet34 resnet50 resnet101
    resnet152 resnext50_32x4d resnext101_64x4d mobilenet_v2 mobilenet_v3_large mobilenet_v3_small efficientnet_b0
    shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 shufflenet_v2_50 shufflenet_v1_g3_x1_0
    mobilenet_v1 mobilenet_v1_x0_5 mobilenet_v2_x1_4 xception nasnet_a_mobile paper_g1 paper_g2 paper_g3 paper_g4
"""


def counted(network: str, settings: str = "", **options: Any) -> Report:
    """Count a network under settings, given as NAME=VALUE."""
    return macflops.count(f"zoo:{network}", set=settings.split(), **options)


def mult_adds_of(report: Report, *roles: str) -> Any:
    """Return the mult-adds of the layers with these roles."""
    return sum(row.cost.mult_adds for row in report.costs.rows if row.layer.operator.role in roles)


def title(row: dict[str, str]) -> str:
    return f"{row['network']} {row['params_overrides']} {row['input']}"


@pytest.mark.parametrize("row", WITNESSES, ids=title)
def test_counts_equal_the_integers_of_others(row: dict[str, str]) -> None:
    network, settings = row["network"], row["params_overrides"]
    own = OWN_INPUT[network, settings] == row["input"]
    report = counted(network, settings, input_shape=None if own else row["input"])
    (taken,) = report.network.inputs
    assert "x".join(map(str, report.network.tensors[taken.tensor].shape)) == row["input"]
    assert (report.totals.mult_adds, mult_adds_of(report, "convolution"), report.totals.params) == (
        int(row["mult_adds"]),
        int(row["conv_mult_adds"]),
        int(row["params"]),
    )
    assert report.complete
    assert report.network.warnings == ()


def test_every_network_has_a_witness() -> None:
    assert {row["network"] for row in WITNESSES} == set(names())
    assert set(PROMISED.split()) <= set(names())
    assert len(names()) == len(set(names()))


def test_a_network_is_called_by_its_name() -> None:
    for name in names():
        assert counted(name).network.name == name


def test_a_name_that_is_not_there_gets_a_hint() -> None:
    with pytest.raises(macflops.SourceError, match="resnet5x"):
        find("resnet5x")


@pytest.mark.parametrize(
    ("network", "settings", "conv", "conv_and_fc", "params"),
    [  # ShuffleNet V1's Table 1 and V2's Table 5, which print what stands behind, by an independent counter
        ("shufflenet_v1_g1_x1_0", "", 142_502_976, 143_078_976, 1_531_936),  # 143 M
        ("shufflenet_v1_g2_x1_0", "", 140_036_512, 140_836_512, 1_733_848),  # 140 M
        ("shufflenet_v1_g3_x1_0", "", 136_500_672, 137_460_672, 1_865_728),  # 137 M
        ("shufflenet_v1_g4_x1_0", "", 133_251_776, 134_339_776, 1_968_344),  # 133 M
        ("shufflenet_v1_g8_x1_0", "", 136_829_952, 138_365_952, 2_434_768),  # 137 M
        ("shufflenet_v2_x0_5", "", 39_452_448, 40_476_448, 1_366_792),
        ("shufflenet_v2_x0_5", "paper=1", 39_452_448, 40_476_448, 1_366_792),  # 41 M
        ("shufflenet_v2_x1_0", "", 143_883_992, 144_907_992, 2_278_604),
        ("shufflenet_v2_x1_0", "paper=1", 144_790_296, 145_814_296, 2_279_760),  # 146 M
        ("shufflenet_v2_x1_5", "", 294_735_392, 295_759_392, 3_503_624),
        ("shufflenet_v2_x1_5", "paper=1", 297_946_656, 298_970_656, 3_507_720),  # 299 M
        ("shufflenet_v2_x2_0", "", 581_205_464, 583_253_464, 7_393_996),
        ("shufflenet_v2_x2_0", "paper=1", 588_735_000, 590_783_000, 7_403_600),  # 591 M
    ],
)
def test_shufflenets_equal_their_papers(network: str, settings: str, conv: int, conv_and_fc: int, params: int) -> None:
    report = counted(network, settings)
    classifier = next(layer for layer in report.layers if layer.name == "classifier")
    assert report.totals.mult_adds == conv_and_fc
    assert report.totals.mult_adds - classifier.mult_adds == conv
    assert report.totals.params == params


@pytest.mark.parametrize(
    ("network", "settings", "divisor"),
    [  # Table 2 of ShuffleNet V1 prints errors for these, but its rules give widths that the groups do not divide
        ("shufflenet_v1_g2_x1_0", "width=0.5", "groups: 2 does not divide"),  # 25 in the middle
        ("shufflenet_v1_g4_x1_0", "width=0.5", "groups: 4 does not divide"),  # 34
        ("shufflenet_v1_g8_x1_0", "width=0.5", "groups: 8 does not divide"),  # 192 less the stem's 12
        ("shufflenet_v1_g8_x1_0", "width=0.25", "groups: 8 does not divide"),
        ("shufflenet_v1_g2_x1_0", "width=1.5", "groups: 2 does not divide"),
        ("shufflenet_v1_g4_x1_0", "width=1.5", "groups: 4 does not divide"),
        ("shufflenet_v1_g2_x1_0", "width=0.25", "12.5"),  # 50 / 4
        ("paper_g2", "groups=8 channels=180", "groups: 8 does not divide"),  # the width printed for the CPU
    ],
)
def test_what_cannot_be_built_is_refused_with_the_divisor_that_fails(network: str, settings: str, divisor: str) -> None:
    with pytest.raises(macflops.SourceError, match=divisor):
        counted(network, settings)


@pytest.mark.parametrize(
    ("network", "settings", "elements"),
    [  # ShuffleNet V2, equations (1) and (2): hw (c1 + c2) + c1 c2 / g for each convolution of Tables 1 and 2
        ("paper_g1", "ratio=1", 10 * 1_638_400),
        ("paper_g1", "ratio=2", 10 * 1_725_840),
        ("paper_g1", "ratio=6", 10 * 2_315_456),
        ("paper_g1", "ratio=12", 10 * 2_966_400),
        ("paper_g2", "groups=1", 10 * 819_200),
        ("paper_g2", "groups=2", 10 * 1_145_160),
        ("paper_g2", "groups=4", 10 * 1_622_016),
        ("paper_g2", "groups=8", 10 * 2_274_120),
    ],
)
def test_the_experiments_move_what_the_papers_formula_says(network: str, settings: str, elements: int) -> None:
    assert counted(network, settings).totals.mac_elements == elements
