"""The files that the pages' commands name: examples, and a model of one's own as YAML and as ONNX."""

from __future__ import annotations

import shutil
from pathlib import Path

from click.testing import CliRunner

from macflops.cli.main import program
from tests.docs.blocks import ROOT


def write_files(folder: Path) -> None:
    """Write them into a folder."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    model = folder / "model.yaml"
    shutil.copy(ROOT / "examples" / "mobile.yaml", model)
    for name, shape in (("model.onnx", "1x3x224x224"), ("dynamic.onnx", "batchx3xheightx224")):
        arguments = ["export", str(model), "--input-shape", shape, "-o", str(folder / name)]
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == 0, result.output
