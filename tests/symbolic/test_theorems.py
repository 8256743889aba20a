"""Theorems: their certificates tried with numbers by Python alone, their figures by brute force."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from typing import Any

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner

from macflops.cli.prove import command
from macflops.schemas import find as schema
from macflops.symbolic.claims import smt
from macflops.symbolic.prove import Proof, find, names, prove
from macflops.symbolic.theorem import Certificate, Count, Lemma, Wrong
from macflops.symbolic.theorems import t1, t2, t4

EVERY = pytest.mark.parametrize("name", names())


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    result = CliRunner().invoke(command, ["--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)  # type: ignore[no-any-return]


def test_every_theorem_is_proved_by_every_checker(document: dict[str, Any]) -> None:
    jsonschema.validate(document, schema("proofs"))
    assert [theorem["id"] for theorem in document["theorems"]] == list(names())
    for theorem in document["theorems"]:
        assert theorem["checkers"] == {"sympy": True, "z3": True, "integers": True}
        assert theorem["proved"]
        assert theorem["certificates"]
        assert not theorem["failures"]


def test_certificates_are_identities_of_numbers(document: dict[str, Any]) -> None:
    chosen = random.Random(0)
    for theorem in document["theorems"]:
        for certificate in theorem["certificates"]:
            assert certificate["left"] != certificate["right"]
            tried = 0
            for _ in range(60):
                point = {name: chosen.choice([0.25, 0.5, 1.5, 2, 3, 7, 12.5]) for name in certificate["symbols"]}
                try:
                    values = [eval(certificate[side], {**point, "sqrt": math.sqrt}) for side in ("left", "right")]
                except (ValueError, ZeroDivisionError):  # not defined there
                    continue
                assert math.isclose(*values, rel_tol=1e-9, abs_tol=1e-7)
                tried += 1
            assert tried >= 5


def test_no_text_is_there_twice(document: dict[str, Any]) -> None:
    certificates = [c for theorem in document["theorems"] for c in theorem["certificates"]]
    texts = [certificate[side] for certificate in certificates for side in ("left", "right")]
    assert len(set(texts)) == len(texts) >= 50


def test_at_least_five_false_variants_are_rejected_with_points_where_they_fail(document: dict[str, Any]) -> None:
    refuted = [wrong for theorem in document["theorems"] for wrong in theorem["refuted"]]
    assert len(refuted) >= 5
    for wrong in refuted:
        assert wrong["rejected"]
        point = {name: eval(str(value)) for name, value in wrong["counterexample"].items()}
        if "floor" not in wrong["claim"]:
            assert not eval(wrong["claim"], {**point, "sqrt": math.sqrt, "max": max})


def refusing(proof: Proof) -> bool:
    return not proof.proved and bool(proof.failures)


def test_no_checker_trusts_another() -> None:
    theorem = t1.theorem()
    c = theorem.certificates[1]
    assert refusing(prove(replace(theorem, certificates=(Certificate("wrong", c.left, 2 * c.right),))))
    assert refusing(prove(replace(theorem, certificates=(Certificate("negative", -c.left, -c.right),))))
    assert refusing(prove(replace(theorem, certificates=(Certificate("the same twice", c.left, c.left),))))
    assert refusing(prove(replace(theorem, lemmas=(Lemma("false", "a + b >= 3*sqrt(a*b)"),))))
    assert refusing(prove(replace(theorem, wrong=(Wrong("true, in fact", "a + b >= 2*sqrt(a*b)"),))))
    fails = prove(replace(theorem, exhaustive=lambda: Count(1, {"c1": 2})))
    assert refusing(fails)
    assert (fails.sympy, fails.z3, fails.integers) == (True, True, False)


def test_t1_by_brute_force_in_plain_python() -> None:
    for hw in (1, 9, 100):
        for c1 in range(1, 25):
            for c2 in range(1, 25):
                mac, least = hw * (c1 + c2) + c1 * c2, 2 * math.sqrt(hw * hw * c1 * c2) + c1 * c2
                assert mac >= least - 1e-9
                assert (math.isclose(mac, least)) == (c1 == c2)


def test_t4_counts_what_plain_python_counts() -> None:
    without = [n for n in range(1, 2001) if not any(50 * abs(c * c - n) <= n for c in range(8, 60, 8))]
    found = t4.below(1, 50, 400)
    assert abs(found.without_equal / found.cases - 1 / 3) < 0.001  # a third of the integers up to 400²
    assert len(without) == int((~t4.has_equal_pair(np.arange(1, 2001), 1, 50)).sum())
    sums = t4.sums_by_product(60)
    for product in range(1, 61):
        assert sums[product] == min(a + product // a for a in range(1, product + 1) if product % a == 0)
    small = t4.below(1, 20, 160)
    assert (small.cases, small.without_equal) == (25_600, 8_530)
    assert find("T4").statement.count("160 at 5 %") == 1


def test_a_bias_moves_the_least() -> None:
    assert "2.04 % at 7 x 7" in t2.consequences()[0]  # 1/49


@EVERY
def test_the_command_tells_statement_steps_and_checkers(name: str) -> None:
    result = CliRunner().invoke(command, [name])
    assert result.exit_code == 0
    theorem = find(name)
    for text in (name, "Proof", "Certificates", "Checked: SymPy ✓"):
        assert text in result.output
    assert all(len(line) <= 80 or " " not in line.strip() for line in result.output.splitlines())
    assert len(theorem.steps) >= 3
    latex = CliRunner().invoke(command, [name, "--latex"])
    assert latex.exit_code == 0
    assert latex.output.count(r"\[") == latex.output.count(r"\]") == len(theorem.certificates) + 1


def test_a_missing_z3_is_said_and_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "installed", lambda: False)
    result = CliRunner().invoke(command, ["T1"])
    assert result.exit_code == 0
    assert "z3 is not installed: pip install 'macflops[proofs]'" in result.output
    assert prove(find("T1")).to_dict()["checkers"]["z3"] is None
