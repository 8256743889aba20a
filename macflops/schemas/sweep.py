"""The document of `macflops sweep --format json`."""

from __future__ import annotations

from typing import Any

from macflops.schemas import DIALECT
from macflops.schemas.count import record


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a sweep."""
    value = {
        "description": "An exact integer, a ratio (null where its divisor is 0), or the text that a parameter is.",
        "type": ["number", "string", "boolean", "null"],
    }
    return {
        "$schema": DIALECT,
        "title": "macflops sweep",
        "description": "A row for each configuration that can be built and is wanted; mac is memory access cost.",
        **record(
            {
                "schema": {"const": "macflops.sweep/1"},
                "columns": {
                    "description": "The names of a row's values: what varies, then the quantities.",
                    "type": "array",
                    "minItems": 2,
                    "items": {"type": "string"},
                },
                "rows": {"type": "array", "items": {"type": "array", "minItems": 2, "items": value}},
            }
        ),
    }
