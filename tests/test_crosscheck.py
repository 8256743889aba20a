"""The witness against the prediction: all agree, and a formula that is wrong is caught and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from macflops import crosscheck
from macflops.ops import find
from tests.cli.runner import run

SHAPES = [(1, 3, 224, 224), (3, 3, 97, 135)]


@pytest.mark.parametrize(("network", "paper"), crosscheck.networks())
@pytest.mark.parametrize("shape", SHAPES)
def test_what_runs_is_what_was_predicted(network: str, paper: bool, shape: tuple[int, int, int, int]) -> None:
    comparison = crosscheck.check(network, shape, paper)
    assert comparison.differences == ()
    assert comparison.executed["mult_adds"] > 0


def test_all_networks_of_the_papers_are_checked() -> None:
    names = {name for name, _ in crosscheck.networks()}
    assert {f"shufflenet_v1_g{g}_x1_0" for g in (1, 2, 3, 4, 8)} <= names
    assert {f"shufflenet_v2_x{w}" for w in ("0_5", "1_0", "1_5", "2_0")} <= names


def halved(cost: Any) -> Any:
    """A formula that forgets half of what is read."""
    return cost._replace(reads=cost.reads // 2)


def doubled(cost: Any) -> Any:
    """A formula that counts a multiply and an add as two."""
    return cost._replace(mult_adds=2 * cost.mult_adds)


@pytest.mark.parametrize(
    ("operator", "wrong", "named"),
    [
        ("conv", doubled, "stem: mult_adds predicted 16,257,024, executed 8,128,512"),
        ("shuffle", halved, "stage2.down.shuffle: reads"),
        ("add", halved, "stage2.unit.add: reads"),
        ("linear", doubled, "classifier: mult_adds predicted"),
    ],
)
def test_a_wrong_formula_is_caught_and_named(
    operator: str, wrong: Callable[[Any], Any], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = find(operator)
    assert kind is not None
    right = kind.cost
    monkeypatch.setattr(kind, "cost", lambda self, *shapes: wrong(right(self, *shapes)))
    ran = run("crosscheck", "zoo:shufflenet_v1_g3_x1_0")
    assert ran.status == 1
    assert named in ran.out


def test_a_wrong_shape_is_caught_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = find("maxpool")
    assert kind is not None
    right = kind.shape
    monkeypatch.setattr(kind, "shape", lambda self, x: (*right(self, x)[:3], right(self, x)[3] + 1))
    ran = run("crosscheck", "zoo:shufflenet_v2_x1_0")
    assert ran.status == 1
    assert "maxpool: predicted, but nothing of its kind and shapes was run" in ran.out


def test_the_command_prints_agreement_as_text_and_json() -> None:
    arguments = [
        "crosscheck",
        "zoo:shufflenet_v2_x0_5",
        "--set",
        "paper=1",
        "--input-shape",
        "1x3x65x33",
        "--batch",
        "2",
    ]
    ran = run(*arguments)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("shufflenet_v2_x0_5 paper=1")
    (document,) = run(*arguments, "--format", "json").json
    assert (document["agrees"], document["shape"], document["differences"]) == (True, [2, 3, 65, 33], [])


@pytest.mark.parametrize(
    "arguments",
    [
        ["zoo:resnet50"],
        ["model.yaml"],
        ["zoo:shufflenet_v2_x1_0", "--input-shape", "1x3x16x16"],
        ["zoo:shufflenet_v2_x1_0", "--input-shape", "nonsense"],
        ["zoo:shufflenet_v2_x1_0", "--set", "width=2"],
    ],
)
def test_what_has_no_reference_is_refused_in_a_line(arguments: list[str]) -> None:
    ran = run("crosscheck", *arguments)
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1)
