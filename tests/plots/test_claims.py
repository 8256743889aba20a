"""What figures say, against numbers that they did not work out: printed tables, formulas by hand, the audit."""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest

import macflops
from macflops import devices, plots
from macflops.plots._statistics import rank_correlation
from macflops.plots.kinds import theorem6
from tests.plots.page import drawn


@pytest.mark.parametrize(
    ("what", "gpu", "arm"),  # ShuffleNet V2, Tables 1, 2 and 3, first column: speed ÷ speed of its first row
    [
        ("1 : 12", 748 / 1480, 57.6 / 76.2),
        ("8 groups", 634 / 2451, 27.8 / 40.0),
        ("4 branches", 691 / 2446, 35.0 / 40.2),
    ],
)
def test_speed_kept_is_that_of_the_papers_tables(what: str, gpu: float, arm: float) -> None:
    table = drawn("tables").table
    kept = [max(table.where(device=d, what=what).rows, key=lambda r: r["speed"])["speed_ratio"] for d in ("gpu", "arm")]
    assert kept == pytest.approx([gpu, arm])
    assert what in drawn("tables").finding
    assert f"{gpu:.2f} / {arm:.2f}" in drawn("tables").finding


def test_memory_access_of_the_tables_is_that_of_the_papers_formula() -> None:
    table = drawn("tables").table

    def layer(c1: int, c2: int, g: int = 1) -> float:  # equation (1) and (2): hw(c1 + c2) + c1·c2/g
        return 56 * 56 * (c1 + c2) + c1 * c2 / g

    def ratio(what: str) -> float:
        (row,) = table.where(device="gpu", what=what, column="scale=1").rows
        return float(row["mac_ratio"])

    assert ratio("1 : 12") == pytest.approx(layer(36, 432) / layer(128, 128))
    assert ratio("8 groups") == pytest.approx(layer(360, 360, 8) / layer(128, 128))


def test_correlations_are_numpys_on_numpys_ranks() -> None:
    table = drawn("tables").table
    rows = table.where(device="gpu", table=2)
    x, y = (np.argsort(np.argsort(rows.column(name))) for name in ("mac_ratio", "speed_ratio"))  # no ties there
    assert rank_correlation(rows.column("mac_ratio"), rows.column("speed_ratio")) == pytest.approx(
        np.corrcoef(x, y)[0, 1]
    )
    assert rank_correlation([1, 2, 2, 4], [1, 2, 3, 4]) == pytest.approx(0.9486833)  # 3/√10, ranks 1 2.5 2.5 4


def test_groups_follow_the_formula_and_the_root() -> None:
    table = drawn("groups").table
    for row in table.where(series="curve").rows:
        hw, width = row["side"] ** 2, 128 * sqrt(row["groups"])
        by_hand = (2 * hw * width + width**2 / row["groups"]) / (2 * hw * 128 + 128**2)
        assert row["mac_ratio"] == pytest.approx(by_hand)
    assert [row["mac_ratio"] for row in table.where(series="limit").rows] == pytest.approx(
        [sqrt(g) for g in table.where(series="limit").column("groups")]
    )
    moved = table.where(series="table 2").column("mac_ratio")  # elements of a layer: Table 2's widths in equation (2)
    assert moved == pytest.approx([1, 1145160 / 819200, 1622016 / 819200, 2274120 / 819200])


def test_ratio_has_its_bound_at_equal_widths() -> None:
    table = drawn("ratio").table
    for row in table.where(series="curve").rows:
        hw, r = row["side"] ** 2, row["c2_to_c1"]
        by_hand = hw * 128 * (sqrt(r) + 1 / sqrt(r)) + 128**2
        assert row["mac_to_bound"] == pytest.approx(by_hand / (2 * hw * 128 + 128**2))
    curve = table.where(series="curve", side=56)
    assert min(curve.rows, key=lambda row: row["mac_to_bound"])["c2_to_c1"] == 1
    last = table.where(series="table 1").rows[-1]
    hw = 56 * 56
    assert last["mac_to_bound"] == pytest.approx((hw * 468 + 36 * 432) / (2 * hw * sqrt(36 * 432) + 36 * 432), rel=1e-5)


def test_heatmap_is_the_excess_over_the_bound_of_equation_1() -> None:
    table = drawn("heatmap").table
    hw = 28 * 28
    for row in table.rows:
        c1, c2 = row["c1"], row["c2"]
        assert row["mac_elements"] == hw * (c1 + c2) + c1 * c2
        assert row["mac_to_bound"] == pytest.approx(row["mac_elements"] / (2 * hw * sqrt(c1 * c2) + c1 * c2))
    alike = [row for row in table.rows if 2 / 5 < row["c1"] / row["c2"] < 5 / 2]
    assert all(row["mac_to_bound"] < 1.1 for row in alike)
    assert "under 2.5 : 1" in drawn("heatmap").finding


@pytest.mark.parametrize("network", ["shufflenet_v1_g3_x1_0", "resnet50", "shufflenet_v2_x1_0"])
def test_waste_adds_up_to_the_audits_verdict(network: str) -> None:
    table = plots.find("waste").data(f"zoo:{network}")
    verdict = macflops.audit(f"zoo:{network}", advice=False).verdict
    assert verdict is not None
    for code in ("G1", "G2", "G4"):
        assert sum(table.where(rule=code).column("mac_elements_wasted")) == verdict.rules[code].mac_elements_wasted


def test_networks_of_one_name_stay_two() -> None:
    table = plots.find("share").data("zoo:vgg16", "zoo:vgg16")
    assert table.each("network") == ["vgg16", "vgg16_2"]
    assert table.where(network="vgg16").column("share") == table.where(network="vgg16_2").column("share")


def test_shares_add_up_to_the_count() -> None:
    table = drawn("share").table
    for network in table.each("network"):
        rows = table.where(network=network)
        assert sum(rows.column("mac_elements")) == macflops.count(f"zoo:{network}").totals.mac_elements
        assert sum(rows.column("share")) == pytest.approx(1)


def test_the_roofline_is_the_lesser_of_two_peaks() -> None:
    table = drawn("roofline").table
    peak, bandwidth = 3584 * 1582e6 * 2, 484e9  # GeForce GTX 1080 Ti: cores, boost clock, a fused multiply-add a cycle
    for row in table.rows:
        seconds = max(row["flops"] / peak, row["mac_bytes"] / bandwidth)
        assert row["seconds"] == pytest.approx(seconds, rel=1e-3)
        assert row["attainable"] == pytest.approx(row["flops"] / seconds, rel=1e-3)
        assert row["bound_by"] == ("memory" if row["mac_bytes"] / bandwidth > row["flops"] / peak else "arithmetic")
    assert sum(table.column("mac_bytes")) == macflops.count("zoo:shufflenet_v2_x1_0").totals.mac_bytes


def test_devices_say_where_their_figures_are_from() -> None:
    for name in devices.names():
        device = devices.find(name)
        assert device.source.startswith("https://")
        assert device.derived


def test_the_shuffle_is_the_papers() -> None:
    table = drawn("shuffle").table
    assert table.column("input_channel") == [0, 4, 1, 5, 2, 6, 3, 7]  # ShuffleNet V1, section 3.1: (g, n), transposed


def test_an_inception_module_has_four_branches() -> None:
    table = drawn("fragments").table  # Szegedy et al. 2014, figure 2 (b): 1x1; 1x1, 3x3; 1x1, 5x5 (here 3x3); pool, 1x1
    levels = table.column("level")
    assert [levels.count(level) for level in range(4)] == [1, 4, 3, 1]
    reads = dict(zip(table.column("operator"), table.column("reads"), strict=True))
    assert all(reads[row["operator"]] == "in" for row in table.where(level=1).rows)
    assert len(reads["out"].split()) == 4


@pytest.mark.parametrize(
    ("unit", "value", "border"),  # c = 216g/(4g + 81): `macflops prove T6`
    [("ResNeXt", 64, 13824 / 337), ("ResNeXt", 32, 6912 / 209), ("ResNeXt", 8, 1728 / 113)],
)
def test_borders_are_theorem_6s(unit: str, value: int, border: float) -> None:
    found = theorem6.border(drawn("theorem6").table, unit, value)
    assert found == pytest.approx(border, rel=0.01)


def test_v2_moves_less_than_v1_and_mobilenet_v2_everywhere() -> None:
    table = drawn("theorem6").table  # MobileNet V2: from c = 27/(2(4t - 1)) on, under 2 channels for t >= 2
    for unit in ("ShuffleNet V1", "MobileNet V2"):
        assert all(ratio < 1 for ratio in table.where(unit=unit).column("mac_ratio"))


def test_no_other_pair_of_the_zoo_fools_more() -> None:
    table = drawn("zoo").table
    pairs = product(table.rows, repeat=2)
    best = max(min(b["mult_adds"] / a["mult_adds"], a["mac_elements"] / b["mac_elements"]) for a, b in pairs)
    one, other = (table.where(network=name).rows[0] for name in ("shufflenet_v1_g8_x1_0", "squeezenet1_1"))
    assert min(other["mult_adds"] / one["mult_adds"], one["mac_elements"] / other["mac_elements"]) == best
    assert "has 40 % of SqueezeNet 1.1's mult-adds" in drawn("zoo").finding


def test_error_and_speed_are_those_of_table_8() -> None:
    table = drawn("error").table
    printed = {  # ShuffleNet V2, Table 8: top-1 error, batches per second, images per second
        "shufflenet_v2_x1_0": (30.6, 341, 24.4),
        "mobilenet_v1": (29.4, 247, 6.5),
        "shufflenet_v1_g3_x1_0": (32.6, 213, 21.8),
        "nasnet_a_mobile": (26.0, 130, 4.6),
    }
    for network, values in printed.items():
        (row,) = table.where(network=network).rows
        assert (row["top1_error"], row["speed_gpu"], row["speed_arm"]) == values


def test_a_front_is_beaten_by_none() -> None:
    over = {"c1": [16, 32, 64], "c2": [16, 48, 96], "g": [1, 2, 4], "h": [14]}
    table = plots.find("sweep").data(over=over, x="mac_bytes", y="arithmetic_intensity", pareto=True)
    points = [(row["mac_bytes"], -row["arithmetic_intensity"], row["front"]) for row in table.rows]
    for x, y, front in points:
        beaten = any(a <= x and b <= y and (a, b) != (x, y) for a, b, _ in points)
        assert front == (not beaten)


def test_a_line_is_compared_where_all_lines_run() -> None:
    table = drawn("sweep").table
    assert set(table.column("groups")) == {1, 2, 3, 4, 8}
    assert "groups = 1 has the least memory access; groups = 8 has 2.6 times as much" in drawn("sweep").finding
    row = next(row for row in table.rows if row["groups"] == 8 and row["width"] == 1)
    assert row["mult_adds"] == macflops.count("zoo:shufflenet_v1_g8_x1_0").totals.mult_adds
