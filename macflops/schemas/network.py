"""The native YAML format. Operators and their fields are those that `macflops.ops` holds.

A schema cannot know a file's own blocks: an entry's key that is no operator passes here if its value is a mapping.
"""

from __future__ import annotations

from typing import Any

from macflops import ops
from macflops.calculation import FUNCTIONS
from macflops.readers.yaml.fields import MISSING, Field, spec
from macflops.readers.yaml.limits import Limits
from macflops.readers.yaml.vocabulary import JOINS, STRUCTURES
from macflops.schemas import DIALECT

NAME = r"^(?=.*[^\W\d])[\w][\w/+-]*$"
SIGNATURE = r"^[^\W\d]\w*\s*(\(.*\))?\s*$"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a network in YAML."""
    return {
        "$schema": DIALECT,
        "title": "A network for macflops",
        "type": "object",
        "required": ["input", "layers"],
        "additionalProperties": False,
        "properties": {
            "macflops": {"description": "The format's version.", "const": 1},
            "name": {"type": ["string", "number"]},
            "input": {
                "description": "The shape without the batch; or named inputs, each with all dimensions, batch first.",
                "anyOf": [
                    reference("shape"),
                    {"type": "object", "minProperties": 1, "additionalProperties": reference("shape")},
                ],
            },
            "params": {"type": ["object", "null"], "additionalProperties": reference("parameter")},
            "variants": {
                "description": "Names of networks, and which parameters each changes.",
                "type": ["object", "null"],
                "additionalProperties": {"type": ["object", "null"], "additionalProperties": reference("parameter")},
            },
            "blocks": {
                "description": "Layers to reuse: unit(out, stride=1, enters=c_in).",
                "type": ["object", "null"],
                "patternProperties": {SIGNATURE: reference("entries")},
                "additionalProperties": False,
            },
            "layers": reference("entries"),
            "outputs": {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": "string"}}]},
        },
        "$defs": {
            "number": {
                "description": f"A number, or an expression: + - * / // % **, comparisons, and or not, a if b else c, "
                f"subscripts, {' '.join(FUNCTIONS)}.",
                "type": ["integer", "number", "string"],
                "maximum": Limits().magnitude,
            },
            "shape": {"type": "array", "minItems": 1, "items": reference("number")},
            "parameter": {
                "anyOf": [
                    {"type": ["integer", "number", "string", "boolean", "null"]},
                    {"type": "array", "items": reference("parameter")},
                    {"type": "object", "additionalProperties": reference("parameter")},
                ]
            },
            "numbers": {"anyOf": [reference("number"), {"type": "array", "items": reference("number")}]},
            "layer": {
                "description": "An operator by name, alone or with its fields; or nothing (null, false, none).",
                "anyOf": [
                    {"type": ["string", "null"]},
                    {"const": False},
                    {"type": "object", "minProperties": 1, "maxProperties": 1},
                ],
            },
            "entries": {"type": "array", "items": reference("entry")},
            "entry": {"anyOf": [bare_entry(), entry()]},
        },
    }


def bare_entry() -> dict[str, Any]:
    """Return the schema of an entry that is a name: of an operator that needs no fields, or of a block."""
    incomplete = [*sorted(STRUCTURES), *(name for name in ops.names() if spec(name).required)]
    return {"type": "string", "minLength": 1, "not": {"enum": incomplete}}


def entry() -> dict[str, Any]:
    """Return the schema of an entry with fields."""
    one = {"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "maximum": -1}]}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {
            "name": {"type": "string", "pattern": NAME},
            "from": {
                "description": "Earlier entries by name, or how many entries back: -1, -2 …",
                "anyOf": [one, {"type": "array", "minItems": 1, "items": one}],
            },
            "when": {
                "description": "A condition: the entry is there if it holds.",
                "type": ["boolean", "number", "string"],
            },
            "share": {"description": "The entry whose weights this one uses.", "type": "string"},
            "repeat": structure(
                "Entries several times over; `as` names the number of the repetition, from 0.",
                {"times": reference("number"), "as": {"type": "string"}, "layers": reference("entries")},
                ("times", "layers"),
            ),
            "branches": structure(
                "Paths side by side, and how they are joined; `split` gives each its part of the channels.",
                {
                    "split": reference("numbers"),
                    "join": {"enum": list(JOINS)},
                    "paths": {"type": "array", "minItems": 1, "items": reference("entries")},
                },
                ("join", "paths"),
            ),
            "se": {
                **structure(
                    "Squeeze-and-excitation, written out: hidden, or reduction, which is hidden: c_in // reduction.",
                    {
                        "hidden": reference("number"),
                        "reduction": reference("number"),
                        "act": reference("layer"),
                        "gate": reference("layer"),
                    },
                ),
                "oneOf": [{"required": ["hidden"]}, {"required": ["reduction"]}],
            },
            **{name: operator(name) for name in ops.names()},
        },
        "additionalProperties": {"description": "A call of a block, with its arguments.", "type": ["object", "null"]},
    }


def operator(name: str) -> dict[str, Any]:
    """Return the schema of an operator's fields."""
    of = spec(name)
    fields = {field.name: described(field) for field in of.fields.values()}
    if of.epilogue:
        fields |= {"norm": reference("layer"), "act": reference("layer")}
    summary = " ".join((getattr(of.operator, "__doc__", "") or "").partition("\n\n")[0].split())
    found = structure(summary, fields, of.required)
    return found if of.required else {**found, "type": ["object", "null"]}


def described(field: Field) -> dict[str, Any]:
    """Return the schema of a field: what the reader takes."""
    kinds = field.kinds
    if "bool" in kinds:
        found: dict[str, Any] = {"type": ["boolean", "string"]}
    elif "str" in kinds:
        found = {"type": "string"}
    elif "Padding" in kinds:
        what = "a number, one for each side, or for each dimension before it and then after it"
        words = "" if "tuple[Dim, ...]" in kinds else "same, valid, "
        found = {"description": words + what, **reference("numbers")}
    elif kinds & {"Sides", "tuple[Dim, ...]"}:
        found = reference("numbers")
    else:
        found = reference("number")
    if "None" in kinds:
        found = {"anyOf": [found, {"type": "null"}]}
    if type(field.default) in (bool, int, float, str) and field.default is not MISSING:
        found = {**found, "default": field.default}
    return found


def structure(description: str, fields: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of a mapping with these fields and no others."""
    found = {"description": description, "type": "object", "properties": fields, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def reference(name: str) -> dict[str, Any]:
    """Return a reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}
