"""Archives of torch.export: the same network as the module, and nothing in them runs."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import macflops
from tests.architectures import ALL, Architecture
from tests.readers.torch import nets
from tests.readers.torch.test_architectures import witness

# Compared with their modules layer by layer; all architectures are with what PyTorch counts.
SAME = (
    "unet",
    "mixer",
    "odd",
    "attentive",
    "dynamic",
    "recurrent",
    "resnet18",
    "shufflenetv2_w1",
    "mixnet_s",
    "pvt_v2",
    "swin",
    "fnet",
)


def save(module: nn.Module, inputs: dict[str | None, torch.Tensor], path: Path) -> None:
    """Write an archive."""
    args = tuple(tensor for name, tensor in inputs.items() if name is None)
    kwargs = {name: tensor for name, tensor in inputs.items() if name is not None}
    torch.export.save(torch.export.export(module, args, kwargs), path)


def exported(case: Architecture, path: Path) -> nn.Module:
    """Write an architecture's archive; return its module."""
    module = case.build().eval()
    config: Any = getattr(module, "config", None)
    if config is not None:
        config.use_cache = False  # torch.export takes tensors as outputs, no caches
    inputs = {
        key: torch.zeros(shape, dtype=torch.long if key in case.indices else torch.float32)
        for key, shape in case.shapes.items()
    }
    save(module, inputs, path)
    return module


# What torch.export takes longest for, of kinds that others here have too.
LONG = [
    "condensenet74_c4_g4",
    "densenet121",
    "ghostnet",
    "igcv3_w1",
    "inceptionv4",
    "nasnet_4a1056",
    "peleenet",
    "pnasnet5large",
    "sknet50",
    "sqnxt23_w1",
]


@pytest.mark.parametrize("name", sorted(ALL.keys() - {*SAME, *LONG}))
def test_archives_count_what_pytorch_counts_while_it_runs(name: str, tmp_path: Path) -> None:
    exported(ALL[name], tmp_path / "net.pt2")
    report = macflops.count(tmp_path / "net.pt2")
    assert report.unsupported == ()
    assert (report.totals.mult_adds, report.totals.params) == witness(ALL[name])


@pytest.mark.parametrize("name", SAME)
def test_an_archive_is_the_network_that_the_module_is(name: str, tmp_path: Path) -> None:
    case = ALL[name]
    module = exported(case, tmp_path / "net.pt2")
    report, live = macflops.audit(tmp_path / "net.pt2"), macflops.audit(module, input_shape=dict(case.shapes))
    assert report.unsupported == live.unsupported == ()
    assert (report.totals.mult_adds, report.totals.params) == (live.totals.mult_adds, live.totals.params)
    assert report.totals.mac_elements == live.totals.mac_elements
    products = [[(x.name, x.op) for x in r.layers if x.mult_adds] for r in (report, live)]
    assert products[0] == products[1]
    assert {f.rule: f.mac_elements_wasted for f in report.findings} == {
        f.rule: f.mac_elements_wasted for f in live.findings
    }


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive of a small network."""
    save(nets.Net().eval(), {None: torch.rand(1, 3, 16, 16)}, tmp_path / "net.pt2")
    return tmp_path / "net.pt2"


def test_layers_point_at_the_module_s_source(archive: Path) -> None:
    layers = {layer.name: layer for layer in macflops.count(archive).layers}
    place = layers["blocks.0.conv"].location
    assert Path(place.file).resolve() == Path(nets.__file__)
    assert "self.conv(x)" in Path(nets.__file__).read_text().splitlines()[place.line - 1]


def test_pytorch_is_not_needed(archive: Path) -> None:
    code = (
        "import sys, macflops; macflops.audit(sys.argv[1]); print(*(m for m in sys.modules if m in ('torch', 'onnx')))"
    )
    command = [sys.executable, "-c", code, str(archive)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)})
    assert ran.stdout.strip() == ""


def rewritten(archive: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Return a copy of an archive with other entries."""
    path = archive.with_name("changed.pt2")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return path


class Trap:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('unpickled')",)


def test_nothing_is_unpickled(archive: Path) -> None:
    trap = pickle.dumps(Trap())
    path = rewritten(archive, lambda name, data: data if name.endswith(".json") else trap)
    assert macflops.count(path).totals == macflops.count(archive).totals


def test_weights_are_not_needed(archive: Path) -> None:
    path = rewritten(archive, lambda name, data: data if name.endswith("model.json") else None)
    assert macflops.count(path).totals == macflops.count(archive).totals


def bomb() -> bytes:
    """Return a graph of over 256 MB that is deflated to almost nothing."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x/models/model.json", "w") as file:
        for _ in range(300):
            file.write(b" " * 2**20)
    return made.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    """Return an archive of one entry."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><html></html>", "an HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer to a large file"),
        (b"PK\x03\x04" + b"\x00" * 100, "a zip that is cut off"),
        (b"\x80\x02}q\x00.", "no archive of torch.export"),
        (zipped("archive/data.pkl", pickle.dumps(Trap())), "a pickle, which runs code"),
        (zipped("x/models/model.json", b"{"), "the graph in it cannot be read"),
        (zipped("x/models/model.json", b"[" * 100_000), "nests too deeply"),
        (zipped("x/models/model.json", b"[]"), "it holds no exported program"),
        (zipped("x/models/model.json", b'{"graph_module": {}}'), "its graph does not fit together"),
        (zipped("../../models/model.json", b"\xff\xfe"), "the graph in it cannot be read"),
        (zipped("x/readme", b""), "an archive without a graph"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(data: bytes, error: str, tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    path.write_bytes(data)
    with pytest.raises(macflops.SourceError, match=error) as raised:
        macflops.count(path)
    assert "\n" not in str(raised.value)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "net.pt2").write_bytes(bomb())
    with pytest.raises(macflops.SourceError, match="a graph of 314,572,800 bytes"):
        macflops.count(tmp_path / "net.pt2")


def test_a_damaged_graph_is_an_error_or_a_count_and_never_a_traceback(archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        (name,) = (n for n in file.namelist() if n.endswith("model.json"))
        program = json.loads(file.read(name))
    paths = list(leaves(program["graph_module"], ("graph_module",)))
    for number, path in enumerate(paths[:: max(1, len(paths) // 150)]):
        for junk in JUNK[number % 7 : number % 7 + 1]:
            changed = json.loads(json.dumps(program))
            target: Any = changed
            for key in path[:-1]:
                target = target[key]
            target[path[-1]] = junk
            damaged = archive.with_name("damaged.pt2")
            damaged.write_bytes(zipped("net/models/model.json", json.dumps(changed).encode()))
            with suppress(macflops.SourceError):
                macflops.count(damaged)


JUNK: tuple[Any, ...] = (None, -1, "x", 2**70, [], {"as_int": 3}, 1.5)


def leaves(node: Any, path: tuple[Any, ...]) -> Any:
    """Yield the path of everything in a document."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from leaves(value, (*path, key))


def test_a_mixture_s_experts_count_for_the_tokens_that_they_get(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    sizes = {"hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2, "num_key_value_heads": 2}
    settings = transformers.MixtralConfig(**sizes, num_hidden_layers=1, vocab_size=50, num_local_experts=4)
    settings.use_cache = False
    module = transformers.MixtralModel(settings).eval()
    save(module, {"input_ids": torch.ones(1, 5, dtype=torch.long)}, tmp_path / "net.pt2")
    reports: list[Any] = [
        macflops.count(tmp_path / "net.pt2"),
        macflops.count(module, input_shape={"input_ids": (1, 5)}),
    ]
    for report in reports:
        assert report.unsupported == ()
        # Of each token: two experts of three linear layers. PyTorch's counter does not see them.
        experts = [layer.mult_adds for layer in report.layers if layer.op == "grouped_matmul"]
        assert sum(experts) == 5 * 2 * 3 * 16 * 24
        assert report.totals.params == sum(one.numel() for one in module.parameters())
