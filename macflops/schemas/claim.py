"""The document of `macflops prove --claim TEXT --format json`."""

from __future__ import annotations

from typing import Any

from macflops.schemas import DIALECT
from macflops.schemas.count import record
from macflops.schemas.proofs import POINT, TEXT


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the verdict on a claim."""
    return {
        "$schema": DIALECT,
        "title": "macflops claim",
        "description": "The verdict on a claim about positive real numbers; null but where a point refutes it.",
        **record(
            {
                "schema": {"const": "macflops.claim/1"},
                "verdict": {"enum": ["proved", "refuted", "unknown"]},
                "counterexample": {
                    "description": 'Numbers, or fractions as "1/2": there the claim is false, by exact arithmetic.',
                    "anyOf": [POINT, {"type": "null"}],
                },
                "how": TEXT,
            }
        ),
    }
