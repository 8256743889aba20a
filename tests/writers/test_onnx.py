"""ONNX: the checker accepts what is written, ONNX Runtime runs it, and every tensor has the shape that we predict."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import macflops
from macflops.errors import SourceError
from macflops.network import Network
from macflops.ops import names as operators
from macflops.readers.yaml import read
from macflops.report import Report
from macflops.writers import written
from macflops.zoo import names as zoo
from tests.networks import networks
from tests.ops.strategies import used, uses
from tests.ops.test_against_torch import COUNTERPARTS, as_torch_can
from tests.writers.alike import names
from tests.writers.test_yaml import network_of

SIDES = {"inception_v3": 107, "alexnet": 224, "vgg16": 224, "nasnet_a_mobile": 96}  # where 64 does not fit
DEEPER = ("vgg19", "resnet101", "resnet152", "resnext101", "_164")  # the same files with more of the same units


def run(network: Network, **sizes: int) -> tuple[onnx.ModelProto, dict[str, Any]]:
    """Run what is written of a network in ONNX Runtime; return the model, and every layer's outputs by name.

    Fails unless each has the shape that the network says.
    """
    model = onnx.load_model_from_string(written(network, "onnx"))
    onnx.checker.check_model(model)
    outputs = [node.output[i] for node in model.graph.node for i in range(len(node.output))]
    tensors = [tensor for layer in network.layers for tensor in layer.outputs]
    own = [
        layer.name if len(layer.outputs) == 1 else f"{layer.name}.{part}"
        for layer in network.layers
        for part in range(len(layer.outputs))
    ]
    assert set(own) <= set(outputs)
    del model.graph.output[:]
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in own)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    found = session.run(own, feeds(network, **sizes))
    predicted = [tuple(number(side, sizes) for side in network.tensors[tensor].shape) for tensor in tensors]
    assert [value.shape for value in found] == predicted
    return model, dict(zip(own, found, strict=True))


def feeds(network: Network, **sizes: int) -> dict[str, Any]:
    """Return random numbers for each input; zeros for those that are indices."""
    generator = np.random.default_rng(1)
    found = {}
    for one in network.inputs:
        shape = [number(side, sizes) for side in network.tensors[one.tensor].shape]
        found[one.name] = generator.standard_normal(shape, np.float32)
        if any(
            layer.operator.name in ("embedding", "gather") and one.tensor == layer.inputs[-1]
            for layer in network.layers
        ):
            found[one.name] = np.zeros(shape, np.int64)
    return found


def number(side: Any, sizes: dict[str, int]) -> int:
    """Return a dimension as a number."""
    return (
        side if isinstance(side, int) else int(side.subs({symbol: sizes[str(symbol)] for symbol in side.free_symbols}))
    )


@pytest.mark.parametrize("name", [name for name in zoo() if not any(part in name for part in DEEPER)])
def test_the_zoo_runs(name: str) -> None:
    shape = None if name.startswith("paper") else (1, 3, SIDES.get(name, 64), SIDES.get(name, 64))
    network = macflops.load(f"zoo:{name}", input_shape=shape)
    model, values = run(network)
    last = list(values.values())[-1]
    assert np.isfinite(last).all()
    assert last.std() > 0
    assert elements(model) == weights_of(network)


def elements(model: onnx.ModelProto) -> int:
    """Return how many floating-point numbers a model holds as initializers."""
    return sum(prod(one.dims) for one in model.graph.initializer if one.data_type == onnx.TensorProto.FLOAT)


def weights_of(network: Network) -> int:
    """Return how many weights a network has: parameters and running statistics, shared ones once."""
    statistics = [
        network.tensors[o.outputs[0]].shape[1] for o in network.layers if o.operator.name == "bn" and not o.shares
    ]
    return int(macflops.count(network).totals.params) + 2 * sum(statistics)


def lighter() -> list[str]:
    """Return the networks of the zoo whose files are of a few megabytes."""
    return [name for name in zoo() if macflops.count(f"zoo:{name}").totals.params < 12_000_000]


@pytest.mark.parametrize("name", lighter())
def test_reading_it_back_gives_the_same_counts_names_and_findings(name: str, tmp_path: Path) -> None:
    network, file = macflops.load(f"zoo:{name}"), tmp_path / "back.onnx"
    file.write_bytes(written(network, "onnx"))
    ours, theirs = macflops.audit(network, advice=False), macflops.audit(file, advice=False)
    assert theirs.totals == ours.totals
    assert names(theirs.network) == names(ours.network)
    assert found(theirs) == found(ours)
    assert (theirs.verdict and theirs.verdict.efficiency) == (ours.verdict and ours.verdict.efficiency)


def found(report: Report) -> dict[str, tuple[Any, ...]]:
    """Return for each rule its share of the verdict, and the layers of its findings: their places are of a format."""
    assert report.verdict is not None
    layers: dict[str, set[str]] = {}
    for finding in report.findings:
        layers.setdefault(finding.rule, set()).update(finding.layers)
    rules = report.verdict.rules.items()
    return {code: (r.severity, r.mac_elements_wasted, r.worst, layers.get(code)) for code, r in rules}


@settings(max_examples=40)
@given(networks())
def test_random_networks_run(network: Network) -> None:
    model, _ = run(network)
    assert elements(model) == weights_of(network)


# What ONNX, or ONNX Runtime, has not in full: windows that differ, long output paddings, even neighbourhoods, and
# projections.
REFUSED = {"adaptive_avgpool", "adaptive_maxpool", "conv_transpose", "lrn", "lstm"}


@pytest.mark.parametrize("name", [name for name in operators() if name != "dwconv"])
@settings(max_examples=15)
@given(st.data())
def test_every_operator_runs(name: str, data: st.DataObject) -> None:
    runs(network_of(data.draw(uses(name))))


def runs(network: Network) -> tuple[onnx.ModelProto | None, dict[str, Any]]:
    """Run a network of one operator; return nothing where it is one that may be refused, and is."""
    try:
        return run(network)
    except SourceError as error:
        if network.layers[0].operator.name not in REFUSED or "cannot be written as ONNX" not in str(error):
            raise
        return None, {}


ROLES = {
    "weight": "weight", "bias": "bias", "scale": "weight", "shift": "bias", "slope": "weight", "mean": "running_mean",
    "variance": "running_var",
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in operators() if name != "dwconv"])
@settings(max_examples=15)
@given(st.data())
def test_every_operator_computes_what_torch_does(name: str, data: st.DataObject) -> None:
    use = as_torch_can(data.draw(uses(name)))
    network = network_of(use)
    model, values = runs(network)
    tensors = tuple(torch.from_numpy(feed) for feed in feeds(network).values())
    call: Any = COUNTERPARTS[name](use.operator, tensors)
    if name == "instance_norm":  # whose counterpart uses running statistics
        call = torch.nn.GroupNorm(use.inputs[0][1], use.inputs[0][1], affine=use.operator.attributes()["affine"])
    if model is None:
        return
    if isinstance(call, torch.nn.Module):
        load(model, call.eval())
    with torch.no_grad():
        found = call(*tensors)
    expected = found if isinstance(found, tuple | list) else (found,)
    if name == "lppool" and "ceil_mode=True" in str(use.operator):
        return  # a window that hangs over: PyTorch takes a mean there and multiplies
    for ours, theirs in zip(values.values(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-3, atol=1e-3)


def load(model: onnx.ModelProto, module: torch.nn.Module) -> None:
    """Let a PyTorch module have a model's weights."""
    inner = [one for one in module.modules() if not list(one.children())][-1]
    if isinstance(inner, torch.nn.RNNBase):
        load_recurrent(model, inner)
        return
    for initializer in model.graph.initializer:
        role = ROLES.get(initializer.name.rpartition(".")[2])
        if role is None:
            continue
        values = torch.from_numpy(onnx.numpy_helper.to_array(initializer).copy())
        own = getattr(inner, role)
        with torch.no_grad():
            own.copy_(
                values.T if isinstance(inner, torch.nn.Linear) and role == "weight" else values.reshape(own.shape)
            )


GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}  # of ONNX in PyTorch's order: input, forget, cell, output


def load_recurrent(model: onnx.ModelProto, inner: torch.nn.RNNBase) -> None:
    """Let a recurrent module have a model's weights: by direction, gates in another order."""
    order = GATES[type(inner).__name__]

    def turned(values: Any) -> torch.Tensor:
        return torch.from_numpy(np.concatenate([np.split(values, len(order))[gate] for gate in order]))

    for initializer in model.graph.initializer:
        role, values = initializer.name.rpartition(".")[2], onnx.numpy_helper.to_array(initializer)
        if role not in ("w", "r", "b"):
            continue
        for direction, suffix in zip(range(len(values)), ("", "_reverse"), strict=False):
            parts = {"w": ["weight_ih"], "r": ["weight_hh"], "b": ["bias_ih", "bias_hh"]}[role]
            for name, part in zip(parts, np.split(values[direction], len(parts)), strict=True):
                with torch.no_grad():
                    getattr(inner, f"{name}_l0{suffix}").copy_(turned(part))


def test_ceil_mode_is_that_of_torch_where_a_last_window_is_left_out() -> None:
    for side, padding in ((4, 0), (5, 1), (7, 2), (10, 2)):
        for kernel, stride in ((1, 3), (2, 3), (4, 5)):
            x = (1, 2, side)
            padded = (min(padding, kernel // 2),) * 2
            runs(
                network_of(
                    used(
                        "maxpool", x, kernel=(kernel,), stride=(stride,), dilation=(1,), padding=padded, ceil_mode=True
                    )
                )
            )


def test_shared_weights_are_written_once() -> None:
    layers = "  - conv: {out: 4, norm: bn}\n    name: a\n  - conv: {out: 4, norm: bn}\n    share: a\n"
    network = read(f"input: [4, 8, 8]\nlayers:\n{layers}", "model.yaml")
    model, _ = run(network)
    assert elements(model) == weights_of(network) == 4 * 4 + 4 * 4


def test_symbolic_dimensions_stay_open() -> None:
    network = read(
        "input: {x: [N, 4, H, W]}\nlayers:\n  - conv: {out: 8, kernel: 3, stride: 2}\n  - shuffle: {groups: 4}\n"
        "  - maxpool: {kernel: 2, padding: 0}\n  - global_avgpool\n  - flatten\n  - linear: {out: 5}\n",
        "model.yaml",
    )
    model, _ = run(network, N=2, H=9, W=12)
    assert [side.dim_param or side.dim_value for side in model.graph.input[0].type.tensor_type.shape.dim] == [
        "N",
        4,
        "H",
        "W",
    ]


def test_indices_are_integers() -> None:
    network = read("input: {tokens: [1, 7]}\nlayers:\n  - embedding: {num_embeddings: 9, embedding_dim: 4}\n", "m.yaml")
    model, _ = run(network)
    assert model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.INT64


def test_the_seed_decides_the_weights() -> None:
    network = macflops.load("zoo:paper_g4")
    assert written(network, "onnx") == written(network, "onnx", seed=0) != written(network, "onnx", seed=1)


def test_what_onnx_cannot_say_is_one_line_that_names_it() -> None:
    network = read("input: [4, 8, 8]\nlayers:\n  - adaptive_avgpool: {out: 3}\n    name: odd\n", "m.yaml")
    with pytest.raises(
        SourceError, match=r"^m.yaml:3:5: error: odd: adaptive_avgpool from \[8, 8\] to \[3, 3\] cannot be"
    ):
        written(network, "onnx")
    network = read("input: {x: [1, 4, H, W]}\nlayers:\n  - adaptive_avgpool: {out: 2}\n", "m.yaml")
    with pytest.raises(SourceError, match="symbolic H cannot be written as ONNX"):
        written(network, "onnx")


@pytest.mark.parametrize(("out", "kind"), [(1, "GlobalAveragePool"), (4, "AveragePool"), (8, "AveragePool")])
def test_adaptive_pools_with_equal_windows_are_plain_ones(out: int, kind: str) -> None:
    network = read(f"input: [4, 8, 8]\nlayers:\n  - adaptive_avgpool: {{out: {out}}}\n", "m.yaml")
    model, values = run(network)
    assert [node.op_type for node in model.graph.node] == [kind]
    x = torch.from_numpy(feeds(network)["input"])
    np.testing.assert_allclose(values["adaptive_avgpool"], torch.nn.AdaptiveAvgPool2d(out)(x).numpy(), atol=1e-5)
