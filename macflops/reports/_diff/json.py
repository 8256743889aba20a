"""JSON: the document that scripts rely on; `macflops schema diff` prints its schema."""

from __future__ import annotations

import json

from macflops.differences import Diff


def render(found: Diff) -> str:
    """Return the difference's document, indented. Numbers are exact integers, ratios floats, symbols strings."""
    return json.dumps(found.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
