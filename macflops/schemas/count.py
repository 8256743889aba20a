"""The document of `macflops count --format json`."""

from __future__ import annotations

from typing import Any

from macflops.costs import BYTES, Totals
from macflops.fusion import MODES
from macflops.schemas import DIALECT

COUNT: dict[str, Any] = {
    "description": "An exact integer; a closed form in the expression grammar of the YAML format where a dimension is "
    "symbolic.",
    "anyOf": [{"type": "integer"}, {"type": "string"}],
}
DIMENSION: dict[str, Any] = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}]}
SHAPE: dict[str, Any] = {"type": "array", "items": DIMENSION}
RATIO: dict[str, Any] = {"type": ["number", "string", "null"]}
LOCATION: dict[str, Any] = {
    "description": "Where it was written: the innermost line, and the block calls around it, outermost first.",
    "type": "object",
    "required": ["file", "line", "column", "calls"],
    "properties": {
        "file": {"type": "string"},
        "line": {"type": "integer", "minimum": 0},
        "column": {"type": "integer", "minimum": 0},
        "calls": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["line", "column"],
                "properties": {"line": {"type": "integer"}, "column": {"type": "integer"}},
            },
        },
    },
}
LAYER_COUNTS = ("params", "mult_adds", "flops", "elementwise_ops", "mac_elements", "mac_bytes")


def record(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of an object with these properties, all of them required but the optional ones."""
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a count."""
    return {
        "$schema": DIALECT,
        "title": "macflops count",
        "description": "Counts of a network. mac is memory access cost, never multiply-accumulates.",
        **record(properties("macflops.count/1")),
    }


def properties(name: str) -> dict[str, Any]:
    """Return what counts and audits have in common."""
    return {
        "schema": {"const": name},
        "macflops_version": {"type": "string"},
        "network": record(
            {
                "name": {"type": "string"},
                "source": {"type": "string"},
                "format": {"type": "string"},
                "inputs": {
                    "type": "array",
                    "items": record({"name": {"type": "string"}, "shape": SHAPE, "dtype": {"type": "string"}}),
                },
            }
        ),
        "conventions": record(
            {
                "fusion": {"enum": list(MODES)},
                "dtype": {"enum": list(BYTES)},
                "batch": {"anyOf": [DIMENSION, {"type": "null"}]},
            }
        ),
        "complete": {"description": "Whether every operator was counted.", "type": "boolean"},
        "totals": record({field: RATIO if field == "arithmetic_intensity" else COUNT for field in Totals._fields}),
        "layers": {
            "type": "array",
            "items": record(
                {
                    "index": {"type": "integer", "minimum": 0},
                    "name": {"type": "string"},
                    "op": {"type": "string"},
                    "block": {"type": "string"},
                    "stage": {"type": "string"},
                    "location": LOCATION,
                    "inputs": {"type": "array", "items": SHAPE},
                    "outputs": {"type": "array", "items": SHAPE},
                    "attributes": {"type": "object"},
                    **dict.fromkeys(LAYER_COUNTS, COUNT),
                    "fused_into": {"type": ["string", "null"]},
                }
            ),
        },
        "unsupported": {
            "type": "array",
            "items": record(
                {
                    "op": {"type": "string"},
                    "count": {"type": "integer", "minimum": 1},
                    "layers": {"type": "array", "items": {"type": "string"}},
                }
            ),
        },
    }
