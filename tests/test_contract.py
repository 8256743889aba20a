"""Every number of an audit worked out anew, from the JSON and the graph alone, by code that macflops does not share.

Over a sample of the zoo and random descriptions, under each way of fusing, several types and batches.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from math import isqrt, prod
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import macflops
from macflops.network import Network
from macflops.schemas import find as schema
from tests.contract import graph as g
from tests.contract.descriptions import description
from tests.contract.recount import KIND, PRODUCTS, Moved, recount

BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
MODES = ("none", "bn", "runtime")
LIMITS = {"G1": Fraction(11, 10), "G2": Fraction(11, 10), "G3": Fraction(6), "G4": Fraction(55, 100)}
ZOO = ("shufflenet_v1_g3_x1_0", "shufflenet_v2_x0_5_se", "mobilenet_v2", "googlenet", "resnext50_32x4d", "alexnet")


class Case:
    """An audit's document, and everything that it should say, worked out anew."""

    def __init__(self, network: Network, fusion: str, dtype: str) -> None:
        self.document = macflops.audit(network, fusion=fusion, dtype=dtype, advice=False).to_dict()
        self.rows: list[dict[str, Any]] = self.document["layers"]
        self.fusion, self.dtype = fusion, dtype
        shapes = {number: list(tensor.shape) for number, tensor in enumerate(network.tensors)}
        self.graph = g.Graph(
            self.rows,
            [layer.inputs for layer in network.layers],
            [layer.outputs for layer in network.layers],
            tuple(i.tensor for i in network.inputs),
            network.outputs,
            shapes,
        )
        self.own = [
            recount(row, shared=layer.shares is not None) for row, layer in zip(self.rows, network.layers, strict=True)
        ]
        self.hosts, self.gone = g.fused(self.graph, fusion)
        self.mac = g.merged(self.graph, self.own, self.hosts, self.gone)
        self.blocks = g.blocks(self.graph)

    def is_depthwise(self, layer: int) -> bool:
        """Tell whether a layer is a convolution of as many groups as input channels, and more than one."""
        row = self.rows[layer]
        return KIND[row["op"]] == "convolution" and row["attributes"]["groups"] == row["inputs"][0][1] > 1

    def judged(self) -> list[int]:
        """Return the layers that G1 and G2 judge."""
        return [layer for layer in sorted(g.free(self.graph)) if not self.is_depthwise(layer)]

    def bounds(self, layer: int) -> tuple[int, int]:
        """Return the least integers that are not below B1 and B2."""
        own, groups = self.own[layer], self.rows[layer]["attributes"].get("groups", 1)
        square = 4 * own.reads * own.writes
        return root(square, 1) + own.weights, root(square, groups) + own.weights


def root(square: int, groups: int) -> int:
    """Return the least integer n with n² ≥ square ÷ groups."""
    n = isqrt(square // groups)
    while n * n * groups < square:
        n += 1
    return n


def sources() -> list[str]:
    """Return the names of the cases: a sample of the zoo, and numbers of random descriptions."""
    return [*ZOO, *map(str, range(60))]


@pytest.fixture(scope="module", params=sources())
def network(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Network:
    """One network, as read."""
    if request.param in ZOO:
        return macflops.load(f"zoo:{request.param}")
    file: Path = tmp_path_factory.mktemp("yaml") / "random.yaml"
    file.write_text(description(int(request.param)), encoding="utf-8")
    return macflops.load(file, batch=[None, 3][int(request.param) % 2])


@pytest.fixture(scope="module", params=MODES)
def case(network: Network, request: pytest.FixtureRequest) -> Case:
    """One network under one way of fusing."""
    number = MODES.index(request.param) + len(network.layers)
    return Case(network, request.param, list(BYTES)[number % len(BYTES)])


def test_the_document_follows_its_schema(case: Case) -> None:
    jsonschema.validate(case.document, schema("audit"))


def test_each_layer_counts_what_the_definitions_say(case: Case) -> None:
    width = BYTES[case.dtype]
    for layer, (row, own, mac) in enumerate(zip(case.rows, case.own, case.mac, strict=True)):
        host = case.hosts.get(layer)
        expected = {
            "index": layer,
            "mult_adds": own.mult_adds,
            "flops": 2 * own.mult_adds,
            "params": own.params,
            "elementwise_ops": own.elementwise,
            "mac_elements": mac,
            "mac_bytes": mac * width,
            "fused_into": None if host is None else case.rows[host]["name"],
        }
        assert {key: row[key] for key in expected} == expected, row["name"]


def test_totals_are_sums_and_the_peak_is_that_of_a_simulation(case: Case) -> None:
    totals, width = case.document["totals"], BYTES[case.dtype]
    for key in ("params", "mult_adds", "flops", "elementwise_ops", "mac_elements", "mac_bytes"):
        assert totals[key] == sum(row[key] for row in case.rows)
    made = [prod(row["outputs"][0]) for row in case.rows if KIND[row["op"]] in PRODUCTS]
    assert totals["activations"] == sum(made)
    assert totals["peak_activation_bytes"] == width * g.peak(case.graph, case.hosts, case.gone)
    assert totals["arithmetic_intensity"] == totals["flops"] / totals["mac_bytes"]


def test_blocks_are_where_one_tensor_alone_is_live_and_stages_where_sides_change(case: Case) -> None:
    named = [[case.rows[layer]["block"] for layer in block] for block in case.blocks]
    assert all(len(set(names)) == 1 for names in named)
    assert len({names[0] for names in named}) == len(named)
    ends = ["x".join(map(str, case.rows[block[-1]]["outputs"][-1][2:])) for block in case.blocks]
    stages = [case.rows[block[0]]["stage"] for block in case.blocks]
    pairs = list(zip(ends, stages, strict=True))
    assert all((a[0] == b[0]) == (a[1] == b[1]) for a, b in pairwise(pairs))


def expected_measures(case: Case) -> dict[str, list[tuple[list[int], Fraction, int | None, int | None]]]:
    """Return for each rule what it measures: layers, measure, memory access and bound."""
    found: dict[str, list[tuple[list[int], Fraction, int | None, int | None]]] = {code: [] for code in LIMITS}
    for layer in case.judged():
        mac = case.own[layer].mac
        equal, dense = case.bounds(layer)
        found["G1"].append(([layer], Fraction(mac, equal), mac, equal))
        if case.rows[layer]["attributes"].get("groups", 1) > 1:
            found["G2"].append(([layer], Fraction(equal, dense), equal, dense))
    mode = "bn" if case.fusion == "none" else case.fusion
    hosts, gone = g.fused(case.graph, mode)
    mac_of = g.merged(case.graph, case.own, hosts, gone)
    for block in case.blocks:
        beside = g.side_by_side(case.graph, block)
        if beside and len(block) <= 100:
            found["G3"].append((beside, Fraction(len(beside)), None, None))
        light = [
            layer
            for layer in block
            if layer not in hosts
            and (case.graph.kind(layer) in ("activation", "arithmetic", "norm") or case.is_depthwise(layer))
        ]
        mac, moved = sum(mac_of[layer] for layer in block), sum(mac_of[layer] for layer in light)
        if moved:
            least = -(-(mac - moved) * 100 // 45)
            found["G4"].append((light, Fraction(moved, mac), mac, least))
    return found


def test_findings_and_verdict_are_the_guidelines_by_place(case: Case) -> None:
    verdict, mac = case.document["verdict"], case.document["totals"]["mac_elements"]
    for code, measures in expected_measures(case).items():
        rule = verdict["rules"][code]
        assert rule["worst"] == (float(max(m[1] for m in measures)) if measures else None)
        places: dict[Any, list[Any]] = defaultdict(list)
        for measure in measures:
            if measure[1] >= LIMITS[code]:
                places[case.rows[measure[0][0]]["location"]["line"]].append(measure)
        found = {f["location"]["line"]: f for f in case.document["findings"] if f["rule"] == code}
        assert set(found) == set(places)
        wasted = 0
        for line, group in places.items():
            finding, worst = found[line], max(group, key=lambda m: m[1])
            assert finding["measured"] == float(worst[1])
            assert {*finding["layers"]} == {case.rows[n]["name"] for m in group for n in m[0]}
            assert finding["layer"] in [case.rows[m[0][0]]["name"] for m in group if m[1] == worst[1]]
            if code == "G3":
                assert finding["severity"] == ("error" if worst[1] >= 13 else "warning")
                assert finding["mac_share"] is None
                continue
            moved, bound = sum(m[2] for m in group), sum(m[3] for m in group)
            assert (finding["mac_elements"], finding["mac_bound_elements"]) == (moved, bound)
            assert finding["mac_elements_wasted"] == moved - bound
            assert finding["mac_share"] == (moved - bound) / mac
            assert finding["severity"] == severity(Fraction(moved - bound, mac))
            wasted += moved - bound
        assert rule["places"] == len(places)
        if code != "G3":
            assert (rule["mac_elements_wasted"], rule["mac_share"]) == (wasted, wasted / mac)
            assert rule["severity"] == (severity(Fraction(wasted, mac)) if places else None)


def severity(share: Fraction) -> str:
    """Return how severe a share of the memory access is."""
    return "error" if share >= Fraction(1, 10) else "warning" if share >= Fraction(1, 100) else "note"


def test_efficiency_is_the_least_over_what_is_moved(case: Case) -> None:
    judged = case.judged()
    least, moved = sum(case.bounds(n)[1] for n in judged), sum(case.own[n].mac for n in judged)
    assert case.document["verdict"]["efficiency"] == (least / moved if judged else None)


def test_findings_stand_worst_first(case: Case) -> None:
    order = [("note", "warning", "error").index(f["severity"]) for f in case.document["findings"]]
    assert order == sorted(order, reverse=True)


def test_own_costs_are_never_under_their_bounds(case: Case) -> None:
    for layer in case.judged():
        own: Moved = case.own[layer]
        equal, dense = case.bounds(layer)
        assert own.mac >= equal >= dense
