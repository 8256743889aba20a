"""Every operator of ONNX, in every version from operator set 7 on: read, or refused with a reason."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from onnx import AttributeProto, defs

from macflops.readers.onnx import operators

OLDEST = 7
SCHEMAS = [schema for schema in defs.get_all_schemas_with_history() if schema.domain == ""]
NAMES = sorted({schema.name for schema in SCHEMAS if schema.since_version <= 28})


def versions(name: str) -> list[Any]:
    """Return an operator's schemas that a file of operator set 7 or later can mean, oldest first."""
    found = sorted((s for s in SCHEMAS if s.name == name), key=lambda schema: schema.since_version)
    later = [schema.since_version for schema in found[1:]] + [10**6]
    return [schema for schema, until in zip(found, later, strict=True) if until > OLDEST and not schema.deprecated]


def test_every_operator_is_read_or_refused_with_a_reason() -> None:
    read, refused = set(operators.table()), set(operators.REFUSED)
    assert read | refused == set(NAMES)
    assert not read & refused
    assert all(operators.REFUSED.values())


def test_operators_of_other_domains_are_not_onnx_s() -> None:
    assert operators.find("Conv", "com.example") is None
    assert operators.find("Conv", "ai.onnx.ml") is None
    assert operators.find("LabelEncoder") is None


KINDS = {
    AttributeProto.INT: "int",
    AttributeProto.FLOAT: "float",
    AttributeProto.STRING: "str",
    AttributeProto.INTS: "Ints",
    AttributeProto.FLOATS: "Floats",
    AttributeProto.STRINGS: "Strings",
    AttributeProto.TENSOR: "Tensor",
    AttributeProto.SPARSE_TENSOR: "Tensor",
    AttributeProto.GRAPH: "Subgraph",
    AttributeProto.TYPE_PROTO: "object",
}
# Where a version's default differs from another's, the function asks which version it reads, or it makes no difference.
BY_VERSION = {
    ("Softmax", "axis"),
    ("LogSoftmax", "axis"),
    ("Hardmax", "axis"),
    ("DFT", "axis"),
    ("GridSample", "mode"),  # bilinear, then linear: the same
    ("Clip", "min"),  # the least and the greatest float: no bound
    ("Clip", "max"),
}
OLDER = {"broadcast"}  # which files of operator set 6 still have


def default_of(attribute: Any) -> Any:
    """Return an attribute's default, None where it has none."""
    value = attribute.default_value
    if not value.name:
        return None
    if attribute.type == defs.OpSchema.AttrType.STRING:
        return value.s.decode()
    found = {"INT": "i", "FLOAT": "f", "INTS": "ints", "FLOATS": "floats", "STRINGS": "strings"}
    plain = getattr(value, found[attribute.type.name])
    if not isinstance(plain, (int, float)):
        return tuple(item.decode() if isinstance(item, bytes) else item for item in plain)
    return plain


@pytest.mark.parametrize("name", sorted(operators.table()))
def test_a_function_s_keywords_are_the_attributes_of_all_versions(name: str) -> None:
    function = operators.table()[name]
    keywords = {p.name: p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY}
    known = {key for schema in versions(name) for key in schema.attributes}
    assert set(keywords) <= known | OLDER, "an attribute that no version has"
    for schema in versions(name):
        for key, attribute in schema.attributes.items():
            declared = keywords[key]
            kind = str(declared.annotation).removesuffix(" | None")
            assert kind == KINDS[getattr(AttributeProto, attribute.type.name)], (
                f"{key} of version {schema.since_version}"
            )
            if attribute.required:
                continue
            wanted, ours = default_of(attribute), declared.default
            if (name, key) in BY_VERSION:
                continue
            assert ours is not inspect.Parameter.empty, f"{key} can be left out in version {schema.since_version}"
            if wanted is not None:
                assert ours == pytest.approx(wanted), f"{key} of version {schema.since_version}"


@pytest.mark.parametrize("name", sorted(operators.table()))
def test_a_function_s_arguments_are_the_inputs_of_all_versions(name: str) -> None:
    parameters = list(inspect.signature(operators.table()[name]).parameters.values())[1:]
    positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    least = sum(p.default is p.empty for p in positional)
    most = None if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(positional)
    for schema in versions(name):
        assert least <= schema.min_input
        assert most is None or most >= schema.max_input
