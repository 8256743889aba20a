"""The document of `macflops prove --format json`."""

from __future__ import annotations

from typing import Any

from macflops.schemas import DIALECT
from macflops.schemas.count import record

TEXT: dict[str, Any] = {"type": "string"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
POINT: dict[str, Any] = {"type": "object", "additionalProperties": {"type": ["integer", "string"]}}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of proofs."""
    certificate = record({"says": TEXT, "left": TEXT, "right": TEXT, "symbols": TEXTS})
    certificate["description"] = (
        "left equals right wherever both are defined; in the expression grammar of the YAML format, with sqrt."
    )
    lemma = record({"says": TEXT, "claim": TEXT, "assume": TEXTS})
    refuted = record(
        {"says": TEXT, "claim": TEXT, "assume": TEXTS, "rejected": {"type": "boolean"}, "counterexample": POINT}
    )
    checkers = record(
        {
            "sympy": {"type": "boolean"},
            "z3": {"description": "null where z3 is not installed.", "type": ["boolean", "null"]},
            "integers": {"type": "boolean"},
        }
    )
    theorem = {
        "id": TEXT,
        "title": TEXT,
        "statement": TEXT,
        "assumptions": TEXTS,
        "steps": TEXTS,
        "proved": {"type": "boolean"},
        "checkers": checkers,
        "cases": {"type": "integer", "minimum": 0},
        "certificates": {"type": "array", "items": certificate},
        "lemmas": {"type": "array", "items": lemma},
        "refuted": {"type": "array", "items": refuted},
        "consequences": TEXTS,
        "failures": TEXTS,
    }
    return {
        "$schema": DIALECT,
        "title": "macflops proofs",
        "description": "Theorems with certificates, and what three checkers that do not trust each other say.",
        **record({"schema": {"const": "macflops.proofs/1"}, "theorems": {"type": "array", "items": record(theorem)}}),
    }
