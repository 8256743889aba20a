"""The document of a network among many: a line of `macflops count … --format jsonl`."""

from __future__ import annotations

from typing import Any

from macflops.costs import BYTES
from macflops.fusion import MODES
from macflops.many import TOTALS
from macflops.schemas import DIALECT
from macflops.schemas.count import COUNT, RATIO


def schema() -> dict[str, Any]:
    """Return the JSON Schema of macflops.row/1."""
    totals = {
        name: {"anyOf": [RATIO if name == "arithmetic_intensity" else COUNT, {"type": "null"}]} for name in TOTALS
    }
    properties = {
        "schema": {"const": "macflops.row/1"},
        "source": {"type": "string"},
        "name": {"type": ["string", "null"]},
        "dtype": {"enum": list(BYTES)},
        "fusion": {"enum": list(MODES)},
        "options": {"type": "string", "description": "--batch, --set and others that decide what is counted."},
        "complete": {"type": "boolean", "description": "Whether every operator was counted."},
        "layers": {"type": ["integer", "null"]},
        **totals,
        "unsupported": {"type": "object", "additionalProperties": {"type": "integer"}},
        "error": {"type": ["string", "null"], "description": "Why there are no numbers; null where there are."},
    }
    return {
        "$schema": DIALECT,
        "title": "macflops count of many networks: one of them",
        "type": "object",
        "required": list(properties),
        "properties": properties,
    }
