"""The document of `macflops audit --format json`."""

from __future__ import annotations

from typing import Any

from macflops.guidelines.findings import SEVERITIES
from macflops.schemas import DIALECT
from macflops.schemas.count import LOCATION, properties, record

SEVERITY: dict[str, Any] = {"enum": list(SEVERITIES)}
ELEMENTS: dict[str, Any] = {
    "description": "Elements; null where a rule measures no memory access.",
    "type": ["integer", "null"],
}
SHARE: dict[str, Any] = {"type": ["number", "null"]}
NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an audit."""
    rule = record(
        {
            "severity": {"enum": [*SEVERITIES, None]},
            "mac_elements_wasted": ELEMENTS,
            "mac_share": SHARE,
            "worst": SHARE,
            "limit": {"type": "number"},
            "places": {"type": "integer", "minimum": 0},
            "worst_layer": {"type": ["string", "null"]},
            "worst_block": {"type": ["string", "null"]},
            "worst_message": {"type": ["string", "null"]},
        }
    )
    finding = record(
        {
            "rule": {"type": "string"},
            "severity": SEVERITY,
            "layer": {"type": "string"},
            "layers": NAMES,
            "blocks": NAMES,
            "location": LOCATION,
            "message": {"type": "string"},
            "measured": {"type": "number"},
            "limit": {"type": "number"},
            "mac_elements": ELEMENTS,
            "mac_bound_elements": ELEMENTS,
            "mac_elements_wasted": ELEMENTS,
            "mac_share": SHARE,
            "places": {
                "description": "All places that one piece of advice edits together.",
                "type": "array",
                "items": LOCATION,
            },
            "tied_by": NAMES,
            "advice": {"type": ["integer", "null"]},
            "no_advice": {"type": ["string", "null"]},
        }
    )
    budget = record(
        {
            "name": {"type": "string"},
            "max": {"type": "integer"},
            "value": {"type": "integer"},
            "exceeded": {"type": "boolean"},
        }
    )
    return {
        "$schema": DIALECT,
        "title": "macflops audit",
        "description": "Counts, verdict and findings of a network. mac is memory access cost.",
        **record(
            {
                **properties("macflops.audit/1"),
                "verdict": record(
                    {
                        "efficiency": SHARE,
                        "summary": {"type": "string"},
                        "rules": {"type": "object", "additionalProperties": rule},
                    }
                ),
                "findings": {"type": "array", "items": finding},
                "advice": {"anyOf": [advice(), {"type": "null"}]},
                "budgets": {"type": "array", "items": budget},
            }
        ),
    }


def advice() -> dict[str, Any]:
    """Return the schema of advice: steps in order, each upon the one before, their recount in all, what was refused."""
    recount = record(
        {
            **dict.fromkeys(("mult_adds", "params", "mac_elements", "work"), SHARE),
            "rules": {"type": "object", "additionalProperties": record({"before": SHARE, "after": SHARE})},
        }
    )
    edit = record(
        {"layer": {"type": "string"}, "location": LOCATION, "attribute": {"type": "string"}, "old": {}, "new": {}}
    )
    step = record(
        {
            "rewrite": {"type": "string"},
            "rules": NAMES,
            "text": {"type": "string"},
            "edits": {"type": "array", "items": edit},
            "recount": {"description": "Relative changes; a rule's share of memory access wasted.", **recount},
        }
    )
    refused = record({name: {"type": "string"} for name in ("rewrite", "text", "why")})
    return {
        "description": "Changes to the network that were carried out and recounted; null where nothing was found.",
        **record(
            {
                "steps": {"type": "array", "items": step},
                "recount": recount,
                "refused": {"type": "array", "items": refused},
            }
        ),
    }
