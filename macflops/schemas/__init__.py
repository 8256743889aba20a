"""The published JSON Schemas, one file each with a `schema()`: of the YAML format and of what commands print."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from macflops.members import members

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def names() -> tuple[str, ...]:
    """Return the names of all schemas, without importing any."""
    return members(__file__)


def find(name: str) -> dict[str, Any]:
    """Return the schema of this name."""
    return import_module(f"macflops.schemas.{name}").schema()  # type: ignore[no-any-return]
