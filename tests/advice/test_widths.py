"""Widths: what is tied, and that a recount in polynomials is the exact count of the changed network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import macflops
from macflops import ops
from macflops.advice.polynomial import at, total
from macflops.advice.rewrites.dense import grouped_layers
from macflops.advice.subject import Subject
from macflops.costs import count
from macflops.errors import Location, ShapeError
from macflops.guidelines.findings import Thresholds
from macflops.machine import Machine
from macflops.network import Held, Network
from tests.advice.drawn import inviting
from tests.networks import Writer, networks
from tests.ops.strategies import Use, uses

ZOO = ["shufflenet_v1_g3_x1_0", "shufflenet_v2_x1_0", "nasnet_a_mobile", "densenet121", "mobilenet_v3_large"]


def assert_recounts(subject: Subject, values: Sequence[int], changed: Network) -> None:
    """Assert that every polynomial is the exact count of the changed network."""
    recount, costs = subject.recount, count(changed)
    assert at(recount.mult_adds, values) == costs.mult_adds
    assert at(recount.params, values) == costs.params
    moved = total(number for cost in subject.widths.own for number in (cost.reads, cost.writes, cost.weights))
    assert at(subject.widths.width(moved), values) == costs.mac
    assert at(recount.mac_runtime, values) == costs.under("runtime").mac
    assert recount.work(values, costs.machine) == costs.work


@settings(max_examples=60)
@given(st.one_of(networks(), inviting()), st.data())
def test_the_recount_in_polynomials_is_the_exact_count(network: Network, data: st.DataObject) -> None:
    subject = Subject(count(network))
    widths = subject.widths
    assert_recounts(subject, widths.equations.values, network)
    for _ in range(3):
        chosen = {v: 8 * data.draw(st.integers(1, 9)) for v in widths.free if data.draw(st.booleans())}
        try:
            changed = widths.changed(chosen)
        except (ShapeError, ArithmeticError):
            continue
        assert_recounts(subject, widths.equations.complete(chosen), changed)


@settings(max_examples=60)
@given(st.one_of(networks(), inviting()), st.data())
def test_other_widths_are_followed_as_if_for_the_first_time(network: Network, data: st.DataObject) -> None:
    before = Subject(count(network))
    assert before.recount
    chosen = {v: data.draw(st.integers(1, 40)) for v in before.widths.free if data.draw(st.booleans())}
    try:
        costs = count(before.widths.changed(chosen))
    except (ShapeError, ArithmeticError):
        return
    known, anew = Subject(costs, before), Subject(costs)
    assert known.widths.roles == anew.widths.roles
    assert known.widths.made == anew.widths.made
    assert known.widths.own == anew.widths.own
    assert known.widths.symbolic.tensors == anew.widths.symbolic.tensors
    assert [layer.operator for layer in known.widths.symbolic.layers] == [
        layer.operator for layer in anew.widths.symbolic.layers
    ]
    assert known.widths.free == anew.widths.free
    assert known.widths.equations.complete({}) == anew.widths.equations.complete({})
    assert known.recount._replace(products=()) == anew.recount._replace(products=())
    assert [(product.reads, product.judged, many) for product, many in known.recount.products] == [
        (product.reads, product.judged, many) for product, many in anew.recount.products
    ]
    assert_recounts(known, known.widths.equations.values, costs.network)


@pytest.mark.parametrize("name", ZOO)
def test_the_recount_of_published_networks_is_exact(name: str) -> None:
    subject = Subject(count(macflops.load(f"zoo:{name}")))
    values = subject.widths.equations.values
    assert_recounts(subject, values, subject.network)
    for variable in subject.widths.free:
        chosen = {variable: 2 * subject.widths.equations.values[variable]}
        try:
            changed = subject.widths.changed(chosen)
        except (ShapeError, ArithmeticError):
            continue
        assert_recounts(subject, subject.widths.equations.complete(chosen), changed)


@pytest.mark.parametrize(("name", "most"), [("resnet50", 13), ("shufflenet_v2_x1_0", 9), ("nasnet_a_mobile", 15)])
def test_few_widths_are_left_to_choose(name: str, most: int) -> None:
    assert 0 < len(Subject(count(macflops.load(f"zoo:{name}"))).widths.free) <= most


def free_widths(network: Network) -> list[int]:
    """Return the widths that are left to choose, as they are today."""
    widths = Subject(count(network)).widths
    return sorted(widths.roles[v].width for v in widths.free)


def test_an_addition_ties_and_the_data_fix() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 8, 8), 16)
    y = w.conv(w.conv(x, 24), 16)
    z = w.add("flatten", w.add("global_avgpool", w.add("add", x, y)))
    assert free_widths(w.network(w.add("linear", z, out=10))) == [16, 24]
    assert free_widths(w.network(y)) == [16, 24]  # nothing is added now, and the second 16 is an output's
    assert free_widths(w.network(w.add("add", x, y))) == [24]


def test_a_concatenation_adds_and_a_split_halves() -> None:
    w = Writer()
    x = w.conv(w.input(1, 3, 8, 8), 16)
    left, right = w.add_many("split", x, parts=2)
    x = w.add("concat", left, w.conv(right, 8, 3))
    network = w.network(w.conv(w.add("add", x, w.conv(x, 16)), 5))
    widths = Subject(count(network)).widths
    assert [widths.roles[v].width for v in widths.free] == [8]  # 16 is twice that
    changed = widths.changed({widths.free[0]: 10})
    assert [layer.operator.out for layer in changed.layers if layer.operator.name == "conv"] == [20, 10, 20, 5]


@pytest.mark.parametrize(
    ("operator", "fields"),
    [("reshape", {"shape": (1, 4, 4, 64)}), ("transpose", {"dims": (0, 2, 3, 1)}), ("tile", {"dims": (1, 2, 1, 1)})],
)
def test_what_says_nothing_of_widths_keeps_them(operator: str, fields: dict[str, Any]) -> None:
    w = Writer()
    x = w.add("relu", w.conv(w.conv(w.input(1, 3, 8, 8), 24), 16))
    y = w.add(operator, x, **fields)
    assert free_widths(w.network(w.conv(y, 5))) == [24]


def test_shared_weights_keep_their_widths() -> None:
    w = Writer()
    x = w.conv(w.conv(w.input(1, 3, 8, 8), 16, name="stem"), 16, name="one")
    kind = w.builder.layers[-1].operator
    (y,) = w.builder.add("two", kind, (x,), w.builder.layers[-1].location, "one")
    assert free_widths(w.network(w.conv(w.conv(y, 24), 5))) == [24]


def test_weights_that_are_shared_in_part_keep_their_widths_and_groups() -> None:
    """As an ONNX file has it where two convolutions read one kernel, and the second a bias of its own."""
    w = Writer()
    x = w.conv(w.conv(w.input(1, 3, 8, 8), 16, name="stem"), 16, g=2, name="one")
    kind = w.builder.layers[-1].operator
    location = w.builder.layers[-1].location
    (y,) = w.builder.add("two", kind._replace(bias=True), (x,), location, held=Held(16, ("one",)))
    network = w.network(w.conv(w.conv(y, 24), 5))
    subject = Subject(count(network))
    assert free_widths(network) == [24]
    assert at(subject.recount.params, subject.widths.equations.values) == subject.costs.params
    changed = subject.widths.changed({subject.widths.free[0]: 32})
    assert_recounts(subject, subject.widths.equations.complete({subject.widths.free[0]: 32}), changed)
    assert grouped_layers(network) == set()


def between(use: Use) -> Network:
    """Return a network in which layers whose widths are free surround one use of an operator."""
    w = Writer()

    def weighted(x: int, out: int) -> int:
        sides = len(w.builder.shape(x)) - 2
        if sides < 1:
            return w.add("linear", x, out=out)
        window: dict[str, Any] = {"kernel": (1,) * sides, "stride": (1,) * sides, "dilation": (1,) * sides}
        return w.add("conv", x, out=out, padding=(0,) * 2 * sides, **window)

    inputs = []
    for shape in use.inputs:
        known = len(shape) < 2
        inputs.append(w.input(*shape) if known else weighted(w.input(shape[0], 3, *shape[2:]), shape[1]))
    outputs = w.builder.add("use", use.operator, inputs, Location("test"))
    return w.network(*(weighted(x, 5) if len(w.builder.shape(x)) > 1 else x for x in outputs))


@pytest.mark.parametrize("name", ops.names())
@settings(max_examples=15)
@given(data=st.data())
def test_every_operator_follows_other_widths_or_keeps_them(name: str, data: st.DataObject) -> None:
    network = between(data.draw(uses(name)))
    subject = Subject(count(network))
    widths = subject.widths
    assert_recounts(subject, widths.equations.values, network)
    for factor in (2, 3, 8):
        chosen = {v: factor * widths.equations.values[v] for v in widths.free}
        try:
            changed = widths.changed(chosen)
        except (ShapeError, ArithmeticError):
            continue
        assert_recounts(subject, widths.equations.complete(chosen), changed)
    macflops.audit(network, machine=Machine(grain=2), thresholds=Thresholds({"G1": 1.001, "M1": 1.001}))
