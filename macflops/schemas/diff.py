"""The document of `macflops diff --format json`."""

from __future__ import annotations

from typing import Any

from macflops.costs import BYTES, Totals
from macflops.fusion import MODES
from macflops.schemas import DIALECT
from macflops.schemas.count import COUNT, RATIO, properties, record


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a difference."""
    counted = properties("macflops.count/1")
    layer = {"anyOf": [counted["layers"]["items"], {"type": "null"}]}
    totals = {}
    for name in Totals._fields:
        number = RATIO if name == "arithmetic_intensity" else COUNT
        totals[name] = record({"base": number, "head": number, "change": {"type": ["number", "null"]}})
    return {
        "$schema": DIALECT,
        "title": "macflops diff",
        "description": "What changed between two networks. mac is memory access cost, never multiply-accumulates.",
        **record(
            {
                "schema": {"const": "macflops.diff/1"},
                "macflops_version": {"type": "string"},
                "base": counted["network"],
                "head": counted["network"],
                "conventions": record({"fusion": {"enum": list(MODES)}, "dtype": {"enum": list(BYTES)}}),
                "complete": {"type": "boolean"},
                "totals": record(totals),
                "layers": {
                    "type": "array",
                    "items": record(
                        {
                            "name": {"type": "string"},
                            "change": {"enum": ["added", "removed", "changed", "renamed"]},
                            "fields": {"type": "array", "items": {"type": "string"}},
                            "base": layer,
                            "head": layer,
                        }
                    ),
                },
            }
        ),
    }
