"""Advice held to the definitions: the changed network counted anew, budgets, work and places, by code of our own."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

import macflops
from macflops.network import Network
from tests.contract.descriptions import description
from tests.contract.work import work
from tests.test_contract import MODES, Case

ZOO = ("shufflenet_v1_g3_x1_0", "shufflenet_v2_x1_0", "densenet121", "resnet18", "resnext50_32x4d", "mobilenet_v1")


def read(name: str) -> Network:
    """Return a network of the zoo, or a random one by number."""
    if name in ZOO:
        return macflops.load(f"zoo:{name}")
    from macflops.readers.yaml import read as read_text

    return read_text(description(int(name)), "random.yaml")


def changed(before: float, after: float) -> float:
    """Return a relative change."""
    return after / before - 1


@pytest.mark.parametrize("fusion", MODES)
@pytest.mark.parametrize("name", [*ZOO, *map(str, range(100, 140))])
def test_advice_is_a_change_carried_out_and_recounted(name: str, fusion: Any) -> None:
    network = read(name)
    report = macflops.audit(network, fusion=fusion)
    document = report.to_dict()
    before = Case(network, fusion, "float32")
    findings_are_the_same(document, before)
    if report.advice is None or not report.advice.steps:
        return
    after = Case(report.advice.network, fusion, "float32")
    told = document["advice"]["recount"]
    for key in ("mult_adds", "params", "mac_elements"):
        assert told[key] == pytest.approx(changed(*(c.document["totals"][key] for c in (before, after))), abs=1e-12)
    works = [work(c.graph, c.own) for c in (before, after)]
    assert told["work"] == pytest.approx(changed(*works), abs=1e-12)
    for code, share in told["rules"].items():
        assert share["before"] == before.document["verdict"]["rules"][code]["mac_share"]
        assert share["after"] == after.document["verdict"]["rules"][code]["mac_share"]
    rewrites = [step["rewrite"] for step in document["advice"]["steps"]]
    assert rewrites == [name for name in ("pool_first", "dense", "grid", "balance") if name in rewrites]
    if "grid" not in rewrites:
        assert after.document["totals"]["mac_elements"] <= before.document["totals"]["mac_elements"]
    if rewrites != ["pool_first"]:
        assert works[1] <= 0.97 * works[0]
    if "pool_first" not in rewrites:
        assert abs(told["mult_adds"]) <= 0.03
        assert abs(told["params"]) <= 0.10
    elif rewrites == ["pool_first"]:
        assert told["mult_adds"] < 0
        assert told["params"] == 0
    edits_are_in_the_network(document, before, after)


def edits_are_in_the_network(document: dict[str, Any], before: Case, after: Case) -> None:
    """Check that the last edit of each attribute is what the changed network has, and the first what was there."""
    old, new = ({row["name"]: row for row in case.rows} for case in (before, after))
    first: dict[tuple[str, str], Any] = {}
    last: dict[tuple[str, str], Any] = {}
    for step in document["advice"]["steps"]:
        for edit in step["edits"]:
            key = (edit["layer"], edit["attribute"])
            first.setdefault(key, edit["old"])
            last[key] = edit["new"]
    for (layer, attribute), value in first.items():
        if attribute in old[layer]["attributes"]:
            assert old[layer]["attributes"][attribute] == value
    for (layer, attribute), value in last.items():
        if value is None:
            assert attribute != "operator" or layer not in new or new[layer]["op"] != first[layer, attribute]
        elif layer in new and attribute in new[layer]["attributes"]:
            assert new[layer]["attributes"][attribute] == value


def findings_are_the_same(document: dict[str, Any], before: Case) -> None:
    """Check that places which are edited together are joined, and nothing is lost, added or told apart."""
    joined, apart = (defaultdict(list) for _ in range(2))  # type: ignore[var-annotated]
    for found, findings in ((joined, document["findings"]), (apart, before.document["findings"])):
        for finding in findings:
            found[finding["rule"]].append(finding)
    assert set(joined) == set(apart)
    for code, findings in joined.items():
        rule = document["verdict"]["rules"][code]
        assert rule["places"] == len(findings) <= len(apart[code])
        for key in ("severity", "mac_elements_wasted", "mac_share", "worst"):
            assert rule[key] == before.document["verdict"]["rules"][code][key]
        for key in ("layers", "blocks", "places"):
            listed, wanted = ([str(item) for f in some for item in f[key]] for some in (findings, apart[code]))
            assert sorted(listed) == sorted(wanted)
        for key in ("mac_elements", "mac_bound_elements", "mac_elements_wasted"):
            if rule["mac_share"] is not None:
                assert sum(f[key] for f in findings) == sum(f[key] for f in apart[code])
        for finding in findings:
            steps = document["advice"]["steps"]
            assert (finding["advice"] is None) != (finding["no_advice"] is None)
            assert finding["advice"] is None or code in steps[finding["advice"]]["rules"]
