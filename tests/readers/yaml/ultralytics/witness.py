"""What PyTorch counts of Ultralytics' networks, for `tests/data/ultralytics.csv`.

    python -m tests.readers.yaml.ultralytics.witness > tests/data/ultralytics.csv

The networks are built from the installed package's own modules on PyTorch's meta device: no weight is allocated, and
every operator is counted as it is called. What the package imports and a network does not need (OpenCV, torchvision)
is stood in for where it is not installed.
"""

from __future__ import annotations

import csv
import importlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import torch
import yaml
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

OTHERS = Path(__file__).parent / "others.yaml"  # modules that no published file has
IMAGE = 256  # the side of the image
ABSENT = ("cv2", "matplotlib", "polars", "psutil", "requests", "thop", "torchvision", "ultralytics_thop")


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands in for modules that are not installed, and that no count needs."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        """Return a specification for a module that is absent."""
        if name.partition(".")[0] not in ABSENT:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: Any) -> Any:
        """Return a module whose every attribute is there."""
        module = MagicMock(name=spec.name)
        module.__spec__, module.__path__, module.__version__ = spec, [], VERSION
        return module

    def exec_module(self, module: Any) -> None:
        """Leave the module as it is."""


VERSION = "0.28.0"  # what a stand-in says of itself
versions = importlib.metadata.version


def version(distribution_name: str) -> str:
    """Return a package's version, a stand-in's too."""
    spec = importlib.util.find_spec(distribution_name) if distribution_name in ABSENT else None
    return VERSION if spec is not None and type(spec.loader) is StandIns else versions(distribution_name)


sys.meta_path.append(StandIns())
importlib.metadata.version = version


def counted(file: Path, scale: str | None, image: int) -> tuple[int, int]:
    """Return the parameters and the mult-adds of a file's network at one scale, for one image of this side."""
    tasks: Any = importlib.import_module("ultralytics.nn.tasks")
    text = file.read_text("utf-8")
    kind = (
        tasks.WorldModel if "WorldDetect" in text
        else tasks.YOLOEModel if "YOLOE" in text
        else tasks.RTDETRDetectionModel if "RTDETRDecoder" in text
        else tasks.BaseModel
    )  # fmt: skip
    model: Any = kind.__new__(kind)
    torch.nn.Module.__init__(model)
    data = yaml.safe_load(text)
    data["scale"] = scale
    torch.backends.mha.set_fastpath_enabled(False)  # its kernel is one operator, of which nothing is counted
    with torch.device("meta"), torch.no_grad():
        model.model, model.save = tasks.parse_model(data, ch=3, verbose=False)
        model.txt_feats = torch.zeros(1, data["nc"], 512)
        model.pe = torch.zeros(1, data["nc"], 512)
        head = model.model[-1]
        if hasattr(head, "stride"):
            head.stride = torch.ones(head.nl, device="cpu")  # numbers that are read, whatever they are
        model.eval()
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            model.predict(torch.zeros(1, 3, image, image))
    flops = counter.get_total_flops()
    assert flops % 2 == 0
    return sum(p.numel() for p in model.parameters()), flops // 2


def files() -> Iterator[tuple[Path, str]]:
    """Yield each model file of the package, and each of its scales, or nothing where it has none."""
    spec = importlib.util.find_spec("ultralytics")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "cfg" / "models"
    for path in (*sorted(folder.glob("*/*.yaml")), OTHERS):
        scales = re.findall(r"^  ([a-z]): \[", path.read_text("utf-8"), re.MULTILINE)
        for scale in scales or [""]:
            yield path, scale


def main() -> None:
    """Write the table."""
    ultralytics: Any = importlib.import_module("ultralytics")
    ultralytics.utils.LOGGER.handlers.clear()  # it writes to standard output
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("file", "scale", "image", "params", "mult_adds", "source"))
    source = f"FlopCounterMode of torch {torch.__version__} / 2 on the modules of ultralytics {ultralytics.__version__}"
    for path, scale in files():
        if "TorchVision" in path.read_text("utf-8"):
            continue  # its network is another package's
        params, mult_adds = counted(path, scale or None, IMAGE)
        writer.writerow((f"{path.parent.name}/{path.name}", scale, IMAGE, params, mult_adds, source))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
