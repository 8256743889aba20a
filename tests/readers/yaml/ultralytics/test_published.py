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

DATA = Path(__file__).parents[3] / "data" / "ultralytics.csv"
SCALE = re.compile(r"^  ([nslmx]): \[[^]]*\].*?(\d+) parameters.*?([\d.]+) GFLOPs", re.MULTILINE | re.IGNORECASE)
CLASSES = re.compile(r"^nc: (\d+)", re.MULTILINE)
# The published figures of classifiers are those of 80 classes, though their files ask for 1000.
PUBLISHED_CLASSES = 80
# Modules of transformers' decoders, of open vocabularies and of other packages.
UNREAD = {"C2fAttn", "ImagePoolingAttn", "RTDETRDecoder", "TorchVision", "WorldDetect", "YOLOEDetect", "YOLOESegment"}


def models() -> Path:
    """Return the folder of the installed package's model files, without importing it."""
    spec = importlib.util.find_spec("ultralytics")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("ultralytics is not installed: pip install --no-deps ultralytics")
    return Path(spec.submodule_search_locations[0]) / "cfg" / "models"


def files() -> list[str]:
    """Return the files of the three families."""
    try:
        folder = models()
    except pytest.skip.Exception:
        return ["v8/yolov8.yaml"]
    families = (folder / family for family in ("v5", "v8", "11"))
    return sorted(f"{path.parent.name}/{path.name}" for family in families for path in family.glob("*.yaml"))


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
    for scale, params, gflops in SCALE.findall(text):
        report = macflops.count(path, variant=scale, set={"nc": PUBLISHED_CLASSES} if classifies else {})
        assert report.complete
        assert report.totals.params == int(params), scale
        if classifies:
            continue  # their operations are of an image whose side the file does not say
        # Their counter takes norms along, one or two percent, and a transposed convolution's kernel at every output.
        spread = sum(layer.flops for layer in report.layers if layer.op == "conv_transpose")
        flops = (report.totals.flops + 3 * spread) / 1e9
        assert flops - 0.05 <= float(gflops) <= flops * 1.02 + 0.05, scale


@pytest.mark.parametrize("row", counted(), ids=lambda row: f"{row.file}-{row.scale}")
def test_a_file_counts_what_pytorch_counts_of_its_network(row: Counted) -> None:
    report = macflops.count(models() / row.file, variant=row.scale, input_shape=(1, 3, row.image, row.image))
    assert report.complete
    assert report.totals.params == row.params
    assert report.totals.mult_adds == row.mult_adds
