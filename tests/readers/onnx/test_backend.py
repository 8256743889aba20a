"""onnx's own tests for backends, thousands of small models: our shapes are those of the outputs that it expects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import macflops
from macflops.errors import SourceError
from macflops.readers.onnx import build, operators, read
from tests.readers.onnx.backend import Case, cases, expansions, with_constants

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
