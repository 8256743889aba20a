"""Imports point one way, and what is not needed is not imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

HEAVY = {"sympy", "numpy", "matplotlib", "onnx", "torch", "rich", "importlib.metadata", "jsonschema", "fractions"}


def test_imports_follow_the_arrows_of_the_design(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)
    assert lint_imports(cache_dir=None) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit", "zoo:shufflenet_v1_g3_x1_0"],
        ["count", "zoo:resnet50", "--format", "json"],
        ["rule", "G1"],
        ["--help"],
        ["plot"],
    ],
)
def test_numbers_need_no_heavy_import(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        f"sys.argv = ['macflops', *{arguments!r}]\n"
        "from macflops.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('IMPORTED', *sorted(sys.modules), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = set(ran.stderr.partition("IMPORTED")[2].split())
    assert imported, ran.stderr
    assert not imported & HEAVY


def test_importing_the_package_imports_nothing_of_it() -> None:
    program = "import sys, macflops; print(*[m for m in sys.modules if m.startswith('macflops.')])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []
