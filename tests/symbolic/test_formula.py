"""Closed forms of blocks against the papers' formulas, typed in from the papers, and against counting with numbers."""

from __future__ import annotations

import json
import random

import jsonschema
import pytest
import sympy
from click.testing import CliRunner

import macflops
from macflops.cli.formula import KINDS as CLI_KINDS
from macflops.cli.formula import QUANTITIES as CLI_QUANTITIES
from macflops.cli.formula import command
from macflops.errors import SourceError
from macflops.expressions import parse
from macflops.schemas import find as schema
from macflops.symbolic import blocks, formula, share
from macflops.symbolic.formula import QUANTITIES
from macflops.symbolic.walk import KINDS, find

PAPERS = [  # block, quantity, set, the paper's formula
    ("resnet", "mult_adds", (), "h*w*(2*c*m + 9*m**2)"),  # ShuffleNet V1, section 3.2
    ("resnext", "mult_adds", (), "h*w*(2*c*m + 9*m**2/g)"),
    ("shufflenet-v1", "mult_adds", (), "h*w*(2*c*m/g + 9*m)"),
    ("pointwise", "mult_adds", ("g=1",), "h*w*c1*c2"),  # ShuffleNet V2, section 2, G1 and G2
    ("pointwise", "mac", ("g=1",), "h*w*(c1 + c2) + c1*c2"),
    ("pointwise", "mac", (), "h*w*(c1 + c2) + c1*c2/g"),
    ("pointwise", "mac", ("c2=B*g/(h*w*c1)",), "h*w*c1 + B*g/c1 + B/(h*w)"),
    ("convolution", "mac", ("k=1", "s=1", "N=1"), "h*w*(c1 + c2) + c1*c2/g"),
    ("convolution", "mult_adds", (), "N*h*w*k**2*c1*c2/g"),
    ("convolution", "mac", (), "N*h*w*(s**2*c1 + c2) + k**2*c1*c2/g"),
    ("mobilenet-v1", "mult_adds", (), "h*w*(k*k*c1 + c1*c2)"),  # MobileNets, section 3.1, equation (5)
    ("mobilenet-v2-down", "mult_adds", ("s=1",), "h*w*c1*t*(c1 + 9 + c2)"),  # MobileNetV2, section 3.3
    ("squeeze-excitation", "mult_adds", ("m=c/r",), "2*c**2/r"),  # SENet, section 3.3
    ("shufflenet-v2", "mult_adds", (), "h*w*(c**2 + 9*c)/2"),
    ("shufflenet-v1-first", "mult_adds", (), "h*w*(4*c1*m + 9*m + m*(c2 - c1)/g)"),
    ("shufflenet-v1-down", "mult_adds", (), "h*w*(4*c1*m/g + 9*m + m*(c2 - c1)/g)"),
    ("shufflenet-v2-down", "mult_adds", (), "h*w*((4*c*c + 9*c + c*c) + (9*c + c*c))"),
]


WHOLE = [f"--set={p}" for p in ("c=256", "m=64", "h=56", "w=56")]


def in_paper(text: str) -> sympy.Expr:
    names = {name: sympy.Symbol(name, positive=True) for name in parse(text).names}
    return parse(text).evaluate(names)


@pytest.mark.parametrize(("block", "quantity", "given", "paper"), PAPERS)
def test_closed_forms_are_the_papers(block: str, quantity: str, given: tuple[str, ...], paper: str) -> None:
    derived = formula(block, quantity, set=given)
    assert sympy.expand(in_paper(str(derived.written())) - in_paper(paper)) == 0
    assert len(str(derived.written())) <= len(paper) + 12  # and no longer than the paper's


def test_a_pixel_s_work_stands_behind_hw() -> None:
    assert formula("resnet").written() == "h*w*(2*c*m + 9*m**2)"
    assert formula("resnext").written() == "h*w*(2*c*m + 9*m**2/g)"
    assert formula("shufflenet-v1").written() == "h*w*(2*c*m/g + 9*m)"
    assert formula("pointwise", "mac", set={"g": 1}).written() == "c1*c2 + h*w*(c1 + c2)"


def test_the_share_of_resnext_s_pointwise_convolutions_is_the_paper_s() -> None:
    widths = {"c": 256, "m": 128, "g": 32}
    assert f"{float(share('resnext', 'pointwise', values=widths)):.1%}" == "93.4%"  # ShuffleNet V1, section 3.1
    assert formula("resnext", of="pointwise", set={**widths, "h": 1, "w": 1}).value == 65536


@pytest.mark.parametrize("block", blocks())
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_closed_forms_give_what_counting_gives(block: str, quantity: str) -> None:
    chosen = random.Random(block)
    closed = parse(str(formula(block, quantity).written()))
    for _ in range(8):
        g = chosen.choice([2, 3, 4, 8])
        c1 = 2 * g * chosen.randint(1, 9)
        values = {"N": 3, "h": chosen.randint(1, 40), "w": chosen.randint(1, 40), "c": 4 * c1, "c1": c1, "g": g}
        values |= {"c2": c1 + 2 * g * chosen.randint(1, 9), "m": 2 * g * chosen.randint(1, 9), "t": 6}
        values |= {"k": chosen.choice([1, 3, 5]), "s": chosen.choice([1, 2, 3])}
        values = {name: value for name, value in values.items() if name in find(block).params}
        totals = macflops.count(find(block).path, set=values).totals
        counted = totals.mac_elements if quantity == "mac" else getattr(totals, quantity)
        assert formula(block, quantity, set=values).value == counted
        assert round(closed.evaluate(values)) == counted


@pytest.mark.parametrize(("block", "moved"), [("shufflenet-v1", "2*h*w*m"), ("shufflenet-v1-first", "2*4*h*w*m")])
def test_at_one_group_shufflenet_v1_shuffles_nothing(block: str, moved: str) -> None:
    """A shuffle reads and writes the middle once: at the output's size, or before a stride of 2."""
    shuffled, plain = formula(block, "mac"), formula(block, "mac", set={"g": 1})
    assert (shuffled.to_dict()["assumes"], plain.to_dict()["assumes"]) == (["g > 1"], [])
    at_1 = in_paper(str(shuffled.written())).subs(sympy.Symbol("g", positive=True), 1)
    assert sympy.expand(at_1 - in_paper(str(plain.written())) - in_paper(moved)) == 0
    assert formula(block, set={"g": 1}).to_dict()["assumes"] == formula(block).to_dict()["assumes"] == []


def test_some_symbols_set_leave_the_rest() -> None:
    assert formula("resnet", set=["c=256", "m=64"]).written() == "69632*h*w"


def test_what_does_not_fit_is_refused() -> None:
    for given in ("z=1", "m=-1", "m=0.5", "m=2**2**60", "m=(a+b+c)**100000", "m=x.y", "m", "m=__import__('os')"):
        with pytest.raises(SourceError):
            formula("resnet", set=[given])
    for block, given in (("convolution", "k=2"), ("shufflenet-v2", "c=5")):
        with pytest.raises(SourceError):
            formula(block, set=[given])
    with pytest.raises(SourceError, match="did you mean resnet"):
        formula("resnets")


def test_the_command_prints_unicode_latex_json_and_integers() -> None:
    def printed(*arguments: str) -> str:
        result = CliRunner().invoke(command, arguments)
        assert result.exit_code == 0, result.output
        return result.output.strip()

    assert "2⋅c⋅m" in printed("resnet")
    assert printed("resnet", "--latex") == r"h w \left(2 c m + 9 m^{2}\right)"
    assert printed("resnet", *WHOLE) == str(69632 * 56 * 56)
    document = json.loads(printed("resnet", "--format", "json"))
    jsonschema.validate(document, schema("formula"))
    jsonschema.validate(json.loads(printed("--format", "json")), schema("formula"))
    jsonschema.validate(json.loads(printed("resnet", *WHOLE, "--format", "json")), schema("formula"))
    assert (document["schema"], document["value"]) == ("macflops.formula/1", "h*w*(2*c*m + 9*m**2)")
    assert "shufflenet-v2" in printed()
    assert (QUANTITIES, tuple(KINDS)) == (CLI_QUANTITIES, CLI_KINDS)
