"""Ultralytics' own files: their published figures, and what PyTorch counts of the networks that they describe.

The files are read from the installed package; the comments beside their scales are what their authors published.
"""

from __future__ import annotations

import csv
import importlib.util
import re
from pathlib import Path
from typing import NamedTuple

import pytest

import macflops

OTHERS = "ultralytics/others.yaml"  # ours: modules that no published file has
DATA = Path(__file__).parents[3] / "data" / "ultralytics.csv"
FIGURES = r".*?([\d,]+) parameters.*?([\d.]+) GFLOPs"
SCALE = re.compile(rf"^  ([nslmx]): \[[^]]*\]{FIGURES}", re.MULTILINE | re.IGNORECASE)
WHOLE = re.compile(rf"^# (){FIGURES}", re.MULTILINE)  # of files without scales
# The published figures of classifiers are those of 80 classes, though their files ask for 1000.
PUBLISHED_CLASSES = 80
# The comments of these were copied from a sibling: yolo11-seg, yolov8-world, yolo11-cls, yolo26.
COPIED = {
    "yoloe-11.yaml",
    "yoloe-11-seg.yaml",
    "yoloe-v8.yaml",
    "yoloe-v8-seg.yaml",
    "yolo26-cls.yaml",
    "yolo26-sem.yaml",
}
# Their operations were of another image (yolo26-obb: 1024 a side), or of versions that computed more or less.
OTHER_OPERATIONS = {"yolo26-obb.yaml", "yolo26-seg.yaml", "yoloe-26-seg.yaml", "yoloe-26.yaml", "yolov8-rtdetr.yaml",
                    "yolov8-world.yaml", "yolov8-worldv2.yaml"}  # fmt: skip
UNREAD = {"TorchVision"}  # another package's networks


def models() -> Path:
    """Return the folder of the installed package's model files, without importing it."""
    spec = importlib.util.find_spec("ultralytics")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("ultralytics is not installed: pip install --no-deps ultralytics")
    return Path(spec.submodule_search_locations[0]) / "cfg" / "models"


def files() -> list[str]:
    """Return the files of all families."""
    try:
        folder = models()
    except pytest.skip.Exception:
        return ["v8/yolov8.yaml"]
    return sorted(f"{path.parent.name}/{path.name}" for path in folder.glob("*/*.yaml"))


class Counted(NamedTuple):
    """A row of the table of what PyTorch counts."""

    file: str
    scale: str
    image: int
    params: int
    mult_adds: int


def counted() -> list[Counted]:
    """Return the table."""
    with DATA.open(newline="") as file:
        return [
            Counted(r["file"], r["scale"], int(r["image"]), int(r["params"]), int(r["mult_adds"]))
            for r in csv.DictReader(file)
        ]


@pytest.mark.parametrize("file", files())
def test_a_file_counts_what_its_authors_published(file: str) -> None:
    path = models() / file
    text = path.read_text("utf-8")
    unread = sorted(name for name in UNREAD if re.search(rf"\b{name}\b", text.split("backbone:")[1]))
    if unread:
        with pytest.raises(macflops.SourceError, match=rf"no module '({'|'.join(unread)})'"):
            macflops.count(path)
        return
    classifies = "Classify" in text
    for scale, params, gflops in SCALE.findall(text) or WHOLE.findall(text):
        report = macflops.count(path, variant=scale or None, set={"nc": PUBLISHED_CLASSES} if classifies else {})
        assert report.complete
        assert (report.totals.params == int(params.replace(",", ""))) is (path.name not in COPIED), scale
        if classifies or path.name in COPIED | OTHER_OPERATIONS:
            continue  # of classifiers the file does not say the image's side
        # Their counter takes norms along, one to three percent, and a transposed convolution's kernel at every output;
        # it sees no product of two activations.
        spread = sum(layer.flops for layer in report.layers if layer.op == "conv_transpose")
        unseen = sum(layer.flops for layer in report.layers if layer.op in ("matmul", "outer"))
        flops = (report.totals.flops + 3 * spread - unseen) / 1e9
        assert flops - 0.05 <= float(gflops) <= flops * 1.035 + 0.05, scale


@pytest.mark.parametrize("row", counted(), ids=lambda row: f"{row.file}-{row.scale}")
def test_a_file_counts_what_pytorch_counts_of_its_network(row: Counted) -> None:
    path = Path(__file__).parent / "others.yaml" if row.file == OTHERS else models() / row.file
    report = macflops.count(path, variant=row.scale or None, input_shape=(1, 3, row.image, row.image))
    assert report.complete
    assert report.totals.params == row.params
    assert report.totals.mult_adds == row.mult_adds
