"""What is advised for published networks, and why nothing is, where nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

import macflops
from benchmarks import advice_table
from macflops.advice.result import Advice, Step


def advice_for(name: str) -> Advice:
    """Return the advice for a network of the zoo."""
    advice = macflops.audit(f"zoo:{name}").advice
    assert advice is not None
    return advice


def step_of(name: str, rewrite: str) -> Step:
    """Return the step of a kind that a network of the zoo is given."""
    (step,) = (step for step in advice_for(name).steps if step.rewrite == rewrite)
    return step


@pytest.mark.parametrize("groups", [2, 3, 4, 8])
@pytest.mark.parametrize("width", ["1_0", "2_0"])
def test_shufflenet_v1_becomes_dense(groups: int, width: str) -> None:
    name = f"shufflenet_v1_g{groups}_x{width}"
    step = step_of(name, "dense")
    assert step.recount.mac_elements is not None
    assert step.recount.mac_elements < -0.12
    changed = advice_for(name).network
    assert not [layer for layer in changed.layers if layer.operator.name == "shuffle"]


def test_the_study_comes_out() -> None:
    """A trial found memory access -19.7 %, mult-adds +1.0 %, params +1.7 %, G1 2.6 to 7.5, G4 9.5 to 13.6."""
    step = step_of("shufflenet_v1_g3_x1_0", "dense")
    effect = step.recount
    assert step.text.startswith("groups: 1; middle channels 60, 120, 240 -> 16, 48, 80; drop the shuffles")
    counts = (effect.mac_elements, effect.mult_adds, effect.params)
    assert [round(100 * (change or 0), 1) for change in counts] == [-19.7, 1.0, 1.7]
    shares = [(round(100 * (s.before or 0), 1), round(100 * (s.after or 0), 1)) for s in effect.rules.values()]
    assert shares == [(2.6, 7.5), (5.5, 0.0), (9.5, 13.6)]


@pytest.mark.parametrize(
    ("name", "rewrite"),
    [
        ("resnext50_32x4d", "dense"),
        ("resnext101_64x4d", "dense"),
        ("mobilenet_v2", "balance"),
        ("squeezenet1_1", "balance"),
        ("densenet121", "pool_first"),
        ("shufflenet_v2_x1_0", "grid"),
        ("shufflenet_v2_x2_0", "grid"),
    ],
)
def test_a_network_gets_the_rewrite_that_it_needs(name: str, rewrite: str) -> None:
    assert step_of(name, rewrite).recount.work is not None
    assert (step_of(name, rewrite).recount.work or 0) <= (-0.03 if rewrite != "pool_first" else 0)


@pytest.mark.parametrize("name", ["resnet50", "googlenet"])
def test_where_arithmetic_is_what_takes_time_no_width_is_moved(name: str) -> None:
    report = macflops.audit(f"zoo:{name}")
    assert report.advice is not None
    assert report.advice.steps == ()
    why = [refused.why for refused in report.advice.refused if refused.rewrite == "balance"]
    assert "this network waits for arithmetic, not for memory" in why[0]
    assert report.advice.network == report.network
    finding = next(f for f in report.findings if f.rule == "G1")
    assert "waits for arithmetic" in (finding.no_advice or "")
    assert finding.tied_by


def test_densenets_transitions_pool_first() -> None:
    """A study counted 8.2 % of the mult-adds."""
    step = step_of("densenet121", "pool_first")
    assert round(100 * (step.recount.mult_adds or 0), 1) == -8.2
    assert step.recount.params == 0
    assert [(edit.layer, edit.attribute, edit.new) for edit in step.edits] == [
        (f"transition{i}.avgpool", "before", f"transition{i}.conv") for i in (1, 2, 3)
    ]


def test_odd_widths_go_to_the_grid() -> None:
    """A study measured 48 % less time."""
    report = macflops.audit(advice_table.thin_mobilenet())
    assert report.advice is not None
    assert [step.rewrite for step in report.advice.steps] == ["grid"]
    assert (report.advice.recount.work or 0) < -0.10
    outs = [layer.operator.out for layer in report.advice.network.layers if layer.operator.name == "conv"]
    assert all(out % 16 == 0 for out in outs)


def test_no_advice_no_search() -> None:
    report = macflops.audit("zoo:resnet50", advice=False)
    assert report.advice is None
    assert {(f.advice, f.no_advice, f.tied_by) for f in report.findings} == {(None, None, ())}


def test_budgets_are_settings() -> None:
    assert macflops.audit("zoo:shufflenet_v1_g3_x1_0", hold={"mult_adds": 0.001}).advice is not None
    tight = macflops.audit("zoo:shufflenet_v1_g3_x1_0", hold={"mult_adds": 0.0001, "params": 0.001}).advice
    assert tight is not None
    assert tight.steps == ()
    assert "is allowed" in tight.refused[0].why


def test_a_finer_grain_finds_less_off_it() -> None:
    from macflops.machine import Machine

    coarse = macflops.audit("zoo:shufflenet_v2_x1_0").verdict
    fine = macflops.audit("zoo:shufflenet_v2_x1_0", machine=Machine(grain=2)).verdict
    assert coarse is not None
    assert fine is not None
    assert coarse.rules["M1"].places > 0 == fine.rules["M1"].places


def test_the_documentation_has_the_table_that_its_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    advice_table.main()
    page = (Path(__file__).parents[2] / "docs" / "advice.md").read_text("utf-8")
    shown = page.partition("<!-- advice table -->\n")[2].partition("<!-- end of table -->")[0]
    assert shown == capsys.readouterr().out
