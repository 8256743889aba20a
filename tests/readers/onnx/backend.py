"""The tests that onnx has for backends: small models of every operator, with inputs and the outputs that they make."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import numpy_helper

PLAIN = "iubf"  # numbers: integers, unsigned ones, booleans, floats


class Case(NamedTuple):
    """A model, and what goes in and comes out; None for what is no array of numbers."""

    name: str
    model: bytes
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]


def array(value: Any) -> Any:
    """Return an array of numbers, None for what is none."""
    found = np.asarray(value) if isinstance(value, (np.ndarray, np.generic)) else None
    return found if found is not None and (found.dtype.kind in PLAIN or found.dtype.kind == "V") else None


def serialized(model: Any) -> bytes:
    """Return a model's bytes."""
    return bytes(model.SerializeToString())


@cache
def cases() -> tuple[Case, ...]:
    """Return all cases for single operators, and those of functions written out."""
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = collect_testcases(None)
    return tuple(
        Case(case.name, serialized(case.model), *(tuple(map(array, side)) for side in case.data_sets[0]))
        for case in found
        if case.data_sets
    )


def with_constants(case: Case, everything: bool) -> bytes:
    """Return the model with inputs as tensors of the file: all, or those that shapes may depend on."""
    model = onnx.load_model_from_string(case.model)
    kept = []
    for position, (claim, value) in enumerate(zip(list(model.graph.input), case.inputs, strict=False)):
        held = value is not None and value.dtype.kind in PLAIN
        if held and not everything:
            held = position > 0 and (value.dtype.kind in "iub" or value.ndim < 2)
        if held:
            model.graph.initializer.append(numpy_helper.from_array(value, claim.name))
        else:
            kept.append(claim)
    del model.graph.input[:]
    model.graph.input.extend(kept)
    return bytes(model.SerializeToString())


def with_symbols(model: bytes) -> tuple[bytes, dict[str, int]]:
    """Return a model with names for the dimensions of its inputs, one for equal ones, and what they stand for."""
    made, numbers = onnx.load_model_from_string(model), {}
    for claim in made.graph.input:
        for dim in claim.type.tensor_type.shape.dim:
            if dim.dim_value > 1:
                name = f"d{dim.dim_value}"
                numbers[name] = dim.dim_value
                dim.dim_param = name
    return bytes(made.SerializeToString()), numbers


def expansions() -> Iterator[tuple[Case, Case]]:
    """Yield operators that are functions, each with what it is written out."""
    by_name = {case.name: case for case in cases()}
    for case in cases():
        written_out = by_name.get(f"{case.name}_expanded")
        if written_out is not None:
            yield case, written_out
