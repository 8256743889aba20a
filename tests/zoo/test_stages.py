"""Stage tables: ShuffleNet V1's Table 1 and V2's Table 5, as the papers print them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import macflops
from macflops.zoo.stages import stage_table

DATA = Path(__file__).parent.parent / "data"
HEAD = ["layer", "output_size", "kernel_size", "stride", "repeat"]
LAYERS = {"Conv1": "stem", "MaxPool": "maxpool", "Stage2": "stage2", "Stage3": "stage3", "Stage4": "stage4",
          "Conv5": "conv5", "GlobalPool": "global_avgpool", "FC": "classifier"}  # fmt: skip


def printed(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TABLES = [
    (network, table)
    for table in ("shufflenet_v1_table1.csv", "shufflenet_v2_table5.csv")
    for network in printed(table)[0]
    if network not in HEAD
]


@pytest.mark.parametrize(("network", "table"), TABLES)
def test_the_stage_table_is_the_papers(network: str, table: str) -> None:
    ours = stage_table(macflops.load(f"zoo:{network}"))
    papers = [row for row in printed(table) if row["layer"] != "Image"]
    assert [row.name for row in ours] == [LAYERS[row["layer"]] for row in papers]
    for row, paper in zip(ours, papers, strict=True):
        said = {key: int(value) for key, value in paper.items() if value and key != "layer"}
        assert said.pop("output_size", None) in (None, row.output[0] if row.output else None)
        assert said.get(network, row.channels) == row.channels
        assert said.get("repeat", row.repeats) == row.repeats
        if paper["layer"] != "GlobalPool":  # its window is the image, which it crosses in one step
            assert said.get("stride", row.stride) == row.stride
            assert said.get("kernel_size", row.kernel and row.kernel[0]) == (row.kernel and row.kernel[0])
