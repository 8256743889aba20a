"""onnx's own tests for backends, thousands of small models: our shapes are those of the outputs that it expects."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
import sympy

import macflops
from macflops.errors import SourceError
from macflops.readers.onnx import build, operators, read
from tests.readers.onnx.backend import Case, cases, expansions, with_constants, with_symbols

# Why a case is refused in one line, or listed as unsupported, where all but its first input are constants.
REASONS = (
    *operators.REFUSED,
    "ai.onnx.ml.",
    "ai.onnx.preview.",
    "not known before it runs",  # lengths and depths that are the first input, or bfloat16
    "whose output is as long as its input's elements say",
    "Scan (before version 9)",
    "which reads a diagonal",
    "of which nothing is known before it runs",  # sequences and optional values as inputs
    "a network without layers",
)


def outcome(case: Case, data: bytes) -> tuple[list[str], list[Any]]:
    """Return why a case is not read, if it is not, and the shapes of its outputs."""
    try:
        network = read(data, "model.onnx")
    except SourceError as error:
        return [str(error)], []
    return [u.op for u in network.unsupported], [network.tensors[output].shape for output in network.outputs]


def wrong_shapes(case: Case, data: bytes) -> tuple[list[str], list[str]]:
    """Return why a case is not read, and where a shape is not the expected one."""
    refused, shapes = outcome(case, data)
    if refused:
        return refused, []
    expected = [None if value is None else value.shape for value in case.outputs]
    pairs = zip(expected, shapes, strict=False)
    return [], [f"{case.name}: {ours}, not {theirs}" for theirs, ours in pairs if theirs is not None and ours != theirs]


def test_shapes_are_those_of_the_expected_outputs() -> None:
    wrong, unexplained, read_whole = [], [], 0
    for case in cases():
        refused, bad = wrong_shapes(case, with_constants(case, False))
        wrong += bad
        read_whole += not refused
        unexplained += [f"{case.name}: {why}" for why in refused[:1] if not any(r in why for r in REASONS)]
    assert wrong == []
    assert unexplained == []
    assert read_whole / len(cases()) > 0.9


def test_shapes_are_right_or_not_given_where_every_input_flows() -> None:
    wrong = [bad for case in cases() for bad in wrong_shapes(case, case.model)[1]]
    assert wrong == []


# Where a closed form cannot know what numbers know: whether two dimensions are equal, or one is less than another.
UNKNOWABLE = ("padded_kv", "center_crop_pad", "test_slice_start_out_of_bounds")


def test_symbolic_dimensions_give_what_numbers_give() -> None:
    different, compared = [], 0
    for case in cases()[::3]:  # SymPy is slow
        data = with_constants(case, False)
        symbolic, numbers = with_symbols(data)
        if not numbers or any(part in case.name for part in UNKNOWABLE):
            continue
        try:
            plain, closed = read(data, "model.onnx"), read(symbolic, "model.onnx")
        except SourceError:
            continue
        if plain.unsupported or closed.unsupported:
            continue
        compared += 1
        values = {sympy.Symbol(name, integer=True, positive=True): number for name, number in numbers.items()}
        totals = [macflops.count(network).totals._replace(peak_activation_bytes=0) for network in (plain, closed)]
        shapes = [[network.tensors[output].shape for output in network.outputs] for network in (plain, closed)]
        ours = [tuple(sympy.sympify(side).subs(values) for side in shape) for shape in shapes[1]]
        counted = [sympy.sympify(number or 0).subs(values) for number in totals[1]]
        if ours != shapes[0] or any(abs(a - (b or 0)) > 1e-9 for a, b in zip(counted, totals[0], strict=True)):
            different.append(case.name)
    assert different == []
    assert compared > 500


def test_inner_shapes_agree_with_those_that_onnx_infers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of functions written out: every value between their nodes whose shape onnx's own inference knows."""
    made: list[Any] = []
    outputs = build.outputs

    def noted(of: Any, graph: Any) -> Any:
        made[:] = [of]
        return outputs(of, graph)

    monkeypatch.setattr(build, "outputs", noted)
    different, compared = [], 0
    for _, case in expansions():
        data = with_constants(case, False)
        if outcome(case, data)[0]:
            continue
        inferred = onnx.shape_inference.infer_shapes(onnx.load_model_from_string(data), data_prop=True)
        for claim in inferred.graph.value_info:
            dims = claim.type.tensor_type.shape.dim
            value = made[0].values.get(claim.name)
            known = claim.type.HasField("tensor_type") and claim.type.tensor_type.HasField("shape")
            if value is None or value.shape is None or not known or not all(d.HasField("dim_value") for d in dims):
                continue
            compared += 1
            theirs = tuple(d.dim_value for d in dims)
            different += [f"{case.name}: {claim.name} is {value.shape}, not {theirs}"] if value.shape != theirs else []
    assert different == []
    assert compared > 3000


def test_an_audit_of_any_operator_ends_well() -> None:
    """Whatever layers there are, without inputs too: guidelines, advice and every fusion mode."""
    audited = 0
    for case in cases()[::5]:
        try:
            network = read(with_constants(case, False), "model.onnx")
        except SourceError:
            continue
        report = macflops.audit(network)
        unfused = report.totals.mac_elements
        assert report.to_dict()["totals"]["mac_elements"] == unfused
        assert all(macflops.count(network, fusion=mode).totals.mac_elements <= unfused for mode in ("bn", "runtime"))
        audited += 1
    assert audited > 300


def test_constants_are_folded_to_the_expected_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything is constant, elements that are followed are those that onnx expects."""
    made: list[Any] = []
    outputs = build.outputs

    def noted(of: Any, graph: Any) -> Any:
        made[:] = [of.values.get(claim.name) for claim in graph.outputs]
        return outputs(of, graph)

    monkeypatch.setattr(build, "outputs", noted)
    wrong, compared = [], 0
    for case in cases():
        made.clear()
        outcome(case, with_constants(case, True))
        for value, expected in zip(made, case.outputs, strict=False):
            numbers = value.numbers if value is not None and value.shape is not None else None
            if numbers is None or expected is None or expected.dtype.kind not in "iubf":
                continue
            compared += 1
            alike = value.shape == expected.shape and np.allclose(
                np.array(numbers, dtype=float), expected.ravel().astype(float), rtol=1e-3, atol=1e-5, equal_nan=True
            )
            wrong += [] if alike else [case.name]
    assert wrong == []
    assert compared > 800


def test_an_operator_counts_the_mult_adds_of_what_it_is_written_out() -> None:
    different, compared = [], 0
    for case, written_out in expansions():
        if case.name.startswith("test_affine_grid_2d"):
            continue  # written out it works in three dimensions, for images too
        both = []
        for one in (case, written_out):
            try:
                both.append(macflops.count(read(with_constants(one, False), "model.onnx")))
            except SourceError:
                break
        if len(both) < 2 or any(report.unsupported for report in both):
            continue
        compared += 1
        ours, theirs = (report.totals.mult_adds for report in both)
        different += [f"{case.name}: {ours}, written out {theirs}"] if ours != theirs else []
    assert different == []
    assert compared > 150
