"""JSON: the document that scripts rely on; `macflops schema audit` prints its schema."""

from __future__ import annotations

import json

from macflops.report import Report


def render(report: Report) -> str:
    """Return the report's document, indented. Numbers are exact integers, ratios floats, symbols strings."""
    return json.dumps(report.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
