"""What notebooks show and clock: tables, speeds, runs, commands, the papers' figures."""

from __future__ import annotations

import numpy as np
import pytest

import macflops
from macflops import teaching
from macflops.teaching import Table, clock, machine, outputs, profile, race, speeds, terminal

NETWORK = "zoo:shufflenet_v2_x0_5"


@pytest.fixture(scope="module")
def nets() -> dict[str, macflops.Network]:
    """A small and a large network, so that a clock cannot take one for the other."""
    return {
        name: macflops.load("zoo:paper_g1", set={"c1": c, "c2": c}, input_shape=(1, c, 14, 14))
        for name, c in (("large", 128), ("small", 16))
    }


def test_a_table_is_text_and_html() -> None:
    table = Table(["name", "n", "x", "share"], [("a<b", 1234567, 0.5, "7.25 %"), ("c, 2", 8, 12.25, "")])
    assert repr(table).splitlines() == [
        "name          n      x   share",
        "a<b   1,234,567   0.50  7.25 %",
        "c, 2          8  12.25",
    ]
    html = table._repr_html_()
    assert "a&lt;b" in html
    assert html.count("<td") == 8
    assert '<td style="text-align: right">1,234,567</td>' in html
    assert '<td style="text-align: left">c, 2</td>' in html


def test_a_table_shows_a_column_of_floats_alike() -> None:
    for numbers, shown in (
        ([1.0, 0.876, 0.592], ["1.00", "0.88", "0.59"]),
        ([59.17, 4.494], ["59.2", "4.5"]),
        ([0.029, 0.0421], ["0.029", "0.042"]),
        ([1234.6, 250.0], ["1,235", "250"]),
        ([0.0, 0.0], ["0", "0"]),
    ):
        assert [cells[0] for cells in Table(["x"], [(number,) for number in numbers]).written()] == shown


def test_a_table_refuses_rows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells under a header of 2"):
        Table(["a", "b"], [(1,)])
    assert repr(Table(["a", "b"], [])) == "a  b"
    assert repr(Table(["a", "b"], [(True, None)])) == "a    b\nyes"


def test_a_clock_tells_a_large_network_from_a_small_one(nets: dict[str, macflops.Network]) -> None:
    read = clock(nets, seconds=0.05)
    assert read.rounds >= 7
    assert {len(times) for times in read.times.values()} == {read.rounds}
    assert read.ms("large") > 3 * read.ms("small") > 0  # 64 times the mult-adds
    assert read.median_ms("large") >= read.ms("large")
    assert read.speed("large") == 1
    assert read.speed("small") == pytest.approx(read.ms("large") / read.ms("small"))
    assert read.speed("large", "small") == pytest.approx(1 / read.speed("small"))


def test_a_race_prints_the_machine_and_returns_a_table(
    nets: dict[str, macflops.Network], capsys: pytest.CaptureFixture[str]
) -> None:
    table = race(nets, seconds=0.05, ways={"merged": "all"}, beside={"n": {"large": 1, "small": 2}})
    printed = capsys.readouterr().out
    assert printed == f"{machine()}\n"
    assert "ONNX Runtime" in printed
    assert "one thread" in printed
    assert table.header == ("", "n", "ms merged", "speed")
    assert [row[:2] for row in table.rows] == [("large", 1), ("small", 2)]
    assert table.rows[0][3] == 1


def test_outputs_have_the_shapes_that_were_predicted() -> None:
    (logits,) = outputs(NETWORK)
    assert logits.shape == macflops.count(NETWORK).layers[-1].outputs[0]
    (plain,) = outputs(NETWORK, optimize="none")
    assert np.allclose(logits, plain, atol=1e-3 * np.abs(plain).max())


def test_a_profile_sums_to_one_and_merging_takes_the_element_wise_part() -> None:
    written, merged = (profile(NETWORK, runs=3, optimize=level) for level in ("none", "all"))
    for shares in (written, merged):
        assert sum(shares.values()) == pytest.approx(1)
        assert shares["rest"] == 0
        assert min(shares.values()) >= 0
    assert written["element-wise"] > 0.02 > merged["element-wise"]
    assert written["convolution"] > 0.3


def test_a_level_that_is_none_is_refused(nets: dict[str, macflops.Network]) -> None:
    with pytest.raises(macflops.SourceError, match="use one of all, extended, none"):
        clock(nets, optimize="most")  # type: ignore[arg-type]


def test_speeds_are_those_of_the_papers_tables() -> None:
    # ShuffleNet V2, Tables 1 to 4.
    assert speeds("paper_g1", "gpu", scale=1) == {"ratio=1": 1480, "ratio=2": 1296, "ratio=6": 876, "ratio=12": 748}
    assert speeds("paper_g1", "arm", scale=1)["ratio=12"] == 57.6
    assert speeds("paper_g2", "gpu", scale=4)["groups=8"] == 230
    assert speeds("paper_g3", "gpu", channels=128)["fragments=4 parallel=1"] == 691
    assert speeds("paper_g3", "arm", channels=64)["fragments=2 parallel=0"] == 38.6
    assert speeds("paper_g4", "arm", channels=32)["relu=1 shortcut=0"] == 61.9
    with pytest.raises(KeyError, match="the paper has no speeds of paper_g1 on gpu"):
        speeds("paper_g1", "gpu", scale=3)


def test_a_command_prints_what_the_program_prints(capsys: pytest.CaptureFixture[str]) -> None:
    terminal("macflops audit zoo:shufflenet_v1_g3_x0_5 --budget mult_adds=1M", last=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "$ macflops audit zoo:shufflenet_v1_g3_x0_5 --budget mult_adds=1M"
    assert lines[1] == "…"
    assert lines[2].startswith("Budget mult_adds: ")
    assert lines[3] == "(exit status 1)"
    terminal("macflops --version")
    assert macflops.__version__ in capsys.readouterr().out
    with pytest.raises(macflops.SourceError, match="no command of macflops"):
        terminal("rm -r nothing")


def test_all_names_of_the_module_are_there() -> None:
    for name in teaching.__all__:
        assert callable(getattr(teaching, name))
    with pytest.raises(AttributeError, match="has no attribute 'chalk'"):
        teaching.chalk  # noqa: B018
