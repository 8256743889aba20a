"""Which operators a network consists of, and how much they write: against those that PyTorch carried out."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

import macflops
from macflops.arithmetic import size
from macflops.costs import Row

KINDS = {"convolution": "conv", "norm": "norm", "activation": "act", "pool": "pool", "linear": "linear"}

with (Path(__file__).parent.parent / "data" / "zoo_operators.csv").open(encoding="utf-8", newline="") as file:
    CARRIED_OUT: dict[str, dict[str, tuple[int, int]]] = {}
    for line in csv.DictReader(file):
        kinds = CARRIED_OUT.setdefault(line["network"], {})
        kinds[line["kind"]] = int(line["operators"]), int(line["elements"])


def kind_of(row: Row) -> str:
    """Return what a layer is called among the operators that PyTorch carries out; empty for copies and views."""
    operator = row.layer.operator
    return KINDS.get(operator.role, operator.name if operator.name in ("add", "mul", "concat") else "")


@pytest.mark.parametrize("network", CARRIED_OUT)
def test_a_network_consists_of_what_pytorch_carries_out(network: str) -> None:
    costs = macflops.count(f"zoo:{network}").costs
    operators: Counter[str] = Counter()
    elements: Counter[str] = Counter()
    for row in costs.rows:
        if kind := kind_of(row):
            operators[kind] += 1
            elements[kind] += size(costs.network.tensors[row.layer.outputs[0]].shape)
    ours = {kind: (operators[kind], elements[kind]) for kind in operators}
    theirs = dict(CARRIED_OUT[network])
    if network == "nasnet_a_mobile":  # in four cells two pools of one pixel halve there, views here
        assert theirs.pop("pool") == (ours["pool"][0] + 8, ours.pop("pool")[1] + 424_928)
    assert ours == theirs
