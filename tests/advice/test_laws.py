"""Laws of advice, on drawn networks: what is proposed is a network, what is given keeps its word."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import macflops
from macflops.advice import rewrites
from macflops.advice.judge import reasons
from macflops.advice.match import matched
from macflops.advice.subject import Aims, Subject
from macflops.costs import count
from macflops.guidelines.e1 import pools_behind
from macflops.guidelines.findings import Thresholds
from macflops.machine import Machine
from macflops.network import Network
from macflops.report import Report
from tests.advice.drawn import inviting
from tests.advice.executor import run
from tests.networks import Writer, networks

NARROW = Machine(grain=4)  # the drawn networks are narrow
STRICT = Thresholds({"G1": 1.02, "G2": 1.02, "M1": 1.02})
WITHIN = {"mult_adds": 0.03, "params": 0.10}


def advised(network: Network) -> Report:
    """Return an audit that finds much on a machine whose vectors are short."""
    return macflops.audit(network, machine=NARROW, thresholds=STRICT)


def outlets(network: Network) -> list[tuple[int, ...]]:
    """Return the shapes of a network's outputs."""
    return [network.tensors[t].shape for t in network.outputs]


@settings(max_examples=60)
@given(st.one_of(networks(), inviting()))
def test_what_is_proposed_is_a_network_of_the_same_inputs_outputs_and_resolutions(network: Network) -> None:
    costs = count(network, machine=NARROW)
    aims = Aims(costs.mult_adds, costs.params, 0.03, 0.1, 1.02, NARROW)
    for name in rewrites.names():
        for change in rewrites.find(name).propose(Subject(costs), aims):
            if not change.fits:
                continue
            changed = change.network
            assert change.work in (None, count(changed, machine=NARROW).work)
            assert changed.replace({}) == changed  # every layer checks and shapes
            assert [changed.tensors[i.tensor] for i in changed.inputs] == [
                network.tensors[i.tensor] for i in network.inputs
            ]
            assert outlets(changed) == outlets(network)
            for index, position in matched(network, changed):
                layer = network.layers[index]
                if position is None:
                    assert layer.operator.name == "shuffle"
                elif not change.exact:
                    new = changed.layers[position]
                    assert (new.operator.name, new.location) == (layer.operator.name, layer.location)
                    for old, now in zip(layer.outputs, new.outputs, strict=True):
                        assert network.tensors[old].shape[2:] == changed.tensors[now].shape[2:]


@settings(max_examples=60)
@given(inviting())
def test_what_is_given_keeps_the_budgets_and_lowers_the_work(network: Network) -> None:
    report = advised(network)
    assume(report.advice is not None and report.advice.steps)
    assert report.advice is not None
    after = count(report.advice.network, machine=NARROW)
    exact = {"pool_first"}.issuperset(step.rewrite for step in report.advice.steps)
    for name, within in WITHIN.items():
        base = getattr(report.costs, name)
        if "pool_first" in {step.rewrite for step in report.advice.steps}:  # exact: what it saves is not made up for
            assert getattr(after, name) <= (1 + within) * base
        else:
            assert abs(getattr(after, name) - base) <= within * base
    assert after.work < report.costs.work or exact
    assert report.advice.recount.mult_adds == (after.mult_adds - report.costs.mult_adds) / report.costs.mult_adds
    assert report.advice.recount.mac_elements == (after.mac - report.costs.mac) / report.costs.mac


@settings(max_examples=60)
@given(inviting())
def test_nothing_is_advised_twice(network: Network) -> None:
    first = advised(network).advice
    assume(first is not None and first.steps)
    assert first is not None
    again = advised(first.network).advice
    if again is not None:
        assert {step.rewrite for step in again.steps}.isdisjoint(step.rewrite for step in first.steps)


def test_what_opens_the_way_for_a_pool_is_not_advised_again_after_it() -> None:
    """Here balance makes a pool worth moving, and the moved pool makes room for balance again: neither is given."""
    w = Writer()

    def unit(x: int, out: int, k: int = 1, **more: Any) -> int:
        return w.add("relu", w.add("bn", w.conv(x, out, k, **more)))

    wide = unit(unit(w.input(1, 3, 32, 48), 8, 3, s=2), 64)
    x = w.conv(w.add("concat", wide, unit(unit(wide, 8), 8, 3)), 16)
    window: dict[str, Any] = {"kernel": (2, 2), "dilation": (1, 1), "padding": (0, 0, 0, 0)}
    trunk = unit(w.add("avgpool", x, **window), 24)
    x = w.add("shuffle", unit(trunk, 8, g=4), groups=2)
    x = w.conv(w.add("bn", w.conv(x, 8, 3, g=8)), 24, g=4)
    x = w.add("maxpool", w.add("relu", w.add("add", trunk, x)), **window)
    network = w.network(w.add("linear", w.add("flatten", w.add("global_avgpool", x)), out=10))
    advice = advised(network).advice
    assert advice is not None
    again = advised(advice.network).advice
    assert again is None or {s.rewrite for s in again.steps}.isdisjoint(s.rewrite for s in advice.steps)
    assert {"pool_first", "balance"} <= {refused.rewrite for refused in advice.refused}


@settings(max_examples=60)
@given(inviting())
def test_advice_refers_to_findings_and_findings_to_advice(network: Network) -> None:
    report = advised(network)
    for finding in report.findings:
        assert (finding.advice is None) != (finding.no_advice is None)
        if finding.advice is not None:
            assert report.advice is not None
            assert finding.rule in report.advice.steps[finding.advice].rules
    for step in report.advice.steps if report.advice else ():
        assert step.edits
        assert len({(e.layer, e.attribute) for e in step.edits}) == len(step.edits)


@settings(max_examples=60)
@given(inviting())
def test_a_pool_before_its_convolution_computes_the_same(network: Network) -> None:
    pools = pools_behind(network)
    assume(pools)
    costs = count(network)
    (change, *_) = rewrites.find("pool_first").propose(
        Subject(costs), Aims(costs.mult_adds, costs.params, 0.03, 0.1, 1.1, costs.machine)
    )
    changed = change.network
    for one, other in zip(run(network), run(changed), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5 * np.abs(one).max())
    before, after = count(network), count(changed)
    assert after.mult_adds < before.mult_adds
    assert after.params == before.params
    remaining = {network.layers[conv].name for conv in pools.values()}
    assert remaining.isdisjoint(changed.layers[conv].name for conv in pools_behind(changed).values())
    aims = Aims(before.mult_adds, before.params, 0.03, 0.1, 1.1, before.machine)
    assert all("memory" in reason for reason in reasons(before, after, aims, exact=True))


@settings(max_examples=30)
@given(networks())
def test_the_same_network_changed_by_nothing_is_refused(network: Network) -> None:
    costs = count(network)
    aims = Aims(costs.mult_adds, costs.params, 0.03, 0.1, 1.1, costs.machine)
    assert reasons(costs, count(network.replace({})), aims)
