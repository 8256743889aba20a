"""The documents of `macflops formula --format json`: one closed form, or the list of blocks."""

from __future__ import annotations

from typing import Any

from macflops.fusion import MODES
from macflops.schemas import DIALECT
from macflops.schemas.count import record
from macflops.schemas.proofs import TEXT, TEXTS

VALUE: dict[str, Any] = {
    "description": "An exact integer where every symbol has a number; else a closed form in the expression grammar.",
    "anyOf": [{"type": "integer"}, TEXT],
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a formula, and of the list of blocks."""
    meanings = {"description": "What each symbol of the value means.", "type": "object", "additionalProperties": TEXT}
    one = {
        "schema": {"const": "macflops.formula/1"},
        "block": TEXT,
        "title": TEXT,
        "source": TEXT,
        "quantity": {"description": "mac: memory access cost in elements.", "enum": ["mult_adds", "params", "mac"]},
        "of": {"description": "The kind of layers that it is of; null: of all.", "type": ["string", "null"]},
        "fusion": {"enum": list(MODES)},
        "assumes": {"description": "What the value takes for granted: g > 1 where a shuffle counts.", **TEXTS},
        "symbols": meanings,
        "set": {"type": "object", "additionalProperties": VALUE},
        "value": VALUE,
        "latex": TEXT,
    }
    block = record({"block": TEXT, "title": TEXT, "source": TEXT, "symbols": TEXTS})
    every = {"schema": {"const": "macflops.formulas/1"}, "blocks": {"type": "array", "items": block}}
    return {
        "$schema": DIALECT,
        "title": "macflops formula",
        "description": "A block's closed form, derived by walking it through the costs of an audit; or all blocks.",
        "oneOf": [record(one), record(every)],
    }
