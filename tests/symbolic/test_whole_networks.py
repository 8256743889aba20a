"""Closed forms of whole networks against counting anew at each size, floors and all."""

from __future__ import annotations

import random

import pytest
import sympy

import macflops
from macflops.errors import SourceError
from macflops.expressions import parse
from macflops.floors import floor_of
from macflops.readers.yaml import read

NETWORKS = ["shufflenet_v2_x1_0", "shufflenet_v1_g3_x1_0", "mobilenet_v2", "squeezenet1_1", "googlenet"]
TOTALS = ("params", "mult_adds", "flops", "elementwise_ops", "mac_elements", "mac_bytes", "activations")


@pytest.mark.parametrize("name", [*NETWORKS, "mobilenet_v3_small", "xception", "densenet121", "shufflenet_v2_x0_5_se"])
def test_totals_in_h_and_w_are_exact_at_every_size(name: str) -> None:
    document = macflops.count(f"zoo:{name}", input_shape="1x3xHxW").to_dict()["totals"]
    closed = {field: parse(str(document[field])) for field in (*TOTALS, "peak_activation_bytes")}
    chosen = random.Random(name)
    for _ in range(40):  # of each network, odd ones too; of five already 200 sizes
        sides = {"H": chosen.randint(33, 300), "W": chosen.randint(33, 300)}
        totals = macflops.count(f"zoo:{name}", input_shape=f"1x3x{sides['H']}x{sides['W']}").totals
        assert {field: form.evaluate(sides) for field, form in closed.items()} == {
            field: getattr(totals, field) for field in closed
        }


def test_every_size_up_to_200_of_one_network_is_exact() -> None:
    document = macflops.count("zoo:mobilenet_v1", input_shape="1x3xHx57").to_dict()["totals"]
    closed = parse(document["mac_elements"])
    for side in range(1, 201):
        totals = macflops.count("zoo:mobilenet_v1", input_shape=f"1x3x{side}x57").totals
        assert closed.evaluate({"H": side}) == totals.mac_elements


def test_closed_forms_can_be_pasted_back_into_a_network() -> None:
    form = macflops.count("zoo:shufflenet_v2_x1_0", input_shape="1x3xHxW").to_dict()["totals"]["mult_adds"]
    text = (
        f"input: [3, 8, 8]\nparams: {{H: 225, W: 97, B: '{form}'}}\n"
        "layers: [conv: {out: B // B}, conv: {out: 3, kernel: 'min(B, 3)'}]"
    )
    assert read(text, "pasted.yaml").layers
    assert parse(form).evaluate({"H": 224, "W": 224}) == 144_907_992  # torchvision's network


@pytest.mark.parametrize("name", NETWORKS)
def test_assumed_multiples_leave_no_floors_and_the_same_numbers(name: str) -> None:
    report = macflops.count(f"zoo:{name}", input_shape="1x3xHxW", assume=["H%32==0", "W%32==0"])
    form = report.to_dict()["totals"]["mult_adds"]
    if name in ("shufflenet_v2_x1_0", "mobilenet_v2"):
        assert form.count("//") <= 1
        assert len(form) < 60
    for height, width in ((32, 64), (96, 320), (224, 224)):
        counted = macflops.count(f"zoo:{name}", input_shape=f"1x3x{height}x{width}").totals
        assert parse(form).evaluate({"H": height, "W": width}) == counted.mult_adds


def test_other_assumptions() -> None:
    square = macflops.count("zoo:vgg16", input_shape="1x3xHxW", assume=["H%32==0", "W==H"]).totals
    assert {symbol.name for symbol in square.mac_elements.free_symbols} == {"H"}  # type: ignore[attr-defined]
    odd = macflops.count("zoo:mobilenet_v1", input_shape="1x3xHx224", assume=["H%32==1"]).to_dict()["totals"]
    counted = macflops.count("zoo:mobilenet_v1", input_shape="1x3x97x224").totals
    assert parse(odd["mult_adds"]).evaluate({"H": 97}) == counted.mult_adds
    assert macflops.count("zoo:vgg16", input_shape="1x3xHxW", assume=["H==224", "W==224"]).totals.mult_adds > 15e9


@pytest.mark.parametrize(
    "text", ["H%32", "H%32==32", "H%0==0", "Q%2==0", "H==0", "H>=1", "__import__('os')", "", "H%2==0==0"]
)
def test_what_is_no_assumption_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        macflops.count("zoo:vgg16", input_shape="1x3xHxW", assume=[text])


def test_floors_in_one_form_have_the_same_values() -> None:
    side = sympy.Symbol("H", integer=True, positive=True)
    chosen = random.Random(1)
    for _ in range(100):
        steps = [
            (chosen.randint(1, 2), chosen.randint(-5, 5), chosen.randint(1, 4)) for _ in range(chosen.randint(1, 4))
        ]
        form = side
        for factor, add, divisor in steps:
            form = floor_of(factor * form + add, divisor) + add
        for value in range(1, 40):
            number = value
            for factor, add, divisor in steps:
                number = (factor * number + add) // divisor + add
            assert form.subs(side, value) == number


def test_blocks_of_a_network_are_named_by_sides_that_can_be_read() -> None:
    report = macflops.count("zoo:mobilenet_v1", input_shape="1x3xHxW")
    assert not any("floor" in layer.stage for layer in report.layers)
